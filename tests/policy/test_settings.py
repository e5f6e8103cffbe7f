"""What each option takes, and what it refuses: all but the origins, which have a file of their own."""

from __future__ import annotations

from http import HTTPMethod, HTTPStatus
from typing import Any

import pytest

from crossorigin import Policy, PolicyError
from crossorigin.errors import (
    IncompatibleOptionsError,
    InvalidHeaderNameError,
    InvalidMethodError,
    InvalidValueError,
    UnknownOptionError,
    WrongTypeError,
)
from crossorigin.policy import DEFAULTS
from crossorigin.reasons import SERVER_REASONS

LISTS = [
    "allow_origins",
    "allow_methods",
    "allow_headers",
    "expose_headers",
    "deny_origins",
    "deny_headers",
    "own_hosts",
]
FLAGS = [name for name, default in DEFAULTS.items() if isinstance(default, bool)]


def find(**options: Any) -> list[tuple[Any, ...]]:
    """Return the mistakes: kind, option, value, reason, at, item, fix."""
    with pytest.raises(PolicyError) as raised:
        Policy(**options)
    return [(type(one), one.option, one.value, one.reason, one.at, one.item, one.fix) for one in raised.value.mistakes]


ACCEPTED: list[tuple[str, dict[str, Any], Any]] = [
    ("a list", {"allow_methods": ["GET", "PUT"]}, ("GET", "PUT")),
    ("a tuple", {"allow_methods": ("GET", "PUT")}, ("GET", "PUT")),
    ("a set", {"allow_methods": {"PUT"}}, ("PUT",)),
    ("a frozenset", {"allow_methods": frozenset({"PUT"})}, ("PUT",)),
    ("a generator", {"allow_methods": (name for name in ("GET", "PUT"))}, ("GET", "PUT")),
    ("the keys of a dict", {"allow_methods": {"GET": 1, "PUT": 2}.keys()}, ("GET", "PUT")),
    ("nothing", {"allow_methods": []}, ()),
    ("any, twice", {"allow_methods": ["*", "*"]}, ("*",)),
    ("any name, twice", {"allow_headers": ["*", "*"]}, ("*",)),
    ("any, as a text", {"allow_methods": "*"}, ("*",)),
    ("any, in a list", {"allow_methods": ["*"]}, ("*",)),
    ("repeats are dropped", {"allow_methods": ["GET", "PUT", "GET"]}, ("GET", "PUT")),
    ("a member of HTTPMethod", {"allow_methods": [HTTPMethod.PUT]}, ("PUT",)),
    ("methods of one's own", {"allow_methods": ["PATCH", "CHICKEN", "eGg"]}, ("PATCH", "CHICKEN", "eGg")),
    ("header names keep their case", {"allow_headers": ["X-A", "x-b"]}, ("X-A", "x-b")),
    ("any header", {"allow_headers": "*"}, ("*",)),
    ("any exposed header", {"expose_headers": "*"}, ("*",)),
    ("a name that only requests may not have", {"expose_headers": ["Date", "Via"]}, ("Date", "Via")),
    ("denied names", {"deny_headers": ["X-A", "Accept"]}, ("X-A", "Accept")),
    ("no age", {"max_age": None}, None),
    ("the least age", {"max_age": 0}, 0),
    ("the greatest age", {"max_age": 86400}, 86400),
    ("the least ok status", {"preflight_status": 200}, 200),
    ("the greatest ok status", {"preflight_status": 299}, 299),
    ("a member of HTTPStatus", {"preflight_status": HTTPStatus.OK}, 200),
    ("the least refusal", {"error_status": 400}, 400),
    ("the greatest refusal", {"error_status": 599}, 599),
    ("a word", {"enforce": "unsafe-methods"}, "unsafe-methods"),
    ("another word", {"websockets": "ignore"}, "ignore"),
    (
        "texts for reasons",
        {"error_messages": dict.fromkeys(SERVER_REASONS, "No.")},
        dict.fromkeys(SERVER_REASONS, "No."),
    ),
    ("no host", {"own_hosts": []}, frozenset()),
    ("hosts", {"own_hosts": ["api.example", "*.api.example", "[::1]", "127.0.0.1"]}, None),
    ("a function", {"origin_validator": bool}, bool),
]


