"""Regular expressions of other engines: what is written for them, and what is read of them, as tables.

What each row says is asked of the engines themselves in tests/stacks.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin.dialects._flavours import Flavour, from_flavour, read_flavour, to_flavour

FLAVOURS: tuple[Flavour, ...] = ("javascript", "ruby", "pcre", "re2")

#: An expression, its flags, and what it is in JavaScript, Ruby, PCRE and RE2.
WRITTEN: list[tuple[str, int, *tuple[str | None, ...]]] = [
    # Realistic, it stays as it was written, between the anchors of the engine
    (
        r"https://[a-z]+\.example",
        0,
        r"^https:\/\/[a-z]+\.example$",
        r"\Ahttps:\/\/[a-z]+\.example\z",
        r"\Ahttps://[a-z]+\.example\z",
        r"\Ahttps://[a-z]+\.example\z",
    ),
    # Realistic, an alternative does not escape from the anchors
    ("a|b", 0, "^(?:a|b)$", r"\A(?:a|b)\z", r"\A(?:a|b)\z", r"\A(?:a|b)\z"),
    ("(?:a)", 0, "^(?:(?:a))$", r"\A(?:(?:a))\z", r"\A(?:(?:a))\z", r"\A(?:(?:a))\z"),
    # Realistic, flags that an engine has as Python does, and else all that they let match
    ("(?i:ab)", 0, "^[Aa][Bb]$", r"\A(?i:ab)\z", r"\A(?i:ab)\z", r"\A(?i:ab)\z"),
    ("a-1", re.IGNORECASE, "^[Aa]-1$", r"\A[Aa]-1\z", r"\A[Aa]-1\z", r"\A[Aa]-1\z"),
    ("a . # b", re.VERBOSE, r"^a[^\x0a]$", r"\Aa[^\x0a]\z", r"\Aa[^\x0a]\z", r"\Aa[^\x0a]\z"),
    ("(?s:.)é[^a]", 0, *[rf"{a}[\s\S][^\s\S][^a]{z}" for a, z in (("^", "$"), *[(r"\A", r"\z")] * 3)]),
    # Realistic, anchors of Python's
    ("^(a$|b)", 0, "^^(?:a$|b)$", r"\A\A(?:a\z|b)\z", r"\A\A(?:a\z|b)\z", r"\A\A(?:a\z|b)\z"),
    (r"\Aa\Z|\b\B", 0, r"^(?:^a$|\b\B)$", r"\A(?:\Aa\Z|\b\B)\z", r"\A(?:\Aa\Z|\b\B)\z", r"\A(?:\Aa\z|\b\B)\z"),
    # Synthetic, repeats
    ("a{2,}?b{3}?c??", 0, "^a{2,}?b{3}?c??$", r"\Aa{2,}?b{3}c??\z", r"\Aa{2,}?b{3}?c??\z", r"\Aa{2,}?b{3}?c??\z"),
    ("(?:ab){,2}#", 0, r"^(?:ab){0,2}\x23$", r"\A(?:ab){,2}\#\z", r"\A(?:ab){0,2}\x23\z", r"\A(?:ab){0,2}\x23\z"),
    ("(?:(?i:)a*)+", 0, "^(?:a*)+$", r"\A(?:(?i:)a*)+\z", r"\A(?:(?i:)a*)+\z", r"\A(?:(?i:)a*)+\z"),
    ("(?:a{50}){50}", 0, "^(?:a{50}){50}$", r"\A(?:a{50}){50}\z", r"\A(?:a{50}){50}\z", None),
    ("a{20000}", 0, None, None, None, None),
    ("a++", 0, None, r"\Aa++\z", r"\Aa++\z", None),
    ("(?i:a)++", 0, None, r"\A(?i:a)++\z", r"\A(?i:a)++\z", None),
    ("é++", 0, None, r"\A(?>[^\s\S]+)\z", r"\A(?>[^\s\S]+)\z", None),
    # Synthetic, what looks around, and what refers to groups
    ("(?!é)a", 0, r"^(?![^\s\S])a$", r"\A(?![^\s\S])a\z", r"\A(?![^\s\S])a\z", None),
    ("a(?=b)b(?<=b)", 0, "^a(?=b)b(?<=b)$", r"\Aa(?=b)b(?<=b)\z", r"\Aa(?=b)b(?<=b)\z", None),
    ("c(?<!(a)|[bc])", 0, "^c(?<!(a)|[bc])$", r"\Ac(?<!(?:a|[bc]))\z", r"\Ac(?<!(?:a|[bc]))\z", None),
    ("aa(?<=a{2})", 0, "^aa(?<=a{2})$", None, None, None),
    (r"(?<=(a))a\1", 0, None, None, None, None),
    ("(?>a)b", 0, None, r"\A(?>a)b\z", r"\A(?>a)b\z", None),
    ("(?P<n>a)(?P=n)", 0, None, r"\A(a)(?:\1)\z", r"\A(?P<n>a)(?P=n)\z", None),
    (r"(a)(b)\2", re.IGNORECASE, None, r"\A[Aa]([Bb])(?i:\1)\z", r"\A[Aa]([Bb])(?i:\1)\z", None),
    ("(a)?(?(1)b|c)", 0, None, r"\A(?:(a))?(?(1)b|c)\z", r"\A(?:(a))?(?(1)b|c)\z", None),
    ("(a)?(?(1)b)", 0, None, r"\A(?:(a))?(?(1)b)\z", r"\A(?:(a))?(?(1)b)\z", None),
    ("a(?!)", 0, r"^a(?!)$", r"\Aa(?!)\z", r"\Aa(?!)\z", r"\Aa[^\s\S]\z"),
    # Hostile, what would end a literal, or begin something in it
    ("#{a}\"'`$", 0, *[rf"{a}\x23\{{a\}}\x22\x27\x60{z}{z}" for a, z in (("^", "$"), *[(r"\A", r"\z")] * 3)]),
    ("(" * 70 + "a" + ")" * 70, 0, "^a$", r"\Aa\z", r"\Aa\z", r"\Aa\z"),
    ("(" * 5000 + "a" + ")" * 5000, 0, *[None] * 4),
]


@pytest.mark.parametrize("row", WRITTEN)
def test_what_is_written(row: tuple[str, int, *tuple[str | None, ...]]) -> None:
    regex, flags, *wanted = row
    assert [to_flavour(regex, flags, flavour) for flavour in FLAVOURS] == wanted


JS, RUBY, PCRE, RE2 = (frozenset([flavour]) for flavour in FLAVOURS)
ALL = frozenset(FLAVOURS)

#: The engines, an expression, its flags, and what it is in Python, for the whole of an origin.
READ: list[tuple[frozenset[Flavour], str, str, str | None]] = [
    # Realistic, what tutorials write
    (ALL, r"^https:\/\/[a-z]+\.example$", "", r"https://[a-z]+\.example"),
    (ALL, r"^https?://(.+\.)?a\.example$", "i", r"(?i:https?://(.+\.)?a\.example)"),
    (ALL - JS, r"(?i)\Ahttps://a\.example\z", "", r"(?i:https://a\.example)"),
    (ALL, r"\.a\.example$", "", r".*\.a\.example"),
    (ALL, r"^https://a\.example", "", r"https://a\.example.*"),
    (ALL, r"a", "", ".*a.*"),
    (ALL, "", "", ".*"),
    (ALL, ".*a.*", "", ".*a.*"),
    (ALL, "^a|b$", "", "a.*|.*b"),
    (ALL, "^(?:a|b)$", "", "a|b"),
    (ALL, "^(?:(?:a))$", "", "(?:a)"),
    (ALL, "^(?:a|b)c$", "", "(?:a|b)c"),
    (ALL, "^(a$|b$)", "", r"(a\Z|b\Z)"),
    (ALL, "(^a|b$)", "", r".*(\Aa|b\Z).*"),
    (ALL, "(^a|^b)+$", "", r".*(\Aa|\Ab)+"),
    (ALL, "^", "", ".*"),
    (RUBY | PCRE, r"\Aa\Z", "mx", "a"),
    (RE2, r"\Aa\Z", "", None),
    (JS, r"\Aa\z", "", ".*Aaz.*"),
    (JS, r"\Aa\z", "u", None),
    (ALL, "^a$", "v", None),
    # Realistic, sets
    (ALL, r"^[\w.-]+[a-z0-9-_]$", "", r"[\w.-]+[a-z0-9-_]"),
    (JS | RE2, r"^[\w-.]$", "", r"[\w\-.]"),
    (RUBY | PCRE, r"^[\w-.]$", "", None),
    (JS | RE2, r"^[\w-.-z]$", "", None),
    (ALL, r"^[a-\d]$", "", None),
    (ALL, "^[--/]$", "", None),
    (ALL, r"^[^\]\/\-]$", "", r"[^\]/\-]"),
    (JS, "^[^][]$", "", "(?s:.)(?!)"),
    (ALL - JS, "^[]a]$", "", r"[\]a]"),
    (JS | PCRE | RE2, "^[[a]$", "", r"[\[a]"),
    (RUBY, "^[[a]]$", "", None),
    (ALL - RUBY, "^[&&]$", "", r"[&\&]"),
    (RUBY, "^[a&&b]$", "", None),
    (ALL - JS, "^[[:alpha:]_]$", "", "[a-zA-Z_]"),
    (ALL - JS, "^[[:nope:]]$", "", None),
    (PCRE | RE2, "^[[=a=]]$", "", None),
    (JS, "^[[:alpha:]]$", "", r"[\[:alpha:]]"),
    (RUBY, r"^\h\H[\h]$", "", "[0-9a-fA-F][^0-9a-fA-F][0-9a-fA-F]"),
    (PCRE, r"^\h\V[\v]$", "", r"[ \t][^\n-\r][\n-\r]"),
    (JS | RE2 | RUBY, r"^\v[\v]$", "", r"\x0b[\x0b]"),
    (ALL - RE2, r"^[\b]$", "", r"[\x08]"),
    (RE2, r"^[\b]$", "", None),
    (ALL, "^[a", "", None),
    (ALL, r"^[\B]$", "", None),
    # Synthetic, characters
    (ALL, r"^\x41\n\b\D\.$", "", r"\x41\n\b\D\."),
    (JS | RUBY, r"^\u00e9$", "", r"\xe9"),
    (PCRE | RE2, r"^\u00e9$", "", None),
    (RE2, r"^\x{20ac}$", "", r"\U000020ac"),
    (PCRE, r"^\x{20ac}$", "u", r"\U000020ac"),
    (PCRE, r"^\x{20ac}$", "", None),
    (JS | RUBY, r"^\x{20ac}$", "", None),
    (RUBY, r"^\u{41}$", "", r"\x41"),
    (JS, r"^\u{41}$", "u", r"\x41"),
    (JS, r"^\u{41}$", "", None),
    (PCRE | RE2, r"^\x{110000}$", "", None),
    (ALL, r"^\p{L}$", "", None),
    (ALL, "^a\\", "", None),
    (ALL, r"^\é\#\ $", "", "é# "),
    (ALL, "^a{b}]$", "", r"a\{b}]"),
    # Synthetic, repeats
    (ALL, "^a*?b{2,}c{1,2}?$", "", "a*?b{2,}c{1,2}?"),
    (JS | PCRE | RE2, "^a{2}?$", "", "a{2}?"),
    (RUBY, "^a{2}?$", "", "(?:a{2})?"),
    (RUBY, "^a{1,2}+$", "", "(?:a{1,2})+"),
    (PCRE, "^a{1,2}+$", "", "a{1,2}+"),
    (RUBY | PCRE, "^a++$", "", "a++"),
    (JS | RE2, "^a++$", "", None),
    (JS | RE2, "^a{,2}$", "", r"a\{,2}"),
    (RUBY, "^a{,2}$", "", "a{,2}"),
    (PCRE, "^a{,2}$", "", None),
    (ALL, "^*a$", "", None),
    (ALL, "^a{2}{3}$", "", None),
    (ALL, "^a{3,2}$", "", None),
    # Synthetic, groups
    (ALL, "^(?<n>a)$", "", "(?P<n>a)"),
    (PCRE | RE2, "^(?P<n>a)$", "", "(?P<n>a)"),
    (JS | RUBY, "^(?P<n>a)$", "", None),
    (RUBY | PCRE, "^(?'n'a)$", "", "(?P<n>a)"),
    (RUBY, "^(a)(?<n>b)$", "", "(?:a)(?P<n>b)"),
    (RUBY | PCRE, r"^(?<n>a)\k<n>$", "", "(?P<n>a)(?P=n)"),
    (PCRE, "^(?<n>a)(?P=n)$", "", "(?P<n>a)(?P=n)"),
    (RUBY | PCRE, r"^(a)\1$", "", r"(a)\1"),
    (RUBY, r"^(?<n>a)\1$", "", None),
    (JS | RE2, r"^(a)\1$", "", None),
    (ALL - RE2, "^(?=a)(?!b)a(?<=a)(?<!b)$", "", "(?=a)(?!b)a(?<=a)(?<!b)"),
    (RE2, "^(?=a)a$", "", None),
    (ALL - RE2, "^(?<=a+)b$", "", None),
    (ALL - RE2, "^(?=a)*b$", "", None),
    (RUBY | PCRE, "^(?>a)$", "", "(?>a)"),
    (JS | RE2, "^(?>a)$", "", None),
    (ALL - JS, "^(?i:a(?-i:b)(?m:c))$", "", "(?i:a(?-i:b)(?:c))"),
    (JS, "^(?i:a)$", "", None),
    (ALL, "^a(?i)b$", "", None),
    (ALL, "^(?y:a)$", "", None),
    (ALL, "^(?R)$", "", None),
    (ALL, "^(a$", "", None),
    (ALL, "^a)$", "", None),
    (RUBY | PCRE, "^(?x: a # b\n c(?#d))$", "", "ac"),
    (RUBY | PCRE, "^a(?#d$", "", None),
    (ALL, "(" * 70 + "a" + ")" * 70, "", None),
]


@pytest.mark.parametrize(("flavours", "source", "flags", "wanted"), READ)
def test_what_is_read(flavours: frozenset[Flavour], source: str, flags: str, wanted: str | None) -> None:
    for flavour in sorted(flavours):
        assert (flavour, from_flavour(source, flags, flavour)) == (flavour, wanted)


@pytest.mark.parametrize(
    ("source", "is_open"), [("^a$", False), ("^a", True), ("a$", True), ("^(a$|b$)", False), ("^a$|b", True)]
)
def test_an_open_end_is_told(source: str, is_open: bool) -> None:
    found = read_flavour(source, "", "ruby")
    assert found
    assert found.is_open == is_open


@given(st.text("ab(?:)|[]{}^$\\.*+-,1dPkx<=!>#/é &", max_size=12), st.sampled_from(FLAVOURS))
def test_what_is_read_can_be_written(source: str, flavour: Flavour) -> None:
    """Whatever is read compiles, and where it can be written in its flavour again it is read as the same."""
    regex = from_flavour(source, "", flavour)
    if regex is not None:
        written = to_flavour(regex, 0, flavour)
        back = from_flavour(written, "", flavour) if written else regex
        assert back is not None
        for text in ("a", "b", "ab", "https://a", "1", "-", "#", "/"):
            assert bool(re.fullmatch(regex, text)) == bool(re.fullmatch(back, text))
