"""Kui behind the drop-in, both halves, on real servers: around the whole app, and at single routes."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset
from crossorigin.cli import main
from crossorigin.integrations.kui import asgi, wsgi
from servers import Answer, ask, ask_preflight, serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

APP = "https://app.example"
EVIL = "https://evil.example"
ROUTE = "https://route.example"
READABLE = {"access-control-allow-origin": APP, "vary": "Origin"}
METHODS = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"
FOUR = "Accept, Accept-Language, Content-Language, Content-Type"
CONFIG: Any = {"allow_origins": [re.compile(r"https://app\.example")]}


class Half(NamedTuple):
    """One half of Kui: its own module, ours, the server, and what makes a view of a plain function."""

    ours: Any
    theirs: Any
    serve: Any
    make_view: Callable[[Any], Any]


def _make_async(function: Any) -> Any:
    async def view() -> Any:
        return function()

    view.__name__ = function.__name__
    return view


HALVES = [
    Half(asgi, importlib.import_module("kui.asgi"), serve_asgi, _make_async),
    Half(wsgi, importlib.import_module("kui.wsgi"), serve_wsgi, lambda function: function),
]


@pytest.fixture(params=HALVES, ids=["asgi", "wsgi"])
def half(request: pytest.FixtureRequest) -> Half:
    found: Half = request.param
    return found


def make_views(half: Half) -> dict[str, Any]:
    def items() -> Any:
        return {"items": []}

    def fail() -> Any:
        text = "the app is broken"
        raise ValueError(text)

    def forbid() -> Any:
        raise half.theirs.HTTPException(403, headers={"Vary": "Cookie"})

    def vary() -> Any:
        headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*", "X-Own": "kept"}
        return half.theirs.PlainTextResponse("x", headers=headers)

    def stream() -> Any:
        return "x", 200

    return {function.__name__: half.make_view(function) for function in (items, fail, forbid, vary, stream)}


def make_routes(half: Half, *middlewares: Any) -> list[Any]:
    routes = [half.theirs.HttpRoute(f"/{name}", view) for name, view in make_views(half).items()]
    for route in routes:
        for middleware in middlewares:
            route = route @ middleware  # noqa: PLW2901 (it is the same route)
    return routes


def make_class_route(half: Half) -> Any:
    """Make a route of a class with the methods GET and PUT."""

    class Things(half.theirs.HttpView):  # type: ignore[misc, name-defined]  # either half's
        get = staticmethod(half.make_view(lambda: "got"))
        put = staticmethod(half.make_view(lambda: "put"))

    return half.theirs.HttpRoute("/things", Things)


@pytest.mark.parametrize(("path", "status"), [("/items", 200), ("/forbid", 403), ("/nowhere", 404), ("/fail", 500)])
def test_around_the_app_every_answer_carries_the_headers(half: Half, path: str, status: int) -> None:
    app = half.ours.Kui(routes=make_routes(half), cors_config=CONFIG)
    with half.serve(app) as port:
        answer = ask(port, "GET", path, [("Origin", APP)])
        assert answer.status == status
        vary = "Cookie, Origin" if path == "/forbid" else "Origin"
        assert answer.cors == {"access-control-allow-origin": APP, "vary": vary}
        assert ask(port, "GET", path, [("Origin", EVIL)]).cors == {"vary": vary}
        assert ask(port, "GET", path).cors == {"vary": vary}


def make_around(half: Half) -> Any:
    return half.ours.Kui(routes=make_routes(half), cors_config=CONFIG)


def make_decorated(half: Half) -> Any:
    return half.theirs.Kui(routes=make_routes(half, half.ours.allow_cors(**CONFIG)))


def make_group(half: Half) -> Any:
    middlewares = [half.ours.allow_cors(**CONFIG)]
    return half.theirs.Kui(routes=half.theirs.Routes(*make_routes(half), http_middlewares=middlewares))


def make_middleware_of_the_app(half: Half) -> Any:
    """Make the form that Kui itself makes of its ``cors_config``."""
    return half.theirs.Kui(routes=make_routes(half), http_middlewares=[half.ours.allow_cors(**CONFIG)])


def make_both(half: Half) -> Any:
    return half.ours.Kui(routes=make_routes(half, half.ours.allow_cors(**CONFIG)), cors_config={})


FORMS = [make_around, make_decorated, make_group, make_middleware_of_the_app, make_both]


@pytest.mark.parametrize("make", FORMS, ids=lambda make: make.__name__)
def test_every_form_answers_as_documented(half: Half, make: Callable[[Half], Any]) -> None:
    with half.serve(make(half)) as port:
        assert ask(port, "GET", "/items", [("Origin", APP)]).cors == READABLE
        assert ask(port, "GET", "/items", [("Origin", EVIL)]).cors == {"vary": "Origin"}
        preflight = ask_preflight(port, APP, "PUT", "content-type", "/items")
        assert (preflight.status, preflight.body) == (200, b"")
        lists = {"access-control-allow-methods": METHODS, "access-control-allow-headers": FOUR}
        assert preflight.cors == {**READABLE, **lists, "access-control-max-age": "600"}
        assert {name.lower(): value for name, value in preflight.headers}["content-length"] == "0"
        for refused in (ask_preflight(port, EVIL, path="/items"), ask_preflight(port, APP, "GET", "x-no", "/items")):
            assert (refused.status, refused.cors) == (403, {"vary": "Origin"})
            assert refused.body.startswith(b"CORS: preflight request refused: ")
        inner = ask(port, "GET", "/vary", [("Origin", APP)])
        assert inner.cors == {"access-control-allow-origin": APP, "vary": "Accept, Origin"}
        assert "kept" in dict(inner.headers).values()
        assert ask(port, "GET", "/forbid", [("Origin", APP)]).cors["access-control-allow-origin"] == APP
        assert ask(port, "OPTIONS", "/items", [("Origin", APP)]).cors == READABLE


@pytest.mark.parametrize("is_whole", [True, False], ids=["with the app's form", "alone"])
def test_the_decorator_nearest_to_the_view_counts(half: Half, is_whole: bool) -> None:
    """Before that of the group, and that before the app's; a path without a route has the app's."""
    own = half.ours.allow_cors(allow_origins=[ROUTE])
    route = half.theirs.HttpRoute("/own", make_views(half)["items"], "own") @ own
    group = half.theirs.Routes(route, *make_routes(half), http_middlewares=[half.ours.allow_cors(allow_origins=[APP])])
    app = half.ours.Kui(routes=group, cors_config={"allow_origins": [EVIL]} if is_whole else None)
    with half.serve(app) as port:
        for path, origin in (("/own", ROUTE), ("/items", APP)):
            assert ask(port, "GET", path, [("Origin", origin)]).cors["access-control-allow-origin"] == origin
            assert ask_preflight(port, origin, path=path).status == 200
            assert ask_preflight(port, EVIL, path=path).status == 403
            assert ask(port, "GET", path, [("Origin", EVIL)]).cors == {"vary": "Origin"}
        nowhere = ask(port, "GET", "/nowhere", [("Origin", EVIL)])
        expected = {"access-control-allow-origin": EVIL, "vary": "Origin"} if is_whole else {}
        assert (nowhere.status, nowhere.cors) == (404, expected)


def test_a_preflight_is_resolved_by_its_method(half: Half) -> None:
    """Two views of one path may have two policies: the preflight for each has its own."""
    views = make_views(half)
    required = half.theirs.required_method
    routes = half.theirs.MultimethodRoutes(
        half.theirs.HttpRoute("/both", views["items"], "a")
        @ required("GET")
        @ half.ours.allow_cors(allow_origins=[APP]),
        half.theirs.HttpRoute("/both", views["vary"], "b")
        @ required("PUT")
        @ half.ours.allow_cors(allow_origins=[EVIL]),
        base_class=half.theirs.HttpView,
    )
    app = half.ours.Kui(routes=routes, cors_config={"allow_origins": [ROUTE]})
    with half.serve(app) as port:
        for origin, method in ((APP, "GET"), (EVIL, "PUT"), (ROUTE, "PATCH")):
            for asked in ("GET", "PUT", "PATCH"):
                assert (ask_preflight(port, origin, asked, path="/both").status == 200) is (asked == method)
            assert ask(port, method, "/both", [("Origin", origin)]).cors["access-control-allow-origin"] == origin


def test_a_class_of_methods_can_be_decorated(half: Half) -> None:
    route = make_class_route(half) @ half.ours.allow_cors(allow_origins=[ROUTE])
    for app in (half.theirs.Kui(routes=[route]), half.ours.Kui(routes=[route], cors_config=CONFIG)):
        with half.serve(app) as port:
            assert ask_preflight(port, ROUTE, "PUT", path="/things").status == 200
            assert ask(port, "PUT", "/things", [("Origin", ROUTE)]).cors["access-control-allow-origin"] == ROUTE
        route.name, route.path = "again", "/things"


def test_an_app_without_settings_is_left_alone(half: Half) -> None:
    with half.serve(half.ours.Kui(routes=make_routes(half))) as port:
        assert ask(port, "GET", "/items", [("Origin", APP)]).cors == {}


POLICY = Policy(allow_origins=[APP], enforce="all")


@pytest.mark.parametrize("policy", [POLICY, Ruleset([Rule(["/items"], POLICY)])], ids=["policy", "ruleset"])
def test_a_policy_is_answered_in_our_own_form(half: Half, policy: Policy | Ruleset) -> None:
    apps = [half.ours.Kui(routes=make_routes(half), policy=policy)]
    if isinstance(policy, Policy):
        apps.append(half.theirs.Kui(routes=make_routes(half, half.ours.allow_cors(policy=policy))))
    for app in apps:
        with half.serve(app) as port:
            preflight = ask_preflight(port, APP, path="/items")
            assert (preflight.status, preflight.body) == (204, b"")
            # Why: the standard library's WSGI server adds one.
            assert half.serve is serve_wsgi or "content-length" not in dict(preflight.headers)
            refusal = ask(port, "GET", "/items", [("Origin", EVIL)])
            assert (refusal.status, refusal.body) == (403, b"CORS: actual request refused: origin-not-allowed\n")
            other = ask(port, "GET", "/stream", [("Origin", EVIL)])
            assert other.status == (403 if policy is POLICY else 200)


def test_a_policy_and_settings_do_not_go_together(half: Half) -> None:
    with pytest.raises(TypeError, match="not both"):
        half.ours.allow_cors(max_age=60, policy=POLICY)
    with pytest.raises(TypeError, match="give allow_cors a Policy"):
        half.ours.allow_cors(policy=Ruleset([Rule(["/items"], POLICY)]))
    with pytest.raises(TypeError, match="not both"):
        half.ours.Kui(cors_config={"max_age": 60}, policy=POLICY)


#: what is written, what is allowed, and what is not
ORIGINS: list[tuple[Any, list[str], list[str]]] = [
    ([re.compile(".*")], [APP, EVIL, "null", "testserver"], []),
    ((re.compile("^.+$"), re.compile("x")), [APP, "null"], []),
    ([re.compile("testserver")], ["testserver"], ["testserver2", APP]),
    (
        [re.compile(r"https://.*\.example\.com")],
        ["https://a.example.com"],
        ["https://example.com", "https://a.example.com.evil"],
    ),
    ([re.compile(r"https://APP\.example", re.IGNORECASE)], [APP], [EVIL]),
    (re.compile(r"https://app\.example"), [APP], [EVIL]),
    ([APP, re.compile(r"https://route\.example")], [APP, ROUTE], [EVIL]),
    ("https://*.example", [APP], ["https://example"]),
    (["*"], [APP, EVIL], []),
    ((), [], [APP, "null"]),
]


@pytest.mark.parametrize(("origins", "allowed", "refused"), ORIGINS, ids=[str(row[0]) for row in ORIGINS])
def test_origins(half: Half, origins: Any, allowed: list[str], refused: list[str]) -> None:
    """Patterns are matched whole, texts are origins, and either may stand alone."""
    app = half.ours.Kui(routes=make_routes(half), cors_config={"allow_origins": origins})
    with half.serve(app) as port:
        for origin in allowed:
            assert ask(port, "GET", "/items", [("Origin", origin)]).cors["access-control-allow-origin"] == origin
        for origin in refused:
            assert ask(port, "GET", "/items", [("Origin", origin)]).cors == {"vary": "Origin"}


def ask_all_lists(half: Half, **config: Any) -> Answer:
    app = half.ours.Kui(routes=make_routes(half), cors_config=config)
    with half.serve(app) as port:
        return ask_preflight(port, APP, "PUT", "authorization", "/items")


def test_lists(half: Half) -> None:
    """An allowed preflight lists the whole policy; ``*`` as header names lists what was asked for."""
    listed = ask_all_lists(half, allow_methods=["get", "put"], allow_headers=["Authorization"], allow_origin_regex=APP)
    assert listed.cors["access-control-allow-methods"] == "GET, PUT"
    assert (
        listed.cors["access-control-allow-headers"]
        == "Accept, Accept-Language, Authorization, Content-Language, Content-Type"
    )
    assert ask_all_lists(half, allow_headers=["*"]).cors["access-control-allow-headers"] == "authorization"


def test_what_has_no_effect_is_dropped_and_named(half: Half) -> None:
    for config, text in (
        ({"allow_credentials": True}, "every origin, with credentials"),
        ({"allow_origins": [re.compile("https://.*")], "allow_credentials": True}, "every origin, with credentials"),
        ({"allow_methods": ["GET", "TRACE"]}, "TRACE"),
    ):
        with pytest.warns(PolicyWarning, match=text) as caught:
            half.ours.allow_cors(**config)
        assert [warning.filename for warning in caught] == [__file__]


def test_settings_that_are_wrong_are_errors(half: Half) -> None:
    with pytest.raises(PolicyError, match="unknown-option"):
        half.ours.allow_cors(origins=[APP])
    with pytest.raises(PolicyError, match="max_age"):
        half.ours.Kui(cors_config={"max_age": "600"})


ROUTES = """
import re
from kui.{half} import HttpRoute, HttpView, MultimethodRoutes, Routes, required_method
from crossorigin.integrations.kui.{half} import Kui, allow_cors