@pytest.mark.parametrize(("options", "value"), [row[1:] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_accepted(options: dict[str, Any], value: Any) -> None:
    """What an option takes is kept in one form, whatever the type it came in."""
    (name,) = options
    found = getattr(Policy(**options), name)
    assert found == (frozenset(options[name]) if name == "own_hosts" else value)
    assert isinstance(found, tuple) is (name in LISTS and name != "own_hosts")


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("value", [True, False])
def test_flags(name: str, value: bool) -> None:
    options: dict[str, Any] = {name: value}
    assert getattr(Policy(**options), name) is value


@pytest.mark.parametrize("name", LISTS)
def test_bare_strings(name: str) -> None:
    """A text where a list belongs would be read letter by letter, and is refused."""
    text = "x.example"
    assert find(**{name: text}) == [
        (WrongTypeError, name, text, "bare-string", None, None, f'Write {name}=["x.example"]')
    ]
    assert find(**{name: ""}) == [(WrongTypeError, name, "", "bare-string", None, None, f"Write {name}=[]")]
    fix = f'Write {name}=["a", "b"]'
    assert find(**{name: "a, b"}) == [(WrongTypeError, name, "a, b", "bare-string", None, None, fix)]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("value", [5, 1.5, True, b"x", bytearray(b"x"), {"a": "b"}, object, len])
def test_what_is_no_list(name: str, value: Any) -> None:
    """A list is anything that can be gone through, but bytes and mappings are no lists of names."""
    fix = f"Write a list of texts, such as {name}=[]"
    assert find(**{name: value}) == [(WrongTypeError, name, value, "wrong-type", None, None, fix)]


@pytest.mark.parametrize("name", [name for name in LISTS if name != "own_hosts"])
def test_none_is_no_list(name: str) -> None:
    fix = f"Write a list of texts, such as {name}=[]"
    assert find(**{name: None}) == [(WrongTypeError, name, None, "wrong-type", None, None, fix)]


ONE_METHOD = 'Write one method per item, such as ["GET", "PUT"]'
ONE_NAME = 'Write one name per item, such as ["X-Request-Id", "X-Total"]'
NO_COOKIE = "Leave it out; allow_credentials=True lets cookies through"

#: The option, its value, and its one mistake: kind, the value it names, reason, item, fix.
REFUSED: list[tuple[str, Any, tuple[Any, ...]]] = [
    # Methods
    ("allow_methods", ["GET", "get"], (InvalidMethodError, "get", "method-not-normalized", 1, 'Write "GET"')),
    ("allow_methods", ["Delete"], (InvalidMethodError, "Delete", "method-not-normalized", 0, 'Write "DELETE"')),
    ("allow_methods", ["options"], (InvalidMethodError, "options", "method-not-normalized", 0, 'Write "OPTIONS"')),
    ("allow_methods", ["TRACE"], (InvalidMethodError, "TRACE", "method-forbidden", 0, "Leave it out")),
    ("allow_methods", ["Connect"], (InvalidMethodError, "Connect", "method-forbidden", 0, "Leave it out")),
    ("allow_methods", ["track"], (InvalidMethodError, "track", "method-forbidden", 0, "Leave it out")),
    ("allow_methods", ["GET, PUT"], (InvalidMethodError, "GET, PUT", "method-not-a-token", 0, ONE_METHOD)),
    ("allow_methods", [""], (InvalidMethodError, "", "method-not-a-token", 0, ONE_METHOD)),
    ("allow_methods", ["GÉT"], (InvalidMethodError, "GÉT", "method-not-a-token", 0, ONE_METHOD)),
    ("allow_methods", ["GET", 5], (WrongTypeError, 5, "wrong-type", 1, 'Write a text, such as "GET"')),
    (
        "allow_methods",
        ["*", "GET"],
        (
            IncompatibleOptionsError,
            ["*", "GET"],
            "wildcard-beside-names",
            None,
            "Write allow_methods=[\"*\"], or only the names ('GET')",
        ),
    ),
    # Header names
    ("allow_headers", ["X-A", "X B"], (InvalidHeaderNameError, "X B", "header-name-not-a-token", 1, ONE_NAME)),
    ("allow_headers", ["X-A,X-B"], (InvalidHeaderNameError, "X-A,X-B", "header-name-not-a-token", 0, ONE_NAME)),
    ("allow_headers", [""], (InvalidHeaderNameError, "", "header-name-not-a-token", 0, ONE_NAME)),
    ("allow_headers", ["Host"], (InvalidHeaderNameError, "Host", "header-name-forbidden", 0, "Leave it out")),
    ("allow_headers", ["SEC-X"], (InvalidHeaderNameError, "SEC-X", "header-name-forbidden", 0, "Leave it out")),
    ("allow_headers", ["Cookie"], (InvalidHeaderNameError, "Cookie", "header-name-forbidden", 0, NO_COOKIE)),
    ("allow_headers", [b"X-A"], (WrongTypeError, b"X-A", "wrong-type", 0, 'Write a text, such as "X-Request-Id"')),
    (
        "allow_headers",
        ["X-A", "*", "X-B"],
        (
            IncompatibleOptionsError,
            ["X-A", "*", "X-B"],
            "wildcard-beside-names",
            None,
            "Write allow_headers=[\"*\"], or only the names ('X-A', 'X-B')",
        ),
    ),
    ("deny_headers", "*", (InvalidHeaderNameError, "*", "header-name-not-a-token", 0, ONE_NAME)),
    ("deny_headers", ["cookie"], (InvalidHeaderNameError, "cookie", "header-name-forbidden", 0, NO_COOKIE)),
    (
        "expose_headers",
        ["Set-Cookie"],
        (InvalidHeaderNameError, "Set-Cookie", "header-name-forbidden", 0, "Leave it out"),
    ),
    ("expose_headers", ["X:A"], (InvalidHeaderNameError, "X:A", "header-name-not-a-token", 0, ONE_NAME)),
    # Numbers
    ("max_age", -1, (InvalidValueError, -1, "max-age-out-of-range", None, "Write a number from 0 to 86400")),
    ("max_age", 86401, (InvalidValueError, 86401, "max-age-out-of-range", None, "Write a number from 0 to 86400")),
    ("max_age", "600", (WrongTypeError, "600", "wrong-type", None, "Write a number from 0 to 86400")),
    ("max_age", 600.0, (WrongTypeError, 600.0, "wrong-type", None, "Write a number from 0 to 86400")),
    ("max_age", True, (WrongTypeError, True, "wrong-type", None, "Write a number from 0 to 86400")),
    ("preflight_status", 199, (InvalidValueError, 199, "status-out-of-range", None, "Write a number from 200 to 299")),
    ("preflight_status", 300, (InvalidValueError, 300, "status-out-of-range", None, "Write a number from 200 to 299")),
    ("preflight_status", None, (WrongTypeError, None, "wrong-type", None, "Write a number from 200 to 299")),
    ("error_status", 200, (InvalidValueError, 200, "status-out-of-range", None, "Write a number from 400 to 599")),
    ("error_status", 600, (InvalidValueError, 600, "status-out-of-range", None, "Write a number from 400 to 599")),
    # Words
    (
        "enforce",
        "none",
        (InvalidValueError, "none", "not-a-choice", None, "Write one of 'browser', 'unsafe-methods', 'all'"),
    ),
    (
        "enforce",
        True,
        (InvalidValueError, True, "not-a-choice", None, "Write one of 'browser', 'unsafe-methods', 'all'"),
    ),
    (
        "websockets",
        ["warn"],
        (InvalidValueError, ["warn"], "not-a-choice", None, "Write one of 'check', 'warn', 'ignore'"),
    ),
    ("websockets", None, (InvalidValueError, None, "not-a-choice", None, "Write one of 'check', 'warn', 'ignore'")),
    # Texts for reasons
    (
        "error_messages",
        ["no"],
        (WrongTypeError, ["no"], "wrong-type", None, 'Write a dict, such as {"origin-not-allowed": "Not from there."}'),
    ),
    # The validator
    (
        "origin_validator",
        "my.module",
        (
            WrongTypeError,
            "my.module",
            "wrong-type",
            None,
            "Write a function that takes the origin and returns True or False, or an async one",
        ),
    ),
]


@pytest.mark.parametrize(
    ("name", "value", "mistake"), REFUSED, ids=[f"{row[0]} {row[2][2]} {row[1]}" for row in REFUSED]
)
def test_refused(name: str, value: Any, mistake: tuple[Any, ...]) -> None:
    """What can have no effect, or not the one that was meant, is refused with what to write instead."""
    kind, shown, reason, item, fix = mistake
    assert find(**{name: value}) == [(kind, name, shown, reason, None, item, fix)]


@pytest.mark.parametrize("name", ["allow_headers", "expose_headers"])
def test_mistakes_beside_any(name: str) -> None:
    """``*`` beside names hides none of the mistakes among them."""
    found = find(**{name: ["*", "Set-Cookie", "X A", 5, "X-B"]})
    assert [row[1:4] for row in found] == [
        (name, ["*", "Set-Cookie", "X A", 5, "X-B"], "wildcard-beside-names"),
        (name, "Set-Cookie", "header-name-forbidden"),
        (name, "X A", "header-name-not-a-token"),
        (name, 5, "wrong-type"),
    ]


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("value", [1, 0, None, "true", "", []])
def test_what_is_no_flag(name: str, value: Any) -> None:
    """A yes or no is True or False: a text such as "false" would be a yes."""
    fix = f"Write {name}=True or {name}=False"
    assert find(**{name: value}) == [(WrongTypeError, name, value, "wrong-type", None, None, fix)]


def test_texts_that_cannot_be_sent() -> None:
    """A text is one that can be written in UTF-8."""
    assert [row[:4] for row in find(error_messages={"null-origin": "\ud800"})] == [
        (WrongTypeError, 'error_messages["null-origin"]', "\ud800", "wrong-type")
    ]
    texts = {"null-origin": "\u00fc\n\x1b\U0001f4a9"}
    assert Policy(error_messages=texts).error_messages == texts


def test_error_messages() -> None:
    """A text is given for a reason that there is."""
    known = f"Known are: {', '.join(sorted(SERVER_REASONS))}"
    assert find(error_messages={"null-origin": 5, "orign-not-allowed": "No.", 7: "No."}) == [
        (WrongTypeError, 'error_messages["null-origin"]', 5, "wrong-type", None, None, "Write a text"),
        (
            UnknownOptionError,
            "error_messages",
            "orign-not-allowed",
            "unknown-option",
            None,
            None,
            'Did you mean "origin-not-allowed"?',
        ),
        (UnknownOptionError, "error_messages", "7", "unknown-option", None, None, known),
    ]


@pytest.mark.parametrize(
    "host",
    ["API.example", "api.example:8443", "https://api.example", "*", "*.", "*.*.example", "a.*", "::1", "", 5, None],
)
def test_own_hosts(host: Any) -> None:
    """A host of one's own is a name as it stands in a URL, without scheme and port, or all names below one."""
    fix = 'Write the name alone, in lower case, such as "api.example", "[::1]" or "*.localhost"'
    mistake = (InvalidValueError, "own_hosts", host, "origin-has-an-invalid-host", None, 1, fix)
    assert find(own_hosts=["api.example", host]) == [mistake]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("origins", "allow_origins"),
        ("methods", "allow_methods"),
        ("headers", "allow_headers"),
        ("credentials", "allow_credentials"),
        ("allowed_origins", "allow_origins"),
        ("allow_origin", "allow_origins"),
        ("maxage", "max_age"),
        ("max_Age", "max_age"),
        ("exposed_headers", "expose_headers"),
        ("dangerously_allow_null", "dangerously_allow_null_origin"),
    ],
)
def test_unknown_options(name: str, near: str) -> None:
    """A name that no option has is refused, with the one that was probably meant."""
    fix = f'Did you mean "{near}"?'
    assert find(**{name: True}) == [(UnknownOptionError, "Policy", name, "unknown-option", None, None, fix)]


