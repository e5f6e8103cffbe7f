"""Our own file and variables: errors with their places, and forms that people write."""

from __future__ import annotations

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import guess_dialect, list_dialects, read, write
from dialects.rows import Bad, Row, check, check_bad

APP = {"allow_origins": ["https://app.example"]}

TOML = [
    Row("realistic: a byte order mark", '\ufeffallow_origins = ["https://app.example"]', {"/*": APP}),
    Row(
        "synthetic: rules",
        '[[rule]]\npaths = ["/a", "/b/*"]\nmax_age = "none"',
        {"/a": {"max_age": None}, "/b/*": {"max_age": None}},
    ),
    Row(
        "hostile: a danger",
        'allow_origins = ["https://app.example"]\ndangerously_allow_null_origin = true',
        {"/*": {**APP, "dangerously_allow_null_origin": True}},
        (),
        ("dangerously_allow_null_origin",),
    ),
]
BAD_TOML = [
    Bad("synthetic: no TOML", "a = 1\nb = ]\n", "this is not TOML: Invalid value", 2, 5),
    Bad("synthetic: cut off", "a = [1,\n", "this is not TOML", 2, 1),
    Bad("realistic: a slash", 'max_age = 1\nallow_origins = ["https://a.example/"]', 'Write "https://a.example"', 2, 1),
    Bad("realistic: two mistakes", "max_age = -1\nallow_orgins = []", "2 settings cannot be used", 1, 1),
    Bad("realistic: in a rule", '[[rule]]\npaths = ["/a"]\n[[rule]]\npaths = ["/b"]\n  debug = 1', "debug", 5, 3),
    Bad("realistic: JSONP for some", 'debug = true\njsonp = "cb"', "jsonp", 2, 1),
    Bad("synthetic: nothing", "", "policy file: TOML cannot be used", 1, 1),
]
ENV = [
    Row(
        "realistic: lines of a shell", "# a\nPORT=1\nexport CORS_ALLOW_ORIGINS=https://app.example # b\r\n", {"/*": APP}
    ),
    Row("synthetic: quotes", "CORS_ALLOW_ORIGINS=\"https://app.\\\nexa\"'mple'\\ \n", {"/*": APP}),
    Row("synthetic: a mark that is escaped", 'CORS_ALLOW_ORIGINS="[\\"https://app.example\\"]"', {"/*": APP}),
    Row(
        "hostile: a danger",
        "CORS_DANGEROUSLY_ALLOW_NULL_ORIGIN=true",
        {"/*": {"dangerously_allow_null_origin": True}},
        (),
        ("dangerously_allow_null_origin",),
    ),
]
BAD_ENV = [
    Bad("synthetic: no line", "PORT=1\nhello", "this is no NAME=value", 2, 1),
    Bad("synthetic: an open quote", "CORS_MAX_AGE='1", "a quotation mark is not closed", 1, 14),
    Bad("realistic: other variables", "PORT=1", "there is no variable that begins with CORS_", 1, 1),
    Bad("realistic: a name that is none", "A=1\n  CORS_ORIGINS=x", "Did you mean", 2, 3),
    Bad("realistic: a wrong value", "CORS_MAX_AGE=soon", "CORS_MAX_AGE", 1, 1),
]


@pytest.mark.parametrize("row", TOML, ids=[row.sentence for row in TOML])
def test_toml(row: Row) -> None:
    check("toml", row)


@pytest.mark.parametrize("row", ENV, ids=[row.sentence for row in ENV])
def test_env(row: Row) -> None:
    check("env", row)


@pytest.mark.parametrize("bad", BAD_TOML, ids=[bad.sentence for bad in BAD_TOML])
def test_bad_toml(bad: Bad) -> None:
    check_bad("toml", bad)


@pytest.mark.parametrize("bad", BAD_ENV, ids=[bad.sentence for bad in BAD_ENV])
def test_bad_env(bad: Bad) -> None:
    check_bad("env", bad)


