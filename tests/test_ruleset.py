"""Which policy serves which path, and how rules are read from TOML."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin import Policy, PolicyError, Rule, Ruleset
from crossorigin.errors import (
    IncompatibleOptionsError,
    InvalidFileError,
    InvalidMethodError,
    InvalidPathError,
    InvalidValueError,
    SettingError,
    UnknownOptionError,
    WrongTypeError,
)
from crossorigin.ruleset import parse_ruleset

APP = "https://app.example"
PRIVATE, PUBLIC, STATUS = Policy(allow_origins=[APP]), Policy(allow_origins="*"), Policy(max_age=1)
NESTED = Policy(max_age=2)

RULES = [
    Rule(["/*"], PRIVATE),
    Rule(["/public/*", "/files/*"], PUBLIC),
    Rule(["/public/status"], STATUS),
    Rule(["/public/a/*"], NESTED),
]


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/", PRIVATE),
        ("/other", PRIVATE),
        ("/public", PUBLIC),
        ("/public/", PUBLIC),
        ("/public/logo.png", PUBLIC),
        ("/public/b/c/d", PUBLIC),
        ("/publicity", PRIVATE),
        ("/Public/logo.png", PRIVATE),
        ("/files/x", PUBLIC),
        ("/public/status", STATUS),
        ("/public/status/", PUBLIC),
        ("/public/status/x", PUBLIC),
        ("/public/a", NESTED),
        ("/public/a/b", NESTED),
        ("/public/ab", PUBLIC),
        ("/public/a+b", PUBLIC),
        ("/x/public/a", PRIVATE),
        ("/public/a" + "/x" * 100_000, NESTED),
        ("/" + "x" * 100_000, PRIVATE),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_longest_prefix_wins(path: str, policy: Policy | None, order: tuple[int, ...]) -> None:
    """The most specific rule serves a path, in whatever order the rules stand: a literal, then the longest prefix."""
    assert Ruleset(RULES[at] for at in order).find_policy(path) is policy


def test_no_rule() -> None:
    """A path that no rule names has no policy."""
    rules = Ruleset([Rule(["/api/*", "/status"], PRIVATE)])
    assert [rules.find_policy(path) for path in ("/", "/ap", "/apis", "/status/", "/Status")] == [None] * 5
    assert Ruleset([]).find_policy("/") is None
    assert Ruleset([Rule(["/"], PUBLIC)]).find_policy("") is PUBLIC


@pytest.mark.parametrize(
    ("url", "written", "normalized"),
    [
        ("https://api.example/public/a%20b?x=/../y", PUBLIC, PUBLIC),
        ("/public/logo.png", PUBLIC, PUBLIC),
        ("/public/%2e%2e/x", PUBLIC, PRIVATE),
        ("/public/../x", PUBLIC, PRIVATE),
        ("/x/../public/y", PRIVATE, PUBLIC),
        ("/x/..%2fpublic/y", PRIVATE, PUBLIC),
        ("/x/..%252fpublic/y", PRIVATE, PUBLIC),
        ("//public/y", PRIVATE, PUBLIC),
        ("/public//status", PUBLIC, STATUS),
        ("/public/status;v=1", PUBLIC, STATUS),
        ("/public\\status", PRIVATE, STATUS),
        ("/public%5cstatus", PRIVATE, STATUS),
        ("/public/./status", PUBLIC, STATUS),
        ("/public%2f%2573tatus", PUBLIC, STATUS),
        ("/public/b/../c", PUBLIC, PUBLIC),
    ],
)
def test_judges(url: str, written: Policy, normalized: Policy) -> None:
    """A path that can be read in two ways is judged by the policies of both."""
    judges = Ruleset(RULES).find_judges(url)
    assert judges[0] is written
    assert {written, normalized} <= set(judges)
    assert len(judges) == len(set(judges))


def test_judges_of_a_long_ambiguous_path() -> None:
    """All policies judge it, and none where there are paths without a rule, so that the work is bounded."""
    path = f"/..{'/a' * 100_000}"
    assert set(Ruleset(RULES).find_judges(path)) == {rule.policy for rule in RULES}
    assert set(Ruleset(RULES[1:]).find_judges(path)) == {*(rule.policy for rule in RULES[1:]), None}
    assert Ruleset(RULES[:1]).find_judges(path) == (PRIVATE,)


def test_only_policy() -> None:
    """A ruleset has one policy if one rule serves everything and nothing is served by another."""
    assert Ruleset([Rule(["/*"], PRIVATE)]).only_policy is PRIVATE
    assert Ruleset([]).only_policy is None
    assert Ruleset([Rule(["/a/*"], PRIVATE)]).only_policy is None
    assert Ruleset([Rule(["/*"], PRIVATE), Rule(["/a"], PUBLIC)]).only_policy is None
    assert Ruleset([Rule(["/*"], PRIVATE), Rule(["/a/*"], PUBLIC)]).only_policy is None


def test_values() -> None:
    """Rules are equal if their parts are; rulesets if the same policy serves every path, in whatever order."""
    rule = Rule(paths=["/a", "/b/*"], policy=PRIVATE)
    assert rule.paths == ("/a", "/b/*")
    assert rule == Rule(("/a", "/b/*"), Policy(allow_origins=[APP]))
    assert hash(rule) == hash(Rule(("/a", "/b/*"), PRIVATE))
    assert rule not in (Rule(["/a"], PRIVATE), Rule(["/a", "/b/*"], PUBLIC), "/a")
    assert repr(rule) == f"Rule(paths=['/a', '/b/*'], policy=Policy(allow_origins=('{APP}',)))"
    rules = Ruleset([rule])
    apart = Ruleset([Rule(["/b/*"], PRIVATE), Rule(["/a"], PRIVATE)])
    assert rules == apart
    assert hash(rules) == hash(apart)
    assert rules.rules == (rule,)
    assert rules not in (
        Ruleset([]),
        Ruleset([Rule(["/a", "/b/*"], PUBLIC)]),
        Ruleset([Rule(["/a/*", "/b"], PRIVATE)]),
        (),
    )
    assert repr(rules) == f"Ruleset([{rule!r}])"
    assert eval(repr(rules)) == rules


def test_a_rule_never_changes() -> None:
    with pytest.raises(AttributeError, match="policy"):
        Rule(["/a"], PRIVATE).policy = PUBLIC


def show(mistakes: tuple[SettingError, ...]) -> list[tuple[Any, ...]]:
    return [(type(one), one.place, one.value, one.reason, one.at) for one in mistakes]


@pytest.mark.parametrize(
    "paths", [["/"], ["/*"], ["/a"], ["/a/"], ["/a b", "/caf\u00e9", "/a+b"], ("/a/*",), iter(["/.well-known/*"])]
)
def test_paths(paths: Any) -> None:
    """A path is literal, or ends in ``/*``, and is written decoded."""
    assert all(path.startswith("/") for path in Rule(paths, PRIVATE).paths)


@pytest.mark.parametrize(
    ("path", "at"),
    [
        ("", None),
        ("a", None),
        ("*", 0),
        ("https://api.example/a", None),
        ("/a*", 2),
        ("/**", 1),
        ("/*/a", 1),
        ("/a/*/*", 3),
        ("/a?b", 2),
        ("/a#b", 2),
        ("/a/../b", None),
        ("/a/./b", None),
        ("//", None),
        ("//*", None),
        ("/a//b", None),
        ("/a;b", None),
        ("/a\\b", None),
        ("/a%2fb", None),
        ("/a/%2E%2E/b", None),
    ],
)
def test_what_is_no_path(path: str, at: int | None) -> None:
    """What could be read in two ways, or never match, is no path of a rule."""
    with pytest.raises(PolicyError) as raised:
        Rule(["/a", path], PRIVATE)
    assert show(raised.value.mistakes) == [(InvalidPathError, "paths[1]", path, "path-is-not-a-pattern", at)]
    assert raised.value.mistakes[0].fix == (
        'Write it from its first slash on, decoded and without dot segments, such as "/public/*"'
    )


