"""Which statuses a script sees, and what credentials ask of a server."""

from __future__ import annotations

from browser.wpt.cases import API, HOME, OTHER, OWN, PAGE, Fetched, Pairs, Row, answer, ask, get

ASYNC = "cors/status-async.htm"
AFTER = "cors/status-preflight.htm"
FLAG = "cors/credentials-flag.htm"
X: Pairs = [("x-nonsimple", "true")]
_SIMPLE = ("GET", "HEAD", "POST")


def _wire(method: str) -> str:
    return method if method in _SIMPLE else f"OPTIONS {method}"


def _status(method: str, status: int) -> Row:
    final = answer(status=status, expose="X-Request-Method", more=[("X-Request-Method", method)])
    answers = (final,) if method in _SIMPLE else (answer(methods=method), final)
    return get(
        ASYNC,
        f"{method} is answered {status}",
        Fetched(ask(method=method), answers, _wire(method), status=status, readable={"x-request-method": method}),
    )


STATUSES = [
    *[_status("GET", status) for status in (200, 201, 202, 203, 204, 205, 206, 209, 299, 400)],
    *[_status(method, 200) for method in ("POST", "HEAD", "PUT", "CHICKEN")],
    _status("HEAD", 401),
    *[_status("POST", status) for status in (404, 500)],
    *[
        get(
            ASYNC,
            f"{method} and a preflight of {status}",
            Fetched(
                ask(method=method), (answer(status=status, methods=method),), "OPTIONS", "preflight-not-ok", "preflight"
            ),
        )
        for method, status in (("PUT", 699), ("CHICKEN", 501))
    ],
    *[
        get(
            ASYNC,
            f"{method} with a header and a preflight of {status}",
            Fetched(
                ask(method=method, headers=X),
                (answer(status=status, methods=method, headers="x-nonsimple"),),
                "OPTIONS",
                "preflight-not-ok",
                "preflight",
            ),
        )
        for method, status in (("GET", 400), ("HEAD", 401), ("POST", 404), ("PUT", 699), ("CHICKEN", 501))
    ],
    *[
        get(
            AFTER,
            f"{method} with a header, after its preflight {status}",
            Fetched(
                ask(method=method, headers=X),
                (answer(methods=method, headers="x-nonsimple"), answer(status=status)),
                f"OPTIONS {method}",
                status=status,
            ),
        )
        for method, status in (
            *[("GET", status) for status in (200, 204, 400, 401)],
            *[("HEAD", status) for status in (200, 204, 400, 401, 501, 699)],
            *[("POST", status) for status in (204, 400, 401, 404)],
            ("PUT", 699),
            ("CHICKEN", 501),
        )
    ],
    get(
        "cors/status.htm",
        "no header, 400",
        Fetched(ask(), (answer(None, status=400),), "GET", "allow-origin-missing", "request"),
    ),
    get(
        "cors/status.htm",
        "no header at the preflight, 200",
        Fetched(ask(headers=[("X-Custom", "p")]), (answer(None),), "OPTIONS", "allow-origin-missing", "preflight"),
    ),
    get("cors/status.htm", "allowed, 400", Fetched(ask(), (answer(status=400),), "GET", status=400)),
    get(
        "cors/status.htm",
        "allowed, a preflight of 200, then 400",
        Fetched(
            ask(headers=[("X-Custom", "p")]),
            (answer(headers="x-custom"), answer(status=400)),
            "OPTIONS GET",
            status=400,
        ),
    ),
    get(
        "cors/status.htm",
        "allowed, a preflight of 400",
        Fetched(
            ask(headers=[("X-Custom", "p")]),
            (answer(headers="x-custom", status=400),),
            "OPTIONS",
            "preflight-not-ok",
            "preflight",
        ),
    ),
    get(
        "xhr/send-conditional-cors.htm",
        "304 without the header",
        Fetched(
            ask(headers=[("If-None-Match", "t")]),
            (answer(headers="if-none-match"), answer(None, status=304)),
            "OPTIONS GET",
            "allow-origin-missing",
            "request",
            asked=("if-none-match",),
        ),
    ),
    get(
        "xhr/send-conditional-cors.htm",
        "304 with the header",
        Fetched(
            ask(headers=[("If-None-Match", "t")]),
            (answer(headers="if-none-match"), answer(status=304)),
            "OPTIONS GET",
            status=304,
        ),
    ),
    *[
        get(
            "fetch/api/basic/http-response-code.any.js",
            f"the own server answers {status}",
            Fetched(ask(HOME), (answer(None, status=status),), "GET", status=status),
        )
        for status in (200, 204, 304, 404, 407, 425, 500, 599)
    ],
]

