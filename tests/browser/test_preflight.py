"""The judgement of a preflight's answer, sentence by sentence."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin.browser.preflight import Leave, Question, find_refusal, read_leave
from crossorigin.browser.profiles import PROFILES, Profile
from crossorigin.messages import Response
from crossorigin.reasons import Reason

PAGE = "https://app.example"
ORIGIN, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
METHODS, NAMES, AGE = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"


def _judge(
    headers: Any,
    *,
    method: str = "GET",
    asked: tuple[str, ...] = (),
    status: int = 204,
    has_credentials: bool = False,
    profile: str = "standard",
) -> Any:
    question = Question(PAGE, has_credentials, method, list(asked))
    given = [(ORIGIN, PAGE), (CREDENTIALS, "true"), *headers]
    return _read(question, Response(status, given), PROFILES[profile])


def _read(question: Question, response: Response, profile: Profile) -> Reason | Leave:
    leave = read_leave(question, response, profile)
    return leave if isinstance(leave, Reason) else find_refusal(question, leave, profile) or leave


@pytest.mark.parametrize("status", [200, 201, 204, 226, 299])
def test_ok_statuses(status: int) -> None:
    """Every ok status will do."""
    assert isinstance(_judge([], status=status), Leave)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (300, "preflight-not-ok"),
        (301, "preflight-redirected"),
        (302, "preflight-redirected"),
        (303, "preflight-redirected"),
        (304, "preflight-not-ok"),
        (307, "preflight-redirected"),
        (308, "preflight-redirected"),
        (401, "preflight-not-ok"),
        (403, "preflight-not-ok"),
        (404, "preflight-not-ok"),
        (405, "preflight-not-ok"),
        (500, "preflight-not-ok"),
    ],
)
def test_other_statuses(status: int, reason: str) -> None:
    """No other status will, whatever the headers say; a redirect is not followed."""
    assert _judge([], status=status).id == reason


#: sentence, headers, method, names asked for, what is found without credentials, and with
ROWS: list[tuple[str, list[tuple[str, str]], str, tuple[str, ...], str | None, str | None]] = [
    ("a safelisted method needs no list", [], "POST", (), None, None),
    ("another one does", [], "PUT", (), "method-not-listed", "method-not-listed"),
    ("listed", [(METHODS, "GET, PUT")], "PUT", (), None, None),
    ("in lower case", [(METHODS, "put")], "PUT", (), "method-not-listed", "method-not-listed"),
    ("as the script wrote it", [(METHODS, "patch")], "patch", (), None, None),
    ("PATCH is not patch", [(METHODS, "PATCH")], "patch", (), "method-not-listed", "method-not-listed"),
    ("any method", [(METHODS, "*")], "PUT", (), None, "methods-wildcard-with-credentials"),
    ("any, and named", [(METHODS, "*, PUT")], "PUT", (), None, None),
    ("two lines", [(METHODS, "GET"), (METHODS, "PUT")], "PUT", (), None, None),
    ("empty items", [(METHODS, ",, PUT,")], "PUT", (), None, None),
    ("an empty list", [(METHODS, "")], "PUT", (), "method-not-listed", "method-not-listed"),
    ("spaces for commas", [(METHODS, "GET PUT")], "GET", (), "allow-methods-malformed", "allow-methods-malformed"),
    ("quotes", [(METHODS, '"PUT"')], "PUT", (), "allow-methods-malformed", "allow-methods-malformed"),
    (
        "one line of two malformed",
        [(METHODS, "PUT"), (METHODS, "a b")],
        "PUT",
        (),
        "allow-methods-malformed",
        "allow-methods-malformed",
    ),
    ("no list of names", [], "GET", ("x-a",), "header-not-listed", "header-not-listed"),
    ("a name in any case", [(NAMES, "X-A")], "GET", ("x-a",), None, None),
    ("one of two", [(NAMES, "X-A")], "GET", ("x-a", "x-b"), "header-not-listed", "header-not-listed"),
    ("any name", [(NAMES, "*")], "GET", ("x-a",), None, "headers-wildcard-with-credentials"),
    ("any, and named", [(NAMES, "*, x-a")], "GET", ("x-a",), None, None),
    ("Authorization", [(NAMES, "authorization")], "GET", ("authorization",), None, None),
    (
        "any but Authorization",
        [(NAMES, "*")],
        "GET",
        ("authorization",),
        "authorization-not-listed",
        "headers-wildcard-with-credentials",
    ),
    (
        "any, and Authorization",
        [(NAMES, "*, Authorization")],
        "GET",
        ("authorization", "x-a"),
        None,
        "headers-wildcard-with-credentials",
    ),
    (
        "a name that is none",
        [(NAMES, "x-a, x b")],
        "GET",
        ("x-a",),
        "allow-headers-malformed",
        "allow-headers-malformed",
    ),
    (
        "a malformed list that nobody needs",
        [(NAMES, "x b")],
        "PUT",
        (),
        "allow-headers-malformed",
        "allow-headers-malformed",
    ),
    (
        "both wrong: the method is first",
        [(METHODS, "GET"), (NAMES, "")],
        "PUT",
        ("x-a",),
        "method-not-listed",
        "method-not-listed",
    ),
]


@pytest.mark.parametrize(
    ("sentence", "headers", "method", "asked", "without", "with_credentials"), ROWS, ids=[row[0] for row in ROWS]
)
def test_lists(  # noqa: PLR0917 (a row's cells)
    sentence: str, headers: Any, method: str, asked: Any, without: str | None, with_credentials: str | None
) -> None:
    """The method and every unsafe name are listed; ``*`` stands for the rest where there are no credentials."""
    for has_credentials, expected in ((False, without), (True, with_credentials)):
        answer = _judge(headers, method=method, asked=asked, has_credentials=has_credentials)
        assert (answer.id if isinstance(answer, Reason) else None) == expected, sentence


@pytest.mark.parametrize("profile", ["chromium", "firefox", "webkit"])
def test_engines_let_any_stand_for_authorization(profile: str) -> None:
    """Observed in all three, against the standard."""
    assert isinstance(_judge([(NAMES, "*")], asked=("authorization",), profile=profile), Leave)


def test_the_cors_check_is_made_at_the_preflight_too() -> None:
    """A preflight's answer is shared as any other, with the credentials of the request that is to follow."""
    question = Question(PAGE, has_credentials=True, method="GET", header_names=[])
    answer = _read(question, Response(204, [(ORIGIN, "*")]), PROFILES["standard"])
    assert isinstance(answer, Reason)
    assert answer.id == "allow-origin-wildcard-with-credentials"


