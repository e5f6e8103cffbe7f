"""``crossorigin proxy URL --policy FILE``: a policy in front of a server that one cannot change."""

from __future__ import annotations

import errno
import json
import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from crossorigin.cli.printing import CannotJudgeError
from crossorigin.messages import escape

if TYPE_CHECKING:
    import argparse
    import socket

    from crossorigin.gateway.app import Gateway
    from crossorigin.gateway.reload import PolicyFile
    from crossorigin.gateway.requestlog import Entry
    from crossorigin.gateway.upstream import Address

_EXAMPLE = """Example: crossorigin proxy http://127.0.0.1:3000 --policy cors.toml

Serves a server that you cannot change under a CORS policy: it answers
preflights, puts the policy's headers on every answer, and forwards the rest,
WebSockets too.
Everything goes to the one URL that is named here, on this machine unless
--remote-upstream says otherwise.
The policy file is read again when it changes; a broken one keeps the old
policy, and the log says why.
Ends at Ctrl-C or SIGTERM, when the requests under way are answered.
Exit status: 0 it has served, 2 it could not start.
Needs pip install "crossorigin[proxy]"."""

_LISTEN = "127.0.0.1:8000"
_MOST_SECONDS = 86_400
_REASONS = {
    errno.EADDRINUSE: "is taken: end what listens there, or write --listen 127.0.0.1:0 for a free port",
    errno.EACCES: "may not be opened by this user: write a port above 1023",
    errno.EADDRNOTAVAIL: "is no address of this machine",
}


def add_to(commands: Any) -> None:  # noqa: ANN401 (argparse has no public type for it)
    """Add the subcommand."""
    parser = commands.add_parser(
        "proxy",
        usage="crossorigin proxy URL --policy FILE [OPTIONS]",
        help="serve a server that cannot be changed under a policy",
        description=_EXAMPLE,
    )
    parser.add_argument(
        "upstream", metavar="URL", help="where everything is forwarded to, such as http://127.0.0.1:3000"
    )
    parser.add_argument("--policy", metavar="FILE", required=True, help="the policy file")
    parser.add_argument("--listen", metavar="HOST:PORT", default=_LISTEN, help=f"where to listen ({_LISTEN})")
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name under which the proxy is called, beside localhost",
    )
    parser.add_argument(
        "--listen-on-network", action="store_true", help="let --listen be an address that other machines reach"
    )
    parser.add_argument("--remote-upstream", action="store_true", help="let URL be on another machine")
    parser.add_argument(
        "--trust-forwarded", action="store_true", help="take the word of X-Forwarded-*: a proxy of yours is in front"
    )
    parser.add_argument(
        "--timeout", type=_read_seconds, default=60.0, metavar="SECONDS", help="to wait for an answer (60)"
    )
    parser.add_argument("--quiet", action="store_true", help="log no requests, but what goes wrong")
    parser.add_argument(
        "--json", action="store_true", help="for machines: an object a line; docs/proxy.md has its keys"
    )
    parser.set_defaults(run=run)


def _read_seconds(text: str) -> float:
    import argparse  # noqa: PLC0415 (it is loaded by now)

    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _MOST_SECONDS:
        message = f"{escape(text)} is no number of seconds"
        raise argparse.ArgumentTypeError(message)
    return seconds


def run(parsed: argparse.Namespace) -> int:
    """Serve until a signal comes.

    :raises CannotJudgeError: it cannot start; says what to do.
    """
    output = _Output(as_json=parsed.json)
    gateway, address = _prepare(parsed, output)
    from crossorigin.gateway.serving import listen, make_server  # noqa: PLC0415 (an extra, which is there by now)

    try:
        opened = listen(address)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"cannot be opened: {error.strerror or error}")
        message = f"{address} {reason}"
        raise CannotJudgeError(message) from error
    _set_up_log(output, is_quiet=parsed.quiet)
    _tell_of_start(parsed, address, opened)
    with opened:
        make_server(gateway).run(sockets=[opened])
    logging.getLogger("crossorigin.gateway").warning("ended")
    return 0


def _prepare(parsed: argparse.Namespace, output: _Output) -> tuple[Gateway, Address]:
    """Return the app, and where it shall listen."""
    try:
        from crossorigin.gateway import serving  # noqa: F401, PLC0415 (an extra)
        from crossorigin.gateway.app import Gateway, Settings  # noqa: PLC0415 (an extra)
        from crossorigin.gateway.lines import Trip  # noqa: PLC0415 (--help has no need of it)
        from crossorigin.gateway.upstream import (  # noqa: PLC0415 (as above)
            AddressError,
            KnownHosts,
            parse_address,
            parse_upstream,
        )
    except ImportError as error:
        message = f'the proxy needs {escape(error.name or "more packages")}: write pip install "crossorigin[proxy]"'
        raise CannotJudgeError(message) from error
    try:
        address = parse_address(parsed.listen, allows_network=parsed.listen_on_network)
        upstream = parse_upstream(parsed.upstream, allows_remote=parsed.remote_upstream)
        hosts = KnownHosts(parsed.host)
    except AddressError as error:
        raise CannotJudgeError(str(error)) from error
    if upstream.origin == f"http://{address}":
        message = f"{upstream.origin} is what --listen says, too: the proxy would call itself"
        raise CannotJudgeError(message)
    settings = Settings(Trip(upstream, parsed.trust_forwarded), hosts, parsed.timeout)
    return Gateway(settings, _read_policy(parsed.policy), output.show), address