_IN, _NOT = "allow-credentials-missing", "allow-origin-wildcard-with-credentials"
_VALUES: tuple[tuple[str | None, str | None], ...] = (
    ("true", None),
    (" true ", None),
    ("TRUE", _IN),
    ("True", _IN),
    ('"true"', _IN),
    ("false", _IN),
    ("1", _IN),
    ("0", _IN),
    ("", _IN),
    ("true, true", _IN),
    ("true ;", _IN),
    ("*", _IN),
    ("yes", _IN),
    (None, _IN),
)
CREDENTIALS = [
    *[
        get(
            FLAG,
            f"include, and Access-Control-Allow-Credentials of {value!r}",
            Fetched(
                ask(credentials="include"),
                (answer(PAGE, credentials=value),),
                "GET",
                reason,
                "request" if reason else None,
            ),
        )
        for value, reason in _VALUES
    ],
    *[
        get(
            FLAG,
            f"include with a preflight whose Access-Control-Allow-Credentials is {value!r}",
            Fetched(
                ask(method="PUT", credentials="include"),
                (answer(PAGE, credentials=value, methods="PUT"),),
                "OPTIONS",
                reason,
                "preflight",
            ),
        )
        for value, reason in _VALUES
        if reason
    ],
    *[
        get(
            FLAG,
            f"{mode}, origin {origin}: Access-Control-Allow-Credentials of {value!r} is not looked at",
            Fetched(ask(credentials=mode), (answer(origin, credentials=value),), "GET"),
        )
        for mode in ("omit", "same-origin")
        for origin in ("*", PAGE)
        for value in (None, "true", "false")
    ],
    get(
        FLAG,
        "two lines that say true are not true",
        Fetched(
            ask(credentials="include"),
            (answer(PAGE, credentials="true", more=[("Access-Control-Allow-Credentials", "true")]),),
            "GET",
            _IN,
            "request",
        ),
    ),
    *[
        get(
            FLAG,
            f"include, and a star with Access-Control-Allow-Credentials of {value!r}",
            Fetched(ask(credentials="include"), (answer("*", credentials=value),), "GET", _NOT, "request"),
        )
        for value in (None, "true")
    ],
    get(
        FLAG,
        "include, and a star at the preflight",
        Fetched(
            ask(method="PUT", credentials="include"),
            (answer("*", credentials="true", methods="PUT"),),
            "OPTIONS",
            _NOT,
            "preflight",
        ),
    ),
    get(
        FLAG,
        "include, and a star after the preflight",
        Fetched(
            ask(method="PUT", credentials="include"),
            (answer(PAGE, credentials="true", methods="PUT"), answer("*", credentials="true")),
            "OPTIONS PUT",
            _NOT,
            "request",
        ),
    ),
    get(
        FLAG,
        "include, and no credentials after the preflight",
        Fetched(
            ask(method="PUT", credentials="include"),
            (answer(PAGE, credentials="true", methods="PUT"), OWN),
            "OPTIONS PUT",
            _IN,
            "request",
        ),
    ),
    get(
        FLAG,
        "include needs nothing from the own server",
        Fetched(ask(HOME, credentials="include"), (answer(None),), "GET", origins=(None,)),
    ),
    *[
        get(
            "fetch/api/cors/cors-cookies.any.js",
            f"{mode}: {sentence}, and no answer's cookie is readable",
            Fetched(
                ask(url, credentials=mode),
                (answer(PAGE, credentials="true", expose="Set-Cookie, Cookie", more=[("Set-Cookie", "a=1")]),),
                "GET",
                readable={"Set-Cookie": None, "Cookie": None},
                sent={"cookie": None},
            ),
        )
        for mode in ("omit", "same-origin", "include")
        for sentence, url in (("the own server", HOME), ("another", API), ("a third", OTHER))
    ],
    *[
        get(
            "fetch/api/credentials/cookies.any.js",
            f"{mode}: the own server, Set-Cookie",
            Fetched(
                ask(HOME, credentials=mode),
                (answer(None, more=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]),),
                "GET",
                readable={"set-cookie": None},
            ),
        )
        for mode in ("omit", "same-origin", "include")
    ],
]

ROWS = [*STATUSES, *CREDENTIALS]