@pytest.mark.parametrize(
    ("values", "standard", "chromium", "firefox", "webkit"),
    [
        ([], 5, 5, 5, 5),
        (["0"], 0, 0, 0, 0),
        (["60"], 60, 60, 60, 60),
        ([" 60 "], 60, 60, 60, 60),
        (["007"], 7, 7, 7, 7),
        (["86400"], 86400, 7200, 86400, 600),
        (["864000"], 864000, 7200, 86400, 600),
        (["+60"], 5, 60, None, 60),
        (["-1"], 5, 0, None, 0),
        (["\v60\f"], 5, 5, None, 60),
        (["60s"], 5, 5, None, 5),
        ([""], 5, 5, 5, 5),
        (["9223372036854775807"], 2**63 - 1, 7200, 86400, 600),
        (["9223372036854775808"], 2**63, 5, 86400, 5),
        (["-9223372036854775808"], 5, 0, None, 0),
        (["-9223372036854775809"], 5, 5, None, 5),
        ([f"1{'0' * 5000}"], 10**19, 5, 86400, 5),
    ],
)
def test_ages(values: list[str], standard: int, chromium: int, firefox: int | None, webkit: int) -> None:
    """An age is a number of seconds, and each engine has a limit on it."""
    expected = {"standard": standard, "chromium": chromium, "firefox": firefox, "webkit": webkit}
    for profile, age in expected.items():
        assert _judge([(AGE, value) for value in values], profile=profile).max_age == age, profile


@pytest.mark.parametrize("values", [["-1"], ["abc"], ["1.5"], ["60, 60"], ["60", "60"], [""], ["+5"], ["5s"]])
def test_what_is_no_age_is_five_seconds(values: list[str]) -> None:
    """What does not fit the grammar is failure, and so are two lines."""
    assert _judge([(AGE, value) for value in values]).max_age == 5


def test_a_leave_is_what_is_listed() -> None:
    """What is kept is what the answer lists, not what was asked for."""
    answer = _judge([(METHODS, "GET, PUT"), (NAMES, "X-A, X-B")], method="PUT", asked=("x-a",))
    assert answer == Leave(["GET", "PUT"], ["X-A", "X-B"], 5)
