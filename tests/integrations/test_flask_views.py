"""Flask: every answer that an app can have, views and blueprints with policies of their own, and exceptions."""

from __future__ import annotations

import contextlib
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, make_response, request, session
from flask.views import MethodView
from flask_cases import ALL, ALLOWED, ASK, A, B, BoomError, cors, get, make_app, preflight
from werkzeug.debug import DebuggedApplication
from werkzeug.exceptions import HTTPException
from werkzeug.test import create_environ

from crossorigin import Policy, PolicyWarning, Rule, Ruleset
from crossorigin.integrations.flask import CORS, core, cross_origin
from servers import ask, ask_preflight, serve_wsgi


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/abort", 403),
        ("/files/nothing", 404),
        ("/boom", 500),
        ("/redirect", 302),
        ("/stream", 200),
        ("/slash", 308),
        ("/files/flask_cases.py", 200),
        ("/own", 200),
    ],
)
def test_every_answer_has_the_headers(path: str, status: int) -> None:
    """Over HTTP, once, merged with what the app says."""
    app = make_app()
    CORS(app, origins=[A, B])
    with serve_wsgi(app) as port:
        answer = ask(port, "GET", path, [("Origin", A)])
        vary = "Cookie, Origin" if path == "/own" else "Origin"
        assert (answer.status, answer.cors) == (status, {"access-control-allow-origin": A, "vary": vary})
        assert ask(port, "DELETE", "/items", [("Origin", A)]).cors == answer.cors | {"vary": "Origin"}
        assert ask_preflight(port, A, "PUT", path=path).status == 200


def test_a_decorator_covers_the_view_s_errors() -> None:
    """Also without the whole-app form: what the view raises is answered with the headers."""
    app = make_app()
    for name in ("abort", "boom", "own", "stream"):
        app.view_functions[name] = cross_origin(origins=A)(app.view_functions[name])
    for path, status in (("/abort", 403), ("/boom", 500), ("/stream", 200)):
        response = get(app, path)
        assert (response.status_code, cors(response)) == (status, ALLOWED)
    assert get(app, "/own").headers.getlist("Vary") == ["Cookie", "Origin"]


@pytest.mark.parametrize("setting", ["TESTING", "PROPAGATE_EXCEPTIONS", "DEBUG"])
def test_exceptions_go_on(setting: str) -> None:
    """A test and the debugger get the exception itself, before anything is sent."""
    app = make_app(**{setting: True})
    CORS(app)
    # Why: so Flask's client and the debugger keep the context, to show what has happened.
    with app.test_client() as client, pytest.raises(BoomError):
        client.get("/boom")
    if setting == "TESTING":
        with pytest.raises(BoomError):
            get(app, "/boom")


def test_the_debugger() -> None:
    """Its page comes through, in the place of ours."""
    app = make_app(DEBUG=True)
    CORS(app)
    with serve_wsgi(DebuggedApplication(app, evalex=True, pin_security=False)) as port:
        answer = ask(port, "GET", "/boom", [("Origin", A)])
        assert answer.status == 500
        assert b"BoomError" in answer.body


def test_exception_in_production() -> None:
    """Where Flask lets it go on, the page gets a readable 500 all the same."""
    app = make_app(PROPAGATE_EXCEPTIONS=True)
    CORS(app)
    started: list[Any] = []
    environ = create_environ("/boom", headers={"Origin": A})
    application: Any = app
    body = iter(application(environ, lambda *args: started.extend(args)))
    assert next(body) == b"Internal Server Error"
    assert (core.ACL_ORIGIN, A) in started[1]
    with pytest.raises(BoomError):
        next(body)