@pytest.mark.parametrize(
    ("paths", "policy", "mistakes"),
    [
        ("/a", PRIVATE, [(WrongTypeError, "paths", "/a", "bare-string", None)]),
        (5, PRIVATE, [(WrongTypeError, "paths", 5, "wrong-type", None)]),
        ([], PRIVATE, [(InvalidValueError, "paths", [], "missing-paths", None)]),
        (["/a", 5], PRIVATE, [(WrongTypeError, "paths[1]", 5, "wrong-type", None)]),
        (["/a"], "*", [(WrongTypeError, "policy", "*", "wrong-type", None)]),
        (
            ["a", None],
            None,
            [
                (InvalidPathError, "paths[0]", "a", "path-is-not-a-pattern", None),
                (WrongTypeError, "paths[1]", None, "wrong-type", None),
                (WrongTypeError, "policy", None, "wrong-type", None),
            ],
        ),
    ],
)
def test_rules_that_are_none(paths: Any, policy: Any, mistakes: list[tuple[Any, ...]]) -> None:
    """A rule has paths and a policy, and says all its mistakes at once."""
    with pytest.raises(PolicyError) as raised:
        Rule(paths, policy)
    assert show(raised.value.mistakes) == mistakes


@pytest.mark.parametrize(
    ("paths", "policy", "fix"),
    [
        ([], PRIVATE, 'Write paths such as ["/public/*"]'),
        ([5], PRIVATE, 'Write a text, such as "/public/*"'),
        ("/a", PRIVATE, 'Write paths=["/a"]'),
        (["/a"], "*", "Write a Policy"),
    ],
)
def test_fixes(paths: Any, policy: Any, fix: str) -> None:
    """Who writes a rule wrong is told how to write one."""
    with pytest.raises(PolicyError) as raised:
        Rule(paths, policy)
    assert [one.fix for one in raised.value.mistakes] == [fix]


