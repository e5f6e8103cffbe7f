"""A HAR file, which a browser's developer tools save: its calls, and what was answered, as a network."""

from __future__ import annotations

import bisect
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.cli.draft import Draft
from crossorigin.cli.printing import CannotJudgeError
from crossorigin.messages import Response, escape, get_values
from crossorigin.probe import NoAnswerError
from crossorigin.standard import headers as names
from crossorigin.standard.statuses import is_redirect
from crossorigin.standard.url import parse_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.browser import Call
    from crossorigin.messages import Headers, Request

_NO_CONTENT = 204
#: The value of a header that a preflight asked for and that the recording does not have.
_LEFT_OUT = "(left out of the recording)"


class Entry(NamedTuple):
    """One exchange of a recording; ``number`` counts from 1, as people do."""

    number: int
    method: str
    url: str
    headers: Headers
    body: str | None
    has_cookies: bool
    response: Response | None
    error: str

    @property
    def is_preflight(self) -> bool:
        """Tell whether it is a CORS-preflight request."""
        return self.method == "OPTIONS" and bool(get_values(self.headers, names.REQUEST_METHOD))

    @property
    def origin(self) -> str | None:
        """Return what the request says of the page's origin."""
        return next(iter(get_values(self.headers, names.ORIGIN)), None)


def is_har(text: str) -> bool:
    """Tell whether *text* looks like a HAR file."""
    return text.lstrip("\ufeff \t\r\n").startswith("{") and '"log"' in text


def read_har(text: str) -> list[Entry]:
    """Return all exchanges of a recording.

    :raises CannotJudgeError: it is no HAR.
    """
    try:
        entries = json.loads(text.lstrip("\ufeff"))["log"]["entries"]
        return [_read_entry(number, entry) for number, entry in enumerate(entries, 1)]
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError) as error:
        message = f"this is no HAR file ({type(error).__name__}: {escape(str(error))}): save it from the network panel"
        raise CannotJudgeError(message) from error


def _read_entry(number: int, entry: dict[str, Any]) -> Entry:
    request, response = entry["request"], entry.get("response") or {}
    headers = _read_lines(request.get("headers", ()))
    status = int(response.get("status") or 0)
    answer = Response(status, _read_lines(response.get("headers", ()))) if status else None
    text = (request.get("postData") or {}).get("text")
    body = None if text is None else str(text)
    has_cookies = bool(request.get("cookies")) or bool(get_values(headers, names.COOKIE))
    error = str(response.get("_error") or "")
    return Entry(number, str(request["method"]), str(request["url"]), headers, body, has_cookies, answer, error)


def _read_lines(lines: Sequence[dict[str, Any]]) -> Headers:
    """Return header lines; HTTP/2's own, which begin with a colon, are none, and joined lines are taken apart."""
    pairs = [(str(line["name"]), str(line["value"])) for line in lines if not str(line["name"]).startswith(":")]
    return tuple((name, part.strip()) for name, value in pairs for part in value.split("\n"))


class Entries:
    """All exchanges of a recording; preflights and what they ask for are looked up, because there may be thousands."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.all = entries
        self._preflights: dict[tuple[str, str], list[Entry]] = {}
        self._calls: dict[tuple[str, str], list[Entry]] = {}
        self._by_url: dict[str, list[Entry]] = {}
        for entry in entries:
            asked = get_values(entry.headers, names.REQUEST_METHOD) if entry.is_preflight else []
            if len(asked) == 1:
                self._preflights.setdefault((asked[0], _cut(entry.url)), []).append(entry)
            elif not entry.is_preflight:
                self._calls.setdefault((entry.method, _cut(entry.url)), []).append(entry)
                self._by_url.setdefault(_normalize(entry.url), []).append(entry)

    def find_preflight(self, entry: Entry) -> Entry | None:
        """Return the preflight of an entry: the nearest that asks for its method at its URL."""
        return _find_nearest(self._preflights.get((entry.method, _cut(entry.url)), ()), entry)

    def find_call(self, preflight: Entry) -> Entry | None:
        """Return the call that a preflight asks for: the nearest with its method at its URL."""
        asked = get_values(preflight.headers, names.REQUEST_METHOD)
        return (
            _find_nearest(self._calls.get((asked[0], _cut(preflight.url)), ()), preflight) if len(asked) == 1 else None
        )

    def find_target(self, entry: Entry) -> Entry | None:
        """Return the entry that an entry's redirect leads to."""
        response, url = entry.response, parse_url(entry.url)
        locations = get_values(response.headers, names.LOCATION) if response and is_redirect(response.status) else []
        target = parse_url(locations[0], url) if len(locations) == 1 else None
        return self.find_later(str(target._replace(fragment=None)), entry) if target else None

    def find_later(self, url: str, entry: Entry) -> Entry | None:
        """Return the first request for a URL that comes after an entry and is no preflight."""
        # Why: a URL may have thousands of entries, and their numbers rise.
        found = self._by_url.get(url, [])
        at = bisect.bisect_right(found, entry.number, key=lambda one: one.number)
        return found[at] if at < len(found) else None


def _find_nearest(found: Sequence[Entry], entry: Entry) -> Entry | None:
    return min(found, key=lambda one: abs(one.number - entry.number), default=None)


def _cut(url: str) -> str:
    """Return a URL without its fragment."""
    return url.partition("#")[0]


