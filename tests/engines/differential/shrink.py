"""The smallest case that still differs: what a person reads, and what becomes a row of a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engines.differential.case import ORIGIN, Answer, Call, Case, Hop, Pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_ROUNDS = 40
#: How many cases are tried at once.
_WIDTH = 60

_LETTERS = re.compile("<[a-z]+>|.", re.DOTALL)


def shrink(case: Case, differ: Callable[[Sequence[Case]], list[bool]]) -> Case:
    """Make a case smaller as long as it differs.

    :param differ: plays cases, and tells of each whether it differs in the same way.
    """
    for _ in range(_ROUNDS):
        tried = list(dict.fromkeys(smaller for smaller in _make_smaller(case) if smaller != case))
        for start in range(0, len(tried), _WIDTH):
            some = tried[start : start + _WIDTH]
            found = next((smaller for smaller, differs in zip(some, differ(some), strict=True) if differs), None)
            if found is not None:
                case = found
                break
        else:
            break
    return case


def _make_smaller(case: Case) -> Iterator[Case]:
    """Make cases with something left out, the boldest first."""
    for at in range(len(case.calls)):
        if len(case.calls) > 1:
            yield case._replace(calls=case.calls[:at] + case.calls[at + 1 :])
    for at in range(len(case.hops)):
        if len(case.hops) > 1:
            yield case._replace(hops=case.hops[:at] + case.hops[at + 1 :])
    yield case._replace(page="http://127.0.0.1:<page>")
    yield case._replace(calls=tuple(call._replace(url="http://127.0.0.1:<api>/c/<id>/0") for call in case.calls))
    yield case._replace(calls=tuple(call._replace(headers=()) for call in case.calls))
    yield case._replace(calls=tuple(call._replace(credentials="omit") for call in case.calls))
    for at, call in enumerate(case.calls):
        for smaller in _make_smaller_calls(call):
            yield case._replace(calls=(*case.calls[:at], smaller, *case.calls[at + 1 :]))
    for at, hop in enumerate(case.hops):
        for smaller_hop in _make_smaller_hops(hop):
            yield case._replace(hops=(*case.hops[:at], smaller_hop, *case.hops[at + 1 :]))


def _make_smaller_calls(call: Call) -> Iterator[Call]:
    yield call._replace(url="http://127.0.0.1:<api>/c/<id>/0")
    yield call._replace(body=None, is_bytes=False)
    yield call._replace(is_bytes=False)
    for method in ("GET", "PUT"):
        if call.method not in {"GET", "PUT"} and (call.body is None or method != "GET"):
            yield call._replace(method=method)
    if call.method == "PUT" and call.body is None:
        yield call._replace(method="GET")
    for credentials in {"same-origin": ("omit",), "include": ("omit", "same-origin")}.get(call.credentials, ()):
        yield call._replace(credentials=credentials)
    for headers in _make_smaller_lines(call.headers):
        yield call._replace(headers=headers)


def _make_smaller_hops(hop: Hop) -> Iterator[Hop]:
    for kind in ("preflights", "actuals"):
        answers: tuple[Answer, ...] = getattr(hop, kind)
        for at, answer in enumerate(answers):
            if len(answers) > 1:
                yield hop._replace(**{kind: answers[:at] + answers[at + 1 :]})
            for smaller in _make_smaller_answers(answer):
                yield hop._replace(**{kind: (*answers[:at], smaller, *answers[at + 1 :])})


def _make_smaller_answers(answer: Answer) -> Iterator[Answer]:
    for status in (200, 307):
        if answer.status not in {200, 307} or (answer.status == 307 and status == 200):
            yield answer._replace(status=status)
    if answer.body:
        yield answer._replace(body="")
    yield answer._replace(headers=())
    for headers in _make_smaller_lines(answer.headers):
        yield answer._replace(headers=headers)


def _make_smaller_lines(lines: Pairs) -> Iterator[Pairs]:
    for at, (name, value) in enumerate(lines):
        yield (*lines[:at], *lines[at + 1 :])
        # Why: a part of a location leads out of the case.
        for smaller in () if name.lower() == "location" else _make_smaller_values(value):
            yield (*lines[:at], (name, smaller), *lines[at + 1 :])
    for at, (name, value) in enumerate(lines):
        if name != name.title():
            yield (*lines[:at], (name.title(), value), *lines[at + 1 :])


def _make_smaller_values(value: str) -> Iterator[str]:
    """Leave out a half, a quarter, at last single characters; the name of an origin is one character."""
    plain = ("", "1", "*", "true", ORIGIN)
    yield from (smaller for smaller in plain if len(smaller) < len(value) and smaller != value)
    letters = _LETTERS.findall(value)
    size = (len(letters) + 1) // 2
    while size:
        for start in range(0, len(letters), size):
            yield "".join(letters[:start] + letters[start + size :])
        size //= 2