def test_paths_that_two_rules_name() -> None:
    """Two rules for one path leave it open which of them answers; what is no rule is told, too."""
    rules: list[Any] = [Rule(["/a", "/b", "/b"], PRIVATE), PUBLIC, Rule(["/a", "/a/*"], PUBLIC), Rule(["/a/*"], PUBLIC)]
    with pytest.raises(PolicyError) as raised:
        Ruleset(rules)
    assert show(raised.value.mistakes) == [
        (IncompatibleOptionsError, "paths", "/b", "duplicate-path", None),
        (WrongTypeError, "rules[1]", PUBLIC, "wrong-type", None),
        (IncompatibleOptionsError, "paths", "/a", "duplicate-path", None),
        (IncompatibleOptionsError, "paths", "/a/*", "duplicate-path", None),
    ]
    assert {one.fix for one in raised.value.mistakes} == {
        "Name the path in one rule only",
        "Write a Rule(paths=[...], policy=...)",
    }


TOP = 'allow_origins = ["https://app.example"]\n'
PART = '[[rule]]\npaths = ["/public/*", "/status"]\nallow_origins = "*"\n'


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (TOP, [Rule(["/*"], PRIVATE)]),
        (PART, [Rule(["/public/*", "/status"], PUBLIC)]),
        (TOP + PART, [Rule(["/*"], PRIVATE), Rule(["/public/*", "/status"], PUBLIC)]),
        (PART + '[[rule]]\npaths = ["/a"]\n', [Rule(["/public/*", "/status"], PUBLIC), Rule(["/a"], Policy())]),
        ('rule = [{paths = ["/a"], max_age = 1}]', [Rule(["/a"], STATUS)]),
        ('[error_messages]\nnull-origin = "No."', [Rule(["/*"], Policy(error_messages={"null-origin": "No."}))]),
        ("debug = true\nmax_age = 0", [Rule(["/*"], Policy(debug=True, max_age=0))]),
        ('max_age = "none"', [Rule(["/*"], Policy(max_age=None))]),
    ],
    ids=["top level", "[[rule]]", "both", "several", "inline", "a table of texts", "flags and numbers", "no age"],
)
def test_parse(text: str, rules: list[Rule]) -> None:
    """The top level is a rule for everything, and each ``[[rule]]`` is one for its paths."""
    assert parse_ruleset(text) == Ruleset(rules)
    assert parse_ruleset(text).rules == tuple(rules)


