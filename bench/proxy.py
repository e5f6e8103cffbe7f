"""How many requests per second does the proxy carry, next to cors-anywhere and nginx, each in one process?

The same upstream, the same load, connections that are kept. cors-anywhere, which opens a connection to the upstream
for every request, is measured as it comes and with an agent that keeps them: it needs Node.js and npm. nginx, with the
headers written by hand, is the limit. The proxy is measured on uvloop, which uvicorn takes where it is installed, and
without.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from _measure import Table, read_options, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _measure import Row

SECONDS, QUICK_SECONDS = 4.0, 0.5
ROUNDS, QUICK_ROUNDS = 3, 1
CONNECTIONS = (20, 200)
START_UP = 20.0
ORIGIN = "https://app.example"
PEER, PEER_NAME = "cors-anywhere@0.4.4", "cors-anywhere"
POLICY = f'allow_origins = ["{ORIGIN}"]\n'
SERVER = """
const http = require("http");
const options = process.argv[3] ? {httpProxyOptions: {agent: new http.Agent({keepAlive: true})}} : {};
require("cors-anywhere").createServer(options).listen(+process.argv[2], "127.0.0.1");
"""


NGINX = """
daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  upstream behind {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    keepalive_requests 1000000000;
    location / {{
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      add_header Access-Control-Allow-Origin {origin} always;
      add_header Vary Origin always;
    }}
  }}
}}
"""
#: Leaves the package out that is named first, and runs the command.
WITHOUT = "import sys; sys.modules[sys.argv.pop(1)] = None; from crossorigin.cli import main; sys.exit(main())"


class Contender(NamedTuple):
    """Something in front of the upstream: how it is started, what it is asked for, what a right answer has."""

    name: str
    command: tuple[str, ...]
    port: int
    target: str = "/items"
    needed: bytes = b"\r\naccess-control-allow-origin: "


class Client(asyncio.Protocol):
    """One connection, on which a request follows every answer; another one follows if the server closes it."""

    def __init__(self, contender: Contender, counts: list[int], tasks: set[asyncio.Task[object]]) -> None:
        lines = f"Host: 127.0.0.1:{contender.port}\r\nOrigin: {ORIGIN}\r\nUser-Agent: bench\r\nAccept: */*\r\n"
        self.request = f"GET {contender.target} HTTP/1.1\r\n{lines}\r\n".encode()
        self.contender = contender
        self.counts = counts
        self.tasks = tasks
        self.left = -1
        self.head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Read an answer; count it if it is the one that was meant, and send the next request."""
        if not self.counts:
            return
        if self.left < 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, data = self.head[:end].lower(), self.head[end + 4 :]
            self.left = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
            self.counts[0 if head.startswith(b"http/1.1 200") and self.contender.needed in head else 1] += 1
            self.head = b""
        self.left -= len(data)
        if self.left <= 0:
            self.left = -1
            self.transport.write(self.request)

    def connection_lost(self, _error: Exception | None) -> None:
        """Connect again."""
        if self.counts:
            task = asyncio.ensure_future(connect(self.contender, self.counts, self.tasks))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)


async def connect(contender: Contender, counts: list[int], tasks: set[asyncio.Task[object]]) -> None:
    """Open a connection."""
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: Client(contender, counts, tasks), "127.0.0.1", contender.port)


async def load(contender: Contender, connections: int, seconds: float) -> list[int]:
    """Keep so many connections busy for so long; return how many answers were right, and how many were not."""
    counts, tasks = [0, 0], set[asyncio.Task[object]]()
    for _ in range(connections):
        await connect(contender, counts, tasks)
    await asyncio.sleep(seconds / 4)
    counts[:] = [0, 0]
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    found = [round(count / (time.perf_counter() - began)) for count in counts]
    # Why: what is closed from here on is not opened again.
    counts.clear()
    for task in tasks:
        task.cancel()
    return found


def find_free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]


