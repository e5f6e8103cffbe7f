"""A policy from environment variables."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin import Policy, PolicyError, PolicyWarning
from crossorigin.errors import (
    IncompatibleOptionsError,
    InvalidMethodError,
    InvalidOriginError,
    InvalidRegexError,
    InvalidValueError,
    UnknownOptionError,
    WrongTypeError,
)
from crossorigin.policy import DEFAULTS
from crossorigin.policy.environment import make_from_environment

A, B = "https://a.example", "https://b.example"

TEXTS: list[tuple[str, str, Any]] = [
    # Lists
    ("ALLOW_ORIGINS", A, (A,)),
    ("ALLOW_ORIGINS", f"{A} {B}", (A, B)),
    ("ALLOW_ORIGINS", f"{A},{B}", (A, B)),
    ("ALLOW_ORIGINS", f"  {A} ,\t{B},\n", (A, B)),
    ("ALLOW_ORIGINS", f'["{A}", "{B}"]', (A, B)),
    ("ALLOW_ORIGINS", f'\n["{A}"] ', (A,)),
    ("ALLOW_ORIGINS", "[]", ()),
    ("ALLOW_ORIGINS", "", ()),
    ("ALLOW_ORIGINS", " , ", ()),
    ("ALLOW_ORIGINS", "*", ("*",)),
    ("ALLOW_ORIGINS", "https://*.a.example http://localhost:*", ("https://*.a.example", "http://localhost:*")),
    ("ALLOW_METHODS", "GET,PUT", ("GET", "PUT")),
    ("ALLOW_METHODS", "", ()),
    ("ALLOW_HEADERS", "X-A X-B", ("X-A", "X-B")),
    ("EXPOSE_HEADERS", '["*"]', ("*",)),
    ("DENY_ORIGINS", f"null {B}", ("null", B)),
    ("DENY_HEADERS", "X-A", ("X-A",)),
    ("OWN_HOSTS", "api.example,*.localhost", {"api.example", "*.localhost"}),
    ("OWN_HOSTS", "", set()),
    # Numbers
    ("MAX_AGE", "5", 5),
    ("MAX_AGE", " 0 ", 0),
    ("MAX_AGE", "0060", 60),
    ("MAX_AGE", "none", None),
    ("MAX_AGE", "None", None),
    ("MAX_AGE", "", 600),
    ("PREFLIGHT_STATUS", "200", 200),
    ("ERROR_STATUS", "400", 400),
    # Yes or no
    *(("DEBUG", word, True) for word in ("true", "True", "YES", "on", "1", " true ")),
    *(("DEBUG", word, False) for word in ("false", "FALSE", "no", "Off", "0", "")),
    ("ALLOW_CREDENTIALS", "true", True),
    ("DANGEROUSLY_ALLOW_NULL_ORIGIN", "on", True),
    # Words and texts
    ("ENFORCE", "all", "all"),
    ("ENFORCE", "", "browser"),
    ("WEBSOCKETS", " warn ", "warn"),
    ("ERROR_MESSAGES", '{"null-origin": "No."}', {"null-origin": "No."}),
    ("ERROR_MESSAGES", "{}", {}),
    ("ERROR_MESSAGES", "", {}),
    ("ALLOW_ORIGIN_REGEX", "", None),
]


@pytest.mark.parametrize(("name", "text", "value"), TEXTS, ids=[f"{name}={text!r}" for name, text, _ in TEXTS])
def test_texts(name: str, text: str, value: Any) -> None:
    """Lists are parted by spaces or commas, or are JSON; an empty variable is no item, or the default."""
    assert getattr(Policy.from_env({f"CORS_{name}": text}), name.lower()) == value


def test_regexes() -> None:
    """A regex is taken as it stands, commas and brackets too."""
    policy = Policy.from_env({"CORS_ALLOW_ORIGIN_REGEX": r"[a-z]{1,9}://a\.example"})
    assert [regex.pattern for regex in policy.regexes] == [r"[a-z]{1,9}://a\.example"]


def test_every_option_has_a_variable() -> None:
    """Every option can be set, but for the one that is a function."""
    words = {
        "ENFORCE": "all",
        "WEBSOCKETS": "warn",
        "ALLOW_ORIGIN_REGEX": "a",
        "ERROR_MESSAGES": '{"null-origin": "x"}',
    }
    words |= {
        "MAX_AGE": "5",
        "PREFLIGHT_STATUS": "200",
        "ERROR_STATUS": "400",
        "OWN_HOSTS": "a",
        "EXPOSE_HEADERS": "X-A",
    }
    words |= {
        "ALLOW_ORIGINS": A,
        "DENY_ORIGINS": B,
        "ALLOW_METHODS": "PUT",
        "ALLOW_HEADERS": "X-A",
        "DENY_HEADERS": "X-B",
    }
    words |= {name.upper(): "true" for name, default in DEFAULTS.items() if isinstance(default, bool)}
    policy = Policy.from_env({f"CORS_{name}": text for name, text in words.items()})
    assert set(policy.settings) == set(DEFAULTS) - {"origin_validator"}


def test_other_variables() -> None:
    """What does not begin with the prefix, in upper case, has nothing to do with it."""
    assert Policy.from_env({"PATH": "/bin", "cors_max_age": "5", "XCORS_MAX_AGE": "5", "": ""}) == Policy()
    assert Policy.from_env({"API_CORS_MAX_AGE": "5", "CORS_MAX_AGE": "6"}, prefix="API_CORS_").max_age == 5


def find(environ: dict[str, str], **options: Any) -> list[tuple[Any, ...]]:
    """Return the mistakes: kind, option, value, reason, item, fix."""
    with pytest.raises(PolicyError) as raised:
        Policy.from_env(environ, **options)
    return [(type(one), one.option, one.value, one.reason, one.item, one.fix) for one in raised.value.mistakes]


MISTAKEN: list[tuple[str, str, tuple[Any, ...]]] = [
    ("MAX_AGE", "ten", (WrongTypeError, "ten", "wrong-type", None, "Write a number from 0 to 86400")),
    ("MAX_AGE", "1e3", (WrongTypeError, "1e3", "wrong-type", None, "Write a number from 0 to 86400")),
    ("MAX_AGE", "+5", (WrongTypeError, "+5", "wrong-type", None, "Write a number from 0 to 86400")),
    ("MAX_AGE", "--5", (WrongTypeError, "--5", "wrong-type", None, "Write a number from 0 to 86400")),
    ("MAX_AGE", "1_0", (WrongTypeError, "1_0", "wrong-type", None, "Write a number from 0 to 86400")),
    ("MAX_AGE", "\u0663", (WrongTypeError, "\u0663", "wrong-type", None, "Write a number from 0 to 86400")),
    ("MAX_AGE", "-5", (InvalidValueError, -5, "max-age-out-of-range", None, "Write a number from 0 to 86400")),
    ("MAX_AGE", "86401", (InvalidValueError, 86401, "max-age-out-of-range", None, "Write a number from 0 to 86400")),
    ("ERROR_STATUS", "none", (WrongTypeError, "none", "wrong-type", None, "Write a number from 400 to 599")),
    ("DEBUG", "maybe", (InvalidValueError, "maybe", "not-a-choice", None, "Write CORS_DEBUG=true or CORS_DEBUG=false")),
    ("DEBUG", "2", (InvalidValueError, "2", "not-a-choice", None, "Write CORS_DEBUG=true or CORS_DEBUG=false")),
    ("WEBSOCKETS", "on", (InvalidValueError, "on", "not-a-choice", None, "Write one of 'check', 'warn', 'ignore'")),
    (
        "ALLOW_ORIGINS",
        f"{A} b.example",
        (InvalidOriginError, "b.example", "origin-has-no-scheme", 1, f'Write "{B}"'),
    ),
    (
        "ALLOW_ORIGINS",
        "[5]",
        (WrongTypeError, 5, "wrong-type", 0, 'Write a text, such as "https://app.example"'),
    ),
    (
        "ALLOW_ORIGINS",
        f"{A},*",
        (
            IncompatibleOptionsError,
            [A, "*"],
            "wildcard-beside-names",
            None,
            f"Write allow_origins=[\"*\"], or only the names ('{A}')",
        ),
    ),
    ("ALLOW_METHODS", "PUT,get", (InvalidMethodError, "get", "method-not-normalized", 1, 'Write "GET"')),
    (
        "OWN_HOSTS",
        "API.example",
        (
            InvalidValueError,
            "API.example",
            "origin-has-an-invalid-host",
            0,
            'Write the name alone, in lower case, such as "api.example", "[::1]" or "*.localhost"',
        ),
    ),
    (
        "ERROR_MESSAGES",
        "[]",
        (WrongTypeError, [], "wrong-type", None, 'Write a dict, such as {"origin-not-allowed": "Not from there."}'),
    ),
]


@pytest.mark.parametrize(("name", "text", "mistake"), MISTAKEN, ids=[f"{row[0]}={row[1]!r}" for row in MISTAKEN])
def test_mistakes(name: str, text: str, mistake: tuple[Any, ...]) -> None:
    """A mistake names the variable that holds it."""
    kind, *rest = mistake
    assert find({f"CORS_{name}": text}) == [(kind, f"CORS_{name}", *rest)]


@pytest.mark.parametrize(
    ("text", "at"),
    [('["https://a.example"', 20), ("[", 1), ("[https://a.example]", 1), ("[1,]", None), ("[" * 100_000, None)],
    ids=lambda value: str(value)[:30],
)
def test_json_that_is_none(text: str, at: int | None) -> None:
    """A list that begins like JSON is JSON, and the place is told where it is not."""
    with pytest.raises(PolicyError) as raised:
        Policy.from_env({"CORS_ALLOW_ORIGINS": text})
    (mistake,) = raised.value.mistakes
    assert (mistake.option, mistake.value, mistake.reason) == ("CORS_ALLOW_ORIGINS", text, "invalid-json")
    assert at in {mistake.at, None}
    assert mistake.fix.startswith("Mend the JSON: ")


def test_error_messages() -> None:
    """What is wrong inside the texts is told under the name of the variable."""
    for text, reason in [("{", "invalid-json"), ("null", "wrong-type"), ('{"null-origin": 5}', "wrong-type")]:
        first = find({"CORS_ERROR_MESSAGES": text})[0]
        assert first[1].startswith("CORS_ERROR_MESSAGES")
        assert first[3] == reason
    assert find({"CORS_ERROR_MESSAGES": '{"null-orign": "x"}'})[0][5] == 'Did you mean "null-origin"?'


def test_regexes_that_are_none() -> None:
    kind, option, value, reason, _, fix = find({"CORS_ALLOW_ORIGIN_REGEX": "("})[0]
    assert (kind, option, value, reason) == (
        InvalidRegexError,
        "CORS_ALLOW_ORIGIN_REGEX",
        "(",
        "regex-does-not-compile",
    )
    assert fix.startswith("Mend it (")


@pytest.mark.parametrize(
    ("variable", "near"),
    [
        ("CORS_ALLOW_ORIGIN", "CORS_ALLOW_ORIGINS"),
        ("CORS_ALLOWED_ORIGINS", "CORS_ALLOW_ORIGINS"),
        ("CORS_MAXAGE", "CORS_MAX_AGE"),
        ("CORS_ALLOW_CREDENTIAL", "CORS_ALLOW_CREDENTIALS"),
    ],
)
def test_unknown_variables(variable: str, near: str) -> None:
    """A variable that begins with the prefix and names no option would be passed over in silence: it is refused."""
    fix = f'Did you mean "{near}"?'
    assert find({variable: "x"}) == [(UnknownOptionError, "environment", variable, "unknown-option", None, fix)]


def test_the_validator_is_no_variable() -> None:
    known = sorted(f"CORS_{name.upper()}" for name in DEFAULTS if name != "origin_validator")
    fix = f"Known are: {', '.join(known)}"
    for variable in ("CORS_ORIGIN_VALIDATOR", "CORS_XYZZY"):
        assert find({variable: "x"}) == [(UnknownOptionError, "environment", variable, "unknown-option", None, fix)]


def test_all_mistakes_at_once() -> None:
    """The mistakes of the texts and those of the values are told together, under the names of the variables."""
    environ = {
        "APP_ALLOW_ORIGINS": "*",
        "APP_ALLOW_CREDENTIALS": "true",
        "APP_ALLOW_METHODS": "get",
        "APP_ALLOW_HEADERS": "[",
        "APP_DEBUG": "maybe",
        "APP_XYZZY": "",
    }
    assert [(row[1], row[3]) for row in find(environ, prefix="APP_")] == [
        ("APP_ALLOW_HEADERS", "invalid-json"),
        ("APP_DEBUG", "not-a-choice"),
        ("environment", "unknown-option"),
        ("APP_ALLOW_METHODS", "method-not-normalized"),
        ("APP_ALLOW_ORIGINS", "wildcard-with-credentials"),
    ]


def test_what_is_no_flag_is_no_yes() -> None:
    """A flag that cannot be read is not taken for a yes, whose mistakes would be told, too."""
    environ = {"CORS_ALLOW_ORIGINS": "*", "CORS_ALLOW_CREDENTIALS": "maybe"}
    assert [row[3] for row in find(environ)] == ["not-a-choice"]


def test_the_text_names_the_variable() -> None:
    """A person reads the name of the variable."""
    with pytest.raises(
        PolicyError, match=r'^1 mistake in the CORS settings:\n\nCORS_ALLOW_ORIGINS\[1\]: "b\.example" is not'
    ):
        Policy.from_env({"CORS_ALLOW_ORIGINS": f"{A} b.example"})


def test_warnings() -> None:
    """A warning points at the line that asked for the policy."""
    environ = {
        "CORS_ALLOW_ORIGINS": "http://a.example",
        "CORS_ALLOW_CREDENTIALS": "true",
        "CORS_ALLOW_METHODS": "patch",
    }
    with pytest.warns(PolicyWarning) as caught:
        Policy.from_env(environ)
    assert [one.filename for one in caught] == [__file__] * 2


def test_the_maker_is_asked_for_what_is_set() -> None:
    """What is not set is not handed on, so that a preset's own settings stay."""
    policy = make_from_environment(Policy.mcp, {"CORS_ALLOW_ORIGINS": A, "CORS_MAX_AGE": ""}, "CORS_")
    assert policy == Policy.mcp([A])


def attempt(environ: dict[str, str]) -> Policy | PolicyError:
    try:
        return Policy.from_env(environ)
    except PolicyError as error:
        return error


@pytest.mark.filterwarnings("ignore::FutureWarning")  # a regex may be one that Python will read otherwise
@given(
    st.dictionaries(
        st.sampled_from([f"CORS_{name.upper()}" for name in (*DEFAULTS, "xyzzy") if name != "allow_credentials"]),
        st.one_of(st.text(), st.text('[]{}",:*1 a'), st.sampled_from(("*", "true", "5", A, "PUT", "X-A"))),
        max_size=5,
    )
)
def test_any_environment(environ: dict[str, str]) -> None:
    """Whatever the variables hold, they make a policy or an error that names them."""
    made = attempt(environ)
    if isinstance(made, PolicyError):
        assert all(one.option.startswith(("CORS_", "environment")) for one in made.mistakes)
