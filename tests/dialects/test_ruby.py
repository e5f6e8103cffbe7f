"""Literals of Ruby: what is read, and what is written."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin.dialects import DialectError
from crossorigin.dialects._ruby import NotLiteralError, Regex, Symbol, parse_ruby, write_text


def _evaluate(text: str) -> Any:
    ruby = parse_ruby("x", text)
    value = ruby.evaluate(ruby.tree.root.named_children[-1])
    if isinstance(value, Regex):
        return (value.source, value.flags)
    return value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"'it\'s \n \\'", r"it's \n \ ".rstrip()),
        (r'"\t\u{e9 41}\u00e9\x41\101\"\#{}\s\e\z"', "\té" + 'AéAA"#{} \x1bz'),
        (r"%q(a\(b)", "a(b"),
        ("%Q(a\\tb)", "a\tb"),
        ("'a' \"b\"", "ab"),
        (r"%w[a b\ c]", ["a", "b c"]),
        ("%i[get]", ["get"]),
        (':"a b"', "a b"),
        (":'a\\n'", "a\\n"),
        (":a", "a"),
        ("''", ""),
        ("[1_000, -2, true, false, nil, *['a'], *'b']", [1000, -2, True, False, None, "a", "b"]),
        ("2 * 3 + 1", 7),
        ("'a' + 'b'", "ab"),
        ("[1] + [2]", [1, 2]),
        ("{a: 1, :b => 2, 'c' => 3, 'd': 4}", {"a": 1, "b": 2, "c": 3, "d": 4}),
        (r"%r{a/\/}im", (r"a/\/", "im")),
        (r"/a\.b/", (r"a\.b", "")),
        (r"Regexp.new('\Aa')", (r"\Aa", "")),
        ("A = 'a'.freeze\nA", "a"),
        ("a = [B]\nB = 'b'\na", ["b"]),
    ],
)
def test_literals(text: str, wanted: Any) -> None:
    value = _evaluate(text)
    assert value == wanted
    if text.startswith(":"):
        assert isinstance(value, Symbol)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a",
            "A",
            "a.b",
            "f('a')",
            '"a#{b}"',
            "/a#{b}/",
            "Regexp.new(a)",
            "Regexp.new('a', 1)",
            "String.new('a')",
            "new",
        ),
        *("-'a'", "1 - 1", "1 + 'a'", "'a' * 2", "+1", "0x10", "1.5", "{**a}", "{a => 1}", "<<~A\nA\n", "?a", "9" * 99),
        *(
            '"\\M-a"',
            '"\\u{110000}"',
            "a = 1\na = 2\na",
            "a, b = 1, 2\na",
            "a ||= 1\na",
            "a = b\nb = a\na",
            "[[" * 30 + "]]" * 30,
        ),
        *("1" + " + 1" * 50, "a = 1\na += 1\na"),
    ],
)
def test_what_is_known_only_when_it_runs(text: str) -> None:
    with pytest.raises(NotLiteralError):
        _evaluate(text)


DOUBLED = "".join(f"a{number} = [a{number + 1}, a{number + 1}]\n" for number in range(30))


@pytest.mark.parametrize("text", [f"{DOUBLED}a30 = 1\na0", f"9 * {' * '.join(['9' * 19] * 20)}"])
def test_what_grows_without_end_is_none(text: str) -> None:
    """Names that stand for each other twice would take hours."""
    with pytest.raises(NotLiteralError):
        _evaluate(text)


def test_what_is_no_ruby() -> None:
    with pytest.raises(DialectError, match="this is not Ruby"):
        parse_ruby("x", "[")


@pytest.mark.parametrize(
    "text", ["", "it's", 'a"b', "#{a}", "#$0", "#@a", "a\\b", "\n", "é", "\\#{x}", "\x7f", "'#{1}\n", "日"]
)
def test_what_is_written_is_a_literal(text: str) -> None:
    """Nothing in a text is code."""
    assert _evaluate(write_text(text)) == text
