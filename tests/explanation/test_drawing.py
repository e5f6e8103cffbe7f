"""The drawing: as wide as there is room, in the characters that there are, with nothing off the wire that steers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crossorigin.browser import Call, simulate
from crossorigin.explanation.drawing import ASCII, UNICODE, End, choose_marks, draw, end_of
from crossorigin.messages import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.explanation.drawing import Line, Marks
    from crossorigin.messages import Request

CALL = Call("https://app.example", "https://api.example/items", "PUT", [("X-A", "1")])

ANY = ("Access-Control-Allow-Origin", "*")

DRAWN = """\
page          browser                            server
+- PUT ------>|                                       |
|             | OPTIONS /items                        |
|             | Access-Control-Request-Method: PUT    |
|             | Access-Control-Request-Headers: x-a   |
|             | Origin: https://app.example           |
|             +-------------------------------------->|
|             | 204 (preflight)                       |
|             | Access-Control-Allow-Origin: *        |
|             | Access-Control-Allow-Methods: *       |
|             | Access-Control-Allow-Headers: *       |
|             |<--------------------------------------+
|             | PUT /items                            |
|             | X-A: 1                                |
|             | Origin: https://app.example           |
|             +-------------------------------------->|
|             | 302                                   |
|             | Location: https://b.example/a         |
|             | Access-Control-Allow-Origin: *        |
|             |<--------------------------------------+
|             | OPTIONS https://b.example/a           |
|             | Access-Control-Request-Method: PUT    |
|             | Access-Control-Request-Headers: x-a   |
|             | Origin: null                          |
|             +-------------------------------------->|
|             | 404 (preflight)                       |
|             |<--------------------------------------+
|             | X preflight-not-ok                    |
|<- TypeError +                                       |
"""


def network(request: Request) -> Response:
    any_origin = ("Access-Control-Allow-Origin", "*")
    if "b.example" in request.url:
        return Response(404, [("X-Other", "not shown")])
    if request.method == "OPTIONS":
        return Response(204, [any_origin, ("Access-Control-Allow-Methods", "*"), ("Access-Control-Allow-Headers", "*")])
    return Response(302, [("Location", "https://b.example/a"), any_origin])


def _draw(call: Call, answers: Callable[[Request], Response], *, width: int, marks: Marks) -> list[Line]:
    verdict = simulate(call, answers)
    return draw(call, verdict.exchanges, end_of(verdict), width=width, marks=marks)


def test_the_drawing() -> None:
    """Every exchange in its order, with what CORS looks at, and a mark where it fails."""
    lines = _draw(CALL, network, width=55, marks=ASCII)
    assert "".join(f"{line.text.rstrip()}\n" for line in lines) == DRAWN
    assert next(line.text[16:34].rstrip() for line in lines if line.style == "red") == "404 (preflight)"


@pytest.mark.parametrize("width", [1, 40, 41, 53, 54, 80, 96, 500])
@pytest.mark.parametrize("marks", [ASCII, UNICODE])
def test_widths(width: int, marks: Marks) -> None:
    """No line is wider than there is room, and all are equally wide, however long a value is."""

    def shout(_request: Request) -> Response:
        return Response(200, [("Access-Control-Allow-Origin", "https://" + "long." * 60), ("Vary", "a, " * 50)])

    for answers in (network, shout):
        lines = _draw(CALL, answers, width=width, marks=marks)
        assert {len(line.text) for line in lines} == {min(max(width, 40), 96)}


def test_nothing_off_the_wire_steers_the_terminal() -> None:
    """What is no printable ASCII is written out."""

    def shout(_request: Request) -> Response:
        return Response(200, [("Access-Control-Allow-Origin", "\x1b]0;x\x07\r\x9b2J\xe9")])

    call = Call("https://app.example", "https://api.example/\u00e9?\u202e")
    lines = _draw(call, shout, width=80, marks=ASCII)
    assert all(line.text.isascii() and line.text.isprintable() for line in lines)
    assert any("\\x1b]0;x\\x07\\r\\x9b2J\\xe9" in line.text for line in lines)


def test_a_long_line_is_cut() -> None:
    """A server does not fill the terminal, whatever it sends; how much there was is said."""

    def ramble(_request: Request) -> Response:
        return Response(302, [("Location", f"b{'/a' * 30_000}"), ("Access-Control-Allow-Origin", "*")])

    lines = _draw(Call("https://app.example", "https://api.example/"), ramble, width=80, marks=ASCII)
    assert len(lines) < 42 * 40
    assert any("(60011 letters)" in line.text for line in lines)


def test_a_walk_that_ends_well() -> None:
    """The script reads the answer, and the page is given its status."""
    drawn = _draw(Call("https://app.example", "https://b.test/"), lambda _: Response(200, [ANY]), width=80, marks=ASCII)
    assert [line.style for line in drawn[-2:]] == ["green", "green"]
    assert "* the script reads the answer" in drawn[-2].text
    assert drawn[-1].text.startswith("|<- 200 -")


def test_a_long_method() -> None:
    """One that has no room at the page's side is a fetch there."""
    call = Call("https://app.example", "https://api.example/", "REARRANGE-ALL")
    drawn = _draw(call, network, width=80, marks=ASCII)
    assert drawn[1].text.startswith("+- fetch ---->|")
    assert "OPTIONS /" in drawn[2].text


def test_no_answer() -> None:
    """Where the walk stops without an answer, it is said there, and no exchange is marked."""
    exchanges = simulate(CALL, network).exchanges[:1]
    lines = draw(CALL, exchanges, End("no answer"), width=80, marks=ASCII)
    assert "X no answer" in lines[-1].text
    assert [line.style for line in lines].count("red") == 1


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [("utf-8", UNICODE), ("ascii", ASCII), ("latin-1", ASCII), ("cp1252", ASCII), (None, UNICODE), ("x", ASCII)],
)
def test_marks(encoding: str | None, marks: object) -> None:
    assert choose_marks(encoding) is marks