{define} view(): ...

class Things(HttpView):
    @classmethod
    {define} get(cls): ...
    @classmethod
    {define} put(cls): ...

routes = Routes(
    HttpRoute("/items", view, "items"),
    HttpRoute("/users/{{id}}", view, "users") @ allow_cors([re.compile("https://user")]),
    HttpRoute("/things", Things),
    Routes(HttpRoute("/group", view, "group"), http_middlewares=[allow_cors(["https://group.example"])]),
    MultimethodRoutes(
        HttpRoute("/both", view, "get") @ required_method("GET") @ allow_cors(["https://get.example"]),
        HttpRoute("/both", view, "put") @ required_method("PUT") @ allow_cors(["https://put.example"]),
        HttpRoute("/one", view, "one") @ required_method("POST"),
        base_class=HttpView,
    ),
)
app = Kui(routes=routes, cors_config={{"allow_origins": ["https://app.example"], "allow_methods": ["GET"]}})
"""


def test_the_table_of_routes(
    half: Half, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each route is shown with the policy that answers there; the app's own is the last."""
    name = half.theirs.__name__.partition(".")[2]
    text = ROUTES.format(half=name, define="async def" if name == "asgi" else "def")
    if name == "asgi":
        text += "\nfrom kui.asgi import SocketRoute\napp.router <<= SocketRoute('/socket', view)\n"
    (tmp_path / f"kui_{name}_shop.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["routes", f"kui_{name}_shop:app"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    more = "; methods GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"
    assert {tuple(line.removesuffix(more).split()) for line in lines} == {
        ("all", "/items", "the", "app's"),
        ("all", "/users/{id}", "/https://user/"),
        ("GET,", "PUT", "/things", "the", "app's"),
        ("all", "/group", "https://group.example"),
        ("GET", "/both", "https://get.example"),
        ("PUT", "/both", "https://put.example"),
        ("POST", "/one", "the", "app's"),
        ("all", "/*", "https://app.example;", "methods", "GET"),
        *([("WebSocket", "/socket", "the", "app's")] if name == "asgi" else []),
    }
    assert "/*" in lines[-1]


def test_an_unhandled_exception_stays_the_apps_own(half: Half) -> None:
    """At a route it goes on as it is, without headers: only what stands around the app can answer it."""
    with half.serve(make_decorated(half)) as port:
        answer = ask(port, "GET", "/fail", [("Origin", APP)])
        assert (answer.status, answer.cors) == (500, {})


def test_an_app_as_answer(half: Half) -> None:
    """Kui takes an app of baize's for an answer: it carries the headers around the app, and none at a route."""
    router = importlib.import_module(f"baize.{half.theirs.__name__.partition('.')[2]}").Router

    def files() -> Any:
        return router(("/files", half.theirs.PlainTextResponse("x")))

    for is_whole in (True, False):
        route = half.theirs.HttpRoute("/files", half.make_view(files)) @ half.ours.allow_cors(**CONFIG)
        with half.serve(half.ours.Kui(routes=[route], cors_config=CONFIG if is_whole else None)) as port:
            answer = ask(port, "GET", "/files", [("Origin", APP)])
            assert (answer.status, answer.cors) == (200, READABLE if is_whole else {})


def test_handshakes_are_judged() -> None:
    """A foreign one passes with a warning in the log, or is refused."""
    from kui.asgi import SocketRoute, websocket  # noqa: PLC0415 (only this half has WebSockets)

    async def talk() -> None:
        await websocket.accept()
        await websocket.close()

    handshake = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    rows: list[tuple[dict[str, Any], int]] = [({}, 101), ({"websockets": "check"}, 403)]
    for more, status in rows:
        config: Any = {**CONFIG, **more}
        app = asgi.Kui(routes=[SocketRoute("/socket", talk)], cors_config=config)
        with serve_asgi(app) as port:
            assert ask(port, "GET", "/socket", [*handshake, ("Origin", EVIL)]).status == status
            assert ask(port, "GET", "/socket", [*handshake, ("Origin", APP)]).status == 101


def make_handler(half: Half) -> Any:
    def answer(_error: Any) -> Any:
        return half.theirs.PlainTextResponse("mine", 403)

    async def answer_async(error: Any) -> Any:
        return answer(error)

    return answer_async if half.ours is asgi else answer


def test_a_decorated_route_whose_error_the_app_answers(half: Half) -> None:
    """The app's own handler answers outside of the route: without its form, that answer has no headers."""
    for is_whole, told in ((True, APP), (False, None)):
        app: Any = half.ours.Kui(cors_config={"allow_origins": [APP]}) if is_whole else half.theirs.Kui()
        app.exception_handler(403)(make_handler(half))
        app.router <<= half.theirs.HttpRoute("/forbid", make_views(half)["forbid"]) @ half.ours.allow_cors(
            allow_origins=[APP]
        )
        with half.serve(app) as port:
            answer = ask(port, "GET", "/forbid", [("Origin", APP)])
        assert (answer.status, answer.body) == (403, b"mine")
        assert answer.cors.get("access-control-allow-origin") == told