# Resources, and which paths A may read.
PATHS: list[tuple[Any, dict[str, bool]]] = [
    (r"/*", {"/items": True, "/api/items": True}),
    ("*", {"/items": True}),
    (r"/api/*", {"/items": False, "/api/items": True, "/apiary": True, "/API/items": False}),
    ("/items", {"/items": True, "/items2": False, "/Items": False, "//items": True}),
    (re.compile("/api/.*"), {"/api/items": True, "/items": False}),
    (["/items", r"/api/*"], {"/items": True, "/api/items": True, "/Admin": False}),
    ({r"/api/*": {}, r"/api/admin/*": {"origins": B}}, {"/api/items": True, "/api/admin/users": False}),
    ({r"/api/admin/*": {"origins": B}, r"/api/*": {}}, {"/api/items": True, "/api/admin/users": False}),
    ({re.compile("/api/.*"): {}, r"/api/admin/*": {"origins": B}}, {"/api/items": True, "/api/admin/users": False}),
    ({r"/api/.*": {}, "/api/admin/users": {"origins": B}}, {"/api/items": True, "/api/admin/users": False}),
    ({r"/a\+b": {"origins": A}, "/a b": {"origins": B}}, {"/a+b": True, "/a%2Bb": True, "/a%20b": False}),
    ({r"/a\+b": {"origins": B}, "/a b": {"origins": A}}, {"/a+b": False, "/a%2Bb": False, "/a%20b": True}),
    ({"/admin": {"origins": A}, "/Admin": {"origins": B}}, {"/Admin": False, "/%41dmin": False, "/admin": True}),
    (r"/api/*", {"/api/../items": False, "/api/%2e%2e/items": False, "/%61pi/items": True}),
    ({r"/api/*": {}, r"/api/admin/*": {"origins": B}}, {"/api/x/../admin/users": False, "/api/x%2f..%2fadmin": False}),
    ({r"/api/*": {}, r"/api/admin/*": {"origins": B}}, {"/api/;/../admin/users": False, "/api/items;x": True}),
]


@pytest.mark.parametrize(("resources", "paths"), PATHS, ids=lambda value: repr(value)[:60])
def test_resources(resources: Any, paths: dict[str, bool]) -> None:
    """The path that Flask routes decides, with case; where its readings differ, all of them must allow it."""
    app = make_app()
    CORS(app, resources=resources)
    with serve_wsgi(app) as port:
        for path, is_allowed in paths.items():
            assert ("access-control-allow-origin" in ask(port, "GET", path, [("Origin", A)]).cors) is is_allowed, path
            told = ask_preflight(port, A, "PUT", path=path).cors
            assert ("access-control-allow-origin" in told) is is_allowed, path


def test_script_name() -> None:
    """A resource is a path below the place where the app is mounted."""
    app = make_app()
    CORS(app, resources="/items")
    client = app.test_client()
    mounted = client.get("/items", headers={"Origin": A}, environ_overrides={"SCRIPT_NAME": "/mount"})
    assert cors(mounted) == ALLOWED


def test_the_last_call_counts() -> None:
    """Of two calls for one path; the first serves the paths that the second leaves."""
    app = make_app()
    CORS(app, origins=A)
    CORS(app, resources={"/items": {"origins": B}})
    assert cors(get(app)) == {"vary": "Origin"}
    assert cors(get(app, "/api/items")) == ALLOWED


def test_a_call_after_the_first_request() -> None:
    app = make_app()
    CORS(app, origins=A)
    get(app)
    CORS(app, origins=B)
    assert cors(get(app)) == {"vary": "Origin"}


def make_mixed(**options: Any) -> Flask:
    """Return an app with views and blueprints of all kinds, where every hook refuses."""
    app = make_app()
    inner, outer = Blueprint("inner", "inner"), Blueprint("outer", "outer", url_prefix="/outer")
    for blueprint in (inner, outer):
        blueprint.add_url_rule(f"/{blueprint.name}", view_func=lambda: "ok", endpoint="view", methods=["GET", "PUT"])
    CORS(outer, origins=A, **options)
    outer.register_blueprint(inner)
    app.register_blueprint(outer)

    class Class(MethodView):
        @cross_origin(origins=A)
        def get(self) -> str:
            return "ok"

        def put(self) -> str:
            return "ok"

    app.add_url_rule("/class", view_func=Class.as_view("class"))

    @app.route("/async", methods=["PUT"])
    @cross_origin(origins=A)
    async def view() -> str:
        return "ok"

    def plain() -> str:
        return cross_origin(origins=A)(lambda: "ok")()

    app.add_url_rule("/hidden", view_func=plain)
    return app


