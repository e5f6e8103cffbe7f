"""The walk as a sequence diagram: the page, the browser, the server."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.browser.preflight import is_preflight
from crossorigin.messages import escape
from crossorigin.standard import headers as names
from crossorigin.standard.url import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crossorigin.browser import Call, Exchange, Verdict
    from crossorigin.messages import Headers

_NARROWEST, _WIDEST = 40, 96
_PAGE = 13
#: What is said of the page's side of the drawing must fit between its two lines.
_LONGEST_METHOD = _PAGE - 5

#: Letters of one line of a request or an answer that are shown.
_LONGEST_TEXT = 2000

#: What is shown of an answer beside the headers of CORS.
_SHOWN = frozenset({names.VARY.lower(), names.LOCATION.lower()})


class Line(NamedTuple):
    """One line of a report; ``style`` is "", "bold", "dim", "red", "green" or "yellow"."""

    text: str
    style: str = ""


class End(NamedTuple):
    """How a walk ends: what is said below its last exchange, and what the page is given, if anything."""

    text: str
    to_page: str = ""
    is_good: bool = False
    style: str = "red"

    @property
    def is_failure(self) -> bool:
        """Tell whether it is the last exchange that failed."""
        return bool(self.to_page) and not self.is_good


def end_of(verdict: Verdict) -> End:
    """Return how a walk that came to a verdict ends."""
    if verdict.reason is not None:
        return End(verdict.reason.id, "TypeError")
    return End("the script reads the answer", str(verdict.status), is_good=True, style="green")


class Marks(NamedTuple):
    """The characters that the drawing is made of."""

    line: str = "│"
    dash: str = "─"
    start: str = "├"
    end: str = "┤"
    right: str = "▶"
    left: str = "◀"
    wrong: str = "✗"
    good: str = "✓"


UNICODE = Marks()
ASCII = Marks("|", "-", "+", "+", ">", "<", "X", "*")


def choose_marks(encoding: str | None) -> Marks:
    """Return the marks that can be written in an encoding; None is that of a stream that holds any text."""
    try:
        "".join(UNICODE).encode(encoding or "utf-8")
    except (LookupError, UnicodeError):
        return ASCII
    return UNICODE


def draw(call: Call, exchanges: Sequence[Exchange], end: End, *, width: int, marks: Marks = UNICODE) -> list[Line]:
    """Draw a walk in at most *width* columns, but not in less than 40."""
    return list(_Drawing(min(max(width, _NARROWEST), _WIDEST), marks).draw(call, exchanges, end))


class _Drawing:
    def __init__(self, width: int, marks: Marks) -> None:
        self._marks = marks
        self._page = _PAGE if width > _NARROWEST + _PAGE else 5
        self._wire = width - self._page - 3

    def draw(self, call: Call, exchanges: Sequence[Exchange], end: End) -> Iterator[Line]:
        """Yield the lines from top to bottom."""
        yield self._write_heads()
        method = escape(call.method)
        yield self._write_page_arrow(method if len(method) <= _LONGEST_METHOD else "fetch", to_page=False)
        last = len(exchanges) - 1
        for number, exchange in enumerate(exchanges):
            yield from self._draw_exchange(call, exchange, has_failed=number == last and end.is_failure)
        yield from self._draw_end(end)

    def _draw_exchange(self, call: Call, exchange: Exchange, *, has_failed: bool) -> Iterator[Line]:
        request, response = exchange
        url = parse_url(request.url)
        is_here = url is not None and url.origin == call.parsed_url.origin
        target = url.target if url is not None and is_here else request.url
        yield from self._write(f"{escape(request.method)} {escape(target)}", "bold")
        yield from self._write_headers(_choose_of_request(call, request.headers))
        yield self._write_arrow(to_server=True)
        style = "red" if has_failed else ""
        kind = " (preflight)" if is_preflight(request) else ""
        yield from self._write(f"{response.status}{kind}", style or "bold")
        yield from self._write_headers(_choose_of_response(response.headers), style)
        yield self._write_arrow(to_server=False, style=style)

    def _draw_end(self, end: End) -> Iterator[Line]:
        mark = self._marks.good if end.is_good else self._marks.wrong
        yield from self._write(f"{mark} {end.text}", end.style)
        if end.to_page:
            yield self._write_page_arrow(end.to_page, to_page=True, style=end.style)

    def _write_heads(self) -> Line:
        space = self._page + 1 - len("page")
        text = f"page{' ' * max(space, 1)}browser{'server':>{self._wire - len('browser') + 2}}"
        return Line(text, "dim")

    def _write(self, text: str, style: str = "") -> Iterator[Line]:
        """Write a text between browser and server, on as many lines as it takes."""
        marks = self._marks
        # Why: a server chooses how long its lines are, and a terminal is not for pages of one.
        if len(text) > _LONGEST_TEXT:
            text = f"{text[:_LONGEST_TEXT]}... ({len(text)} letters)"
        for part in textwrap.wrap(text, self._wire - 2, subsequent_indent="  ", break_on_hyphens=False) or [""]:
            yield Line(f"{marks.line}{' ' * self._page}{marks.line} {part:{self._wire - 2}} {marks.line}", style)

    def _write_headers(self, headers: Iterable[tuple[str, str]], style: str = "") -> Iterator[Line]:
        for name, value in headers:
            yield from self._write(f"{escape(name)}: {escape(value)}", style)

    def _write_arrow(self, *, to_server: bool, style: str = "") -> Line:
        marks = self._marks
        dashes = marks.dash * (self._wire - 1)
        arrow = f"{marks.start}{dashes}{marks.right}{marks.line}" if to_server else ""
        arrow = arrow or f"{marks.line}{marks.left}{dashes}{marks.end}"
        return Line(f"{marks.line}{' ' * self._page}{arrow}", style)

    def _write_page_arrow(self, text: str, *, to_page: bool, style: str = "") -> Line:
        marks = self._marks
        said = f"{marks.dash} {text} " if len(text) + 4 <= self._page else ""
        dashes = said + marks.dash * (self._page - 1 - len(said))
        left = f"{marks.line}{marks.left}{dashes}{marks.end}" if to_page else ""
        left = left or f"{marks.start}{dashes}{marks.right}{marks.line}"
        return Line(f"{left}{' ' * self._wire}{marks.line}", style)


def _choose_of_request(call: Call, headers: Headers) -> Sequence[tuple[str, str]]:
    """Return the headers that CORS looks at: the protocol's and the script's."""
    scripts = {name.lower() for name, _ in call.headers}
    wanted = scripts | {names.ORIGIN.lower()}
    return [pair for pair in headers if pair[0].lower() in wanted or _is_cors(pair[0])]


def _choose_of_response(headers: Headers) -> Sequence[tuple[str, str]]:
    return [pair for pair in headers if pair[0].lower() in _SHOWN or _is_cors(pair[0])]


def _is_cors(name: str) -> bool:
    return name.lower().startswith(names.CORS_PREFIX)
