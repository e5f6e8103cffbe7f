"""What a script reads of an answer, and how Firefox puts the lines of one together."""

from __future__ import annotations

import pytest

from crossorigin.browser.reading import list_readable, merge_lines

EXPOSE = "Access-Control-Expose-Headers"


@pytest.mark.parametrize(
    ("exposed", "standard", "lenient"),
    [
        ("*", True, True),
        ("*, a b", False, True),
        (" , *, a b", False, True),
        ("X-Other, *, a b", False, True),
        ("a b, *", False, False),
        ("X-Other, a b", False, False),
        ("X-Other,", False, False),
        ("x-total, a b", False, False),
    ],
)
def test_lists_that_are_none(exposed: str, standard: bool, lenient: bool) -> None:
    """A list with something in it that is no name exposes nothing, but in Firefox a ``*`` that stands before that."""
    headers = [("X-Total", "9"), (EXPOSE, exposed)]
    for is_lenient, expected in ((False, standard), (True, lenient)):
        found = list_readable(headers, is_cors=True, has_credentials=False, is_lenient=is_lenient)
        assert (("X-Total", "9") in found) is expected
    with_credentials = list_readable(headers, is_cors=True, has_credentials=True, is_lenient=True)
    assert ("X-Total", "9") not in with_credentials


@pytest.mark.parametrize(
    ("lines", "merged"),
    [
        ([("X-A", "1")], [("X-A", "1")]),
        ([("X-A", "1"), ("x-a", "2")], [("x-a", "1, 2")]),
        ([("X-A", ""), ("X-A", "2")], [("X-A", "2")]),
        ([("X-A", "1"), ("X-A", "")], [("X-A", "1")]),
        ([("X-A", " 1\t"), ("X-B", "")], [("X-A", "1"), ("X-B", "")]),
        ([("Content-Type", "a/b"), ("Content-Type", "")], [("Content-Type", "a/b,")]),
        ([("Location", "/a"), ("Location", "")], [("Location", "/a"), ("Location", "")]),
        (
            [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Origin", "")],
            [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Origin", "")],
        ),
        (
            [("Access-Control-Allow-Origin", "*"), ("access-control-allow-origin", "")],
            [("Access-Control-Allow-Origin", "*")],
        ),
    ],
)
def test_merged_lines(lines: list[tuple[str, str]], merged: list[tuple[str, str]]) -> None:
    """What is empty does not count, but in the headers that Firefox looks at on its own."""
    assert [*merge_lines(lines, is_cors=True)] == merged


def test_lines_of_the_own_origin() -> None:
    """Where nothing is shared, no header is looked at on its own."""
    lines = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Origin", "")]
    assert [*merge_lines(lines, is_cors=False)] == [("Access-Control-Allow-Origin", "*")]