FILE = "cors.toml"
FIRST, SECOND = f"{FILE}, [[rule]] number 1", f"{FILE}, [[rule]] number 2"


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", [(InvalidFileError, f"{FILE}: TOML", "", "empty-file", None)]),
        ("# nothing", [(InvalidFileError, f"{FILE}: TOML", "", "empty-file", None)]),
        ("rule = []", [(InvalidFileError, f"{FILE}: TOML", "", "empty-file", None)]),
        ("max_age = -1", [(InvalidValueError, f"{FILE}: max_age", -1, "max-age-out-of-range", None)]),
        ("[rule]\nmax_age = 1", [(WrongTypeError, f"{FILE}: rule", {"max_age": 1}, "wrong-type", None)]),
        ("rule = 5", [(WrongTypeError, f"{FILE}: rule", 5, "wrong-type", None)]),
        ("rule = [5]", [(WrongTypeError, f"{FILE}: rule", [5], "wrong-type", None)]),
        ('paths = ["/a"]\n[[rule]]', [(UnknownOptionError, f"{FILE}: paths", "['/a']", "unknown-option", None)]),
        ("[[rule]]", [(InvalidValueError, f"{FIRST}: paths", [], "missing-paths", None)]),
        ('[[rule]]\npaths = "/a"', [(WrongTypeError, f"{FIRST}: paths", "/a", "bare-string", None)]),
        (
            f'{TOP}[[rule]]\npaths = ["/*"]',
            [(IncompatibleOptionsError, f"{FILE}: paths", "/*", "duplicate-path", None)],
        ),
        (
            '[[rule]]\npath = "/a"\nmax_age = -1',
            [
                (UnknownOptionError, f"{FIRST}: rule", "path", "unknown-option", None),
                (InvalidValueError, f"{FIRST}: max_age", -1, "max-age-out-of-range", None),
            ],
        ),
        ("self = 1", [(UnknownOptionError, f"{FILE}: Policy", "self", "unknown-option", None)]),
        ('origin_validator = "f"', [(WrongTypeError, f"{FILE}: origin_validator", "f", "wrong-type", None)]),
        (
            'allow_methods = ["get"]\n[[rule]]\nmax_age = "1"\npaths = ["/a"]\n[[rule]]\npaths = ["b"]\norigins = []\n',
            [
                (InvalidMethodError, f"{FILE}: allow_methods[0]", "get", "method-not-normalized", None),
                (WrongTypeError, f"{FIRST}: max_age", "1", "wrong-type", None),
                (UnknownOptionError, f"{SECOND}: Policy", "origins", "unknown-option", None),
                (InvalidPathError, f"{SECOND}: paths[0]", "b", "path-is-not-a-pattern", None),
            ],
        ),
    ],
)
def test_parse_mistakes(text: str, mistakes: list[tuple[Any, ...]]) -> None:
    """All mistakes of a file are told at once, each with its table and its key."""
    with pytest.raises(PolicyError) as raised:
        parse_ruleset(text, FILE)
    assert show(raised.value.mistakes) == mistakes


@pytest.mark.parametrize(
    "text", ["a =", "a = 1 b = 2", "[a", "a = 1\na = 2", "allow_origins = ['x'", "\x00", "[[rule]]\n[rule]"]
)
def test_what_is_no_toml(text: str) -> None:
    """What does not follow the grammar is told in the parser's words, which name the line."""
    with pytest.raises(PolicyError) as raised:
        parse_ruleset(text)
    (mistake,) = raised.value.mistakes
    assert (type(mistake), mistake.place, mistake.reason) == (InvalidFileError, "policy file: TOML", "invalid-toml")
    assert mistake.fix == "Mend the line it names"
    assert "at " in str(mistake.value)


@pytest.mark.parametrize("text", [f"max_age = {'1' * 5000}", f"a = {'[' * 100_000}"], ids=["digits", "brackets"])
def test_what_is_too_much_toml(text: str) -> None:
    """Nor is what is too much for the parser an error of another kind."""
    with pytest.raises(PolicyError) as raised:
        parse_ruleset(text)
    assert [one.reason for one in raised.value.mistakes] == ["invalid-toml"]


