"""The walk: what is on the wire, in which order, and what the script gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crossorigin.browser import Call, simulate, walk
from crossorigin.messages import Request, Response, get_values

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE, API = "https://app.example", "https://api.example"
ALLOW, EXPOSE = ("Access-Control-Allow-Origin", "*"), "Access-Control-Expose-Headers"
LEAVE = [
    ("Access-Control-Allow-Methods", "PUT, PATCH, DELETE"),
    ("Access-Control-Allow-Headers", "x-a, content-type, authorization, range"),
]


class Script:
    """A network that gives one answer after the other, to preflights as to requests."""

    def __init__(self, *answers: Response) -> None:
        self._answers = list(answers)
        self.seen: list[str] = []

    def __call__(self, request: Request) -> Response:
        origin = ",".join(get_values(request.headers, "Origin"))
        self.seen.append(f"{request.method} {request.url} {origin}".strip())
        return self._answers.pop(0)


def _call(path: str = "/", **options: Any) -> Call:
    return Call(**{"page_origin": PAGE, "url": f"{API}{path}", **options})


def _move(status: int, location: str, *more: tuple[str, str]) -> Response:
    return Response(status, [ALLOW, ("Location", location), *more])


OK = Response(200, [ALLOW])
ASKED = Response(204, [ALLOW, *LEAVE])


def test_a_simple_request() -> None:
    """A GET goes out alone, with its origin."""
    verdict = simulate(_call("/items?a=1#b"), lambda _request: OK)
    assert [exchange.request for exchange in verdict.exchanges] == [
        Request(
            "GET",
            "https://api.example/items?a=1",
            (
                ("Host", "api.example"),
                ("Accept", "*/*"),
                ("Origin", PAGE),
                ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Mode", "cors"),
                ("Sec-Fetch-Dest", "empty"),
            ),
        )
    ]
    assert (verdict.outcome, verdict.status, verdict.reason, verdict.step) == ("readable", 200, None, None)


def test_a_preflighted_request() -> None:
    """The preflight names the method, and the unsafe names sorted, in lower case, without spaces."""
    call = _call(
        method="PUT",
        headers=[("X-B", "1"), ("Accept", "a/b"), ("X-A", "1"), ("Content-Type", "application/json")],
        body=b"{}",
        url="http://api.example:8080/",
    )
    script = Script(Response(204, [ALLOW, LEAVE[0], ("Access-Control-Allow-Headers", "*")]), OK)
    preflight, request = (exchange.request for exchange in simulate(call, script).exchanges)
    assert preflight == Request(
        "OPTIONS",
        "http://api.example:8080/",
        (
            ("Host", "api.example:8080"),
            ("Accept", "*/*"),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "content-type,x-a,x-b"),
            ("Origin", PAGE),
        ),
    )
    assert request == Request(
        "PUT",
        "http://api.example:8080/",
        (
            ("Host", "api.example:8080"),
            ("X-B", "1"),
            ("Accept", "a/b"),
            ("X-A", "1"),
            ("Content-Type", "application/json"),
            ("Content-Length", "2"),
            ("Origin", PAGE),
        ),
        b"{}",
    )


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", None, []), ("POST", None, ["0"]), ("PUT", None, ["0"]), ("DELETE", None, []), ("DELETE", "", ["0"])],
)
def test_lengths(method: str, body: str | None, length: list[str]) -> None:
    """A body has its length, and a POST or PUT without one says so."""
    call = _call(method=method, body=body)
    assert get_values(simulate(call, lambda _request: ASKED).exchanges[-1].request.headers, "Content-Length") == length


def test_only_unsafe_names_are_asked_for() -> None:
    """A method alone has no list of names."""
    asked = simulate(_call(method="DELETE"), lambda _request: ASKED).exchanges[0].request
    assert get_values(asked.headers, "Access-Control-Request-Headers") == []


@pytest.mark.parametrize(
    ("method", "origin"), [("GET", []), ("HEAD", []), ("POST", [PAGE]), ("PUT", [PAGE]), ("DELETE", [PAGE])]
)
def test_same_origin(method: str, origin: list[str]) -> None:
    """A page reads what its own origin answers, all but cookies; no CORS header is looked at."""
    call = _call(url=f"{PAGE}/a", method=method, headers=[("X-A", "1")])
    answer = Response(404, [("X-Total", "9"), ("Set-Cookie", "a=b"), ("set-cookie2", "c")])
    verdict = simulate(call, lambda _request: answer)
    assert (verdict.status, verdict.readable_headers) == (404, (("X-Total", "9"),))
    assert get_values(verdict.exchanges[0].request.headers, "Origin") == origin


def test_an_opaque_origin_is_nobodys() -> None:
    """A sandboxed frame is cross-origin to everything."""
    script = Script(Response(200, [("Access-Control-Allow-Origin", "null")]))
    assert simulate(_call(page_origin="null"), script).is_readable
    assert script.seen == [f"GET {API}/ null"]


@pytest.mark.parametrize(
    ("step", "answers", "reason"),
    [
        ("preflight", [Response(204, [])], "allow-origin-missing"),
        ("preflight", [Response(403, [ALLOW])], "preflight-not-ok"),
        ("request", [ASKED, Response(200, [])], "allow-origin-missing"),
        ("redirect", [ASKED, _move(302, "data:,a")], "redirect-to-other-scheme"),
    ],
)
def test_the_step_that_fails_is_the_last(step: str, answers: list[Response], reason: str) -> None:
    """A verdict names the step and the reason; what would have followed is not sent."""
    verdict = simulate(_call(method="PUT"), Script(*answers))
    assert (verdict.outcome, verdict.step) == ("network-error", step)
    assert verdict.reason
    assert verdict.reason.id == reason
    assert (verdict.status, verdict.readable_headers) == (None, ())
    assert [exchange.response for exchange in verdict.exchanges] == answers


@pytest.mark.parametrize("status", [200, 204, 205, 299, 300, 304, 305, 306, 400, 401, 403, 404, 418, 500, 503])
def test_a_script_reads_every_status(status: int) -> None:
    """An error that is shared is no network error."""
    assert simulate(_call(), lambda _request: Response(status, [ALLOW])).status == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_without_location_is_an_answer(status: int) -> None:
    """Where there is nowhere to go, the script reads the redirect."""
    assert simulate(_call(), lambda _request: Response(status, [ALLOW])).status == status


#: sentence, the call, the answers, what is seen
REDIRECTS: list[tuple[str, dict[str, Any], list[Response], list[str]]] = [
    ("to its own path", {}, [_move(302, "/b"), OK], [f"GET {API}/ {PAGE}", f"GET {API}/b {PAGE}"]),
    ("relative", {"path": "/a/b"}, [_move(307, "../c"), OK], [f"GET {API}/a/b {PAGE}", f"GET {API}/c {PAGE}"]),
    (
        "to a third origin",
        {},
        [_move(302, "https://c.example/"), OK],
        [f"GET {API}/ {PAGE}", "GET https://c.example/ null"],
    ),
    (
        "on and on",
        {},
        [_move(302, "https://c.example/"), _move(302, "/d"), OK],
        [f"GET {API}/ {PAGE}", "GET https://c.example/ null", "GET https://c.example/d null"],
    ),
    ("back to the page's origin", {}, [_move(302, f"{PAGE}/"), OK], [f"GET {API}/ {PAGE}", f"GET {PAGE}/ null"]),
    (
        "from the page's origin",
        {"url": f"{PAGE}/"},
        [_move(302, f"{API}/"), OK],
        [f"GET {PAGE}/", f"GET {API}/ {PAGE}"],
    ),
    (
        "from the page's origin, and back",
        {"url": f"{PAGE}/"},
        [_move(302, f"{API}/"), _move(302, f"{PAGE}/b"), OK],
        [f"GET {PAGE}/", f"GET {API}/ {PAGE}", f"GET {PAGE}/b null"],
    ),
    (
        "a POST becomes a GET",
        {"method": "POST", "body": "a"},
        [_move(302, "/b"), OK],
        [f"POST {API}/ {PAGE}", f"GET {API}/b {PAGE}"],
    ),
    (
        "or stays one",
        {"method": "POST", "body": "a"},
        [_move(307, "/b"), OK],
        [f"POST {API}/ {PAGE}", f"POST {API}/b {PAGE}"],
    ),
    (
        "a PUT asks again",
        {"method": "PUT"},
        [ASKED, _move(308, "/b"), ASKED, OK],
        [f"OPTIONS {API}/ {PAGE}", f"PUT {API}/ {PAGE}", f"OPTIONS {API}/b {PAGE}", f"PUT {API}/b {PAGE}"],
    ),
    (
        "a PUT becomes a GET",
        {"method": "PUT"},
        [ASKED, _move(303, "/b"), OK],
        [f"OPTIONS {API}/ {PAGE}", f"PUT {API}/ {PAGE}", f"GET {API}/b {PAGE}"],
    ),
    (
        "what has been asked is not asked again",
        {"method": "PUT"},
        [ASKED, _move(307, "/"), OK],
        [f"OPTIONS {API}/ {PAGE}", f"PUT {API}/ {PAGE}", f"PUT {API}/ {PAGE}"],
    ),
    (
        "a third origin is asked by nobody",
        {"method": "PUT"},
        [ASKED, _move(307, "https://c.example/"), ASKED, OK],
        [
            f"OPTIONS {API}/ {PAGE}",
            f"PUT {API}/ {PAGE}",
            "OPTIONS https://c.example/ null",
            "PUT https://c.example/ null",
        ],
    ),
    (
        "with userinfo, at home",
        {"url": f"{PAGE}/"},
        [_move(302, "https://a:b@app.example/b"), OK],
        [f"GET {PAGE}/", "GET https://a:b@app.example/b"],
    ),
]


@pytest.mark.parametrize(("sentence", "options", "answers", "seen"), REDIRECTS, ids=[row[0] for row in REDIRECTS])
def test_redirects(sentence: str, options: Any, answers: list[Response], seen: list[str]) -> None:
    """A redirect is followed, asked for anew, and its origin is null once it has been in two foreign places."""
    script = Script(*answers)
    assert simulate(_call(**options), script).is_readable, sentence
    assert script.seen == seen


def test_authorization_stays_at_home() -> None:
    """The moment another origin is seen, the header is removed, and need not be asked for."""
    call = _call(headers=[("Authorization", "Bearer x")])
    script = Script(ASKED, _move(302, "https://c.example/"), OK)
    sent = [exchange.request for exchange in simulate(call, script).exchanges]
    assert [get_values(request.headers, "Authorization") for request in sent] == [[], ["Bearer x"], []]


def test_headers_of_a_body_go_with_it() -> None:
    """A request that becomes a GET says nothing of a body."""
    call = _call(method="POST", body="a", headers=[("Content-Language", "en"), ("X-A", "1")])
    sent = simulate(call, Script(ASKED, _move(301, "/b"), ASKED, OK)).exchanges[-1].request
    assert [name for name, _ in sent.headers if name.startswith(("Content", "X-"))] == ["X-A"]
    assert sent.body == b""


@pytest.mark.parametrize(("count", "outcome"), [(20, "readable"), (21, "network-error")])
def test_twenty_redirects(count: int, outcome: str) -> None:
    """Twenty are followed, and no more."""
    answers = [_move(302, f"/{number}") for number in range(count)]
    verdict = simulate(_call(), Script(*answers, OK))
    assert verdict.outcome == outcome
    assert len(verdict.exchanges) == 21


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([("Location", "http://")], "redirect-to-invalid-url"),
        ([("Location", "https://a b/")], "redirect-to-invalid-url"),
        ([("Location", "/a"), ("Location", "/b")], "redirect-to-invalid-url"),
        ([("Location", "ftp://a/")], "redirect-to-other-scheme"),
        ([("Location", "mailto:a@b")], "redirect-to-other-scheme"),
        ([("Location", "https://user@api.example/")], "redirect-with-userinfo"),
        ([("Location", "https://:pass@api.example/")], "redirect-with-userinfo"),
        ([("Location", "https://user@app.example/")], "redirect-with-userinfo"),
    ],
)
def test_redirects_to_nowhere(headers: list[tuple[str, str]], reason: str) -> None:
    """What is no http(s) URL, or has a user name in it, ends the walk."""
    verdict = simulate(_call(), lambda _request: Response(302, [ALLOW, *headers]))
    assert verdict.step == "redirect"
    assert verdict.reason
    assert verdict.reason.id == reason


def test_a_redirect_is_shared_before_it_is_followed() -> None:
    """Where a redirect does not name the origin, nothing follows."""
    verdict = simulate(_call(), lambda _request: Response(302, [("Location", "/b")]))
    assert (len(verdict.exchanges), verdict.step) == (1, "request")


def test_userinfo_at_home_leads_to_another_place() -> None:
    """A page's own origin may redirect to itself with a user name, and not to another origin with one."""
    verdict = simulate(_call(url=f"{PAGE}/"), lambda _request: _move(302, "https://a@api.example/"))
    assert verdict.reason
    assert verdict.reason.id == "redirect-with-userinfo"


