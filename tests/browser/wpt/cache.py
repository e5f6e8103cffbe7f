"""When a preflight is remembered, for how long, and for what."""

from __future__ import annotations

from browser.wpt.cases import API, OTHER, OWN, PAGE, STAR, Fetched, Row, answer, ask, get

HTM = "cors/preflight-cache.htm"
ANY = "fetch/api/cors/cors-preflight-cache.any.js"
XHR = "xhr/access-control-basic-allow-preflight-cache"
X = [("x-print", "1")]


def _asks(now: float = 0.0, *, age: str | None = None) -> Fetched:
    """Return a call with x-print whose preflight is sent."""
    return Fetched(
        ask(headers=X), (answer(headers="x-print", age=age), STAR), "OPTIONS GET", asked=("x-print",), now=now
    )


def _remembers(now: float = 0.0) -> Fetched:
    """Return the same call, for which none is sent."""
    return Fetched(ask(headers=X), (STAR,), "GET", now=now)


def _put(now: float = 0.0, *, age: str | None = None) -> Fetched:
    return Fetched(ask(method="PUT"), (answer(methods="PUT", age=age), STAR), "OPTIONS PUT", now=now)


def _put_again(now: float = 0.0) -> Fetched:
    return Fetched(ask(method="PUT"), (STAR,), "PUT", now=now)


AGES = [
    get(HTM, "a preflight is sent", _asks()),
    get(HTM, "and remembered, five seconds if nothing else is said", _asks(), _remembers(1), _remembers(4.9)),
    get(HTM, "but no longer than that", _asks(), _asks(5.1), _remembers(10)),
    get(HTM, "an age of 0 is not remembered", _asks(age="0"), _asks(age="0")),
    get(
        HTM,
        "an age of 0 is not remembered at the same moment either",
        _asks(7, age="0"),
        _asks(7, age="0"),
        _asks(7, age="0"),
    ),
    get(
        HTM,
        "-1 is no age, so it is five seconds (the test wants none remembered)",
        _asks(age="-1"),
        _remembers(4),
        _asks(6),
    ),
    get(
        HTM,
        "an age of 1: remembered, then forgotten",
        _asks(age="1"),
        _remembers(0.5),
        _asks(1.5, age="1"),
        _remembers(2.4),
    ),
    *[
        get(HTM, f"an age that is none is five seconds: {age!r}", _asks(age=age), _remembers(4), _asks(6))
        for age in ("", "+10", "1.5", "1e3", "ten", "0x10", "10 s", "10,", "10, 10", "10;", "\xb2")
    ],
    *[
        get(HTM, f"an age is decimal, whatever stands around it: {age!r}", _asks(age=age), _remembers(9), _asks(11))
        for age in ("10", " 10\t", "010", "0" * 30 + "10")
    ],
    get(
        HTM,
        "two ages are none, so they are five seconds",
        Fetched(
            ask(headers=X),
            (answer(headers="x-print", age="60", more=[("Access-Control-Max-Age", "60")]), STAR),
            "OPTIONS GET",
        ),
        _remembers(4),
        _asks(6),
    ),
    get(HTM, "an age of more digits than any number is a long time", _asks(age="9" * 40), _remembers(60)),
    get(
        ANY,
        "twelve thousand seconds: another value of the same header needs no second preflight",
        Fetched(
            ask(method="POST", headers=[("x-test-header", "test1")]),
            (answer(methods="POST", headers="x-test-header", age="12000"), STAR),
            "OPTIONS POST",
            asked=("x-test-header",),
        ),
        Fetched(ask(method="POST", headers=[("x-test-header", "test2")]), (STAR,), "POST", now=1),
    ),
    get(
        f"{XHR}-timeout.any.js",
        "an age of 1: after three seconds a preflight is sent again",
        _put(age="1"),
        _put(3, age="1"),
    ),
    get(f"{XHR}.any.js", "a method is remembered", _put(age="60"), _put_again(), _put_again(59)),
    get(f"{XHR}.any.js", "a method is remembered five seconds if nothing else is said", _put(), _put_again(4), _put(6)),
]

