"""Which values of Access-Control-Allow-Origin let a page read: the CORS check's first half."""

from __future__ import annotations

from browser.wpt.cases import API, HOME, OTHER, PAGE, PORT, Fetched, Row, answer, ask, get

MISSING, MISMATCH, MULTIPLE = "allow-origin-missing", "allow-origin-mismatch", "allow-origin-multiple"

# {page} is the page's origin, {host} its host, {server} the server's origin.
PASSING = ("*", " *  ", "\t*", "{page}", " {page}", " {page}   \t ", "\t{page}")
FAILING = (
    ("{server}", MISMATCH),
    ("https://www1.{host}", MISMATCH),
    ("//{host}", MISMATCH),
    ("://{host}", MISMATCH),
    ("ftp://{host}", MISMATCH),
    ("http:://{host}", MISMATCH),
    ("http:/{host}", MISMATCH),
    ("http:{host}", MISMATCH),
    ("{host}", MISMATCH),
    ("{page}?", MISMATCH),
    ("{page}/", MISMATCH),
    ("{page} /", MULTIPLE),
    ("{page}#", MISMATCH),
    ("{page}%23", MISMATCH),
    ("{page}:80", MISMATCH),
    ("{page}:443", MISMATCH),
    ("{page}, *", MULTIPLE),
    ("{page}\0", MISMATCH),
    ("{PAGE}", MISMATCH),
    ("HTTPS://{host}", MISMATCH),
    ("https://{HOST}", MISMATCH),
    ("-", MISMATCH),
    ("**", MISMATCH),
    ("\0*", MISMATCH),
    ("*\0", MISMATCH),
    ("'*'", MISMATCH),
    ('"*"', MISMATCH),
    ("* *", MULTIPLE),
    ("* null", MULTIPLE),
    ("*https://*", MISMATCH),
    ("*{page}", MISMATCH),
    ("* {page}", MULTIPLE),
    ("*, {page}", MULTIPLE),
    ("\0{page}", MISMATCH),
    ("null {page}", MULTIPLE),
    ("http://example.net", MISMATCH),
    ("null", MISMATCH),
    ("null *", MULTIPLE),
    ("", MISMATCH),
    ("{page}/cors/page.html", MISMATCH),
    ("{page}/cors/", MISMATCH),
    ("{server}/cors/", MISMATCH),
    ("example", MISMATCH),
    (".example", MISMATCH),
    ("*.example", MISMATCH),
    ("https://example", MISMATCH),
    ("https://.example", MISMATCH),
    ("https://*.example", MISMATCH),
)
DOUBLED = (("", "*"), ("*", ""), ("*", "*"), ("", "{page}"), ("*", "{page}"), ("{page}", "{page}"))


def _fill(value: str, page: str, server: str) -> str:
    host = page.partition("://")[2]
    return value.format(page=page, PAGE=page.upper(), host=host, HOST=host.upper(), server=server)


def _values(file: str, page: str, url: str) -> list[Row]:
    server, call = url.rpartition("/")[0], ask(url, page=page)
    passing = [
        get(
            file,
            f"{value!r} lets the page read",
            Fetched(call, (answer(_fill(value, page, server)),), "GET", origins=(page,)),
        )
        for value in PASSING
    ]
    failing = [
        get(
            file,
            f"{value!r} does not let the page read",
            Fetched(call, (answer(_fill(value, page, server)),), "GET", reason, "request", origins=(page,)),
        )
        for value, reason in FAILING
    ]
    return passing + failing


ORIGIN = [
    *_values("cors/origin.htm", PAGE, API),
    *[
        get(
            "cors/origin.htm",
            f"two lines, {first!r} and {second!r}, do not let the page read",
            Fetched(
                ask(),
                (answer(_fill(first, PAGE, API), more=[("access-control-allow-origin", _fill(second, PAGE, API))]),),
                "GET",
                MULTIPLE,
                "request",
            ),
        )
        for first, second in DOUBLED
    ],
]
REMOTE = _values("cors/remote-origin.htm", "https://api.example", HOME)
# The file is called for its sibling's header but tries these values; here they come on a preflight's answer.
PREFLIGHT = [
    *[
        get(
            "cors/allow-headers.htm",
            f"{value!r} on a preflight's answer lets the page go on",
            Fetched(
                ask(headers=[("X-Print", "1")]),
                (answer(_fill(value, PAGE, API), headers="x-print"), answer(_fill(value, PAGE, API))),
                "OPTIONS GET",
                asked=("x-print",),
                origins=(PAGE, PAGE),
            ),
        )
        for value in PASSING
    ],
    *[
        get(
            "cors/allow-headers.htm",
            f"{value!r} on a preflight's answer stops the page",
            Fetched(
                ask(headers=[("X-Print", "1")]),
                (answer(_fill(value, PAGE, API), headers="x-print"),),
                "OPTIONS",
                reason,
                "preflight",
            ),
        )
        for value, reason in FAILING
    ],
]