@contextlib.contextmanager
def running(command: tuple[str, ...], port: int, folder: Path) -> Iterator[int]:
    """Run a server until the block is left; give its process id when it takes connections."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder, start_new_session=True)
    try:
        end = time.monotonic() + START_UP
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None or time.monotonic() > end:
                message = f"{command} has not started"
                raise RuntimeError(message)
            time.sleep(0.05)
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def list_contenders(folder: Path) -> list[Contender]:
    """Return what is measured: the upstream itself, the proxy, and cors-anywhere where it can be had."""
    (folder / "cors.toml").write_text(POLICY)
    upstream, *ports = find_free_ports(8)
    program = str(Path(__file__).with_name("_upstream.py"))
    found = [Contender("the upstream itself", (sys.executable, program, str(upstream)), upstream, needed=b"")]
    if nginx := shutil.which("nginx"):
        port = ports.pop()
        text = NGINX.format(port=port, upstream=upstream, origin=ORIGIN)
        (folder / "nginx.conf").write_text(text)
        command = (nginx, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf"))
        found.append(Contender("nginx", command, port))
    for name, start, more in (
        ("crossorigin proxy --quiet", ["-m", "crossorigin"], ["--quiet"]),
        ("crossorigin proxy", ["-m", "crossorigin"], []),
        ("crossorigin proxy --quiet, without uvloop", ["-c", WITHOUT, "uvloop"], ["--quiet"]),
        ("crossorigin proxy, without uvloop", ["-c", WITHOUT, "uvloop"], []),
    ):
        port = ports.pop()
        command = (sys.executable, *start, "proxy", f"http://127.0.0.1:{upstream}", "--policy", "cors.toml")
        found.append(Contender(name, (*command, "--listen", f"127.0.0.1:{port}", *more), port))
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        done = subprocess.run([npm, "install", "--silent", PEER], cwd=folder, check=False)
        if done.returncode == 0:
            (folder / "server.js").write_text(SERVER)
            for name, more in ((PEER_NAME, []), ("cors-anywhere, keeping connections", ["keep"])):
                port = ports.pop()
                target = f"/http://127.0.0.1:{upstream}/items"
                found.append(Contender(name, (node, "server.js", str(port), *more), port, target))
    return found


def read_cpu_seconds(process: int) -> float:
    """Return for how long a process has had the CPU."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def measure_all(contenders: dict[Contender, int], connections: int, rounds: int, seconds: float) -> list[Row]:
    """Return the best round of each, and what a request costs in all rounds; they take turns."""
    best = {contender: [0, 0] for contender in contenders}
    total, cpu = dict.fromkeys(contenders, 0.0), dict.fromkeys(contenders, 0.0)
    for _ in range(rounds):
        for contender, process in contenders.items():
            began = read_cpu_seconds(process)
            counts = asyncio.run(load(contender, connections, seconds))
            cpu[contender] += read_cpu_seconds(process) - began
            # Why: the load begins a quarter earlier than it is counted.
            total[contender] += counts[0] * seconds * 1.25
            best[contender] = max(best[contender], counts)
    rates = {contender.name: good for contender, (good, _) in best.items()}
    costs = {contender.name: cpu[contender] / max(total[contender], 1) * 1e6 for contender in contenders}
    return [
        {
            "in front": name,
            "requests/s": rates[name],
            "wrong/s": bad,
            "times cors-anywhere": rates[name] / rates[PEER_NAME] if rates.get(PEER_NAME) else "-",
            "us of CPU": costs[name],
            "CPU, times less": costs[PEER_NAME] / costs[name] if PEER_NAME in costs else "-",
        }
        for name, (_, bad) in zip(rates, best.values(), strict=True)
    ]


def main() -> None:
    """Measure at every number of connections."""
    options = read_options(__doc__)
    # Why: whoever ends this process shall end the servers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if options.quick else (ROUNDS, SECONDS)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        contenders = list_contenders(folder)
        processes = {one: stack.enter_context(running(one.command, one.port, folder)) for one in contenders}
        tables = [
            Table(f"{connections} connections", measure_all(processes, connections, rounds, seconds))
            for connections in CONNECTIONS
        ]
    report(options, tables)


if __name__ == "__main__":
    main()
