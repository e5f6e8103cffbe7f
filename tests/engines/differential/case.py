"""The shapes of a case: calls of a page, what a server answers to them step by step, and what came of it.

Ports and the number of the case are known when it is played; until then they have names, so that a case and what
came of it can be compared, printed and played again.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.messages import get_values

if TYPE_CHECKING:
    from collections.abc import Sequence

Pairs = tuple[tuple[str, str], ...]

#: In a header of an answer: the request's ``Origin``.
ORIGIN = "<origin>"

# HTTP: a status without a body says nothing of its length.
_WITHOUT_LENGTH = {204, 304}

_TARGET = re.compile("/c/([0-9]{1,9})/([0-9]{1,3})(?![^/?])")


class Call(NamedTuple):
    """What a script gives to ``fetch``; the body's characters are bytes if ``is_bytes``."""

    url: str
    method: str = "GET"
    headers: Pairs = ()
    credentials: str = "same-origin"
    body: str | None = None
    is_bytes: bool = False


class Answer(NamedTuple):
    """What a server answers; a header's value is all that stands between the colon and the end of its line."""

    status: int = 200
    headers: Pairs = ()
    body: str = ""


class Hop(NamedTuple):
    """What is answered at one URL: the n-th preflight and the n-th other request get the n-th answer, or the last."""

    preflights: tuple[Answer, ...]
    actuals: tuple[Answer, ...]


class Case(NamedTuple):
    """The origin of a page, its calls one after another, and the hops; ``/c/<id>/2`` is the path of the third."""

    page: str
    calls: tuple[Call, ...]
    hops: tuple[Hop, ...]


class Seen(NamedTuple):
    """One request as it came off the wire; what it does not have is None."""

    method: str
    url: str
    origin: str | None
    asked_method: str | None
    asked_headers: str | None


class Result(NamedTuple):
    """What a script learns of a call: names of headers in lower case, each once, sorted."""

    outcome: str
    status: int | None = None
    headers: Pairs = ()


class Played(NamedTuple):
    """What came of a case: what the script learned of each call, and what the server saw."""

    results: tuple[Result, ...]
    seen: tuple[Seen, ...]


class Place(NamedTuple):
    """Where a case is played: the ports of the server, and the number of the case."""

    page: int
    api: int
    other: int
    number: int

    def fill(self, text: str) -> str:
        """Put ports and number where their names stand."""
        text = text.replace("<page>", str(self.page)).replace("<api>", str(self.api))
        return text.replace("<other>", str(self.other)).replace("<id>", str(self.number))

    def unfill(self, text: str) -> str:
        """Put the names back."""
        for name, port in (("<page>", self.page), ("<api>", self.api), ("<other>", self.other)):
            text = text.replace(f":{port}", f":{name}")
        return text.replace(f"/c/{self.number}/", "/c/<id>/").replace(f"../{self.number}/", "../<id>/")


def write_case(case: Case) -> str:
    """Write a case as JSON that ``read_case`` reads."""
    return json.dumps(_to_dict(case), ensure_ascii=True)


def _to_dict(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {key: _to_dict(item) for key, item in value._asdict().items()}
    return [_to_dict(item) for item in value] if isinstance(value, tuple) else value


def read_case(text: str) -> Case:
    """Read a case as ``write_case`` writes it; what is a default may be left out."""
    found = json.loads(text)
    calls = tuple(Call(**{**call, "headers": _read_pairs(call)}) for call in found["calls"])
    hops = tuple(Hop(_read_answers(hop["preflights"]), _read_answers(hop["actuals"])) for hop in found["hops"])
    return Case(found["page"], calls, hops)


def _read_answers(answers: list[dict[str, Any]]) -> tuple[Answer, ...]:
    return tuple(Answer(**{**answer, "headers": _read_pairs(answer)}) for answer in answers)


def _read_pairs(item: dict[str, Any]) -> Pairs:
    return tuple((name, value) for name, value in item.get("headers", ()))


def fill_case(case: Case, place: Place) -> Case:
    """Put ports and number into all texts of a case."""
    return read_case(place.fill(write_case(case)))


class Script:
    """The server's part of a case while it is played: it counts what it is asked, and notes it."""

    def __init__(self, case: Case) -> None:
        self._hops = case.hops
        self._counts: dict[tuple[int, bool], int] = {}
        self.seen: list[Seen] = []

    def answer(self, method: str, url: str, hop: int, headers: Sequence[tuple[str, str]]) -> Answer:
        """Answer a request for a hop, and note it."""
        seen = note(method, url, headers)
        self.seen.append(seen)
        is_preflight = method == "OPTIONS" and seen.asked_method is not None
        if hop >= len(self._hops):
            return _complete(Answer(), seen, "")
        count = self._counts.get((hop, is_preflight), 0)
        self._counts[hop, is_preflight] = count + 1
        answers = self._hops[hop].preflights if is_preflight else self._hops[hop].actuals
        return _complete(answers[min(count, len(answers) - 1)], seen, str(hop + 1))


def note(method: str, url: str, headers: Sequence[tuple[str, str]]) -> Seen:
    """Note what is compared of a request; repeated lines are combined."""
    names = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
    found = [get_values(headers, name) for name in names]
    return Seen(method, url, *(", ".join(values) if values else None for values in found))


def read_target(target: str) -> tuple[int, int] | None:
    """Return the number of the case and that of the hop, or None where the target is that of no case.

    >>> read_target("/c/17/2?q"), read_target("/frame")
    ((17, 2), None)
    """
    found = _TARGET.search(target)
    return (int(found[1]), int(found[2])) if found else None


def _complete(answer: Answer, seen: Seen, next_hop: str) -> Answer:
    lines = [
        (name, value.replace(ORIGIN, seen.origin or "").replace("<next>", next_hop)) for name, value in answer.headers
    ]
    # Why: HTTP caches are not modelled.
    lines.append(("Cache-Control", " no-store"))
    if answer.status not in _WITHOUT_LENGTH:
        lines.append(("Content-Length", f" {len(answer.body)}"))
    return answer._replace(headers=tuple(lines))