def test_mixed_views() -> None:
    """The innermost counts: the view, the blueprints from the inside out, the app."""
    app = make_mixed()
    CORS(app, origins=B)
    with serve_wsgi(app) as port:
        rows = [
            ("GET", "/outer/outer", A),
            ("GET", "/outer/inner", A),
            ("GET", "/outer/nothing", B),
            ("GET", "/class", A),
            ("HEAD", "/class", A),
            ("PUT", "/class", B),
            ("PUT", "/async", A),
            ("GET", "/async", A),
            ("DELETE", "/class", A),
            ("DELETE", "/outer/outer", A),
            ("GET", "/hidden", A),
            ("GET", "/items", B),
        ]
        for method, path, allowed in rows:
            for origin in (A, B):
                answer = ask(port, method, path, [("Origin", origin)])
                assert (answer.cors.get("access-control-allow-origin") == origin) is (origin == allowed), (path, origin)
                told = ask_preflight(port, origin, method, path=path).cors
                passes = origin == (B if path == "/hidden" else allowed)
                assert ("access-control-allow-methods" in told) is passes, (path, origin)


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("form", ["blueprint", "view", "class", "no automatic OPTIONS"])
def test_a_method_without_a_route(form: str, is_open: bool) -> None:
    """The policy of the route that has the path answers for it, not a more open one of the app."""
    app, blueprint = Flask("api"), Blueprint("inner", "inner")

    class Class(MethodView):
        @cross_origin(origins=A)
        def post(self) -> str:
            return "ok"

    match form:
        case "blueprint":
            blueprint.add_url_rule("/x", view_func=lambda: "ok", endpoint="x")
            CORS(blueprint, origins=A)
            app.register_blueprint(blueprint)
        case "view":
            app.add_url_rule("/x", view_func=cross_origin(origins=A)(lambda: "ok"), endpoint="x")
        case "class":
            app.add_url_rule("/x", view_func=Class.as_view("x"))
        case _:
            app.add_url_rule("/x", view_func=lambda: "ok", provide_automatic_options=False, endpoint="x")
            app.view_functions["x"] = cross_origin(origins=A)(app.view_functions["x"])
    if is_open:
        CORS(app)
    elif form != "blueprint":
        CORS(app, origins=[])
    assert preflight(app, "/x") == {**ALLOWED, "allow-methods": ALL}
    assert preflight(app, "/x", Origin=B) == {"vary": "Origin"}
    answer = get(app, "/x", method="PUT")
    assert (answer.status_code, cors(answer)) == (405, ALLOWED)
    assert cors(get(app, "/x", method="PUT", origin=B)) == {"vary": "Origin"}


def test_preflights_come_before_hooks() -> None:
    """With the whole-app form, also those of a view with its own policy; the decorator alone is behind them."""
    for is_whole in (True, False):
        app = make_mixed()
        app.before_request(lambda: abort(401))
        if is_whole:
            CORS(app, origins=B)
            assert preflight(app, "/async") == {**ALLOWED, "allow-methods": ALL}
            assert cors(get(app, "/async", method="PUT")) == ALLOWED
        else:
            bare = Flask("bare")
            bare.before_request(lambda: abort(401))
            bare.add_url_rule("/view", view_func=cross_origin()(lambda: "ok"), endpoint="view")
            assert bare.test_client().options("/view", headers=ASK).status_code == 401


def test_a_blueprint_alone() -> None:
    """Only its own resources are touched, in every app and under every name that it is registered with."""
    blueprint = Blueprint("api", "api")
    blueprint.add_url_rule("/v1/items", view_func=lambda: "ok", endpoint="items")
    blueprint.add_url_rule("/other", view_func=lambda: "ok", endpoint="other")
    CORS(resources=r"/[ab]/v1/*").init_app(blueprint, origins=A)
    for _ in range(2):
        app = make_app(CORS_ORIGINS=[B])
        app.register_blueprint(blueprint, url_prefix="/a", name="first")
        app.register_blueprint(blueprint, url_prefix="/b", name="second")
        for path in ("/a/v1/items", "/b/v1/items"):
            assert cors(get(app, path)) == ALLOWED
            assert cors(get(app, path, origin=B)) == {"vary": "Origin"}
        for path in ("/a/other", "/items", "/nothing"):
            assert cors(get(app, path)) == {}
        assert cors(get(app, "/a/v1/../v1/items")) == {}


