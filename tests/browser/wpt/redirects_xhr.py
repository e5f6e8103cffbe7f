"""Redirects as XMLHttpRequest's tests have them: credentials, Authorization, bodies."""

from __future__ import annotations

from browser.wpt.cases import API, HOME, OTHER, PAGE, Fetched, Names, Pairs, Row, answer, ask, get

SAME = "xhr/access-control-and-redirects-async-same-origin.any.js"
ASYNC = "xhr/access-control-and-redirects-async.any.js"
BETWEEN = "xhr/access-control-and-redirects.any.js"
TO_CORS = "xhr/send-redirect-to-cors.htm"
AUTHORIZATION = "xhr/xhr-authorization-redirect.any.js"
MISSING = "allow-origin-missing"
X: Pairs = [("x-test", "test")]


def _to_remote(credentials: str, final_origin: str, allowed: str | None, reason: str | None) -> Row:
    call = ask(HOME, credentials=credentials)
    first = answer(None, status=302, location=API)
    final = answer(final_origin, credentials=allowed)
    sentence = f"own to other, {credentials}: origin {final_origin}, credentials {allowed}"
    return get(SAME, sentence, Fetched(call, (first, final), "GET GET", reason, "request" if reason else None))


SAME_ORIGIN = [
    _to_remote("same-origin", "*", None, None),
    _to_remote("include", "*", None, "allow-origin-wildcard-with-credentials"),
    _to_remote("include", "*", "true", "allow-origin-wildcard-with-credentials"),
    _to_remote("same-origin", PAGE, "true", None),
    _to_remote("include", PAGE, "true", None),
    _to_remote("same-origin", PAGE, None, None),
    _to_remote("include", PAGE, None, "allow-credentials-missing"),
    _to_remote("include", PAGE, "false", "allow-credentials-missing"),
]

WALKS = [
    get(
        ASYNC,
        "the redirect has no header",
        Fetched(ask(), (answer(None, status=302, location=f"{API}/2"),), "GET", MISSING, "request"),
    ),
    get(
        ASYNC,
        "the redirect has one",
        Fetched(ask(), (answer(PAGE, status=302, location=f"{API}/2"), answer()), "GET GET"),
    ),
    get(
        ASYNC,
        "to a URL with a user name and a password",
        Fetched(
            ask(),
            (answer(PAGE, status=302, location="https://username:password@api.example/2"),),
            "GET",
            "redirect-with-userinfo",
            "redirect",
        ),
    ),
    get(
        ASYNC,
        "to a URL that is not http",
        Fetched(
            ask(), (answer(PAGE, status=302, location="foo://bar.cgi"),), "GET", "redirect-to-other-scheme", "redirect"
        ),
    ),
    get(
        ASYNC,
        "the preflight is redirected",
        Fetched(
            ask(headers=X),
            (answer(PAGE, status=302, location=f"{API}/2"),),
            "OPTIONS",
            "preflight-redirected",
            "preflight",
        ),
    ),
    get(
        ASYNC,
        "the preflight is redirected, and lists the header",
        Fetched(
            ask(headers=X),
            (answer(PAGE, headers="x-test", status=302, location=f"{API}/2"),),
            "OPTIONS",
            "preflight-redirected",
            "preflight",
        ),
    ),
    get(
        ASYNC,
        "within the own server a header needs nothing",
        Fetched(
            ask(HOME, headers=X),
            (answer(None, status=302, location="/2"), answer(None)),
            "GET GET",
            sent={"x-test": "test"},
        ),
    ),
    get(
        BETWEEN,
        "own to other",
        Fetched(ask(HOME), (answer(None, status=302, location=API), answer(PAGE)), "GET GET", origins=(None, PAGE)),
    ),
    get(
        BETWEEN,
        "other to own, which echoes null",
        Fetched(ask(), (answer(PAGE, status=302, location=HOME), answer("null")), "GET GET", origins=(PAGE, "null")),
    ),
    get(
        BETWEEN,
        "other to itself",
        Fetched(ask(), (answer(PAGE, status=302, location=f"{API}/2"), answer(PAGE)), "GET GET", origins=(PAGE, PAGE)),
    ),
    get(
        BETWEEN,
        "with credentials, null must be allowed with them",
        Fetched(
            ask(credentials="include"),
            (answer(PAGE, credentials="true", status=302, location=OTHER), answer("null", credentials="true")),
            "GET GET",
            origins=(PAGE, "null"),
        ),
    ),
    get(
        BETWEEN,
        "with credentials, null alone is not enough",
        Fetched(
            ask(credentials="include"),
            (answer(PAGE, credentials="true", status=302, location=OTHER), answer("null")),
            "GET GET",
            "allow-credentials-missing",
            "request",
        ),
    ),
    *[
        get(
            "fetch/api/cors/cors-cookies-redirect.any.js",
            f"with credentials, {'a' if headers else 'no'} preflight",
            Fetched(
                ask(headers=headers, credentials="include"),
                (
                    *([answer(PAGE, credentials="true", headers="a")] if headers else []),
                    answer(PAGE, credentials="true", status=301, location="https://app.example:8443/2"),
                    *([answer("null", credentials="true", headers="a")] if headers else []),
                    answer("null", credentials="true"),
                ),
                "OPTIONS GET OPTIONS GET" if headers else "GET GET",
            ),
        )
        for headers in ([], [("a", "b")])
    ],
    get(
        AUTHORIZATION,
        "no redirect: it is sent",
        Fetched(
            ask(HOME, headers=[("Authorization", "Basic x")]), (answer(None),), "GET", sent={"authorization": "Basic x"}
        ),
    ),
    get(
        AUTHORIZATION,
        "within one server it is kept",
        Fetched(
            ask(HOME, headers=[("Authorization", "Basic x")]),
            (answer(None, status=302, location="/2"), answer(None)),
            "GET GET",
            sent={"authorization": "Basic x"},
        ),
    ),
    get(
        AUTHORIZATION,
        "to another server it is dropped, and needs no preflight there",
        Fetched(
            ask(HOME, headers=[("Authorization", "Basic x")]),
            (answer(None, status=302, location=API), answer()),
            "GET GET",
            sent={"authorization": None},
        ),
    ),
    get(
        AUTHORIZATION,
        "nor does it come back",
        Fetched(
            ask(headers=[("Authorization", "Basic x")]),
            (answer(headers="Authorization"), answer(status=302, location=HOME), answer()),
            "OPTIONS GET GET",
            asked=("authorization",),
            sent={"authorization": None},
        ),
    ),
    get(
        AUTHORIZATION,
        "to another path of another server it is kept, and asked for",
        Fetched(
            ask(headers=[("Authorization", "Basic x")]),
            (
                answer(headers="Authorization"),
                answer(status=302, location=f"{API}/2"),
                answer(headers="Authorization"),
                answer(),
            ),
            "OPTIONS GET OPTIONS GET",
            sent={"authorization": "Basic x"},
        ),
    ),
    *[
        get(
            "fetch/api/credentials/authentication-redirection.any.js",
            f"another port or scheme is another server: {target}",
            Fetched(
                ask(HOME, headers=[("Authorization", "Basic x")]),
                (answer(None, status=302, location=target), answer()),
                "GET GET",
                sent={"authorization": None},
            ),
        )
        for target in ("https://app.example:8443/", "http://app.example/")
    ],
]


