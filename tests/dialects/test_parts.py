"""The parts that dialects share: expressions, paths and literals."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

from crossorigin.dialects._origins import is_anchored, read_anchored, split_regex
from crossorigin.dialects._paths import path_to_regex, regex_to_path
from crossorigin.dialects._python import NotLiteralError, parse, write_regex
from crossorigin.dialects._translation import Position


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (r"(?:a\)|[)(])|(?:b)", [r"a\)|[)(]", "b"]),
        (r"(?:[]^)])|(?:[^]a)])", ["[]^)]", "[^]a)]"]),
        ("(?:a(b))|(?:c)", ["a(b)", "c"]),
        ("(?:a)|", None),
        ("(?:a)|(?:b)c", None),
        (r"(?:(a)\1)|(?:b)", None),
        ("(?:a", None),
    ],
)
def test_split(text: str, parts: list[str] | None) -> None:
    """Only what was joined is taken apart."""
    assert split_regex(text) == (parts or [text])


@pytest.mark.parametrize(
    ("text", "wanted"), [("", False), ("a", False), ("(a$)", True), (r"a\Z", True), (r"a\b", False)]
)
def test_anchored(text: str, wanted: bool) -> None:
    assert is_anchored(re.compile(text)) is wanted


def test_an_anchor_around_two_parts_is_none_of_ours() -> None:
    """The bracket that is closed at the end is not the one that is open at the start."""
    found = read_anchored(re.compile(r"(?:a)|(?:b)\Z"))
    assert (found.is_loose, [regex.pattern for regex in found.regexes]) == (True, [r"(?:a)|(?:b)\Z"])


@pytest.mark.parametrize(
    ("regex", "path"),
    [
        ("^/$", "/"),
        ("^/a$", "/a"),
        ("/a", None),
        ("^/a/", "/a/*"),
        ("/a/*$", None),
        ("^/a.b/.*", None),
        (r"^/a/../b\Z", None),
        (r"^/a.b\Z", None),
        ("", "/*"),
    ],
)
def test_paths(regex: str, path: str | None) -> None:
    found = regex_to_path(regex, Position(1, 1))
    assert (found.path if found else None) == path


def test_every_path_is_written_as_every_path() -> None:
    assert path_to_regex("/*") == ".*"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-1", -1),
        ("'a' 'b' + 'c'", "abc"),
        ("[1] + [2]", [1, 2]),
        ("{'a': [1]}", {"a": [1]}),
        ("tuple(['a'])", ["a"]),
        ("frozenset({'a'})", ["a"]),
        ("re.compile('a', flags=re.I)", re.compile("a", re.IGNORECASE)),
        ("re.compile('a', re.VERBOSE | re.X)", re.compile("a", re.VERBOSE)),
        *(
            (text, None)
            for text in ("-'a'", "1 + [2]", "{[1]: 1}", "{**a}", "list('ab')", "list()", "re.compile(1)", "f()")
        ),
        *(
            (text, None)
            for text in ("re.compile('a', x)", "a.b", "x", "loop", "~1", "[" * 45 + "]" * 45, "a if b else c")
        ),
    ],
)
def test_literals(text: str, wanted: Any) -> None:
    """What is known without running is read; anything else says where it stands."""
    source = parse("fastapi", f"loop = again\nagain = loop\nchanged = []\nchanged.append(1)\nvalue = {text}")
    node = source.tree.body[-1]
    assert isinstance(node, ast.Assign)
    if wanted is not None:
        assert source.evaluate(node.value) == wanted
        return
    with pytest.raises(NotLiteralError) as caught:
        source.evaluate(node.value)
    assert caught.value.position.line in {1, 2, 5}


def test_what_is_changed_in_place_is_no_literal() -> None:
    source = parse("fastapi", "a = []\na.append(1)\nb = [1]\nb[0] = 2\nc = [a, b]")
    node = source.tree.body[-1]
    assert isinstance(node, ast.Assign)
    assert source.evaluate_items(node.value) == ([], [Position(5, 6), Position(5, 9)])


@pytest.mark.parametrize("text", ['a"', "a\\", "a\n"])
def test_expressions_are_written_as_python(text: str) -> None:
    assert eval(write_regex(re.escape(text)), {"re": re}) == re.compile(re.escape(text))


def test_lists_that_double_end_in_time() -> None:
    """Forty lines stand for more values than there is memory."""
    lines = ["a0 = ['x', 'x']", *(f"a{n} = [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
    source = parse("fastapi", "\n".join(lines))
    with pytest.raises(NotLiteralError):
        source.evaluate(ast.Name("a39"))