def attempt(text: str) -> Ruleset | PolicyError:
    try:
        return parse_ruleset(text)
    except PolicyError as error:
        return error


LINES = (
    "[[rule]]",
    "[rule]",
    'paths = ["/a/*"]',
    'allow_origins = ["*"]',
    "max_age = 5",
    "max_age = 1979-05-27",
    "x = {}",
    "a.b = 1",
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(LINES), max_size=8).map("\n".join)))
def test_any_text(text: str) -> None:
    """Any text is a ruleset, or an error that says where it is wrong."""
    made = attempt(text)
    assert isinstance(made, Ruleset) or all(one.where.startswith("policy file") for one in made.mistakes)


ANYONE = Policy(allow_origins="*")


def test_jsonp_is_a_part_of_a_rule() -> None:
    """It makes a difference between rules, and is shown; policies know nothing of it."""
    rule, plain = Rule(["/a"], ANYONE, jsonp="callback"), Rule(["/a"], ANYONE)
    assert (rule.jsonp, plain.jsonp) == ("callback", None)
    assert rule != plain
    assert Ruleset([rule]) != Ruleset([plain])
    assert rule == Rule(["/a"], ANYONE, jsonp="callback")
    assert repr(rule) == "Rule(paths=['/a'], policy=Policy(allow_origins=('*',)), jsonp='callback')"
    read = parse_ruleset(
        'jsonp = "cb"\nallow_origins = "*"\n[[rule]]\npaths = ["/a"]\njsonp = "c"\nallow_origins = "*"'
    )
    assert [one.jsonp for one in read.rules] == ["cb", "c"]
    with pytest.raises(PolicyError):
        Policy(jsonp="callback")


@pytest.mark.parametrize(
    ("options", "jsonp", "mistakes"),
    [
        ({"allow_origins": "*"}, 5, [(WrongTypeError, "jsonp", 5, "wrong-type", None)]),
        ({"allow_origins": "*"}, "", [(InvalidValueError, "jsonp", "", "jsonp-not-a-parameter", None)]),
        ({"allow_origins": "*"}, "a=b", [(InvalidValueError, "jsonp", "a=b", "jsonp-not-a-parameter", None)]),
        ({}, "cb", [(IncompatibleOptionsError, "jsonp", "cb", "jsonp-lets-every-site-read", None)]),
        (
            {"allow_origins": ["https://a.example"], "allow_credentials": True},
            "cb",
            [(IncompatibleOptionsError, "jsonp", "cb", "jsonp-lets-every-site-read", None)],
        ),
        (
            {
                "allow_origins": "*",
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
            },
            "cb",
            [(IncompatibleOptionsError, "jsonp", "cb", "jsonp-lets-every-site-read", None)],
        ),
        (
            {"allow_origins": "*", "deny_origins": ["https://a.example"]},
            "c b",
            [
                (InvalidValueError, "jsonp", "c b", "jsonp-not-a-parameter", None),
                (IncompatibleOptionsError, "jsonp", "c b", "jsonp-lets-every-site-read", None),
            ],
        ),
    ],
)
def test_jsonp_that_cannot_be(options: dict[str, Any], jsonp: Any, mistakes: list[tuple[Any, ...]]) -> None:
    """It lets every site read without credentials, and the rule must say so."""
    with pytest.raises(PolicyError) as raised:
        Rule(["/a"], Policy(**options), jsonp=jsonp)
    assert show(raised.value.mistakes) == mistakes


def test_rules_with_jsonp_may_be_refused() -> None:
    """By what does not honour it; those without it are let through."""
    Ruleset([Rule(["/a"], ANYONE)]).refuse_jsonp()
    with pytest.raises(PolicyError) as raised:
        Ruleset([Rule(["/a"], PRIVATE), Rule(["/b"], ANYONE, jsonp="cb")]).refuse_jsonp()
    assert show(raised.value.mistakes) == [(IncompatibleOptionsError, "jsonp", "cb", "jsonp-outside-the-proxy", None)]
    assert "the rule for /b" in raised.value.mistakes[0].fix