_LISTS = (
    (('""', "http://example.com", PAGE), "the page's origin is the third of three"),
    (('""', "http://example.com", "*"), "the star is the third of three"),
    (('""', PAGE, PAGE), "the page's origin is there twice"),
    (("*", "http://example.com", "*"), "the star is there twice"),
    (("*", "http://example.com", PAGE), "the star and the page's origin are there"),
    (("", "http://example.com", "https://example2.com"), "none of three is the page's origin"),
)
MANY = [
    get(
        "fetch/api/cors/cors-multiple-origins.sub.any.js",
        f"several lines are never a match: {sentence}",
        Fetched(
            ask(),
            (answer(values[0], more=[("Access-Control-Allow-Origin", value) for value in values[1:]]),),
            "GET",
            MULTIPLE,
            "request",
        ),
    )
    for values, sentence in _LISTS
]

_HTTP = "http://app.example"
_PLACES = (
    ("another port of the same host", PAGE, PORT),
    ("another host", PAGE, API),
    ("another host and another port", PAGE, "https://api.example:8443/items"),
    ("another scheme of the same host", _HTTP, HOME),
    ("another scheme and another host", _HTTP, API),
    ("another scheme and another port of the same host", _HTTP, PORT),
)
BASIC = [
    row
    for place, page, url in _PLACES
    for row in (
        get(
            "cors/basic.htm",
            f"{place}: the page's origin is echoed",
            Fetched(ask(url, page=page), (answer(page),), "GET", origins=(page,)),
        ),
        get(
            "cors/basic.htm",
            f"{place}: no header",
            Fetched(ask(url, page=page), (answer(None),), "GET", MISSING, "request"),
        ),
        get(
            "fetch/api/cors/cors-basic.any.js",
            f"{place}: the star",
            Fetched(ask(url, page=page), (answer("*"),), "GET", origins=(page,)),
        ),
        get(
            "fetch/api/cors/cors-basic.any.js",
            f"{place}: the server knows no CORS",
            Fetched(ask(url, page=page), (answer(None),), "GET", MISSING, "request"),
        ),
        get(
            "fetch/api/cors/cors-origin.any.js",
            f"{place}: the page's origin",
            Fetched(ask(url, page=page), (answer(page),), "GET"),
        ),
        get(
            "fetch/api/cors/cors-origin.any.js",
            f"{place}: the server's own origin",
            Fetched(ask(url, page=page), (answer(url.rpartition("/")[0]),), "GET", MISMATCH, "request"),
        ),
        get(
            "xhr/access-control-basic-allow.any.js",
            f"{place}: with credentials",
            Fetched(
                ask(url, page=page, credentials="include"), (answer(page, credentials="true"),), "GET", origins=(page,)
            ),
        ),
    )
] + [
    get(
        "cors/basic.htm",
        "the same origin: no header is needed, and no Origin sent",
        Fetched(ask(HOME), (answer(None),), "GET", origins=(None,)),
    ),
    get(
        "cors/basic.htm",
        "the same origin: a header is not looked at",
        Fetched(ask(HOME), (answer("https://else.example"),), "GET"),
    ),
    get(
        "fetch/api/cors/cors-origin.any.js", "an empty value", Fetched(ask(), (answer(""),), "GET", MISMATCH, "request")
    ),
    *[
        get(
            "fetch/api/cors/cors-origin.any.js",
            f"{method}: the page's origin",
            Fetched(ask(method=method), (answer(PAGE),), method, origins=(PAGE,)),
        )
        for method in ("POST", "HEAD")
    ],
    *[
        get(
            "fetch/api/cors/cors-origin.any.js",
            f"{method}: the server's own origin",
            Fetched(ask(method=method), (answer("https://api.example"),), method, MISMATCH, "request"),
        )
        for method in ("POST", "HEAD")
    ],
    get(
        "fetch/api/cors/cors-origin.any.js",
        "PUT: the page's origin",
        Fetched(ask(method="PUT"), (answer(PAGE, methods="PUT"), answer(PAGE)), "OPTIONS PUT", asked=(None,)),
    ),
    get(
        "fetch/api/cors/cors-origin.any.js",
        "PUT: the server's own origin",
        Fetched(ask(method="PUT"), (answer("https://api.example", methods="PUT"),), "OPTIONS", MISMATCH, "preflight"),
    ),
    get(
        "fetch/api/cors/cors-origin.any.js",
        "PUT: the page's origin at the preflight alone",
        Fetched(ask(method="PUT"), (answer(PAGE, methods="PUT"), answer(None)), "OPTIONS PUT", MISSING, "request"),
    ),
]

