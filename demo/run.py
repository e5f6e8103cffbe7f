"""Run an API and a page on two origins, ask the API what browsers ask, and show what a page may read.

``python demo/run.py`` keeps both running for your own browser; with ``--once`` it ends after the steps. The
exit status is 1 if the running server and ``decide()`` do not agree.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from api import PAGE, make_ruleset
from steps import BLOCKS, HOST, Step, find_differences, judge, make_request, make_steps, pick_cors

from crossorigin import decide
from crossorigin.messages import Request, Response, get_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin import Ruleset

HERE = Path(__file__).parent
BOLD, DIM, RED, GREEN = 1, 2, 31, 32

# Seconds, and how often a port that someone else has taken meanwhile is given up for another.
_UNTIL_READY = 30.0
_UNTIL_ENDED = 5.0
_MOST_TRIES = 3
_MOST_BYTES = 4096


class DemoError(Exception):
    """The demo cannot run here; says why in one line or more."""


class Printer:
    """Prints; in colour on a terminal, unless NO_COLOR is set."""

    def __init__(self) -> None:
        self._is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def say(self, text: str = "", colour: int = 0, indent: int = 0) -> None:
        """Print one line; *colour* is a number of ANSI's."""
        coloured = f"\033[{colour}m{text}\033[0m" if colour and self._is_coloured else text
        print(" " * indent + coloured, flush=True)


def send(port: int, request: Request) -> Response:
    """Send one request over plain HTTP, with its headers and no others."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_UNTIL_READY)
    try:
        connection.putrequest(request.method, request.url, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value)
        connection.endheaders(request.body or None)
        answer = connection.getresponse()
        return Response(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def show(number: int, step: Step, port: int, rules: Ruleset, out: Printer) -> bool:
    """Take one step in sight of the reader; return whether server and ``decide()`` agree."""
    request = make_request(step, port)
    answer = send(port, request)
    decision = decide(rules, request)
    out.say()
    out.say(f"{number:2}  {step.title}", BOLD)
    out.say(f"> {step.method} {step.path}", indent=4)
    for name, value in [("Origin", step.origin), *step.headers]:
        out.say(f"> {name}: {value}", indent=4)
    out.say(f"< {answer.status}", indent=4)
    for name, value in pick_cors(answer.headers):
        out.say(f"< {name}: {value}", indent=4)
    verdict = judge(step, answer)
    out.say(f"= {verdict}", RED if verdict == BLOCKS else GREEN, indent=4)
    for reason in decision.reasons:
        out.say(f"{reason.id}: {reason.message}", indent=6)
        out.say(reason.hint, DIM, indent=6)
    if step.note:
        out.say(step.note, DIM, indent=6)
    differences = find_differences(step, decision, answer)
    for difference in differences:
        out.say(f"step {number}: the running server and decide() do not agree on {difference}", RED, indent=4)
    return not differences


def explain(rules: Ruleset, question: dict[str, Any]) -> list[str]:
    """Say why a call of the page was blocked: what ``decide()`` says of each request that it takes."""
    names = ",".join(sorted(name.lower() for name in question["names"]))
    origin = ("Origin", question["origin"])
    asks = [("Access-Control-Request-Method", question["method"])]
    asks += [("Access-Control-Request-Headers", names)] if names else []
    requests = [Request(question["method"], question["path"], [origin])]
    if names or question["method"] not in {"GET", "HEAD", "POST"}:
        requests.insert(0, Request("OPTIONS", question["path"], [origin, *asks]))
    for request in requests:
        if reasons := decide(rules, request).reasons:
            return [f"{reason.id}: {reason.message}. {reason.hint}" for reason in reasons]
    if question["credentials"]:
        return ["The policy allows the origin, but not credentials: browsers take * for calls without them only."]
    return ["The policy allows this call. Is the API still running?"]


class _Pages(ThreadingHTTPServer):
    """The page's origin."""

    rules: Ruleset
    api: str

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), _PageHandler)

    def handle_error(self, *_: object) -> None:
        """Say nothing: browsers leave connections behind."""


