"""The table of broken set-ups: what is wrong, what a browser says, and which near miss it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from broken import apps
from broken.byhand import SharedCache
from crossorigin.messages import Request, Response, get_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Handler = Callable[[Request], Response]
    Pairs = Sequence[tuple[str, str]]

APP = "https://app.example"
DEV = "http://localhost:3000"


class Call(NamedTuple):
    """What a script calls, on a server whose port is not known yet."""

    page_origin: str = APP
    path: str = "/items"
    method: str = "GET"
    headers: Pairs = ()
    credentials: str = "same-origin"
    body: str | None = None


class Setup(NamedTuple):
    """One broken set-up.

    ``make`` returns the app of the settings for "wsgi" and "asgi", and the handler for "by hand". ``near`` is the near
    miss that must be told first, "" where there is none. ``before`` are calls that others have made.
    """

    sentence: str
    kind: str
    make: Callable[..., Any]
    call: Call
    step: str
    reason: str
    near: str
    where: str = "server"
    settings: dict[str, Any] | None = None
    before: Sequence[Call] = ()


def by_hand(actual: Pairs = (), preflight: Pairs = (), *, status: int = 200, preflight_status: int = 204) -> Any:
    """Return a handler that answers the same to every request, and the same to every preflight."""

    def make() -> Handler:
        def handler(request: Request) -> Response:
            if request.method == "OPTIONS" and get_values(request.headers, "Access-Control-Request-Method"):
                return Response(preflight_status, preflight)
            return Response(status, actual, b"[1]")

        return handler

    return make


def at_paths(**answers: tuple[int, Pairs]) -> Any:
    """Return a handler with an answer for each path; what has none is allowed. ``{other}`` is another origin."""

    def make() -> Handler:
        def handler(request: Request) -> Response:
            path = request.url.partition("?")[0]
            name = path[1:].replace("/", "_slash_")
            port = get_values(request.headers, "Host")[0].rpartition(":")[2]
            status, headers = answers.get(name, (200, OPEN))
            other = f"localhost:{port}"
            return Response(status, [(key, value.replace("{other}", other)) for key, value in headers], b"[1]")

        return handler

    return make


def echo_behind_cache(origins: Sequence[str]) -> Any:
    """Return a cache in front of a handler that echoes the origins that it knows, and does not say so."""

    def make() -> Handler:
        def handler(request: Request) -> Response:
            known = [origin for origin in get_values(request.headers, "Origin") if origin in origins]
            return Response(200, [("Access-Control-Allow-Origin", origin) for origin in known], b"[1]")

        return SharedCache(handler)

    return make


def allow(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Origin", value)


def methods(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Methods", value)


def names(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Headers", value)


CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
OPEN = [allow(APP), methods("GET, PUT, DELETE"), names("Authorization, Content-Type, X-Test"), CREDENTIALS]
TOKEN = [("Authorization", "Bearer t")]
JSON = [("Content-Type", "application/json")]
ME = Call(credentials="include")
PUT = Call(method="PUT")

SETUPS = {
    "trailing-slash": Setup(
        "The allowed origin was copied from the address bar.",
        "by hand", by_hand([allow(f"{APP}/")]), Call(), "request", "allow-origin-mismatch", "trailing-slash",
    ),
    "trailing-slash-at-preflight": Setup(
        "The same, where a preflight comes first.",
        "by hand", by_hand(OPEN, [allow(f"{APP}/"), methods("PUT")]), PUT,
        "preflight", "allow-origin-mismatch", "trailing-slash",
    ),
    "case": Setup(
        "The allowed origin has the letters of the brand.",
        "by hand", by_hand([allow("https://App.example")]), Call(), "request", "allow-origin-mismatch", "case",
    ),
    "path": Setup(
        "The allowed origin is the URL of the page.",
        "by hand", by_hand([allow(f"{APP}/shop")]), Call(), "request", "allow-origin-mismatch", "path",
    ),
    "pattern-in-header": Setup(
        "A pattern was written where one origin belongs.",
        "by hand", by_hand([allow("https://*.example")]), Call(),
        "request", "allow-origin-mismatch", "pattern-in-header",
    ),
    "no-scheme": Setup(
        "The scheme was left out.",
        "by hand", by_hand([allow("app.example")]), Call(), "request", "allow-origin-mismatch", "scheme",
    ),
    "port": Setup(
        "The development server has moved to another port.",
        "asgi", apps.make_fastapi, Call("http://localhost:5173"), "request", "allow-origin-missing", "port",
        settings={"allow_origins": [DEV]},
    ),
    "scheme": Setup(
        "The page is still opened over http.",
        "wsgi", apps.make_flask, Call("http://app.example"), "request", "allow-origin-missing", "scheme",
        settings={"allow_origins": [APP]},
    ),
    "localhost": Setup(
        "The page is opened at 127.0.0.1, and localhost is allowed.",
        "wsgi", apps.make_wsgi, Call("http://127.0.0.1:3000"), "request", "allow-origin-missing", "localhost",
        settings={"allow_origins": [DEV]},
    ),
    "www": Setup(
        "The page also answers at www., which is not allowed.",
        "asgi", apps.make_fastapi, Call("https://www.app.example", method="PUT"),
        "preflight", "preflight-not-ok", "www",
        settings={"allow_origins": [APP], "allow_methods": ["PUT"]},
    ),
    "nothing-allowed": Setup(
        "No origin is allowed at all.",
        "asgi", apps.make_asgi, PUT, "preflight", "preflight-not-ok", "refused-by-policy", settings={},
    ),
    "denied-origin": Setup(
        "A pattern allows the origin, and the list of denied ones names it.",
        "wsgi", apps.make_wsgi, Call("https://old.app.example"), "request", "allow-origin-missing", "refused-by-policy",
        settings={"allow_origins": ["https://*.app.example"], "deny_origins": ["https://old.app.example"]},
    ),
    "lower-case-method": Setup(
        "The script writes patch in lower case.",
        "asgi", apps.make_fastapi, Call(method="patch"), "preflight", "preflight-not-ok", "lower-case-method", "script",
        settings={"allow_origins": [APP], "allow_methods": ["GET", "PATCH"]},
    ),
    "lower-case-method-by-hand": Setup(
        "The same, at a server that answers every preflight alike.",
        "by hand", by_hand(OPEN, [allow(APP), methods("GET, PATCH")]), Call(method="patch"),
        "preflight", "method-not-listed", "lower-case-method", "script",
    ),
    "listed-method-in-lower-case": Setup(
        "The server lists methods in lower case.",
        "by hand", by_hand(OPEN, [allow(APP), methods("get, put")]), PUT, "preflight", "method-not-listed", "case",
    ),
    "missing-method": Setup(
        "The method is not in the list.",
        "wsgi", apps.make_wsgi, Call(method="DELETE"), "preflight", "preflight-not-ok", "refused-by-policy",
        settings={"allow_origins": [APP]},
    ),
    "malformed-methods": Setup(
        "The methods have spaces between them.",
        "by hand", by_hand(OPEN, [allow(APP), methods("GET PUT")]), PUT, "preflight", "allow-methods-malformed", "",
    ),
    "malformed-names": Setup(
        "The header names are a list of another language.",
        "by hand", by_hand(OPEN, [allow(APP), names('["X-Test"]')]), Call(headers=[("X-Test", "1")]),
        "preflight", "allow-headers-malformed", "",
    ),
    "missing-authorization": Setup(
        "A token is sent, and only other headers are allowed.",
        "by hand", by_hand(OPEN, [allow(APP), names("Content-Type, X-Test")]), Call(headers=TOKEN),
        "preflight", "header-not-listed", "missing-authorization",
    ),
    "missing-authorization-at-flask": Setup(
        "The same, at Flask.",
        "wsgi", apps.make_flask, Call(headers=TOKEN), "preflight", "header-not-listed", "missing-authorization",
        settings={"allow_origins": [APP], "allow_headers": ["X-Test"]},
    ),
    "authorization-under-wildcard": Setup(
        "A * is thought to stand for Authorization.",
        "by hand", by_hand(OPEN, [allow(APP), names("*")]), Call(headers=[*TOKEN, ("X-Test", "1")]),
        "preflight", "authorization-not-listed", "authorization-under-wildcard",
    ),
    "json": Setup(
        "A form has worked, and JSON does not.",
        "by hand", by_hand(OPEN, [allow(APP), names("X-Requested-With")]), Call(method="POST", headers=JSON, body="{}"),
        "preflight", "header-not-listed", "json-content-type",
    ),
    "denied-name": Setup(
        "The policy denies a header that the script sends.",
        "wsgi", apps.make_wsgi, Call(headers=[("X-Test", "1")]), "preflight", "preflight-not-ok", "refused-by-policy",
        settings={"allow_origins": [APP], "allow_headers": ["*"], "deny_headers": ["x-test", "X-Other"]},
    ),
    "wildcard-with-credentials": Setup(
        "Everyone may read, and the script sends cookies.",
        "by hand", by_hand([allow("*"), CREDENTIALS]), ME,
        "request", "allow-origin-wildcard-with-credentials", "wildcard-with-credentials",
    ),
    "wildcard-with-credentials-at-our-own": Setup(
        "The same, with a policy.",
        "asgi", apps.make_asgi, ME, "request", "allow-origin-wildcard-with-credentials", "wildcard-with-credentials",
        settings={"allow_origins": "*", "expose_headers": "*"},
    ),
    "methods-wildcard-with-credentials": Setup(
        "Every method is allowed, and the script sends cookies.",
        "by hand", by_hand(OPEN, [allow(APP), CREDENTIALS, methods("*")]), PUT._replace(credentials="include"),
        "preflight", "methods-wildcard-with-credentials", "wildcard-with-credentials",
    ),
    "headers-wildcard-with-credentials": Setup(
        "Every header is allowed, and the script sends cookies.",
        "by hand", by_hand(OPEN, [allow(APP), CREDENTIALS, names("*")]), ME._replace(headers=[("X-Test", "1")]),
        "preflight", "headers-wildcard-with-credentials", "wildcard-with-credentials",
    ),
    "no-credentials": Setup(
        "The script sends cookies, and the policy has no leave for them.",
        "asgi", apps.make_fastapi, ME, "request", "allow-credentials-missing", "", settings={"allow_origins": [APP]},
    ),
    "credentials-in-upper-case": Setup(
        "The value was made by str(True).",
        "by hand", by_hand([allow(APP), ("Access-Control-Allow-Credentials", "True")]), ME,
        "request", "allow-credentials-missing", "case",
    ),
    "credentials-from-two-layers": Setup(
        "Two layers allow credentials.",
        "by hand", by_hand([allow(APP), CREDENTIALS, CREDENTIALS]), ME,
        "request", "allow-credentials-missing", "two-layers",
    ),
    "slash-redirect": Setup(
        "The route ends in a slash, and the router redirects preflights as well.",
        "by hand", at_paths(items=(307, [("Location", "/items/")])), PUT,
        "preflight", "preflight-redirected", "slash-redirect", "script",
    ),
    "slash-redirect-without-headers": Setup(
        "The same without a preflight: the redirect itself has no headers.",
        "by hand", at_paths(items=(308, [("Location", "/items/")])), Call(path="/items?page=2"),
        "request", "allow-origin-missing", "slash-redirect", "script",
    ),
    "https-redirect": Setup(
        "The script calls http, and the server wants https.",
        "by hand", at_paths(items=(301, [("Location", "https://{tls}/items")])), PUT,
        "preflight", "preflight-redirected", "https-redirect", "script",
    ),
    "login-redirect": Setup(
        "A preflight without cookies is sent to the login page.",
        "by hand", by_hand(OPEN, [("Location", "/login?next=/items")], preflight_status=302), PUT,
        "preflight", "preflight-redirected", "preflight-needs-login",
    ),
    "login": Setup(
        "The login stands in front of the layer that answers preflights.",
        "wsgi", apps.make_wsgi_behind_login, Call(headers=TOKEN),
        "preflight", "preflight-not-ok", "preflight-needs-login",
        settings={"allow_origins": [APP], "allow_headers": ["Authorization"]},
    ),
    "forbidden": Setup(
        "A firewall forbids OPTIONS.",
        "by hand", by_hand(OPEN, preflight_status=403), PUT, "preflight", "preflight-not-ok", "preflight-needs-login",
    ),
    "no-options-route": Setup(
        "The headers are set in the route, and no route answers OPTIONS.",
        "asgi", apps.make_fastapi_without_options, PUT, "preflight", "preflight-not-ok", "no-options-route",
    ),
    "not-found": Setup(
        "The router answers OPTIONS with 404, headers and all.",
        "by hand", by_hand(OPEN, OPEN, preflight_status=404), PUT, "preflight", "preflight-not-ok", "no-options-route",
    ),
    "error-at-preflight": Setup(
        "The handler of OPTIONS fails.",
        "by hand", by_hand(OPEN, preflight_status=500), PUT, "preflight", "preflight-not-ok", "error-without-headers",
    ),
    "error-without-headers": Setup(
        "An exception is answered outside of the layer that adds the headers.",
        "asgi", apps.make_fastapi_that_fails, Call(), "request", "allow-origin-missing", "error-without-headers",
        settings={"allow_origins": [APP]},
    ),
    "bad-gateway": Setup(
        "The proxy answers for an app that is down.",
        "by hand", by_hand(status=502), Call(), "request", "allow-origin-missing", "error-without-headers",
    ),
    "two-layers": Setup(
        "The app and the proxy both add the header.",
        "wsgi", apps.make_flask_behind_proxy_that_adds, Call(), "request", "allow-origin-multiple", "two-layers",
        settings={"allow_origins": [APP]},
    ),
    "two-wildcards": Setup(
        "The same with a * from both.",
        "by hand", by_hand([allow("*"), allow("*")]), Call(), "request", "allow-origin-multiple", "two-layers",
    ),
    "wildcard-and-origin": Setup(
        "The same, the values joined by a proxy.",
        "by hand", by_hand([allow(f"*, {APP}")]), Call(), "request", "allow-origin-multiple", "two-layers",
    ),
    "list-of-origins": Setup(
        "The header has every allowed origin.",
        "by hand", by_hand([allow(f"{APP}, https://shop.example")]), Call(),
        "request", "allow-origin-multiple", "list-of-origins",
    ),
    "missing-vary": Setup(
        "A cache gives the answer for one page to another.",
        "by hand", echo_behind_cache([APP, "https://shop.example"]), Call(),
        "request", "allow-origin-mismatch", "missing-vary", "network", before=[Call("https://shop.example")],
    ),
    "missing-vary-without-origin": Setup(
        "A cache gives the answer to an image, which has no origin, to a script.",
        "by hand", echo_behind_cache([APP]), Call(),
        "request", "allow-origin-missing", "missing-vary", "network", before=[Call("{same}")],
    ),
    "null": Setup(
        "The page is opened from a file.",
        "asgi", apps.make_asgi, Call("null"), "request", "allow-origin-missing", "null", "page",
        settings={"allow_origins": [APP]},
    ),
    "null-by-hand": Setup(
        "The page is in a sandboxed frame.",
        "by hand", by_hand([allow(APP)]), Call("null"), "request", "allow-origin-mismatch", "null", "page",
    ),
    "redirect-taint": Setup(
        "The API redirects to a host of files, for which the page then is null.",
        "by hand", at_paths(items=(302, [*OPEN, ("Location", "http://{other}/files/1")])), Call(),
        "request", "allow-origin-mismatch", "redirect-taint", "script",
    ),
    "redirect-with-userinfo": Setup(
        "The redirect has a password in it.",
        "by hand", at_paths(items=(302, [*OPEN, ("Location", "http://me:secret@127.0.0.1:{port}/files/1")])), Call(),
        "redirect", "redirect-with-userinfo", "",
    ),
    "plain": Setup(
        "The server knows nothing of CORS.",
        "by hand", by_hand(), Call(), "request", "allow-origin-missing", "",
    ),
}  # fmt: skip