def _read_policy(path: str) -> PolicyFile:
    from crossorigin.errors import PolicyError  # noqa: PLC0415 (--help has no need of it)
    from crossorigin.gateway.reload import PolicyFile  # noqa: PLC0415 (as above)

    try:
        return PolicyFile(path)
    except OSError as error:
        message = f"{escape(path)} cannot be read ({error.strerror}): name a policy file with --policy"
        raise CannotJudgeError(message) from error
    except PolicyError as error:
        raise CannotJudgeError(str(error)) from error


def _tell_of_start(parsed: argparse.Namespace, address: Address, opened: socket.socket) -> None:
    url = f"http://{address.host}:{opened.getsockname()[1]}"
    facts = {"event": "listening", "url": url, "upstream": parsed.upstream, "policy": parsed.policy}
    text = f"{url} forwards to {parsed.upstream}, under the policy of {escape(parsed.policy)}"
    # Why a warning: --quiet shall not hide it.
    logging.getLogger("crossorigin.gateway").warning("%s", text, extra={"facts": facts})


class _Output(logging.StreamHandler[Any]):
    """The standard output, until whoever reads it has seen enough."""

    def __init__(self, *, as_json: bool) -> None:
        from asyncio import get_running_loop  # noqa: PLC0415 (it takes long to import, and only this command needs it)

        super().__init__(sys.stdout)
        self.form = (
            _JsonForm(datefmt="%Y-%m-%dT%H:%M:%S%z") if as_json else _Form("%(asctime)s %(message)s", "%H:%M:%S")
        )
        self.setFormatter(self.form)
        self._find_loop = get_running_loop
        self._is_to_be_flushed = False

    def flush(self) -> None:
        """Write out what there is, once for all lines of one turn of the event loop."""
        try:
            loop = self._find_loop()
        except RuntimeError:
            self._flush()
            return
        if not self._is_to_be_flushed:
            self._is_to_be_flushed = True
            loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_to_be_flushed = False
        try:
            super().flush()
        except OSError:
            self._give_up()

    def show(self, entry: Entry, level: str) -> None:
        """Write an entry of the request log."""
        try:
            self.stream.write(f"{self.form.format_request(entry, level)}\n")
            self.flush()
        except OSError:
            self._give_up()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's)
        """Write nowhere from now on, if nobody reads: the proxy serves on."""
        if isinstance(sys.exc_info()[1], OSError):
            self._give_up()
        else:
            super().handleError(record)

    def _give_up(self) -> None:
        self.setStream(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 (as long as the process)


class _Form(logging.Formatter):
    """Lines that begin with the time, which is written out once a second."""

    _second = 0
    _time = ""

    def format_request(self, entry: Entry, _level: str) -> str:
        """Return an entry of the request log."""
        return f"{self.find_time(time.time())} {entry}"

    def formatTime(self, record: logging.LogRecord, _format: str | None = None) -> str:  # noqa: N802 (logging's)
        """Return the time of a record."""
        return self.find_time(record.created)

    def find_time(self, seconds: float) -> str:
        """Return a time as it is shown."""
        if int(seconds) != self._second:
            self._second = int(seconds)
            self._time = time.strftime(self.datefmt or "", time.localtime(seconds))
        return self._time


class _JsonForm(_Form):
    def format_request(self, entry: Entry, level: str) -> str:
        """Return one object on a line."""
        return json.dumps({"time": self.find_time(time.time()), "level": level, "event": "request"} | entry._asdict())

    def format(self, record: logging.LogRecord) -> str:
        """Return one object on a line."""
        facts: dict[str, Any] = getattr(record, "facts", None) or {"event": "message", "text": record.getMessage()}
        return json.dumps({"time": self.formatTime(record), "level": record.levelname} | facts)


def _set_up_log(output: _Output, *, is_quiet: bool) -> None:
    """Print what the package logs, and nothing twice."""
    logger = logging.getLogger("crossorigin")
    logger.handlers = [output]
    logger.propagate = False
    logger.setLevel(logging.WARNING if is_quiet else logging.INFO)
    # Why: what the server says of a request, the request log has said.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
