"""The request log."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import InvalidStatus

from crossorigin import Policy, Rule, Ruleset
from crossorigin.gateway.requestlog import RequestLog
from crossorigin.integrations.asgi import CORSMiddleware
from proxies import APP, POLICY, open_socket, serve_proxy, upstream, wait_until
from servers import ask, ask_preflight, serve_asgi

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "https://evil.example"


def test_every_request_has_a_line_with_the_decision(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is not printable is written out, so that no request can steer a terminal."""
    caplog.set_level("INFO", "crossorigin.gateway")
    seen = f'[[rule]]\npaths = ["/seen/*"]\nwebsockets = "warn"\nallow_origins = ["{APP}"]\n'
    rule = f'[[rule]]\npaths = ["/*"]\n{POLICY}{seen}'
    with serve_asgi(upstream) as port, serve_proxy(tmp_path, port, policy=rule) as proxy:
        ask(proxy.port, "GET", "/items?a=1")
        ask(proxy.port, "GET", "/items", [("Origin", APP)])
        ask(proxy.port, "GET", "/items", [("Origin", EVIL)])
        ask(proxy.port, "GET", "/items", [("Origin", "a\xc3\x85")])
        ask(proxy.port, "GET", "/items", [("Origin", f"http://127.0.0.1:{proxy.port}")])
        ask_preflight(proxy.port, APP, "PUT")
        ask_preflight(proxy.port, APP, "DELETE")
        with open_socket(proxy.port, "/chat?b=2", origin=APP):
            pass
        with pytest.raises(InvalidStatus):
            open_socket(proxy.port, "/chat", origin=EVIL)
        with open_socket(proxy.port, "/seen/chat", origin=EVIL):
            pass
        wait_until(lambda: "/seen/chat" in caplog.text)
    lines = [re.sub(r"\d+ ms", "N ms", text) for name, _, text in caplog.record_tuples if name == "crossorigin.gateway"]
    assert [line.replace(str(proxy.port), "PORT") for line in lines] == [
        "GET /items?a=1 200 N ms",
        f"GET /items 200 N ms, origin {APP} allowed",
        f"GET /items 200 N ms, origin {EVIL} refused: origin-not-allowed",
        r"GET /items 200 N ms, origin a\xc3\x85 refused: malformed-origin",
        "GET /items 200 N ms, origin http://127.0.0.1:PORT same-origin",
        f"OPTIONS /items 204 N ms, origin {APP} allowed",
        f"OPTIONS /items 403 N ms, origin {APP} refused: method-not-allowed",
        f"WEBSOCKET /chat?b=2 101 N ms, origin {APP} allowed",
        f"WEBSOCKET /chat 403 N ms, origin {EVIL} refused: origin-not-allowed",
        f"WEBSOCKET /seen/chat 101 N ms, origin {EVIL} would be refused: origin-not-allowed",
    ]


def test_a_path_without_a_rule(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "crossorigin.gateway")
    rule = f'[[rule]]\npaths = ["/api/*"]\n{POLICY}'
    with serve_asgi(upstream) as port, serve_proxy(tmp_path, port, policy=rule) as proxy:
        assert ask(proxy.port, "GET", "/items", [("Origin", APP)]).cors["access-control-allow-origin"] == "*"
    assert f"origin {APP} not judged: no rule serves the path" in caplog.text


def test_what_is_remembered_is_bounded(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """And belongs to the policy in force; whatever is remembered or not, the line says the same."""
    monkeypatch.setattr("crossorigin.gateway.requestlog._MOST_REMEMBERED", 8)
    caplog.set_level("INFO", "crossorigin.gateway")
    door = CORSMiddleware(upstream, Policy(allow_origins=[APP]))
    log = RequestLog(door)

    def say(origin: str, path: str = "/status/200") -> str:
        async def nothing(*_: Any) -> Any:
            return {}

        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        asyncio.run(log({**scope, "headers": [(b"origin", origin.encode())]}, nothing, nothing))
        return caplog.messages[-1].partition(" ms, ")[2]

    for _ in range(2):
        assert say(APP) == f"origin {APP} allowed"
    for number in range(20):
        assert say(f"https://{number}.example").endswith("refused: origin-not-allowed")
    assert say(f"https://{'a' * 2000}.example").endswith("refused: origin-too-long")
    assert len(log._said) <= 8
    door.reconfigure(allow_origins=[EVIL])
    assert say(APP) == f"origin {APP} refused: origin-not-allowed"
    everyone, some = Policy(allow_origins="*"), Policy(allow_origins=[EVIL])
    door.reconfigure(Ruleset([Rule(["/status/*"], everyone), Rule(["/other/*"], some)]))
    for _ in range(2):
        assert say(APP) == f"origin {APP} allowed"
        assert say(APP, "/status/../other/200") == f"origin {APP} refused: origin-not-allowed"


@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_a_bug_is_logged_with_its_traceback(level: str, caplog: pytest.LogCaptureFixture) -> None:
    """It goes on to the server, and a quiet log has it, too."""
    caplog.set_level(level, "crossorigin.gateway")

    async def fail(*_: Any) -> None:
        raise LookupError("unforeseen")

    async def nothing(*_: Any) -> Any:
        return {}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/a",
        "raw_path": b"/a",
        "query_string": b"",
        "headers": [(b"origin", APP.encode())],
    }
    log = RequestLog(CORSMiddleware(fail, Policy(allow_origins=[APP])))
    with pytest.raises(LookupError):
        asyncio.run(log(scope, nothing, nothing))
    assert "LookupError: unforeseen" in caplog.text
    assert "a bug of crossorigin" in caplog.messages[-1]


def test_a_handshake_that_a_server_can_only_close(caplog: pytest.LogCaptureFixture) -> None:
    """Of a close before the accept, the server makes a 403."""
    caplog.set_level("INFO", "crossorigin.gateway")
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/a",
        "raw_path": b"/a",
        "query_string": b"",
        "headers": [(b"origin", EVIL.encode())],
    }
    asyncio.run(RequestLog(CORSMiddleware(upstream, Policy()))(scope, receive, send))
    assert sent[0]["type"] == "websocket.close"
    assert f"WEBSOCKET /a 403 0 ms, origin {EVIL} refused" in re.sub(r"\d+ ms", "0 ms", caplog.text)
