"""Rows about what is answered: exposed headers, errors, redirects, refusals by the server, paths, WebSockets."""

from __future__ import annotations

from engines.row import (
    API_ELSEWHERE,
    API_REBOUND,
    LOCALHOST,
    NULL,
    SUBDOMAIN,
    Call,
    blocked,
    opaque,
    reads,
    row,
)
from engines.words import ANY, EXACT, GET, NOBODY, TEXT, X_TEST, allow, send

EXPOSED = (
    row("No header of the app is exposed", EXACT, GET, reads("GET", names="")),
    row("One header is exposed", allow(expose_headers=["X-Total"]), GET, reads("GET", names="x-total")),
    row("Two headers are", allow(expose_headers=["X-Total", "X-Secret"]), GET, reads("GET", names="x-total x-secret")),
    row("All are", allow(expose_headers="*"), GET, reads("GET", names="x-total x-secret")),
    row("All are, under any origin", {**ANY, "expose_headers": "*"}, GET, reads("GET", names="x-total x-secret")),
    row("One header is, under any origin", {**ANY, "expose_headers": ["X-Total"]}, GET, reads("GET", names="x-total")),
    row(
        "No script reads Set-Cookie",
        allow(expose_headers="*"),
        Call(path="/cookie"),
        reads("GET", names="x-total x-secret"),
    ),
    row(
        "Behind a preflight, headers are exposed as well",
        allow(allow_methods=["PUT"], expose_headers=["X-Total"]),
        send("PUT"),
        reads("OPTIONS:PUT PUT", names="x-total"),
    ),
)

ANSWERS = (
    row("A page reads that there is nothing", EXACT, Call(path="/missing"), reads("GET", 404)),
    row("Another page does not", NOBODY, Call(path="/missing"), blocked("GET")),
    row("A page reads that the app has failed", EXACT, Call(path="/crash"), reads("GET", 500)),
    row("A page reads that the app has failed in its body", EXACT, Call(path="/crash-in-body"), reads("GET", 500)),
    row("A page reads that the app has caught its own failure", EXACT, Call(path="/caught"), reads("GET", 500)),
    row("Another page does not read of a failure", NOBODY, Call(path="/crash"), blocked("GET")),
    row("A failure, under any origin", ANY, Call(path="/crash"), reads("GET", 500)),
    row(
        "A failure behind a preflight",
        allow(allow_methods=["PUT"]),
        send("PUT", path="/crash", body="1"),
        reads("OPTIONS:PUT PUT", 500),
    ),
    row(
        "A page reads that it must log in, and how",
        allow(expose_headers=["WWW-Authenticate"]),
        Call(path="/login"),
        reads("GET", 401, names="www-authenticate"),
    ),
    row(
        "A preflight is answered before the app asks for a login",
        allow(allow_methods=["PUT"]),
        send("PUT", path="/login"),
        reads("OPTIONS:PUT PUT", 401),
    ),
    row(
        "A page that asks whether something has changed reads that it has not",
        allow(allow_headers=["If-None-Match"]),
        Call(path="/tagged", headers={"If-None-Match": '"1"'}),
        reads("OPTIONS:GET[if-none-match] GET", 304),
    ),
    row(
        "The browser's own cache asks, and the page reads what was kept",
        EXACT,
        (Call(path="/tagged"), Call(path="/tagged")),
        reads("GET GET", text="GET /tagged"),
    ),
    row(
        "What was kept for an image is not given to a script: Vary tells them apart",
        EXACT,
        (Call(path="/kept", mode="no-cors"), Call(path="/kept")),
        reads("GET@none GET"),
    ),
    row(
        "Under any origin, what was kept for an image serves a script",
        ANY,
        (Call(path="/kept", mode="no-cors"), Call(path="/kept")),
        reads("GET@none"),
    ),
    row("A stream", EXACT, Call(path="/stream"), reads("GET", text="one two three")),
    row("A stream, from another origin", NOBODY, Call(path="/stream"), blocked("GET")),
    row("A redirect within the API", EXACT, Call(path="/moved"), reads("GET GET", text="GET /ok")),
    row("A redirect, from another origin", NOBODY, Call(path="/moved"), blocked("GET")),
    row(
        "A redirect behind a preflight is preflighted again",
        allow(allow_methods=["PUT"]),
        send("PUT", path="/moved"),
        reads("OPTIONS:PUT PUT OPTIONS:PUT PUT"),
    ),
    row("A redirect to another origin makes the origin null", EXACT, Call(path="/moved-away"), blocked("GET GET@null")),
    row(
        "A redirect to another origin, where null is allowed",
        allow(dangerously_allow_null_origin=True),
        Call(path="/moved-away"),
        reads("GET GET@null"),
    ),
    row("A redirect to another origin, under any origin", ANY, Call(path="/moved-away"), reads("GET GET@null")),
    row("The API has another name", EXACT, Call(api=API_ELSEWHERE), reads("GET")),
    row("What the app says of CORS does not count: refused", NOBODY, Call(path="/inner"), blocked("GET")),
    row(
        "What the app says of CORS does not count: allowed, and nothing exposed",
        EXACT,
        Call(path="/inner"),
        reads("GET", names=""),
    ),
)

