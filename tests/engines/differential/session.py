"""A session: one browser, opened once, plays cases, and what came of them is written down."""

from __future__ import annotations

import contextlib
import queue
import time
from typing import TYPE_CHECKING, Any

from engines.browsers import Engine, open_browser, read_end
from engines.chromium import RunError
from engines.differential.calls import HOSTS, PAGES
from engines.differential.case import Answer, Call, Case, Hop, Place, Played, Result, Seen
from engines.differential.server import Server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence
    from pathlib import Path

#: How many cases run at once.
LANES = 6

# Seconds without any request, which are more than a page takes to give up a call.
_UNTIL_STUCK = 90.0

# Seconds: what takes longer is played once more.
_SLOW = 3.0

# How often in a row the same has to be seen, and how often that is tried.
_WARM, _WARM_UPS = 3, 50


class Session:
    """A browser that is open, and its server."""

    def __init__(self, server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
        self._server = server
        self._process = process
        self._log = log
        self._number = 0
        self.browser = ""

    def play(self, cases: Sequence[Case]) -> list[Played]:
        """Play cases, some at once, and tell what came of each.

        :raises RunError: the browser has ended, or is stuck.
        """
        played = self._play(cases)
        slow = [at for at, (_, seconds) in enumerate(played) if seconds > _SLOW]
        # Why: a preflight that does not say how long is kept for five seconds, which a busy machine may take for a nap.
        again = dict(zip(slow, self._play([cases[at] for at in slow]), strict=True)) if slow else {}
        return [again.get(at, found)[0] for at, found in enumerate(played)]

    def _play(self, cases: Sequence[Case]) -> list[tuple[Played, float]]:
        numbered = {self._number + number: case for number, case in enumerate(cases)}
        self._number += len(cases)
        self._server.play(numbered)
        report = self._wait()
        self.browser = report["browser"]
        return [self._find(report["results"][str(number)], number) for number in numbered]

    def warm_up(self) -> None:
        """Play until the browser does the same again and again.

        Why: of what it asks an address for the first time, Firefox does not keep the preflight.
        """
        shared = ("Access-Control-Allow-Origin", "*")
        hop = Hop((Answer(headers=(shared, ("Access-Control-Allow-Methods", "PUT"))),), (Answer(headers=(shared,)),))
        origins = [f"http://{host}:<{port}>" for host in HOSTS for port in ("page", "api", "other")]
        calls = [Call(f"{origin}/c/<id>/0", "PUT", credentials="omit") for origin in origins]
        cases = [Case(page, (call, call), (hop,)) for page in PAGES for call in calls]
        before: list[int] = []
        times = 0
        for _ in range(_WARM_UPS):
            counts = [len(played.seen) for played in self.play(cases)]
            before, times = counts, times + 1 if counts == before else 0
            if times == _WARM:
                break

    def get_place(self) -> Place:
        """Return the place of a case that is not played here."""
        return self._server.get_place(self._number)

    def _wait(self) -> dict[str, Any]:
        last, since = -1, time.monotonic()
        while self._process.poll() is None and time.monotonic() < since + _UNTIL_STUCK:
            with contextlib.suppress(queue.Empty):
                return self._server.reports.get(timeout=0.5)
            if self._server.requests != last:
                last, since = self._server.requests, time.monotonic()
        ended = "has ended" if self._process.poll() is not None else f"has asked nothing for {_UNTIL_STUCK:.0f} s"
        message = f"the browser {ended}, and there is no report from the page:\n{read_end(self._log)}"
        raise RunError(message)

    def _find(self, report: dict[str, Any], number: int) -> tuple[Played, float]:
        """Return what came of a case, and how many seconds it took."""
        place, script = self._server.get_place(number), self._server.scripts.pop(number)
        results = tuple(_read_result(result, place) for result in report.get("results", [report]))
        first, last = self._server.times.pop(number, (0.0, 0.0))
        return Played(results, tuple(unfill_seen(seen, place) for seen in script.seen)), last - first


def _read_result(result: dict[str, Any], place: Place) -> Result:
    if result["outcome"] != "readable":
        return Result(result["outcome"])
    headers = tuple((name, place.unfill(value)) for name, value in result["headers"])
    return Result("readable", result["status"], headers)


def unfill_seen(seen: Seen, place: Place) -> Seen:
    """Put the names of the ports and of the case back into what was seen."""
    return seen._replace(url=place.unfill(seen.url), origin=seen.origin and place.unfill(seen.origin))


@contextlib.contextmanager
def open_session(engine: Engine, program: str, folder: Path) -> Iterator[Session]:
    """Open a browser for the length of a block."""
    server = Server()
    with server.run():
        url = f"http://127.0.0.1:{server.ports[0]}/?lanes={LANES}"
        with open_browser(engine, program, url, folder) as process:
            session = Session(server, process, folder / f"{engine.name}.log")
            session.warm_up()
            yield session
