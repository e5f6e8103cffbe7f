"""Every integration gives the answers of the table over a real socket."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from conformance.others import METHODS
from conformance.rows import ROWS, Row
from conformance.served import INTEGRATIONS, Got, Integration
from crossorigin import Policy, PolicyWarning

AT_LEAST = 200
_LONGEST = 4096


def travels(row: Row, *, joins_lines: bool) -> bool:
    """Tell whether servers let the row's request through to an app as it is.

    They refuse control bytes and very long lines, strip white space, and a WSGI server makes one line of two.
    """
    if joins_lines and sum(name == "Origin" for name, _ in row.headers) > 1:
        return False
    texts = [row.method, *(value for _, value in row.headers)]
    is_plain = all(text.isascii() and text.isprintable() and text == text.strip() for text in texts)
    return is_plain and sum(map(len, texts)) < _LONGEST and len(row.headers) < len(METHODS) * 10


def _policy(row: Row) -> Policy:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        return Policy(**row.policy)


# Why: the import of some releases warns, and so do some of their start-ups.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:pkg_resources is deprecated")
@pytest.mark.parametrize("integration", INTEGRATIONS, ids=[one.name for one in INTEGRATIONS])
def test_table(integration: Integration) -> None:
    """Status, headers and whether the app has run are those of the row."""
    rows = [row for row in ROWS if travels(row, joins_lines=integration.joins_lines)]
    assert len(rows) >= AT_LEAST
    policies = list({repr(row.policy): _policy(row) for row in rows}.values())
    numbers = {key: number for number, key in enumerate({repr(row.policy): None for row in rows})}
    wrong: list[tuple[Any, ...]] = []
    with integration.serve(policies) as ask:
        for row in rows:
            got = ask(numbers[repr(row.policy)], row.method, row.headers)
            expected = Got(row.status or 200, row.answer, row.status is None)
            if got != expected:
                wrong.append((row.sentence, expected, got))
    assert not wrong