def test_ambiguous_path_of_a_blueprint() -> None:
    """Where the readings of a path name different resources, nobody may read."""
    blueprint = Blueprint("api", "api")
    blueprint.add_url_rule("/<path:rest>", view_func=lambda rest: rest, endpoint="items")
    CORS(blueprint, resources={r"/a/*": {"origins": A}, r"/b/*": {"origins": B}})
    app = Flask("api")
    app.register_blueprint(blueprint)
    assert cors(get(app, "/a/x")) == ALLOWED
    assert cors(get(app, "/a/%2e%2e/b/x")) == {"vary": "Origin"}


def test_one_extension_for_many_apps() -> None:
    """As app factories use it; each app has its own config."""
    extension = CORS()
    for origin in (A, B):
        app = make_app(CORS_ORIGINS=origin)
        extension.init_app(app)
        assert cors(get(app, origin=origin)) == {"allow-origin": origin, "vary": "Origin"}


def test_one_view_in_many_apps() -> None:
    """Each app's config counts for it."""
    view = cross_origin(methods=["GET"])(lambda: "ok")
    for origin in (A, B):
        app = Flask("api")
        app.config["CORS_ORIGINS"] = [origin]
        app.add_url_rule("/items", view_func=view, endpoint="items")
        assert cors(get(app, origin=origin)) == {"allow-origin": origin, "vary": "Origin"}


@pytest.mark.parametrize("is_whole", [True, False])
def test_options_that_are_no_preflights(is_whole: bool) -> None:
    """The decorator answers them as Flask does, or leaves them to the view."""
    app = Flask("api")
    own = cross_origin(automatic_options=False)(lambda: request.method)
    app.add_url_rule("/auto", view_func=cross_origin()(lambda: "ok"), endpoint="auto")
    app.add_url_rule("/own", view_func=own, endpoint="own", methods=["OPTIONS"])
    if is_whole:
        CORS(app)
    answer = get(app, "/auto", method="OPTIONS")
    assert (answer.status_code, answer.data, {*answer.allow}) == (200, b"", {"GET", "HEAD", "OPTIONS"})
    assert cors(answer) == cors(get(app, "/own", method="OPTIONS")) == ALLOWED
    assert get(app, "/own", method="OPTIONS").data == b"OPTIONS"
    # Why: the whole-app form answers a preflight before the view could.
    assert app.test_client().options("/own", headers=ASK).data == (b"" if is_whole else b"OPTIONS")
    assert preflight(app, "/own") == {**ALLOWED, "allow-methods": ALL}


def test_stacked_decorators() -> None:
    """The inner one counts, and nothing is doubled."""
    app = Flask("api")
    view = cross_origin(origins=B)(cross_origin(origins=A)(lambda: "ok"))
    app.add_url_rule("/items", view_func=view, endpoint="items")
    assert cors(get(app)) == ALLOWED


def test_a_handler_of_errors() -> None:
    """What answers for an exception carries the headers, and the exception reaches it untouched."""
    app = make_app()
    CORS(app)
    seen: list[Exception] = []

    @app.errorhandler(HTTPException)
    @app.errorhandler(BoomError)
    def handle(error: Exception) -> tuple[str, int]:
        seen.append(error)
        return "sorry", 418

    for path in ("/boom", "/nothing"):
        assert (get(app, path).status_code, cors(get(app, path))) == (418, ALLOWED)
    assert isinstance(seen[0], BoomError)


@pytest.mark.parametrize("form", ["CORS", "decorator", "both"])
def test_policy(form: str) -> None:
    """A Policy is answered in our way."""
    policy = Policy(allow_origins=[A], allow_methods=["PUT"], max_age=None, enforce="all")
    app = make_app()
    if form != "CORS":
        app.add_url_rule("/view", view_func=cross_origin(policy=policy)(lambda: "ok"), endpoint="view", methods=["PUT"])
    if form != "decorator":
        CORS(app, policy=policy if form == "CORS" else Policy())
    path = "/items" if form == "CORS" else "/view"
    response = app.test_client().options(path, headers=ASK)
    assert (response.status_code, response.data) == (204, b"")
    assert cors(response)["allow-methods"] == "PUT"
    refused = get(app, path, origin=B, method="PUT")
    assert (refused.status_code, cors(refused)) == (403, {"vary": "Origin"})
    assert refused.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert get(app, path, method="PUT").data == b"ok"