class _PageHandler(BaseHTTPRequestHandler):
    timeout = _UNTIL_READY

    def do_GET(self) -> None:
        """Serve the page, and nothing else."""
        if self.path.partition("?")[0] != "/":
            self.send_error(404)
            return
        text = (HERE / "page.html").read_text("utf-8")
        self._answer("text/html; charset=utf-8", text.replace("{{api}}", cast("_Pages", self.server).api))

    def do_POST(self) -> None:
        """Tell the page why."""
        try:
            size = min(int(self.headers.get("Content-Length", "0")), _MOST_BYTES)
            lines = explain(cast("_Pages", self.server).rules, json.loads(self.rfile.read(size)))
        except (ValueError, KeyError, TypeError, AttributeError):
            self.send_error(400)
            return
        self._answer("application/json", json.dumps(lines))

    def _answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal belongs to the steps."""


@contextlib.contextmanager
def serve_pages(port: int) -> Iterator[_Pages]:
    """Serve the page in a thread.

    :raises DemoError: the port is taken.
    """
    try:
        pages = _Pages(port)
    except OSError as error:
        message = f"the page cannot be served on port {port}: {error.strerror}"
        raise DemoError(message) from error
    with pages:
        thread = threading.Thread(target=pages.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield pages
        finally:
            pages.shutdown()
            thread.join()


@contextlib.contextmanager
def serve_api(port: int, page: str, stop: threading.Event) -> Iterator[int]:
    """Serve the API in a process of its own, and end it by its id when the block is left.

    :raises DemoError: it does not start.
    """
    for tries_left in range(_MOST_TRIES)[::-1]:
        chosen = port or find_free_port()
        with tempfile.TemporaryFile() as log:
            process = start_api(chosen, page, log)
            try:
                if is_ready(process, chosen, stop):
                    yield chosen
                    return
                if port or not tries_left:
                    log.seek(0)
                    message = f"the API does not start on port {chosen}:\n{log.read().decode(errors='replace')}"
                    raise DemoError(message)
            finally:
                end(process)


def find_free_port() -> int:
    """Let the operating system choose."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def start_api(port: int, page: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start uvicorn. Its words, among them the traceback of the app that fails, go to *log*."""
    where = ["--app-dir", str(HERE), "--host", HOST, "--port", str(port)]
    return subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "api:app", *where, "--lifespan", "off", "--log-level", "warning"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, PAGE: page},
        # Why: Ctrl-C is for this process, which ends the other one in its own time.
        start_new_session=True,
    )


def is_ready(process: subprocess.Popen[bytes], port: int, stop: threading.Event) -> bool:
    """Wait until the API answers, and tell whether it does; if the demo is to stop, wait no longer."""
    deadline = time.monotonic() + _UNTIL_READY
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            # Why: where the port is taken, someone else answers, until uvicorn gives up.
            answer = send(port, Request("GET", "/public/hello", [("Host", f"{HOST}:{port}")]))
            if get_values(answer.headers, "Access-Control-Allow-Origin") == ["*"]:
                return True
        if stop.wait(0.05):
            return True
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process by its id: first kindly."""
    process.terminate()
    try:
        process.wait(_UNTIL_ENDED)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def listen_for_signals() -> threading.Event:
    """Return an event that Ctrl-C and the like set; nothing is raised, so nothing is left half done."""
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    return stop


def run(arguments: argparse.Namespace, stop: threading.Event) -> int:
    """Serve, take the steps, and go on serving."""
    out = Printer()
    with serve_pages(arguments.page_port) as pages:
        page = f"http://{HOST}:{pages.server_port}"
        with serve_api(arguments.port, page, stop) as port:
            pages.rules, pages.api = make_ruleset(page), f"http://{HOST}:{port}"
            agree = [
                show(number, step, port, pages.rules, out)
                for number, step in enumerate(make_steps(page), 1)
                if not stop.is_set()
            ]
            out.say()
            if not all(agree):
                out.say(f"{agree.count(False)} of {len(agree)} answers of the server are not what decide() says", RED)
                return 1
            if stop.is_set():
                return 0
            out.say(f"All {len(agree)} answers of the server are what decide() says.", GREEN)
            if not arguments.once:
                out.say()
                out.say(f"The page: {page}", BOLD)
                out.say(f"The API:  {pages.api}", BOLD)
                out.say("Open the page in your browser. Ctrl-C ends both.", DIM)
                stop.wait()
    return 0


def read_port(text: str) -> int:
    """Read a port from the command line; 0 leaves the choice to the operating system.

    :raises argparse.ArgumentTypeError: it is none.
    """
    if text.isdecimal() and len(text) <= len("65535") and int(text) in range(1 << 16):
        return int(text)
    message = f"{text!r} is not a number from 0 to 65535"
    raise argparse.ArgumentTypeError(message)


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="An API and a page on two origins, and what the page may read.")
    parser.add_argument("--once", action="store_true", help="end after the steps")
    parser.add_argument("--port", type=read_port, default=0, help="the API's port (default: a free one)")
    parser.add_argument("--page-port", type=read_port, default=0, help="the page's port (default: a free one)")
    arguments = parser.parse_args()
    if importlib.util.find_spec("uvicorn") is None:
        print("The demo needs uvicorn: pip install uvicorn", file=sys.stderr)
        return 1
    try:
        return run(arguments, listen_for_signals())
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Why: whoever read the steps has seen enough; what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