REBOUND = Call("POST", body="1", page=API_REBOUND, api=API_REBOUND)
ALL = {"enforce": "all"}
UNSAFE = {"enforce": "unsafe-methods"}

SERVER = (
    row("A refused POST reaches the app all the same", NOBODY, send("POST", body="1"), blocked("POST", runs=1)),
    row("Unless unsafe methods are enforced", {**NOBODY, **UNSAFE}, send("POST", body="1"), blocked("POST", runs=0)),
    row("A refused GET is not an unsafe method", {**NOBODY, **UNSAFE}, GET, blocked("GET", runs=1)),
    row("A refused GET, where all is enforced", {**NOBODY, **ALL}, GET, blocked("GET", runs=0)),
    row("An allowed POST, where all is enforced", allow(**ALL), send("POST", body="1"), reads("POST")),
    row("A POST of another origin's form", {**NOBODY, **UNSAFE}, send("POST", headers=TEXT), blocked("POST", runs=0)),
    row("A refused POST of a sandboxed frame", allow(**UNSAFE), send("POST", page=NULL), blocked("POST@null", runs=0)),
    row(
        "A POST that the page does not want to read is refused, too",
        {**NOBODY, **ALL},
        send("POST", body="1", mode="no-cors"),
        opaque("POST", runs=0),
    ),
    row(
        "An allowed page reads that its simple POST is refused, where methods are enforced",
        allow(allow_methods=["GET"], **ALL),
        send("POST", body="1"),
        reads("POST", 403, runs=0),
    ),
    row(
        "A method is enforced as the browser writes it, in lower case, too",
        allow(allow_methods=["patch"], **ALL),
        send("patch"),
        reads("OPTIONS:patch patch", text="patch /ok"),
    ),
    row(
        "The API's own page is never refused",
        {**NOBODY, **ALL},
        send("POST", body="1", page="http://127.0.0.1:<api>"),
        reads("POST+cookie", names="x-total x-secret"),
    ),
    row(
        "A page that has rebound its name to the API looks like its own",
        {**NOBODY, **ALL},
        REBOUND,
        reads("POST", names="x-total x-secret"),
    ),
    row(
        "Unless the API knows its own names",
        {**NOBODY, **ALL, "own_hosts": ["127.0.0.1"]},
        REBOUND,
        reads("POST", 403, runs=0),
    ),
    row("An origin is required, and there is one", allow(require_origin=True), GET, reads("GET")),
    row(
        "An origin is required, and there is none",
        allow(require_origin=True),
        Call(mode="no-cors"),
        opaque("GET@none", runs=0),
    ),
    row("An origin is required, and any will do", {**ANY, "require_origin": True}, GET, reads("GET")),
    row("Debugging, allowed", allow(debug=True, allow_methods=["PUT"]), send("PUT"), reads("OPTIONS:PUT PUT")),
    row("Debugging does not let another origin pass", {**NOBODY, "debug": True}, send("PUT"), blocked("OPTIONS:PUT")),
    row("Debugging does not let a method pass", allow(debug=True), send("PUT"), blocked("OPTIONS:PUT")),
    row(
        "Debugging does not let a header pass",
        allow(debug=True, allow_methods=["PUT"]),
        send("PUT", headers=X_TEST),
        blocked("OPTIONS:PUT[x-test]"),
    ),
    row("Debugging does not let a simple request pass", {**NOBODY, "debug": True}, GET, blocked("GET")),
)