def test_options_that_are_like_no_other() -> None:
    """Where no option is near, all are named."""
    fix = f"Known are: {', '.join(sorted(DEFAULTS))}"
    assert find(xyzzy=1) == [(UnknownOptionError, "Policy", "xyzzy", "unknown-option", None, None, fix)]


def test_what_follows_from_the_names() -> None:
    """Four names are always allowed, unless they are denied; names are compared in lower case."""
    policy = Policy(allow_headers=["X-Test", "RANGE"], deny_headers=["Accept", "X-B"])
    assert policy.sorted_names == ("accept-language", "content-language", "content-type", "range", "x-test")
    assert policy.header_names == set(policy.sorted_names)
    assert [policy.allows_header(name) for name in ("x-test", "accept", "x-b", "x-c")] == [True, False, False, False]
    policy = Policy(allow_headers="*", deny_headers=["X-B"])
    assert [policy.allows_header(name) for name in ("x-test", "accept", "x-b", "*")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("methods", "asked", "is_allowed"),
    [
        (["PUT"], "PUT", True),
        (["PUT"], "put", False),
        (["PUT"], "GET", False),
        ([], "GET", False),
        ("*", "CHICKEN", True),
        ("*", "get", True),
        ("*", "TRACE", False),
        ("*", "Connect", False),
        ("*", "*", False),
    ],
)
def test_allows_method(methods: Any, asked: str, is_allowed: bool) -> None:
    """A method is compared with case; any method is every one that a browser may send."""
    assert Policy(allow_methods=methods).allows_method(asked) is is_allowed