@pytest.mark.parametrize(
    ("location", "seen"),
    [("/b", f"{API}/b#x"), ("/b#y", f"{API}/b#y"), ("/\xc3\xa9", f"{API}/%C3%A9#x"), ("/\xe9", f"{API}/%E9#x")],
)
def test_locations(location: str, seen: str) -> None:
    """The fragment of the call goes along, and bytes that are not ASCII are escaped one by one."""
    call = _call("/#x", credentials="omit")
    urls = [exchange.request.url for exchange in simulate(call, Script(_move(302, location), OK)).exchanges]
    assert urls[1] == seen.partition("#")[0]


def test_a_misdirected_request_is_sent_once_more() -> None:
    """421 asks for another connection, and the second answer counts."""
    script = Script(Response(421, []), OK)
    assert simulate(_call(), script).is_readable
    assert simulate(_call(), Script(Response(421, []), Response(421, [ALLOW]))).status == 421
    assert len(script.seen) == 2


EXPOSED: list[tuple[str, list[tuple[str, str]], set[str], set[str]]] = [
    ("nothing", [], {"Content-Type", "pragma"}, {"Content-Type", "pragma"}),
    ("a name", [(EXPOSE, "x-total")], {"Content-Type", "pragma", "X-Total"}, {"Content-Type", "pragma", "X-Total"}),
    ("cookies", [(EXPOSE, "set-cookie")], {"Content-Type", "pragma"}, {"Content-Type", "pragma"}),
    (
        "two lines",
        [(EXPOSE, "a"), (EXPOSE, "x-total")],
        {"Content-Type", "pragma", "X-Total"},
        {"Content-Type", "pragma", "X-Total"},
    ),
    (
        "any",
        [(EXPOSE, "*")],
        {"Content-Type", "pragma", "X-Total", "*", EXPOSE, ALLOW[0], "Access-Control-Allow-Credentials"},
        {"Content-Type", "pragma", "*"},
    ),
    ("what is no list", [(EXPOSE, "x total, x-total")], {"Content-Type", "pragma"}, {"Content-Type", "pragma"}),
]


