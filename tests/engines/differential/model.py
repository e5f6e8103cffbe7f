"""The model plays a case: the network is the case's script, without a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crossorigin.browser import Call, PreflightCache, simulate
from crossorigin.messages import Request, Response, get_values
from engines.differential.case import Case, Place, Played, Result, Script, fill_case, read_target
from engines.differential.session import unfill_seen

if TYPE_CHECKING:
    from crossorigin.browser import Verdict


def play(case: Case, place: Place, profile: str) -> Played:
    """Tell what a browser would do with a case."""
    filled = fill_case(case, place)
    script, cache = Script(filled), PreflightCache()

    def network(request: Request) -> Response:
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if "?" in request.url else "")
        found = read_target(target)
        if found is None:
            return Response(404, [("Content-Length", "0")])
        url = f"http://{get_values(request.headers, 'Host')[0]}{target}"
        answer = script.answer(request.method, url, found[1], request.headers)
        # Why: an HTTP parser takes away what stands around a value.
        lines = [(name, value.strip(" \t")) for name, value in answer.headers]
        return Response(answer.status, lines, answer.body.encode("latin-1"))

    results = []
    for call in filled.calls:
        body = call.body.encode("latin-1") if call.body is not None and call.is_bytes else call.body
        asked = Call(filled.page, call.url, call.method, call.headers, call.credentials, body)  # type: ignore[arg-type]
        results.append(_read_verdict(simulate(asked, network, cache=cache, profile=profile), place))
    return Played(tuple(results), tuple(unfill_seen(seen, place) for seen in script.seen))


def _read_verdict(verdict: Verdict, place: Place) -> Result:
    """Write a verdict as a script sees it: names in lower case, sorted, repeated ones combined."""
    if verdict.outcome != "readable":
        return Result(verdict.outcome)
    values: dict[str, list[str]] = {}
    for name, value in verdict.readable_headers:
        values.setdefault(name.lower(), []).append(place.unfill(value))
    return Result("readable", verdict.status, tuple((name, ", ".join(values[name])) for name in sorted(values)))
