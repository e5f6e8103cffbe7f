"""``crossorigin proxy``: how it starts, what it prints, how it ends."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from crossorigin.cli import main
from processes import find_free_port
from proxies import APP, POLICY, find_port, run_proxy, say, serve_bytes, upstream
from servers import TIME_OUT, ask, serve_asgi

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def policy(tmp_path: Path) -> Iterator[str]:
    """Write a policy file; put the logs back that the command sets up."""
    path = tmp_path / "cors.toml"
    path.write_text(POLICY)
    logger, server = logging.getLogger("crossorigin"), logging.getLogger("uvicorn.error")
    before = logger.handlers, logger.propagate, logger.level, server.level
    yield str(path)
    logger.handlers, logger.propagate = before[:2]
    logger.setLevel(before[2])
    server.setLevel(before[3])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_a_good_end(policy: str, number: signal.Signals) -> None:
    """Requests under way are answered first, and the exit status is 0."""
    release = threading.Event()
    asked = threading.Event()

    def answer(connection: socket.socket) -> None:
        asked.set()
        release.wait(TIME_OUT)
        connection.sendall(OK)

    with serve_bytes(answer) as port, run_proxy(f"http://127.0.0.1:{port}", "--policy", policy) as (process, told):
        assert told["event"] == "listening"
        assert told["upstream"] == f"http://127.0.0.1:{port}"
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(ask(find_port(told), "GET").status))
        thread.start()
        asked.wait(TIME_OUT)
        process.send_signal(number)
        release.set()
        thread.join(TIME_OUT)
        out, err = process.communicate(timeout=TIME_OUT)
    assert found == [200]
    assert (process.returncode, err) == (0, "")
    events = [json.loads(line) for line in out.splitlines()]
    assert [(event["event"], event.get("status"), event.get("text")) for event in events] == [
        ("request", 200, None),
        ("message", None, "ended"),
    ]


def test_a_reader_that_has_seen_enough(policy: str) -> None:
    """The proxy serves on when nobody reads its log."""
    with serve_asgi(upstream) as port, run_proxy(f"http://127.0.0.1:{port}", "--policy", policy) as (process, told):
        assert process.stdout is not None
        process.stdout.close()
        assert [ask(find_port(told), "GET").status for _ in range(3)] == [200] * 3


@contextlib.contextmanager
def ended_when_it_has_been_asked(port: int, count: int) -> Iterator[list[int]]:
    """Ask the command that runs in this process, then end it by the signal of Ctrl-C."""
    found: list[int] = []

    def call() -> None:
        with contextlib.suppress(OSError):
            while len(found) < count:
                with contextlib.suppress(ConnectionRefusedError):
                    found.append(ask(port, "GET", "/items", [("Origin", APP)]).status)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=call)
    thread.start()
    yield found
    thread.join(TIME_OUT)


@pytest.mark.parametrize("options", [[], ["--quiet"]])
def test_what_is_printed(policy: str, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Where it listens, where it forwards to, and a line for each request, if it is not to be quiet."""
    listen = find_free_port()
    with serve_asgi(upstream) as port, ended_when_it_has_been_asked(listen, 2) as found:
        arguments = [f"http://127.0.0.1:{port}", "--policy", policy, "--listen", f"127.0.0.1:{listen}"]
        assert main(["proxy", *arguments, *options]) == 0
    assert found == [200, 200]
    lines = [line.partition(" ")[2] for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == f"http://127.0.0.1:{listen} forwards to http://127.0.0.1:{port}, under the policy of {policy}"
    assert lines[-1] == "ended"
    requests = [line for line in lines if line.startswith("GET /items 200 ")]
    assert len(requests) == (0 if options else 2)
    assert all(line.endswith(f"ms, origin {APP} allowed") for line in requests)


def test_what_is_printed_for_machines(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Also what is a warning of the policy, and what goes wrong."""
    listen = find_free_port()
    arguments = [
        "http://localhost:1",
        "--policy",
        policy,
        "--listen",
        f"127.0.0.1:{listen}",
        "--json",
        "--timeout",
        "5",
    ]
    with ended_when_it_has_been_asked(listen, 1) as found:
        assert main(["proxy", *arguments]) == 0
    assert found == [502]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["listening", "request", "message"]
    del lines[1]["time"], lines[1]["milliseconds"]
    assert lines[1] == {
        "level": "WARNING",
        "event": "request",
        "method": "GET",
        "target": "/items",
        "status": 502,
        "origin": APP,
        "decision": "allowed",
        "note": "The upstream refused the connection: is it running?",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["127.0.0.1:3000"], "write, for a server on port 3000, http://127.0.0.1:3000"),
        (["http://api.example"], "add --remote-upstream"),
        (["http://127.0.0.1:3000/api"], "write http://127.0.0.1:3000"),
        (["http://127.0.0.1:3000", "--listen", "0.0.0.0:8000"], "add --listen-on-network"),
        (["http://127.0.0.1:3000", "--listen", "8000"], "write, for example, --listen 127.0.0.1:8000"),
        (["http://127.0.0.1:3000", "--host", "a b"], "a b is no host"),
        (["http://127.0.0.1:8000"], "the proxy would call itself"),
        (
            ["http://127.0.0.1:3000", "--listen-on-network", "--listen", "192.0.2.1:8000"],
            "is no address of this machine",
        ),
    ],
)
def test_what_cannot_be_started(
    policy: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what to write, and the exit status is 2."""
    assert main(["proxy", *arguments, "--policy", policy]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert said in err
    assert err.startswith("crossorigin: ")
    assert err.count("\n") == 1


def test_a_port_that_is_taken(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serve_bytes(say(b"")) as port:
        arguments = ["http://127.0.0.1:3000", "--listen", f"127.0.0.1:{port}", "--policy", policy]
        assert main(["proxy", *arguments]) == 2
    assert f"127.0.0.1:{port} is taken: end what listens there, or write --listen" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('allow_origins = ["https://a.example/"]', 'Write "https://a.example"'),
        ("allow_origins = [", "TOML"),
        (None, "name a policy file with --policy"),
    ],
)
def test_a_policy_that_is_wrong(
    tmp_path: Path, text: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.toml"
    if text is not None:
        path.write_text(text)
    assert main(["proxy", "http://127.0.0.1:3000", "--policy", str(path)]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert str(path) in err


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "1e9"])
def test_a_time_that_is_none(policy: str, seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["proxy", "http://127.0.0.1:3000", "--policy", policy, "--timeout", seconds])
    assert caught.value.code == 2
    assert "is no number of seconds" in capsys.readouterr().err


@pytest.mark.parametrize("package", ["uvicorn", "httptools", "websockets"])
def test_without_the_extra(policy: str, package: str) -> None:
    """It says what to install."""
    code = f"import sys; sys.modules[{package!r}] = None; from crossorigin.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "proxy", "http://127.0.0.1:3000", "--policy", policy]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'crossorigin: the proxy needs {package}: write pip install "crossorigin[proxy]"\n'
