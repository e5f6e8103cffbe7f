"""What a preflight asks, and how its answer is judged."""

from __future__ import annotations

from browser.wpt.cases import API, FORCE, PAGE, STAR, Fetched, Row, answer, ask, get

ANY = "fetch/api/cors/cors-preflight.any.js"
STARS = "fetch/api/cors/cors-preflight-star.any.js"
STATUS = "fetch/api/cors/cors-preflight-status.any.js"
FAILURE = "cors/preflight-failure.htm"
METHOD, HEADER = "method-not-listed", "header-not-listed"
SEVERAL = [
    *[(name, "v") for name in ("x-test-header1", "x-test-header2", "X-test-header3")],
    *[(name, "v") for name in ("x-test-header-b", "x-test-header-D", "x-test-header-C", "x-test-header-a")],
    ("Content-Type", "v"),
]
SORTED = (
    "content-type,x-test-header-a,x-test-header-b,x-test-header-c,x-test-header-d,"
    "x-test-header1,x-test-header2,x-test-header3"
)
SAFE = [("Accept", "*"), ("Accept-Language", "bzh"), ("Content-Language", "eu")]


def _listed(method: str) -> Row:
    return get(
        ANY,
        f"{method} is listed",
        Fetched(
            ask(method=method),
            (answer(methods=method), STAR),
            f"OPTIONS {method}",
            asked=(None,),
            origins=(PAGE, PAGE),
            urls=(API, API),
        ),
    )


def _unlisted(method: str) -> Row:
    return get(ANY, f"{method} is not listed", Fetched(ask(method=method), (STAR,), "OPTIONS", METHOD, "preflight"))


ASKED = [
    *[row for method in ("DELETE", "PUT", "PATCH", "NEW", "OPTIONS") for row in (_listed(method), _unlisted(method))],
    get(
        ANY,
        "GET with a header that is listed",
        Fetched(
            ask(headers=[("x-test-header1", "allowed")]),
            (answer(methods="GET", headers="x-test-header1"), STAR),
            "OPTIONS GET",
            asked=("x-test-header1",),
            sent={"x-test-header1": "allowed", "access-control-request-headers": None},
        ),
    ),
    get(
        ANY,
        "GET with a header that is not listed",
        Fetched(ask(headers=[("x-test-header1", "refused")]), (STAR,), "OPTIONS", HEADER, "preflight"),
    ),
    *[
        get(
            ANY,
            f"{method} with several headers, listed with spaces around the commas",
            Fetched(
                ask(method=method, headers=[*SEVERAL, *SAFE]),
                (answer(methods=method, headers=SORTED.replace(",", " ,")), STAR),
                f"OPTIONS {method}",
                asked=(SORTED,),
            ),
        )
        for method in ("GET", "PUT")
    ],
    get(
        ANY,
        "GET with several headers, none listed",
        Fetched(ask(headers=[*SEVERAL, *SAFE]), (STAR,), "OPTIONS", HEADER, "preflight", asked=(SORTED,)),
    ),
    get(
        ANY,
        "PUT with several headers, neither it nor they listed",
        Fetched(ask(method="PUT", headers=[*SEVERAL, *SAFE]), (STAR,), "OPTIONS", METHOD, "preflight"),
    ),
    get(
        ANY,
        "PUT with safelisted headers asks for none",
        Fetched(ask(method="PUT", headers=SAFE), (answer(methods="PUT"), STAR), "OPTIONS PUT", asked=(None,)),
    ),
    *[
        get(
            ANY,
            f"all but one of several headers listed: {left} is missing",
            Fetched(
                ask(headers=SEVERAL),
                (answer(headers=",".join(name for name in SORTED.split(",") if name != left)),),
                "OPTIONS",
                HEADER,
                "preflight",
            ),
        )
        for left in SORTED.split(",")
    ],
]

# (succeeds: None, else the reason), credentials, methods listed, headers listed, method, header
_STARS: tuple[tuple[str | None, bool, str, str, str, tuple[str, str] | None], ...] = (
    (None, False, "get", "x-test", "GET", ("X-Test", "1")),
    (None, False, "*", "x-test", "SUPER", ("X-Test", "1")),
    (None, False, "*", "*", "OK", ("X-Test", "1")),
    (None, True, "OK", "Content-Type", "GET", ("Content-Type", "uni/corn")),
    ("methods-wildcard-with-credentials", True, "*", "*", "OK", ("X-Test", "1")),
    ("methods-wildcard-with-credentials", True, "*", "", "PUT", None),
    (None, True, "PUT", "*", "PUT", ("Accept", "unicorn")),
    ("headers-wildcard-with-credentials", True, "get", "*", "GET", ("X-Test", "1")),
    ("headers-wildcard-with-credentials", True, "*", "*", "GET", ("X-Test", "1")),
    (None, True, "*", "*", "*", ("*", "1")),
    *[(None, True, method, "*", "DELETE", None) for method in ("DELETE",)],
    *[(None, True, "DELETE", "*", "delete", None)],
    *[(METHOD, True, "delete", "*", method, None) for method in ("DELETE", "delete")],
    *[(None, True, "PUT", "*", method, None) for method in ("PUT", "put")],
    *[(METHOD, True, "put", "*", method, None) for method in ("PUT", "put")],
    (None, True, "PATCH", "*", "PATCH", None),
    (METHOD, True, "PATCH", "*", "patch", None),
    (METHOD, True, "patch", "*", "PATCH", None),
    (None, True, "patch", "*", "patch", None),
    ("authorization-not-listed", False, "*", "*", "POST", ("Authorization", "123")),
    (None, False, "*", "*, Authorization", "POST", ("Authorization", "123")),
    ("headers-wildcard-with-credentials", True, "*", "*", "POST", ("Authorization", "123")),
    (None, False, "*", "*", "*", ("*", "1")),
    (None, False, "*, PUT", "", "DELETE", None),
    (METHOD, False, "**", "", "PUT", None),
    (HEADER, False, "", "**", "GET", ("X-Test", "1")),
    ("methods-wildcard-with-credentials", True, "*, DELETE", "", "PUT", None),
    (None, True, "*, PUT", "", "PUT", None),
    (METHOD, False, "Put", "", "PUT", None),
    (None, False, "patch", "X-TEST", "patch", ("x-test", "1")),
)