XHR = [
    get("xhr/access-control-basic-allow-star.any.js", "the star", Fetched(ask(), (answer("*"),), "GET")),
    get("xhr/access-control-basic-allow-async.any.js", "the page's origin", Fetched(ask(), (answer(PAGE),), "GET")),
    get("xhr/access-control-basic-denied.htm", "no header", Fetched(ask(), (answer(None),), "GET", MISSING, "request")),
    get(
        "cors/access-control-basic-allow-access-control-origin-header.html",
        "the server echoes the Origin that it gets",
        Fetched(ask(), (answer(PAGE),), "GET", origins=(PAGE,)),
    ),
    get("cors/access-control-basic-allow-star.html", "the star", Fetched(ask(), (answer("*"),), "GET")),
    get("cors/access-control-basic-allow.html", "the page's origin", Fetched(ask(), (answer(PAGE),), "GET")),
    get(
        "cors/access-control-basic-denied.html", "no header", Fetched(ask(), (answer(None),), "GET", MISSING, "request")
    ),
    get(
        "cors/access-control-basic-non-simple-allow.html",
        "PUT, listed",
        Fetched(ask(method="PUT"), (answer(PAGE, methods="PUT"), answer(PAGE)), "OPTIONS PUT"),
    ),
    get(
        "xhr/access-control-basic-allow-access-control-origin-header-data-url.htm",
        "a page of a data: URL is null, and may be told so",
        Fetched(ask(page="null"), (answer("null"),), "GET", origins=("null",)),
    ),
    get(
        "xhr/access-control-sandboxed-iframe-allow.htm",
        "a sandboxed page: the star",
        Fetched(ask(page="null"), (answer("*"),), "GET", origins=("null",)),
    ),
    get(
        "xhr/access-control-sandboxed-iframe-allow-origin-null.htm",
        "a sandboxed page: null",
        Fetched(ask(page="null"), (answer("null"),), "GET"),
    ),
    get(
        "xhr/access-control-sandboxed-iframe-denied.htm",
        "a sandboxed page: no header",
        Fetched(ask(page="null"), (answer(None),), "GET", MISSING, "request"),
    ),
    get(
        "xhr/access-control-sandboxed-iframe-denied-without-wildcard.htm",
        "a sandboxed page: its parent's origin",
        Fetched(ask(page="null"), (answer(PAGE, credentials="true"),), "GET", MISMATCH, "request"),
    ),
    get(
        "xhr/access-control-sandboxed-iframe-denied-without-wildcard.htm",
        "its parent may read the same",
        Fetched(ask(), (answer(PAGE, credentials="true"),), "GET"),
    ),
    get(
        "fetch/api/cors/data-url-iframe.html",
        "null: no header",
        Fetched(ask(page="null"), (answer(None),), "GET", MISSING, "request"),
    ),
    get("fetch/api/cors/data-url-worker.html", "null: null", Fetched(ask(page="null"), (answer("null"),), "GET")),
    get(
        "fetch/api/cors/data-url-shared-worker.html",
        "null, no preflight: the value's case counts",
        Fetched(ask(page="null"), (answer("NULL"),), "GET", MISMATCH, "request"),
    ),
    get(
        "fetch/api/cors/sandboxed-iframe.html",
        "null with a preflight",
        Fetched(
            ask(method="PUT", page="null"),
            (answer("null", methods="PUT"), answer("null")),
            "OPTIONS PUT",
            origins=("null", "null"),
        ),
    ),
    get(
        "fetch/api/cors/sandboxed-iframe.html",
        "null has no origin that is its own",
        Fetched(ask(HOME, page="null"), (answer(None),), "GET", MISSING, "request", origins=("null",)),
    ),
    get(
        "cors/origin.htm",
        "null with credentials",
        Fetched(ask(page="null", credentials="include"), (answer("null", credentials="true"),), "GET"),
    ),
    get(
        "xhr/access-control-basic-allow.any.js",
        "the name of the header is compared without case",
        Fetched(ask(), (answer(None, more=[("ACCESS-control-ALLOW-origin", PAGE)]),), "GET"),
    ),
    get(
        "xhr/access-control-recursive-failed-request.htm",
        "a call that fails leaves nothing behind: the next fails alike",
        *[Fetched(ask(), (answer(None),), "GET", MISSING, "request")] * 10,
    ),
    get(
        "fetch/api/cors/cors-keepalive.any.js",
        "a call that outlives its page is judged as any other: allowed",
        Fetched(ask(method="POST", body="ping"), (answer(PAGE),), "POST", origins=(PAGE,)),
    ),
    get(
        "fetch/api/cors/cors-keepalive.any.js",
        "and not allowed",
        Fetched(ask(method="POST", body="ping"), (answer(OTHER),), "POST", MISMATCH, "request"),
    ),
    get(
        "xhr/send-non-same-origin.htm",
        "a server that knows no CORS",
        Fetched(ask("https://api.example"), (answer(None),), "GET", MISSING, "request", urls=("https://api.example/",)),
    ),
]

ROWS = [*ORIGIN, *REMOTE, *PREFLIGHT, *MANY, *BASIC, *XHR]
