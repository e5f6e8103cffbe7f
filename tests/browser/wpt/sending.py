"""What a script may set: methods, headers and bodies, and what a browser adds."""

from __future__ import annotations

from browser.wpt.cases import HOME, PAGE, STAR, Fetched, Names, Refused, Row, answer, ask, get

FORBIDDEN = "fetch/api/basic/request-forbidden-headers.any.js"

_NAMES = (
    ("Accept-Charset", "utf-8"),
    ("Accept-Encoding", ""),
    ("Access-Control-Request-Headers", ""),
    ("Access-Control-Request-Method", ""),
    ("Connection", "close"),
    ("Content-Length", "42"),
    ("Cookie", "cookie=none"),
    ("Cookie2", "cookie2=none"),
    ("Date", "Wed, 04 May 1988 22:22:22 GMT"),
    ("DNT", "4"),
    ("Expect", "100-continue"),
    ("Keep-Alive", "timeout=15"),
    ("Origin", "http://wrong-origin.com"),
    ("Referer", "http://wrong-referer.com"),
    ("Set-Cookie", "a=1"),
    ("TE", "trailers"),
    ("Trailer", "Accept"),
    ("Transfer-Encoding", "chunked"),
    ("Upgrade", "HTTP/2.0"),
    ("Via", "1.1 nowhere.com"),
    ("Proxy-", "value"),
    ("Proxy-Test", "value"),
    ("Sec-", "value"),
    ("Sec-Test", "value"),
)
_OVERRIDES = (
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "X-HTTP-METHOD-OVERRIDE",
    "X-HTTP-METHOD",
    "X-METHOD-OVERRIDE",
)
_OVER_FORBIDDEN = (
    "TRACE",
    "TRACK",
    "CONNECT",
    "trace",
    "track",
    "connect",
    "trace,",
    "GET,track ",
    " connect",
    "\ttrack",
    "\rtrace",
    "\nconnect",
)
_OVER_ALLOWED = ("GETTRACE", "GET", '",TRACE",')


def _dropped(name: str, value: str) -> Row:
    call = ask(HOME, headers=[(name, value), (name.lower(), value)])
    return get(FORBIDDEN, f"{name} is not a script's to set", Fetched(call, (answer(None),), "GET", sent={name: None}))


HEADERS = [
    *[_dropped(name, value) for name, value in _NAMES],
    get(
        FORBIDDEN,
        "Host is not a script's to set",
        Fetched(ask(HOME, headers=[("Host", "wrong.example")]), (answer(None),), "GET", sent={"host": "app.example"}),
    ),
    *[
        get(
            FORBIDDEN,
            f"{name} is dropped before it is asked for",
            Fetched(ask(headers=[(name, value)]), (STAR,), "GET", origins=(PAGE,)),
        )
        for name, value in _NAMES
    ],
    *[
        get(
            FORBIDDEN,
            f"{name} of {value!r} is dropped",
            Fetched(ask(headers=[(name, value)]), (STAR,), "GET", sent={name: None}),
        )
        for name in _OVERRIDES
        for value in _OVER_FORBIDDEN
    ],
    *[
        get(
            FORBIDDEN,
            f"{name} of {value!r} is kept",
            Fetched(
                ask(headers=[(name, value)]),
                (answer(headers=name), STAR),
                "OPTIONS GET",
                asked=(name.lower(),),
                sent={name: value},
            ),
        )
        for name in _OVERRIDES
        for value in _OVER_ALLOWED
    ],
    *[
        get(
            "fetch/api/headers/header-values-normalize.html",
            f"{before!r} is sent as {after!r}",
            Fetched(ask(HOME, headers=[("value-test", before)]), (answer(None),), "GET", sent={"value-test": after}),
        )
        for code in (1, 8, 9, 10, 11, 12, 13, 31, 32)
        for letter in [chr(code)]
        for kept in ["" if code in {9, 10, 13, 32} else letter]
        for before, after in ((f"x{letter}", f"x{kept}"), (letter, kept), (f"{letter}x", f"{kept}x"))
    ],
    *[
        get(
            "fetch/api/headers/header-values.html",
            f"the byte {code:#04x} within a value is sent",
            Fetched(
                ask(HOME, headers=[("value-test", f"x{chr(code)}x")]),
                (answer(None),),
                "GET",
                sent={"value-test": f"x{chr(code)}x"},
            ),
        )
        for code in (1, 9, 0x1F, 0x20, 0x22, 0x2C, 0x7E, 0x7F, 0x80, 0xA0, 0xFF)
    ],
    *[
        get(
            "fetch/api/headers/headers-combine.html",
            f"repeated names are sent as one: {values}",
            Fetched(
                ask(HOME, headers=[("x-a", value) for value in values]),
                (answer(None),),
                "GET",
                sent={"x-a": ", ".join(values)},
            ),
        )
        for values in (("1", "2"), ("1", "", "2"), ("b", "a", "b"))
    ],
]