@pytest.mark.parametrize(("sentence", "lines", "without", "with_credentials"), EXPOSED, ids=[row[0] for row in EXPOSED])
def test_readable_headers(sentence: str, lines: Any, without: set[str], with_credentials: set[str]) -> None:
    """A script reads the safelisted headers and the exposed ones; ``*`` counts without credentials only."""
    own = [("Content-Type", "a/b"), ("X-Total", "9"), ("pragma", "x"), ("Set-Cookie", "a=b"), ("*", "star")]
    shared = [("Access-Control-Allow-Origin", PAGE), ("Access-Control-Allow-Credentials", "true")]
    answer = Response(200, [*own, *shared, *lines])
    modes: list[tuple[Any, set[str]]] = [("omit", without), ("same-origin", without), ("include", with_credentials)]
    for credentials, names in modes:
        verdict = simulate(_call(credentials=credentials), lambda _request: answer)
        assert {name for name, _ in verdict.readable_headers} == names, (sentence, credentials)


def test_readable_headers_are_as_they_were_sent() -> None:
    """Their order, their case and their repeats are kept."""
    pairs = [("X-B", "1"), ("Content-Type", "a/b"), ("x-b", "2")]
    verdict = simulate(_call(), lambda _request: Response(200, [*pairs, ALLOW, (EXPOSE, "X-B")]))
    assert verdict.readable_headers == tuple(pairs)


def test_what_a_network_raises_is_raised() -> None:
    """No answer is no verdict."""

    def network(_request: Request) -> Response:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        simulate(_call(), network)


def test_an_unknown_profile() -> None:
    """The message names those that there are."""
    with pytest.raises(ValueError, match="write one of standard, chromium, firefox, webkit"):
        simulate(_call(), lambda _request: OK, profile="netscape")


def test_the_walk_asks_and_does_nothing_itself() -> None:
    """Whoever drives it, in whatever way, gets the same verdict."""
    steps = walk(_call(method="PUT"))
    assert next(steps).method == "OPTIONS"
    assert steps.send(ASKED).method == "PUT"
    with pytest.raises(StopIteration) as done:
        steps.send(OK)
    answer: Callable[[Request], Response] = Script(ASKED, OK)
    assert done.value.value == simulate(_call(method="PUT"), answer)