def test_an_error_shows_the_line() -> None:
    """What, with a caret; then why, and what to write."""
    with pytest.raises(ValueError, match="toml") as caught:
        read("toml", 'allow_origins = ["https://a.example/"]')
    assert str(caught.value) == (
        "toml, line 1, column 1: policy file: allow_origins[0] cannot be used\n"
        '    allow_origins = ["https://a.example/"]\n'
        "    ^\n"
        'policy file: allow_origins[0]: "https://a.example/" is not an origin that a browser sends\n'
        "    https://a.example/\n"
        "                     ^ browsers send no slash after the host, so this can never match\n"
        'Write "https://a.example" (docs/reasons.md#origin-has-a-trailing-slash)'
    )


def test_a_long_line_is_cut_around_the_place() -> None:
    """Of a megabyte, a person sees what stands around the caret."""
    with pytest.raises(ValueError, match="toml") as caught:
        read("toml", f"a = [{'1, ' * 3_000}x]")
    _, shown, caret, _ = str(caught.value).split("\n")
    assert len(shown) <= 104
    assert shown[caret.index("^")] == "x"


@pytest.mark.parametrize(
    ("dialect", "policy", "wanted"),
    [
        ("toml", Policy(origin_validator=bool), {"narrows"}),
        ("env", Policy(origin_validator=bool), {"narrows"}),
        ("env", Policy(allow_origin_regex=["(a)\\1", "https://b"]), {"narrows", "cosmetic"}),
        ("env", Policy(allow_origin_regex=["(a)\\1", "(b)\\1"]), {"narrows", "cosmetic"}),
        ("env", Policy(allow_origin_regex=" a "), {"cosmetic"}),
    ],
)
def test_what_is_lost(dialect: str, policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write(dialect, policy).losses} == wanted


def test_flags_are_written_into_an_expression() -> None:
    """The text says all, so the flags are in it; that changes its form, and nothing else."""
    import re  # noqa: PLC0415 (here alone)

    for regex in (re.compile("a b # c", re.VERBOSE), re.compile("(?i)a"), re.compile("a", re.IGNORECASE)):
        for dialect in ("toml", "env"):
            found = write(dialect, Policy(allow_origin_regex=regex))
            read_again = read(dialect, found.text).ruleset.only_policy
            assert read_again
            assert (
                read_again.regexes[0].fullmatch("ab") if "b" in regex.pattern else read_again.regexes[0].fullmatch("A")
            )


def test_a_rule_without_settings_is_written_as_one() -> None:
    rules = Ruleset([Rule(["/*"], Policy()), Rule(["/a"], Policy(error_messages={"origin-not-allowed": "no \x7f"}))])
    assert read("toml", write("toml", rules).text).ruleset == rules


@pytest.mark.parametrize("text", ["", "x", "[project]\nname = 'x'", "PORT=1", "a" * 10])
def test_what_is_not_ours_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


def test_jsonp() -> None:
    """The file carries it, at the top and in a rule; every other dialect tells that it is lost."""
    anyone = Policy(allow_origins="*")
    ruleset = Ruleset([Rule(["/*"], anyone, jsonp="callback"), Rule(["/a"], anyone, jsonp="cb"), Rule(["/b"], anyone)])
    written = write("toml", ruleset)
    assert (read("toml", written.text).ruleset, written.losses) == (ruleset, ())
    assert guess_dialect(written.text) == "toml"
    only = Ruleset([Rule(["/*"], anyone, jsonp="callback")])
    for dialect in list_dialects():
        losses = [(loss.what, loss.how_bad) for loss in write(dialect, only).losses if "jsonp" in loss.what]
        assert losses == ([] if dialect == "toml" else [("jsonp='callback'", "narrows")]), dialect


def test_what_is_no_text_nor_number() -> None:
    """Nothing, and a set without an order, have a form in a file."""
    policy = Policy(allow_origins=["https://app.example"], max_age=None, own_hosts=["b.example", "a.example"])
    text = write("toml", policy).text
    assert 'max_age = "none"' in text
    assert 'own_hosts = ["a.example", "b.example"]' in text
    assert read("toml", text).ruleset.only_policy == policy