def _redirect(status: int, method: str, body: str | bytes | None, kind: str | None, *, is_listed: bool = False) -> Row:
    """Return a row for a redirect from the own server to one that lists four methods and perhaps Content-Type."""
    headers: Pairs = [("Content-Type", kind)] if kind else []
    becomes_get = (status in {301, 302} and method == "POST") or (status == 303 and method not in {"GET", "HEAD"})
    then = "GET" if becomes_get else method
    sent_kind = kind or ("text/plain;charset=UTF-8" if isinstance(body, str) else None)
    sent: Names = {"content-type": None if becomes_get else sent_kind}
    simple = {"text/plain", "multipart/form-data"}
    asks_kind = kind is not None and kind not in simple and not becomes_get
    asks = asks_kind or then not in {"GET", "HEAD", "POST"}
    first = answer(None, status=status, location=OTHER)
    leave = answer(methods="GET, POST, PUT, FOO", headers="content-type, x-test" if is_listed else None)
    told = f"{status} of {method} with {type(body).__name__} and {kind}" + (", listed" if is_listed else "")
    call = ask(HOME, method, headers=headers, body=body)
    if asks_kind and not is_listed:
        return get(TO_CORS, told, Fetched(call, (first, leave), f"{method} OPTIONS", "header-not-listed", "preflight"))
    answers, wire = (
        ((first, leave, answer()), f"{method} OPTIONS {then}") if asks else ((first, answer()), f"{method} {then}")
    )
    asked = ("content-type" if asks_kind else None,) if asks else ()
    return get(TO_CORS, told, Fetched(call, answers, wire, asked=asked, sent=sent))


_PONY, _STORM = "application/x-pony", "application/thunderstorm"
BODIES = [
    *[_redirect(status, "GET", None, None) for status in (301, 302, 303, 307, 308)],
    *[_redirect(status, "GET", None, _PONY) for status in (301, 307)],
    *[_redirect(status, "GET", None, _PONY, is_listed=True) for status in (301, 303)],
    *[_redirect(status, "FOO", "test", _PONY, is_listed=True) for status in (302, 303)],
    *[_redirect(307, "POST", body, None) for body in (None, "hello", b"ABC")],
    *[_redirect(status, "POST", "yoyo", _PONY) for status in (301, 302, 303, 307, 308)],
    *[_redirect(status, "POST", "yoyo", _PONY, is_listed=True) for status in (301, 302)],
    *[_redirect(status, "FOO", "yoyo", _PONY) for status in (307, 308)],
    *[_redirect(308, "FOO", "yoyo", kind) for kind in ("text/plain", "multipart/form-data")],
    _redirect(308, "FOO", "yoyo", _STORM, is_listed=True),
    _redirect(307, "POST", "yoyo", _STORM, is_listed=True),
    get(
        TO_CORS,
        "308 of a method that is not listed",
        Fetched(
            ask(HOME, "BAR"),
            (answer(None, status=308, location=OTHER), answer(methods="GET, FOO")),
            "BAR OPTIONS",
            "method-not-listed",
            "preflight",
        ),
    ),
    get(
        "fetch/api/redirect/redirect-upload.h2.any.js",
        "a body of bytes can be sent again (a stream could not, and is not modelled)",
        *[
            Fetched(
                ask(HOME, "POST", body=b"Test"),
                (answer(None, status=status, location="/2"), answer(None)),
                "POST POST",
                sent={"content-length": "4"},
            )
            for status in (307, 308)
        ],
    ),
]

ROWS = [*SAME_ORIGIN, *WALKS, *BODIES]
