"""Attacks on this library that once worked, each with the request that made it."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import pytest

from crossorigin import Policy, PolicyError, Rule, Ruleset, decide
from crossorigin.integrations import _answering, _asking, wsgi
from crossorigin.integrations._asking import Asker
from crossorigin.messages import Request
from crossorigin.policy.regexes import nests_repeats
from crossorigin.ruleset import parse_ruleset

APP = "https://app.example"
EVIL = "https://evil.example"


def ask(door: wsgi.CORSMiddleware, method: str, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    """Send one request through a WSGI door, without a raw path, as some servers do."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"ok"]

    def start_response(status: str, found: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        started.append((status, found))

    door.app = app
    list(door({"REQUEST_METHOD": method, "PATH_INFO": path, **headers}, start_response))
    return int(started[-1][0][:3]), dict(started[-1][1])


def make(*rules: Rule) -> wsgi.CORSMiddleware:
    return wsgi.CORSMiddleware(None, Ruleset(rules))  # type: ignore[arg-type]  # ask puts the app in


def test_an_escape_that_is_left_after_decoding() -> None:
    """A decoded path that still has an escape is not decoded once more by the door."""
    strict = Policy(allow_origins=[APP], enforce="all")
    door = make(Rule(["/*"], strict), Rule(["/public/*"], Policy(allow_origins="*")))
    status, headers = ask(door, "GET", "/publi%63/x", HTTP_ORIGIN=EVIL)
    assert (status, "Access-Control-Allow-Origin" in headers) == (403, False)


def test_a_refusal_is_kept_for_its_own_policy_only() -> None:
    """What one rule refused on an ambiguous path is not refused on the paths of another."""
    door = make(Rule(["/*"], Policy(allow_origins=[APP], allow_methods="*")), Rule(["/admin/*"], Policy()))
    asked = {"HTTP_ORIGIN": APP, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PATCH"}
    ask(door, "OPTIONS", "/x/../admin/y", **asked)
    ask(door, "OPTIONS", "/%61dmin/x", **asked)
    assert ask(door, "OPTIONS", "/items", **asked)[0] == 204


@pytest.mark.parametrize(
    ("strict", "open_", "path"),
    [
        ("/admin/*", "/*", "/%2fadmin/wipe/x%2f..%2f..%2f..%2fitems"),
        ("/*", "/public/*", "/public/../public;x"),
        ("/admin/*", "/*", "//admin/x/../../b"),
        ("/*", "/public/*", "/public%2fsecret"),
    ],
)
def test_every_reading_must_allow(strict: str, open_: str, path: str) -> None:
    """Servers that merge slashes, or resolve dots, or drop parameters, or not, find the same door shut."""
    policy = Policy(allow_origins=[APP], enforce="all")
    rules = Ruleset([Rule([open_], Policy(allow_origins="*")), Rule([strict], policy)])
    assert decide(rules, Request("POST", path, [("Origin", EVIL)])).status == 403


def test_two_validators_keep_what_is_enforced() -> None:
    """A path that two validators would have to judge is refused as strictly as either rule would."""
    rules = Ruleset(
        [
            Rule(["/public/*"], Policy(origin_validator=lambda _: True, websockets="warn")),
            Rule(["/admin/*"], Policy(origin_validator=lambda _: True, enforce="all")),
        ]
    )
    request = Request("POST", "/public/..;/../admin/x", [("Origin", EVIL)])
    for answer in (None, True, False):
        assert decide(rules, request, origin_allowed=answer).status == 403
        assert decide(rules, request, origin_allowed=answer, websocket=True).status == 403


def test_a_long_host_is_nobodys_own() -> None:
    """The work is bounded: it once grew with the square of the length."""
    headers = [("Host", "a." * 500_000), ("Origin", EVIL), ("Sec-Fetch-Site", "same-origin")]
    start = time.perf_counter()
    assert decide(Policy.mcp(), Request("POST", "/", headers)).status == 403
    assert time.perf_counter() - start < 60  # once: an hour


def test_paths_at_the_top_of_a_file() -> None:
    """They were passed over in silence, and the policy served every path."""
    with pytest.raises(PolicyError, match="rule"):
        parse_ruleset('paths = ["/public/*"]\nallow_origins = ["*"]')


@pytest.mark.parametrize("pattern", [r"https://[+-.a-z]+\.example", "(a)" * 60, r"https://[,-z]{2}\.example"])
def test_characters_are_not_repeats(pattern: str) -> None:
    assert not nests_repeats(re.compile(pattern))


@pytest.mark.parametrize(
    "make_it",
    [
        lambda: Policy(allow_origin_regex="(?:a|b" * 100 + "+"),
        lambda: Policy(allow_origin_regex="(?:a|b" * 300 + "+" + ")" * 300),
        lambda: Policy.from_env({"CORS_MAX_AGE": "9" * 5000}),
        lambda: Policy.from_env({"CORS_ALLOW_ORIGINS": "[" * 100_000}),
        lambda: parse_ruleset(f"max_age = {'9' * 5000}"),
        lambda: parse_ruleset("a = " + "[" * 5000),
        lambda: parse_ruleset("self = 1"),
        lambda: Policy(error_messages={"missing-origin": "\ud800"}),
    ],
)
def test_settings_raise_policy_errors_only(make_it: Any) -> None:
    with pytest.raises(PolicyError):
        make_it()


def test_a_validator_that_wants_to_end_the_program(caplog: pytest.LogCaptureFixture) -> None:
    """It has refused, and its thread goes on with the next question."""

    def validator(_origin: str) -> bool:
        raise SystemExit

    asker = Asker(validator)
    start = time.monotonic()
    assert not any(asker.ask(f"https://t{number}.example") for number in range(2 * _asking.MOST_THREADS))
    assert time.monotonic() - start < _asking.TIME_OUT * _asking.MOST_THREADS
    assert "origin_validator failed" in caplog.text


def test_threads_with_nothing_to_do_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a policy that is swapped leaves none behind."""
    monkeypatch.setattr(_asking, "IDLE", 0.05)
    asker = Asker(lambda _origin: True)
    assert asker.ask(APP)
    deadline = time.monotonic() + 30
    while asker._workers._threads and time.monotonic() < deadline:
        time.sleep(0.01)
    assert asker._workers._threads == 0
    assert asker.ask(EVIL)


def test_a_log_that_many_threads_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread meets another one in the memory of the log."""
    monkeypatch.setattr(_answering, "_MOST_REMEMBERED", 4)
    journal = _answering.Journal()
    failures: list[Exception] = []

    def fill(thread: int) -> None:
        try:
            for number in range(2000):
                journal._is_new((str(thread), str(number)))
        except Exception as error:  # noqa: BLE001 (whatever it is)
            failures.append(error)

    threads = [threading.Thread(target=fill, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(journal._seen) == 4