@pytest.mark.parametrize("is_mixed", [True, False])
def test_ruleset(is_mixed: bool) -> None:
    """A Ruleset serves the paths that it names, also beside views with policies of their own."""
    rules = Ruleset([Rule(["/items"], Policy(allow_origins=[A])), Rule(["/api/*"], Policy(allow_origins=[B]))])
    app = make_mixed() if is_mixed else make_app()
    CORS(app, policy=rules)
    assert cors(get(app)) == ALLOWED
    assert cors(get(app, "/api/items")) == {"vary": "Origin"}
    assert cors(get(app, "/Admin")) == {}
    CORS(app, origins=A, resources="/Admin")
    assert [cors(get(app, path)) for path in ("/Admin", "/items")] == [ALLOWED, ALLOWED]


def test_a_server_s_own_file_and_a_stream_that_raises() -> None:
    """A stream that raises before its first chunk is answered as any error."""
    app = make_app()

    def chunks() -> Any:
        raise BoomError
        yield ""

    app.add_url_rule("/late", view_func=lambda: Response(chunks()), endpoint="late")
    CORS(app)
    with serve_wsgi(app) as port:
        answer = ask(port, "GET", "/late", [("Origin", A)])
        assert (answer.status, answer.cors["access-control-allow-origin"]) == (500, A)


def test_the_table_of_routes() -> None:
    """A line for each policy of a route, then those of the app."""
    app = make_mixed()
    CORS(app, resources=r"/api/*", origins=B)
    CORS(app, policy=Ruleset([Rule(["/public/*"], Policy(allow_origins="*"))]))
    lines: Any = app.wsgi_app
    found = [(path, methods, policy and policy.allow_origins) for path, methods, policy, _ in lines.list_routes()]
    for line in (
        ("/class", ("GET",), (A,)),
        ("/class", ("PUT",), None),
        ("/outer/inner", ("GET", "PUT"), (A,)),
        ("/items", ("GET", "PUT"), None),
        ("/public/*", (), ("*",)),
        ("/api/*", (), (B,)),
    ):
        assert line in found


def test_a_view_that_is_imported_at_its_first_request() -> None:
    """Its policy answers from the first request on, whatever the app's is."""

    def load() -> Any:
        return cross_origin(origins=A)(lambda: "private")

    class Lazy:
        __name__ = "lazy"

        def __call__(self) -> Any:
            return load()()

    app = Flask(__name__)
    CORS(app)
    app.add_url_rule("/private", view_func=Lazy())
    for _ in range(2):
        for origin, told in ((B, None), (A, A)):
            answer = app.test_client().get("/private", headers={"Origin": origin})
            assert answer.headers.get("Access-Control-Allow-Origin") == told


def test_a_session_keeps_vary() -> None:
    """What Flask adds to ``Vary`` for its session is put beside the origin, not in its place."""
    app = Flask(__name__)
    app.secret_key = "not secret"

    @app.get("/")
    @cross_origin(origins=[A], supports_credentials=True)
    def index() -> Any:
        session["user"] = 1
        response = make_response("hello")
        response.headers["Vary"] = "Accept-Language"
        return response

    answer = app.test_client().get("/", headers={"Origin": A})
    words = {word.strip() for line in answer.headers.getlist("Vary") for word in line.split(",")}
    assert words == {"Accept-Language", "Cookie", "Origin"}


def test_warnings_survive_first_requests_at_a_time() -> None:
    """Views whose settings are read by many threads at once leave the process's warnings as they were."""
    app = Flask(__name__)
    for number in range(40):
        app.add_url_rule(f"/{number}", str(number), cross_origin(origins=["*", A])(lambda: "ok"))
    before = warnings.showwarning, [*warnings.filters]

    def visit(number: int) -> None:
        app.test_client().get(f"/{number}", headers={"Origin": A})

    with contextlib.suppress(PolicyWarning), ThreadPoolExecutor(16) as pool:
        list(pool.map(visit, range(40)))
    assert (warnings.showwarning, [*warnings.filters]) == before


def test_reconfigured_before_the_first_request() -> None:
    """What the door is told counts, also where that is before it has looked at the views."""
    app = Flask(__name__)
    CORS(app)
    app.extensions["crossorigin"].reconfigure(Policy(allow_origins=[A]))
    answer = app.test_client().get("/", headers={"Origin": B})
    assert "Access-Control-Allow-Origin" not in answer.headers