MATCHES = [
    get(
        f"{XHR}-invalidation-by-header.any.js",
        "a header that was not listed needs another preflight",
        _put(age="60"),
        Fetched(
            ask(method="PUT", headers=[("x-test", "v")]),
            (answer(methods="PUT", headers="x-test", age="60"), STAR),
            "OPTIONS PUT",
            asked=("x-test",),
        ),
        Fetched(ask(method="PUT", headers=[("X-TEST", "v")]), (STAR,), "PUT"),
        Fetched(ask(headers=[("x-test", "v")]), (STAR,), "GET"),
    ),
    get(
        f"{XHR}-invalidation-by-method.any.js",
        "a method that was not listed needs another preflight",
        _put(age="60"),
        Fetched(ask(method="XMETHOD"), (answer(methods="PUT, XMETHOD", age="60"), STAR), "OPTIONS XMETHOD"),
        _put_again(1),
        Fetched(ask(method="XMETHOD"), (STAR,), "XMETHOD", now=1),
    ),
    get(
        f"{XHR}-invalidation-by-method.any.js",
        "a method in another case needs another preflight",
        Fetched(ask(method="PATCH"), (answer(methods="PATCH", age="60"), STAR), "OPTIONS PATCH"),
        Fetched(ask(method="patch"), (answer(methods="PATCH", age="60"),), "OPTIONS", "method-not-listed", "preflight"),
    ),
    get(
        HTM,
        "what was listed beside is remembered, too",
        Fetched(ask(method="PUT"), (answer(methods="PUT, DELETE", headers="x-a, X-B", age="60"), STAR), "OPTIONS PUT"),
        Fetched(ask(method="DELETE", headers=[("X-A", "1"), ("x-b", "1")]), (STAR,), "DELETE"),
    ),
    get(
        HTM,
        "a star is remembered for calls without credentials",
        Fetched(ask(method="PUT"), (answer(methods="*", headers="*", age="60"), STAR), "OPTIONS PUT"),
        Fetched(ask(method="DELETE", headers=[("x-any", "1")]), (STAR,), "DELETE"),
    ),
    get(
        HTM,
        "a star that is remembered does not stand for Authorization",
        Fetched(ask(method="PUT"), (answer(methods="*", headers="*", age="60"), STAR), "OPTIONS PUT"),
        Fetched(
            ask(method="PUT", headers=[("Authorization", "x")]),
            (answer(methods="*", headers="*", age="60"),),
            "OPTIONS",
            "authorization-not-listed",
            "preflight",
        ),
    ),
    get(
        HTM,
        "what was remembered without credentials does not serve a call with them",
        _put(age="60"),
        Fetched(
            ask(method="PUT", credentials="include"),
            (answer(PAGE, credentials="true", methods="PUT", age="60"), answer(PAGE, credentials="true")),
            "OPTIONS PUT",
        ),
        Fetched(ask(method="PUT", credentials="include"), (answer(PAGE, credentials="true"),), "PUT"),
    ),
    get(
        HTM,
        "what was remembered with credentials serves a call without them",
        Fetched(
            ask(method="PUT", credentials="include"),
            (answer(PAGE, credentials="true", methods="PUT", age="60"), answer(PAGE, credentials="true")),
            "OPTIONS PUT",
        ),
        _put_again(),
        Fetched(ask(method="PUT", credentials="omit"), (STAR,), "PUT"),
    ),
    get(
        HTM,
        "omit and same-origin are the same to it",
        Fetched(ask(method="PUT", credentials="omit"), (answer(methods="PUT", age="60"), STAR), "OPTIONS PUT"),
        _put_again(),
    ),
    get(
        HTM,
        "another URL needs another preflight, another query included",
        _put(age="60"),
        Fetched(ask(f"{API}?a", "PUT"), (answer(methods="PUT"), STAR), "OPTIONS PUT"),
        Fetched(ask(OTHER, "PUT"), (answer(methods="PUT"), STAR), "OPTIONS PUT"),
        _put_again(),
    ),
    get(
        HTM,
        "another page needs another preflight",
        Fetched(ask(method="PUT", page="null"), (answer(methods="PUT", age="60"), STAR), "OPTIONS PUT"),
        _put(age="60"),
        Fetched(ask(method="PUT", page="https://else.example"), (answer(methods="PUT"), STAR), "OPTIONS PUT"),
        _put_again(),
    ),
    get(
        HTM,
        "a preflight that failed is not remembered",
        Fetched(ask(method="PUT"), (answer(methods="GET", age="60"),), "OPTIONS", "method-not-listed", "preflight"),
        _put(age="60"),
        _put_again(),
    ),
    get(
        HTM,
        "a call that fails makes its page forget",
        _put(age="60"),
        Fetched(ask(method="PUT"), (answer(None),), "PUT", "allow-origin-missing", "request"),
        _put(age="60"),
    ),
    get(
        HTM,
        "a call that needs no preflight and fails does not",
        _put(age="60"),
        Fetched(ask(), (answer(None),), "GET", "allow-origin-missing", "request"),
        _put_again(),
    ),
    get(
        HTM,
        "a preflight that fails makes its page forget what it knew of the URL",
        _put(age="60"),
        Fetched(ask(method="DELETE"), (answer(None),), "OPTIONS", "allow-origin-missing", "preflight"),
        _put(age="60"),
    ),
    get(
        HTM,
        "a later preflight sets the age of what it lists again",
        _put(age="60"),
        Fetched(
            ask(method="PUT", headers=X),
            (answer(methods="PUT", headers="x-print", age="10"), STAR),
            "OPTIONS PUT",
            now=1,
        ),
        _put_again(9),
        _put(62),
    ),
    get(
        HTM,
        "safelisted methods with a header that is remembered need none",
        _asks(age="60"),
        Fetched(ask(method="POST", headers=X, body="t"), (STAR,), "POST"),
        Fetched(ask(method="HEAD", headers=X), (STAR,), "HEAD"),
    ),
    get(
        HTM,
        "part of what is asked is remembered: the preflight asks for all",
        _asks(age="60"),
        Fetched(
            ask(headers=[*X, ("y-print", "1")]),
            (answer(headers="x-print, y-print", age="60"), STAR),
            "OPTIONS GET",
            asked=("x-print,y-print",),
        ),
        Fetched(ask(headers=[*X, ("y-print", "1")]), (STAR,), "GET"),
    ),
    get(
        HTM,
        "an answer to the call itself is not remembered",
        Fetched(ask(), (answer(methods="PUT", headers="x-print", age="60"),), "GET"),
        _put(),
        _asks(),
    ),
    get(
        HTM,
        "an own server is never asked, so nothing is remembered",
        Fetched(ask("https://app.example/items", "PUT"), (OWN,), "PUT"),
        _put(),
    ),
]

ROWS: list[Row] = [*AGES, *MATCHES]
