"""Whole requests that need no preflight, or just do."""

from __future__ import annotations

from browser.wpt.cases import API, HOME, Fetched, answer, ask, get
from browser.wpt.safelist import NOT_LISTED, need_none, need_one

SIMPLE = "cors/simple-requests.htm"

_SIMPLE_HEADERS = (
    [("Accept", "test")],
    [("accept-language", "test")],
    [("CONTENT-language", "test")],
    [("Content-Type", "application/x-www-form-urlencoded")],
    [("content-type", "multipart/form-data")],
    [("content-type", "text/plain")],
    [
        ("accept", "test"),
        ("accept-language", "test"),
        ("content-language", "test"),
        ("content-type", "text/plain; parameter=whatever"),
    ],
)
SIMPLE_REQUESTS = [
    *[need_none(SIMPLE, headers, method) for headers in _SIMPLE_HEADERS for method in ("GET", "HEAD", "POST")],
    need_none(SIMPLE, [("content-type", "text/plain; parameter=extra_bonus")], "Get"),
    need_none(SIMPLE, [("content-type", "text/plain")], "post"),
    need_one(
        SIMPLE,
        [
            ("Accept", "jewelry"),
            ("accept-language", "nn_NO,nn,en"),
            ("content-type", "text/plain; parameter=extra"),
            ("content-Language", "nn_NO"),
        ],
        "accept-language,content-language",
        note=" (the test expects none, but the standard's ranges have no underscore)",
    ),
]

_REMOTE = (
    API,
    "https://app.example:8443/items",
    "https://api.example:8443/items",
    "http://api.example/items",
    "http://app.example/items",
)
NO_PREFLIGHT = [
    *[
        get(
            "fetch/api/cors/cors-no-preflight.any.js",
            f"GET {url} needs no preflight",
            Fetched(ask(url), (answer("*"),), "GET", urls=(url,)),
        )
        for url in _REMOTE
    ],
    *[
        get(
            "fetch/api/cors/cors-no-preflight.any.js",
            f"{method} needs no preflight",
            Fetched(ask(method=method), (answer("*"),), method),
        )
        for method in ("POST", "HEAD")
    ],
    *[
        need_none("fetch/api/cors/cors-no-preflight.any.js", [header], "GET")
        for header in (
            ("Accept", "*/*"),
            ("Accept-Language", "fr"),
            ("Content-Language", "fr"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Type", "multipart/form-data"),
            ("Content-Type", "text/plain"),
            ("Content-Type", "text/plain;charset=utf-8"),
            ("Content-Type", "Text/Plain;charset=utf-8"),
        )
    ],
]

_HINTS = (
    ("save-data", "on"),
    ("device-memory", "2.0"),
    ("dpr", "3.0"),
    ("width", "1200"),
    ("viewport-width", "1300"),
)
HINTS = [
    *[
        need_one("cors/client-hint-request-headers.htm", [(name, "")], name, "GET")
        for name in ("device-memory", "dpr", "width", "viewport-width")
    ],
    *[
        need_one(
            "cors/simple-requests-ch.tentative.htm",
            _HINTS,
            "device-memory,dpr,save-data,viewport-width,width",
            method,
            " (a tentative test has them safelisted, the standard has not)",
        )
        for method in ("GET", "POST")
    ],
]

XHR = [
    need_none(
        "xhr/access-control-basic-cors-safelisted-request-headers.htm",
        [("Accept", "*"), ("Accept-Language", "ru"), ("Content-Language", "ru"), ("Content-Type", "text/plain")],
    ),
    get(
        "xhr/access-control-basic-post-success-no-content-type.htm",
        "a text brings a safelisted Content-Type of its own",
        Fetched(
            ask(method="POST", body="Test"), (answer(),), "POST", sent={"content-type": "text/plain;charset=UTF-8"}
        ),
    ),
    get(
        "xhr/access-control-basic-post-with-non-cors-safelisted-content-type.htm",
        "the page's own server is never asked first",
        Fetched(
            ask(HOME, "POST", headers=[("Content-Type", "application/xml")]),
            (answer(None),),
            "POST",
            sent={"content-type": "application/xml"},
        ),
    ),
    get(
        "xhr/access-control-basic-post-with-non-cors-safelisted-content-type.htm",
        "another server is, and this one answers no preflight",
        Fetched(
            ask(method="POST", headers=[("Content-Type", "application/xml")]),
            (answer(None, status=400),),
            "OPTIONS",
            "preflight-not-ok",
            "preflight",
            asked=("content-type",),
        ),
    ),
    get(
        "xhr/access-control-basic-non-cors-safelisted-content-type.htm",
        "PUT of a safelisted type asks for the method alone, and not for another type",
        Fetched(
            ask(method="PUT", headers=[("Content-Type", "text/plain")], body="PUT data"),
            (answer(methods="PUT", age="0"), answer()),
            "OPTIONS PUT",
            asked=(None,),
        ),
        Fetched(
            ask(method="PUT", headers=[("Content-Type", "application/xml")], body="PUT data"),
            (answer(methods="PUT"),),
            "OPTIONS",
            NOT_LISTED,
            "preflight",
            asked=("content-type",),
        ),
    ),
    get(
        "xhr/access-control-basic-non-cors-safelisted-last-event-id.htm",
        "Last-Event-ID must be listed (the test has some values safelisted, the standard none)",
        Fetched(
            ask(method="PUT", headers=[("Last-Event-ID", "safe-value")], body="PUT data"),
            (answer(methods="PUT"),),
            "OPTIONS",
            NOT_LISTED,
            "preflight",
            asked=("last-event-id",),
        ),
        Fetched(
            ask(method="PUT", headers=[("Last-Event-ID", "e5p3n<3k0k0s")], body="PUT data"),
            (answer(methods="PUT"),),
            "OPTIONS",
            NOT_LISTED,
            "preflight",
            asked=("last-event-id",),
        ),
    ),
    get(
        "xhr/cors-upload.any.js",
        "a form needs no preflight",
        Fetched(
            ask(method="POST", headers=[("Content-Type", "multipart/form-data; boundary=b")], body=b"--b--"),
            (answer(),),
            "POST",
        ),
    ),
    get(
        "xhr/cors-upload.any.js",
        "a form with Authorization and credentials does, and its body is sent",
        Fetched(
            ask(
                method="POST",
                headers=[("Content-Type", "multipart/form-data; boundary=b"), ("Authorization", "Bearer t")],
                body=b"--b--",
                credentials="include",
            ),
            (
                answer("https://app.example", credentials="true", headers="Authorization"),
                answer("https://app.example", credentials="true"),
            ),
            "OPTIONS POST",
            asked=("authorization",),
            sent={"content-length": "5", "authorization": "Bearer t"},
        ),
    ),
    *[
        get(
            "xhr/event-upload-progress-crossorigin.any.js",
            f"{method} with a listener for progress is not modelled; without one, a text of {size} bytes is sent whole",
            Fetched(ask(method=method, body="x" * size), (answer(),), method, sent={"content-length": str(size)}),
        )
        for method, size in (("POST", 6000),)
    ],
]

ROWS = [*SIMPLE_REQUESTS, *NO_PREFLIGHT, *HINTS, *XHR]
