"""The log: one escaped line for each distinct refusal, and no more work than that."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from crossorigin import Policy, decide
from crossorigin.integrations import _answering
from crossorigin.integrations._answering import Journal, Merger, find_url
from crossorigin.messages import Request
from crossorigin.policy.habits import Habits

APP = "https://app.example"


def refuse(journal: Journal, origin: str, **settings: Any) -> None:
    policy = Policy(allow_origins=[APP], **settings)
    request = Request("GET", "/it\r\nems", [("Origin", origin)])
    journal.log(decide(policy, request), request)


def test_one_line_for_each_distinct_refusal(caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal()
    for _ in range(3):
        refuse(journal, "https://a.example")
        refuse(journal, "https://b.example")
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


@pytest.mark.parametrize(
    ("setting", "lines"),
    [("warn", ["actual request refused", "websocket request would be refused"]), ("check", ["actual request refused"])],
)
def test_a_handshake_that_passes_has_its_own_line(
    setting: str, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """With ``websockets="warn"`` that line is all there is, so no other refusal of the origin keeps it back."""
    policy = Policy(allow_origins=[APP], websockets=setting)  # type: ignore[arg-type]  # one of the three
    request = Request("GET", "/items", [("Origin", "https://a.example")])
    journal = Journal()
    for _ in range(2):
        for is_handshake in (False, True):
            journal.log(decide(policy, request, websocket=is_handshake), request)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == lines


def test_the_line_names_the_nearest_origin(caplog: pytest.LogCaptureFixture) -> None:
    refuse(Journal(), "http://app.example")
    assert 'The policy allows "https://app.example": the scheme differs.' in caplog.text


@pytest.mark.parametrize("origin", ["https://a\r\nINFO forged", "https://a\x1b[31m", "https://a\u2028b", "x" * 5000])
def test_the_line_is_one_line(origin: str, caplog: pytest.LogCaptureFixture) -> None:
    """CVE-2024-1681: nothing a request holds can break a log line, or colour it, or fill the disk."""
    with caplog.at_level(logging.DEBUG):
        refuse(Journal(), origin, debug=True)
    for record in caplog.records:
        message = record.getMessage()
        assert message.isprintable()
        assert len(message) < 1000


def test_what_is_remembered_is_bounded(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_answering, "_MOST_REMEMBERED", 3)
    journal = Journal()
    for number in range(10):
        refuse(journal, f"https://a{number}.example")
    assert len(journal._seen) == 3
    assert len(caplog.records) == 10


def test_hints_are_computed_once_a_second(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """To look for the nearest of a million origins takes time, and a refusal is cheap to provoke."""
    now = [1000.0]
    monkeypatch.setattr("crossorigin.integrations._answering.time.monotonic", lambda: now[0])
    journal = Journal()
    for seconds, port in ((0.0, 1), (0.5, 2), (1.1, 3)):
        now[0] = 1000.0 + seconds
        refuse(journal, f"{APP}:{port}")
    assert ["the port differs" in record.getMessage() for record in caplog.records] == [True, False, True]
    assert all("Add it to allow_origins" in record.getMessage() for record in caplog.records)


def test_hints_in_the_words_of_another_package(caplog: pytest.LogCaptureFixture) -> None:
    """A hint names an option as the package does whose settings they are."""
    policy = Policy(allow_origins=[APP]).with_habits(Habits(called=(("allow_origins", "CORS_ALLOWED_ORIGINS"),)))
    Journal().log(decide(policy, Request("GET", "/", [("Origin", f"{APP}:1")])), Request("GET", "/", [("Origin", "x")]))
    assert "Add it to CORS_ALLOWED_ORIGINS." in caplog.text


def test_debug_logs_every_decision(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="crossorigin"):
        journal = Journal()
        for origin in (APP, APP, "https://evil.example"):
            refuse(journal, origin, debug=True)
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO", "INFO", "WARNING"]


@pytest.mark.parametrize(
    ("path", "raw", "root", "url"),
    [
        ("/a b", "", "", "/a%20b"),
        ("/a?b", "", "", "/a%3Fb"),
        ("/a b", "/a%20b?q=/x", "", "/a%20b"),
        ("/a/b", "/a%2fb", "", "/a%2fb"),
        ("/x", "/m%C3%A9/x", "/m\u00e9", "/x"),
        ("/x", "/root/x", "/root", "/x"),
        ("", "/root", "/root", "/"),
        ("/rewritten", "/as/sent", "", "/rewritten"),
    ],
)
def test_find_url(path: str, raw: str, root: str, url: str) -> None:
    """What the client wrote counts only where it is the path that the app sees."""
    assert find_url(path, raw, root) == url


@pytest.mark.parametrize(
    ("inner", "merged"),
    [
        ([("Vary", "A"), ("Vary", "B")], [("Vary", "A, B, Origin")]),
        ([("Vary", "Origin"), ("Vary", "B")], [("Vary", "Origin, B")]),
        ([], [("Vary", "Origin")]),
    ],
)
def test_merge_of_several_lines(inner: Any, merged: Any) -> None:
    assert Merger(str).merge(inner, [("Vary", "Origin")]) == (merged, [])