TWO_RULES = {"/*": EXACT, "/public/*": {**ANY, "max_age": 7200}}
FOREIGN = Call(page=SUBDOMAIN)

PATHS = (
    row("Two rules: the page on the public path", TWO_RULES, Call(path="/public/a"), reads("GET")),
    row("Two rules: the page on every other path", TWO_RULES, GET, reads("GET")),
    row("Two rules: another page on the public path", TWO_RULES, FOREIGN._replace(path="/public/a"), reads("GET")),
    row("Two rules: another page on the bare prefix", TWO_RULES, FOREIGN._replace(path="/public"), reads("GET")),
    row("Two rules: another page on every other path", TWO_RULES, FOREIGN, blocked("GET")),
    row("Two rules: paths have a case", TWO_RULES, FOREIGN._replace(path="/Public/a"), blocked("GET")),
    row(
        "Two rules: a way out of the public path is no way in",
        TWO_RULES,
        FOREIGN._replace(path="/public/..%2fok"),
        blocked("GET"),
    ),
    row("A path without a rule is not touched", {"/api/*": ANY}, GET, blocked("GET")),
    row(
        "A preflight on a path without a rule reaches the app",
        {"/api/*": {**ANY, "allow_methods": ["PUT"]}},
        send("PUT"),
        blocked("OPTIONS:PUT", runs=1),
    ),
)

SOCKET = Call(mode="websocket")

WEBSOCKETS = (
    row("A WebSocket of an allowed origin", EXACT, SOCKET, reads("WebSocket+cookie", 101, text="hello")),
    row("A WebSocket of another origin", NOBODY, SOCKET, blocked("WebSocket+cookie", runs=0)),
    row("A WebSocket under any origin", ANY, SOCKET, reads("WebSocket+cookie", 101)),
    row(
        "A WebSocket of a subdomain",
        {"allow_origins": ["http://*.localhost:*"]},
        SOCKET._replace(page=SUBDOMAIN),
        reads("WebSocket", 101),
    ),
    row(
        "A WebSocket of the pattern's base",
        {"allow_origins": ["http://*.localhost:*"]},
        SOCKET._replace(page=LOCALHOST),
        blocked("WebSocket", runs=0),
    ),
    row("A WebSocket of a sandboxed frame", EXACT, SOCKET._replace(page=NULL), blocked("WebSocket@null", runs=0)),
    row(
        "A WebSocket of a denied origin",
        {**ANY, "deny_origins": [SUBDOMAIN]},
        SOCKET._replace(page=SUBDOMAIN),
        blocked("WebSocket", runs=0),
    ),
    row(
        "A WebSocket of the API's own page",
        NOBODY,
        SOCKET._replace(page="http://127.0.0.1:<api>"),
        reads("WebSocket+cookie", 101),
    ),
    row(
        "A WebSocket of another origin is only warned of",
        {**NOBODY, "websockets": "warn"},
        SOCKET,
        reads("WebSocket+cookie", 101),
    ),
    row(
        "A WebSocket of another origin is nobody's business",
        {**NOBODY, "websockets": "ignore"},
        SOCKET,
        reads("WebSocket+cookie", 101),
    ),
)