def _star(  # noqa: PLR0917 (a row's columns)
    reason: str | None, include: bool, methods: str, headers: str, method: str, header: tuple[str, str] | None
) -> Row:
    origin, credentials = (PAGE, "true") if include else ("*", None)
    sent = method.upper() if method.upper() in {"DELETE", "PUT"} else method
    call = ask(method=method, headers=[header] if header else [], credentials="include" if include else "same-origin")
    first = answer(origin, credentials=credentials, methods=methods, headers=headers)
    final = answer(origin, credentials=credentials)
    mode = "with" if include else "without"
    sentence = f"{mode} credentials: methods {methods!r} and headers {headers!r} for {method} with {header}"
    if reason:
        return get(STARS, sentence, Fetched(call, (first,), "OPTIONS", reason, "preflight"))
    return get(STARS, sentence, Fetched(call, (first, final), f"OPTIONS {sent}", origins=(PAGE, PAGE)))


WILDCARDS = [
    *[_star(*row) for row in _STARS],
    *[
        get(
            STARS,
            f"{written} is safelisted: methods {listed!r} are not even asked for",
            Fetched(
                ask(method=written, credentials="include"),
                (answer(PAGE, credentials="true", methods=listed),),
                written.upper(),
            ),
        )
        for method in ("GET", "HEAD", "POST")
        for listed in (method, method.lower())
        for written in (method, method.lower())
    ],
    *[
        get(
            STARS,
            f"{written} is safelisted: with a header that is listed, methods {listed!r} do not matter",
            Fetched(
                ask(method=written, headers=[("X-Test", "1")], credentials="include"),
                (
                    answer(PAGE, credentials="true", methods=listed, headers="x-test"),
                    answer(PAGE, credentials="true"),
                ),
                f"OPTIONS {method}",
            ),
        )
        for method in ("GET", "HEAD", "POST")
        for listed in ("DELETE", method.lower(), "")
        for written in (method, method.lower())
    ],
]


def _status(file: str, status: int, headers: list[tuple[str, str]], location: str | None) -> Row:
    call = ask(headers=headers)
    first = answer(status=status, headers=headers[0][0], location=location)
    sentence = f"a preflight of status {status}"
    if 200 <= status <= 299:
        return get(file, sentence, Fetched(call, (first, STAR), "OPTIONS GET"))
    reason = "preflight-redirected" if status in {301, 302, 303, 307, 308} else "preflight-not-ok"
    return get(file, sentence, Fetched(call, (first,), "OPTIONS", reason, "preflight"))


STATUSES = [
    *[
        _status(STATUS, status, FORCE, None)
        for status in (*range(200, 207), *range(300, 309), *range(400, 406), *range(501, 506))
    ],
    *[
        _status(FAILURE, status, [("x-test", "test")], API)
        for status in (200, 299, *range(300, 309), *range(400, 418), *range(500, 506), 680, 790)
    ],
    *[
        get(
            f"xhr/access-control-preflight-request-invalid-status-{status}.htm",
            "a preflight of another status than ok",
            Fetched(
                ask(headers=[("x-pass", "pass")]),
                (answer(status=status, headers="x-pass"),),
                "OPTIONS",
                reason,
                "preflight",
            ),
        )
        for status, reason in ((301, "preflight-redirected"), (400, "preflight-not-ok"), (501, "preflight-not-ok"))
    ],
    *[
        get(
            "fetch/api/cors/cors-preflight-redirect.any.js",
            f"a preflight is not redirected: {status}",
            Fetched(
                ask(headers=FORCE),
                (answer(PAGE, credentials="true", status=status, headers=FORCE[0][0], location=f"{API}/next"),),
                "OPTIONS",
                "preflight-redirected",
                "preflight",
            ),
        )
        for status in (301, 302, 303, 307, 308)
    ],
]

ROWS = [*ASKED, *WILDCARDS, *STATUSES]
