"""FastrAPI's arguments: what each form of source means."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin import Policy
from crossorigin.dialects import guess_dialect, write
from dialects.rows import Bad, Row, check, check_bad

DENIED = ["accept", "accept-language", "content-language", "content-type"]
START = "from fastrapi import FastrAPI\nfrom fastrapi.middleware import CORSMiddleware\n\napp = FastrAPI()\n"
METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD"]
REST: dict[str, Any] = {"allow_methods": METHODS, "deny_headers": DENIED}
APP = {"allow_origins": ["https://app.example"], **REST}


def call(arguments: str) -> str:
    return f"{START}app.add_middleware(CORSMiddleware, {arguments})"


ROWS = [
    Row(
        "realistic: after the seed document, every origin",
        call("allow_origins=['*'], allow_methods=['GET', 'POST'], allow_headers=['*'], allow_credentials=False"),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_methods": ["GET", "POST", "HEAD"],
                "allow_headers": ["*"],
                "deny_headers": ["Authorization"],
            }
        },
    ),
    Row(
        "realistic: after the seed document, some origins",
        call(
            "allow_origins=['https://example.com'], allow_methods=['GET', 'POST', 'PUT', 'DELETE'],"
            " allow_headers=['content-type', 'Authorization'], allow_credentials=True, expose_headers=['X-Request-ID'],"
            " max_age=3600"
        ),
        {
            "/*": {
                "allow_origins": ["https://example.com"],
                "allow_methods": METHODS,
                "allow_headers": ["Authorization"],
                "allow_credentials": True,
                "expose_headers": ["X-Request-ID"],
                "max_age": 3600,
                "deny_headers": DENIED[:3],
            }
        },
    ),
    Row(
        "realistic: in a list of middleware",
        f"{START}app = FastrAPI(middleware=[CORSMiddleware([], allow_origins=['https://app.example'])])\n"
        "app.add_middleware(GZipMiddleware)",
        {"/*": APP},
        (("narrows", 5, 43),),
    ),
    Row(
        "realistic: every origin, method and name with credentials",
        call("allow_origins=['*'], allow_methods=['*'], allow_headers=['*', 'Authorization'], allow_credentials=True"),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_methods": ["*"],
                "allow_headers": ["*"],
                "deny_headers": ["Authorization"],
            }
        },
        (("narrows", 5, 134),),
    ),
    Row(
        "synthetic: what the server dies of",
        call(
            "allow_origins=['null'], allow_methods=['*'], allow_headers=['*'], expose_headers=['*', 'X-A'],"
            " allow_credentials=True"
        ),
        {
            "/*": {
                "allow_credentials": True,
                "expose_headers": ["X-A"],
                "deny_headers": DENIED,
                "dangerously_allow_null_origin": True,
            }
        },
        (("narrows", 5, 74), ("narrows", 5, 95), ("narrows", 5, 117)),
        ("dangerously_allow_null_origin",),
    ),
    Row(
        "hostile: what is no name",
        call("allow_methods=['A B', 'PUT'], allow_headers=['x y', 'X-A']"),
        {"/*": {"allow_methods": ["PUT", "GET", "HEAD", "POST"], "allow_headers": ["X-A"], "deny_headers": DENIED}},
        (("cosmetic", 5, 50), ("cosmetic", 5, 80)),
    ),
    Row(
        "realistic: stars, sets, texts, options that there are not, and values that are known later",
        call(
            "allow_origins={'https://app.example', 'https://*.example'}, allow_methods='PUT', allow_origin_regex='x',"
            " max_age=x, **y"
        ),
        {"/*": {**APP, "allow_methods": ["PUT", "GET", "HEAD", "POST"], "max_age": None}},
        (
            ("widens", 5, 110),
            ("cosmetic", 5, 136),
            ("cosmetic", 5, 149),
            ("narrows", 5, 154),
            ("widens", 5, 50),
            ("cosmetic", 5, 50),
        ),
    ),
    Row(
        "synthetic: by position",
        call("['https://app.example'], max_age=True"),
        {"/*": {**REST, "max_age": None}},
        (("narrows", 5, 36), ("cosmetic", 5, 69)),
    ),
    Row(
        "synthetic: other types",
        call("allow_credentials=1, allow_headers=[1], expose_headers=None"),
        {"/*": {**REST, "allow_credentials": True}},
        (("narrows", 5, 54), ("narrows", 5, 71)),
    ),
]
BAD = [
    Bad("synthetic: no Python", "a = (\n", "this is not Python: '(' was never closed", 1, 5),
    Bad("realistic: none", "import fastrapi", "there is no CORSMiddleware here", 1, 1),
    Bad("realistic: two", f"{call('')}\n{call('')}", "this is a second CORSMiddleware", 10, 1),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("fastrapi", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("fastrapi", bad)


@pytest.mark.parametrize("text", ["CORSMiddleware = (", "import fastrapi  # CORSMiddleware", "x"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


def test_it_is_told_from_the_others_by_what_is_imported() -> None:
    """The class of three packages has one name."""
    calls = "app.add_middleware(CORSMiddleware, allow_origins=[])"
    assert guess_dialect(f"import fastrapi.middleware\n{calls}") == "fastrapi"
    assert guess_dialect(f"import fastrapi_more\n{calls}") == "fastapi"
    assert guess_dialect(f"import nexios\n{calls}") is None


A = ["https://a.example"]


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_origins=A, max_age=None), set()),
        (Policy(allow_origins=["https://*.a.example"]), {"narrows"}),
        (Policy(allow_origin_regex="https://a"), {"narrows"}),
        (Policy(allow_origins="*", allow_methods="*", allow_headers="*"), {"narrows"}),
        (Policy(allow_origins="*", allow_headers="*", deny_headers=["Authorization"]), set()),
        (Policy(allow_origins=A, allow_credentials=True, allow_headers="*"), {"narrows"}),
        (Policy(allow_methods=["PUT"]), {"widens"}),
        (Policy(deny_headers=["Content-Type"]), set()),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("fastrapi", policy).losses} - {"cosmetic"} == wanted
