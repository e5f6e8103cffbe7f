"""Regular expressions for origins: what is refused, and what is matched."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crossorigin import Policy, PolicyError
from crossorigin.errors import InvalidRegexError, WrongTypeError
from crossorigin.policy.regexes import UNRELATED_ORIGINS, matches_any_origin, nests_repeats

WRITE_A_REGEX = r'Write a text, such as r"https://[a-z]+\.example\.com"'

NESTED = [
    "(a+)+",
    "(a*)*",
    "(a+)*",
    "(?:a+)+",
    "(?P<name>a+)+",
    "(a+?)+",  # lazy
    "(a+)+?",
    "(a*?)*?",
    "(a{2,})+",  # bounded below only
    "(a+){2,}",
    "((a{1,9}b+)c)+",
    "(a|b+)+",
    "(a|(b|(c|d+)))*",
    r"([a-z]+\.)+",
    r"https://(\w+\.)*example",
    "((?:a+)?)+",
    "(?=a+)+b",
    "(?=(a+)+)b",
    "(?!(a+)+)b",
    "(?<=a)(b+)+",
    "(a)?(?(1)b+|c)*",
    "(x)?(?(1)b|(c+)+)",
    "(?i:a+)+",
    "(a{2,3}(b(c*)))*",
    "(a++)+",  # possessive
    "(a+)++",
    "(?>a+)+",  # atomic
    "(?>(a+)+)",
]

FLAT = [
    "",
    "a",
    "a+",
    "a*b*c*",
    "a+?b*?",
    "a++b*+",
    "(a+)",
    "(a+)?",
    "(a+){3}",
    "(a+){0,9}",
    "(a{2,3})+",
    "(a?)+",
    "(ab|cd)+",
    "([a-z0-9-])+",
    r"https://[a-z0-9-]+\.example\.com(:\d+)?",
    r"https://(app|www)\.example",
    "(?>a+)b",
    "(?=a+)b+",
    "(a)(?(1)b+|c+)",
    r"(a)\1+",
    "[+-.]+[*-/]+[,-Z]+",  # characters with the numbers of repeats
    "(a)" * 50,  # groups with such numbers
    "(?:a" * 40 + ")?" * 40,
]


@pytest.mark.parametrize("pattern", NESTED)
def test_nested_repeats(pattern: str) -> None:
    """A repeat without a bound inside another one can take time that doubles with each letter."""
    assert nests_repeats(re.compile(pattern))
    fix = (
        'Write a pattern such as "https://*.example.com" in allow_origins; if you have made sure that the regex is '
        "fast on every input, set dangerously_allow_nested_repeats=True"
    )
    assert find(pattern) == [(InvalidRegexError, "allow_origin_regex", pattern, "regex-nests-repeats", None, fix)]
    policy = Policy(allow_origin_regex=pattern, dangerously_allow_nested_repeats=True)
    assert policy.allow_origin_regex == re.compile(pattern)


@pytest.mark.parametrize("pattern", FLAT)
def test_flat_repeats(pattern: str) -> None:
    """Repeats beside each other, or with a bound, are taken."""
    assert not nests_repeats(re.compile(pattern))
    assert Policy(allow_origin_regex=pattern).allow_origin_regex == re.compile(pattern)


def test_verbose_patterns_are_read_as_such() -> None:
    """The flags of a compiled pattern count when it is read."""
    verbose = re.compile("( a  # (b+)+ \n )+", re.VERBOSE)
    assert not nests_repeats(verbose)
    assert Policy(allow_origin_regex=verbose).allow_origin_regex is verbose
    nested = re.compile("( a+ # one \n )+", re.VERBOSE)
    assert find(nested)[0][2:4] == (nested.pattern, "regex-nests-repeats")


def find(value: Any, **options: Any) -> list[tuple[Any, ...]]:
    """Return the mistakes: kind, option, value, reason, at, fix."""
    with pytest.raises(PolicyError) as raised:
        Policy(allow_origin_regex=value, **options)
    return [(type(one), one.option, one.value, one.reason, one.at, one.fix) for one in raised.value.mistakes]


@pytest.mark.parametrize(
    ("pattern", "at"),
    [("(", 0), ("a)", 1), ("[a-z", 0), ("a**", 2), ("*.example.com", 0), ("(?P<1>a)", 4), (r"\p{L}", 0), ("a{5,2}", 2)],
)
def test_broken_regexes(pattern: str, at: int) -> None:
    """What is no regular expression is refused, with the place where it breaks."""
    ((kind, option, value, reason, found, fix),) = find(pattern)
    assert (kind, option, value, reason) == (InvalidRegexError, "allow_origin_regex", pattern, "regex-does-not-compile")
    assert found == at
    assert re.fullmatch(r"Mend it \(.+\), or write patterns in allow_origins", fix)


@pytest.mark.parametrize("pattern", ["a{99999999999999999999}", "(" * 5000 + ")" * 5000, "(?=a" * 300 + ")" * 300])
def test_regexes_that_are_too_much(pattern: str) -> None:
    """Nor is what is too much for the parser an error of another kind."""
    ((kind, _, _, reason, at, _),) = find(pattern)
    assert (kind, reason, at) == (InvalidRegexError, "regex-does-not-compile", None)


@pytest.mark.parametrize("value", [5, b"a", re.compile(b"a"), True, re.compile])
def test_what_is_no_regex(value: Any) -> None:
    """A regex is a text, or a compiled pattern of text."""
    assert find(value) == [(WrongTypeError, "allow_origin_regex", value, "wrong-type", None, WRITE_A_REGEX)]


def test_several_regexes() -> None:
    """A list of regexes allows what one of them matches; together they must not match every site."""
    policy = Policy(allow_origin_regex=[r"https://a\.example", re.compile(r"https://b\.example")])
    assert [regex.pattern for regex in policy.regexes] == [r"https://a\.example", r"https://b\.example"]
    assert policy.allow_origin_regex == policy.regexes
    assert Policy(**policy.settings) == policy
    assert Policy(allow_origin_regex=[]).allow_origin_regex is None
    assert Policy(allow_origin_regex=["a"]).allow_origin_regex == re.compile("a")
    with pytest.raises(PolicyError, match="regex-matches-any-origin"):
        Policy(allow_origin_regex=["https://a.*", "https://[^a].*"], allow_credentials=True)
    assert find([5]) == [(WrongTypeError, "allow_origin_regex", 5, "wrong-type", None, WRITE_A_REGEX)]


def test_compiled_patterns_keep_their_flags() -> None:
    """A compiled pattern is kept as it is."""
    regex = re.compile(r"https://APP\.example", re.IGNORECASE)
    policy = Policy(allow_origin_regex=regex)
    assert policy.allow_origin_regex is regex
    assert policy != Policy(allow_origin_regex=regex.pattern)
    assert policy == Policy(allow_origin_regex=re.compile(regex.pattern, re.IGNORECASE))


@pytest.mark.parametrize(
    ("pattern", "is_any"),
    [
        (".*", True),
        ("https://.*", True),
        (r"https://[^.]*.*", True),
        (r"https://[a-z.-]+", True),
        ("(?s).{1,512}", True),
        (r"https?://.+\..+", True),
        (r"https://.*\.example", False),
        (r"https://.*\.(com|org)", False),
        (r"https://[a-z]+\.[a-z]+", False),
        ("http://.*", False),
        ("https://", False),
        ("", False),
    ],
)
def test_any_origin(pattern: str, is_any: bool) -> None:
    """A regex is for everyone if it matches origins that have nothing to do with each other, whole."""
    assert matches_any_origin([re.compile(pattern)]) is is_any


def test_unrelated_origins() -> None:
    """No two of them are of one site."""
    assert len({origin.rpartition(".")[2] for origin in UNRELATED_ORIGINS}) == len(UNRELATED_ORIGINS) > 2
    assert all(origin.startswith("https://") for origin in UNRELATED_ORIGINS)


def test_two_mistakes_are_told_one_by_one() -> None:
    """A regex that is slow is not asked whom it matches."""
    assert [row[3] for row in find("(.+)+", allow_credentials=True)] == ["regex-nests-repeats"]
    may: dict[str, Any] = {"allow_credentials": True, "dangerously_allow_nested_repeats": True}
    assert [row[3] for row in find("(.+)+", **may)] == ["regex-matches-any-origin"]
