"""The CORS check, sentence by sentence."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin.browser.check import find_fault
from crossorigin.messages import Response

PAGE = "https://app.example"
ORIGIN, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
OURS, TRUE = (ORIGIN, PAGE), (CREDENTIALS, "true")

#: sentence, the answer's headers, what is found without credentials, and with
ROWS: list[tuple[str, list[tuple[str, str]], str | None, str | None]] = [
    ("nothing", [], "allow-origin-missing", "allow-origin-missing"),
    ("the origin", [OURS], None, "allow-credentials-missing"),
    ("the origin, with credentials", [OURS, TRUE], None, None),
    ("in another case", [(ORIGIN.lower(), PAGE), (CREDENTIALS.upper(), "true")], None, None),
    ("with whitespace around it", [(ORIGIN, f" {PAGE}\t"), TRUE], None, None),
    ("any", [(ORIGIN, "*")], None, "allow-origin-wildcard-with-credentials"),
    ("any, with credentials", [(ORIGIN, "*"), TRUE], None, "allow-origin-wildcard-with-credentials"),
    ("empty", [(ORIGIN, "")], "allow-origin-mismatch", "allow-origin-mismatch"),
    ("another origin", [(ORIGIN, "https://b.example")], "allow-origin-mismatch", "allow-origin-mismatch"),
    ("with a slash", [(ORIGIN, f"{PAGE}/")], "allow-origin-mismatch", "allow-origin-mismatch"),
    ("in upper case", [(ORIGIN, PAGE.upper())], "allow-origin-mismatch", "allow-origin-mismatch"),
    ("with its port", [(ORIGIN, f"{PAGE}:443")], "allow-origin-mismatch", "allow-origin-mismatch"),
    ("another scheme", [(ORIGIN, "http://app.example")], "allow-origin-mismatch", "allow-origin-mismatch"),
    ("null", [(ORIGIN, "null")], "allow-origin-mismatch", "allow-origin-mismatch"),
    ("a pattern", [(ORIGIN, "https://*.example")], "allow-origin-mismatch", "allow-origin-mismatch"),
    ("twice", [OURS, OURS], "allow-origin-multiple", "allow-origin-multiple"),
    ("any, and the origin", [(ORIGIN, "*"), OURS], "allow-origin-multiple", "allow-origin-multiple"),
    ("a list", [(ORIGIN, f"{PAGE}, https://b.example")], "allow-origin-multiple", "allow-origin-multiple"),
    ("a list with spaces", [(ORIGIN, f"{PAGE} https://b.example")], "allow-origin-multiple", "allow-origin-multiple"),
    ("True", [OURS, (CREDENTIALS, "True")], None, "allow-credentials-missing"),
    ("1", [OURS, (CREDENTIALS, "1")], None, "allow-credentials-missing"),
    ("true twice", [OURS, TRUE, TRUE], None, "allow-credentials-missing"),
    ("true with whitespace", [OURS, (CREDENTIALS, " true ")], None, None),
]


@pytest.mark.parametrize(("sentence", "headers", "without", "with_credentials"), ROWS, ids=[row[0] for row in ROWS])
def test_check(sentence: str, headers: Any, without: str | None, with_credentials: str | None) -> None:
    """An answer is shared with one origin, or with all where the request has no credentials."""
    for has_credentials, expected in ((False, without), (True, with_credentials)):
        fault = find_fault(PAGE, Response(200, headers), has_credentials=has_credentials)
        assert (fault.id if fault else None) == expected, sentence


def test_null_is_compared_as_it_is() -> None:
    """An opaque origin is shared with where the answer says ``null``."""
    assert find_fault("null", Response(200, [(ORIGIN, "null")]), has_credentials=False) is None
    assert find_fault("null", Response(200, [OURS]), has_credentials=False) is not None