def _normalize(url: str) -> str:
    """Return a URL as a request has it, or as it is written if it is none."""
    parsed = parse_url(url)
    return str(parsed._replace(fragment=None)) if parsed else url


def find_calls(entries: Entries, number: int | None = None) -> list[Entry]:
    """Return the CORS requests of pages: they have an Origin, and it is not that of the URL.

    A preflight stands for the call that it asks for: the recorded one, or, where the browser has not shown it, one
    without an answer. What a call is redirected to is no call of its own, unless its number is given.

    :param number: that of the one to return; None: all.
    :raises CannotJudgeError: there is none.
    """
    if number is not None and not 1 <= number <= len(entries.all):
        message = f"the recording has entries 1 to {len(entries.all)}, and no {number}"
        raise CannotJudgeError(message)
    chosen = entries.all if number is None else [entries.all[number - 1]]
    found: dict[int, Entry] = {}
    for entry in chosen:
        url = parse_url(entry.url)
        if url and url.is_http and entry.origin not in {None, url.origin}:
            call = _find_call_of(entries, entry) if entry.is_preflight else entry
            found.setdefault(call.number, call)
    if not found:
        message = "the recording has no request with an Origin of another site: record it while the page makes its call"
        raise CannotJudgeError(message)
    # Why: a browser records each step of a redirect, and all of them are one call.
    targets = {target.number for call in found.values() if (target := entries.find_target(call))}
    return [found[one] for one in sorted(found) if number is not None or one not in targets]


def _find_call_of(entries: Entries, preflight: Entry) -> Entry:
    if call := entries.find_call(preflight):
        return call
    (method, *_), (origin, *_) = (get_values(preflight.headers, name) for name in (names.REQUEST_METHOD, names.ORIGIN))
    return preflight._replace(method=method, headers=((names.ORIGIN, origin),), body=None, response=None)


class Recording:
    """What was recorded, as a network; it makes no exchange that was not."""

    def __init__(self, entries: Entries, entry: Entry) -> None:
        self._entries = entries
        self._entry = entry
        self._preflight = entries.find_preflight(entry)
        self._found: dict[Request, Entry] = {}
        self.notes: list[str] = []

    def make_draft(self) -> Draft:
        """Return the call that was recorded."""
        draft = Draft("har", self._entry.url, method=self._entry.method, body=self._entry.body)
        asked: frozenset[str] | None = None
        if self._preflight:
            listed = ",".join(get_values(self._preflight.headers, names.REQUEST_HEADERS))
            asked = frozenset(name.lower() for name in names.read_header_names(listed) or ())
        draft.add_headers(self._entry.headers, asked)
        # Why: a text would bring a Content-Type, and what was sent is known.
        draft.body = None if self._entry.body is None else self._entry.body.encode("utf-8", "replace")
        draft.cookie = None
        known = {name.lower() for name, _ in draft.headers}
        draft.headers += [(name, _LEFT_OUT) for name in sorted((asked or frozenset()) - known)]
        draft.credentials = "include" if self._entry.has_cookies else None
        if not self._entry.has_cookies:
            draft.notes.append(
                "The recording has no cookies, so the call is taken to have no credentials; browsers leave cookies out "
                "of a HAR unless asked: if it has them, --credentials include."
            )
        return draft

    def find_network(self, call: Call) -> _Replay:
        """Return the network for one call."""
        return _Replay(self, call)

    def answer(self, request: Request, call: Call) -> Response:
        """Return what was answered to a request of the model."""
        if request.method == "OPTIONS" and get_values(request.headers, names.REQUEST_METHOD):
            found = self._entries.find_preflight(self._find(request, call) or self._entry)
            if found is None:
                return self._invent(request)
        else:
            found = self._find(request, call)
        if found is None or found.response is None:
            error = f" ({escape(found.error)})" if found and found.error else ""
            what = f"the recording has no answer to this {escape(request.method)}{error}"
            advice = (
                "A browser does not show what it has blocked to its own tools: check the URL instead of the recording"
            )
            raise NoAnswerError("not-recorded", request.url, what, advice)
        return found.response

    def _find(self, request: Request, call: Call) -> Entry | None:
        found: Entry | None
        if before := self._found.get(request):
            # Why: a redirect may lead to the same URL, such as one that sets a cookie first.
            found = self._entries.find_later(request.url, before) or before
        elif request.url == _cut(call.url):
            found = self._entry
        else:
            found = self._entries.find_later(request.url, self._entry)
        if found:
            self._found[request] = found
        return found

    def _invent(self, request: Request) -> Response:
        """Let a preflight pass that is not in the recording: the browser had it in its cache, or did not show it."""
        note = "No preflight is recorded. It is taken as passed: the browser had it in its cache, or did not show it."
        if note not in self.notes:
            self.notes.append(note)
        asked = get_values(request.headers, names.REQUEST_HEADERS)
        lines = [
            (names.ALLOW_ORIGIN, get_values(request.headers, names.ORIGIN)[0]),
            (names.ALLOW_CREDENTIALS, "true"),
            (names.ALLOW_METHODS, get_values(request.headers, names.REQUEST_METHOD)[0]),
            *((names.ALLOW_HEADERS, value) for value in asked),
        ]
        return Response(_NO_CONTENT, lines)


class _Replay:
    """A recording, asked in the name of one call."""

    def __init__(self, recording: Recording, call: Call) -> None:
        self._recording = recording
        self._call = call

    def __call__(self, request: Request) -> Response:
        return self._recording.answer(request, self._call)