_BODIES: tuple[tuple[str, str | bytes | None, Names], ...] = (
    ("GET", None, {"content-length": None, "content-type": None, "origin": None}),
    ("HEAD", None, {"content-length": None, "content-type": None, "origin": None}),
    ("POST", None, {"content-length": "0", "content-type": None, "origin": PAGE}),
    ("PUT", None, {"content-length": "0", "origin": PAGE}),
    ("PUT", "Request's body", {"content-length": "14", "content-type": "text/plain;charset=UTF-8", "origin": PAGE}),
    ("POST", "Request's body", {"content-length": "14", "content-type": "text/plain;charset=UTF-8", "origin": PAGE}),
    ("POST", b"Test", {"content-length": "4", "content-type": None, "origin": PAGE}),
    ("POST", b"", {"content-length": "0", "content-type": None}),
    ("POST", "", {"content-length": "0", "content-type": "text/plain;charset=UTF-8"}),
    ("POST", "\u20ac", {"content-length": "3", "content-type": "text/plain;charset=UTF-8"}),
    ("DELETE", None, {"content-length": None, "origin": PAGE}),
    ("Chicken", None, {"content-length": None, "origin": PAGE}),
    ("Chicken", "Request's body", {"content-length": "14", "origin": PAGE}),
    ("GET", "dropped", {"content-length": None, "content-type": None}),
)
REQUESTS = [
    *[
        get(
            "fetch/api/basic/request-headers.any.js",
            f"{method} with {body!r} to the own server (an old test wants Origin with GET, the standard does not)",
            Fetched(ask(HOME, method, body=body), (answer(None),), method, sent={"accept": "*/*", **sent}),
        )
        for method, body, sent in _BODIES
    ],
    get(
        "xhr/request-content-length.any.js",
        "twenty-two bytes",
        Fetched(
            ask(HOME, "POST", body="This is 22 bytes long."), (answer(None),), "POST", sent={"content-length": "22"}
        ),
    ),
    get(
        "fetch/api/basic/request-headers.any.js",
        "a script's own Content-Type is kept",
        Fetched(
            ask(HOME, "POST", headers=[("Content-Type", "potato")], body="x"),
            (answer(None),),
            "POST",
            sent={"content-type": "potato"},
        ),
    ),
    get(
        "fetch/api/basic/request-headers.any.js",
        "a script's own Accept is kept",
        Fetched(ask(HOME, headers=[("ACCEPT", "x/y")]), (answer(None),), "GET", sent={"accept": "x/y"}),
    ),
    *[
        get(
            "fetch/api/request/request-init-001.sub.html",
            f"{given} is sent as {sent}",
            Fetched(ask(HOME, given), (answer(None),), sent),
        )
        for given, sent in (
            *[
                (name, name)
                for name in (
                    "GET",
                    "HEAD",
                    "POST",
                    "PUT",
                    "DELETE",
                    "OPTIONS",
                    "PATCH",
                    "patch",
                    "Patch",
                    "unicorn",
                    "CHICKEN",
                    "Unicorn",
                )
            ],
            *[(name, name.upper()) for name in ("head", "get", "Get", "post", "put", "pUt", "delete", "options")],
        )
    ],
]

REFUSED = [
    *[
        Refused(f"the method {method}", "xhr/open-method-insecure.htm", {"method": method})
        for method in ("track", "TRACK", "trAck", "TRACE", "trace", "traCE", "connect", "CONNECT", "connECT")
    ],
    *[
        Refused(f"the method {method!r}", "xhr/open-method-bogus.htm", {"method": method})
        for method in ("", ">", " GET", "G T", "GET\n", "\u00c9")
    ],
    *[
        Refused(
            f"a value with {letter!r} in it",
            "fetch/api/headers/header-values.html",
            {"headers": [("value-test", f"x{letter}x")]},
        )
        for letter in ("\0", "\n", "\r", "\u0100")
    ],
    *[
        Refused(
            f"the value {value!r}",
            "fetch/api/headers/header-values-normalize.html",
            {"headers": [("value-test", value)]},
        )
        for value in ("\0", "x\0", "\0x")
    ],
    *[
        Refused(f"the header name {name!r}", "fetch/api/headers/headers-errors.html", {"headers": [(name, "v")]})
        for name in ("", "invalid\u0100", "a b", "a:b", "a\0", "\xe9")
    ],
    *[
        Refused(f"the URL {url!r}", "fetch/api/request/request-error.any.js", {"url": url})
        for url in (
            "http://user:pass@test.url/",
            "https://user@api.example/",
            "http:\\\\",
            "mailto:test@example.org",
            "about:blank",
            "data:,x",
            "blob:x",
        )
    ],
    Refused(
        "a mode of credentials that is none",
        "fetch/api/request/request-error.any.js",
        {"credentials": "someCredentials"},
    ),
]

ROWS = [*HEADERS, *REQUESTS]
