"""How far redirects are followed, where to, and with which method, body and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from browser.wpt.cases import API, HOME, OTHER, PAGE, REDIRECTS, Fetched, Names, Pairs, Row, answer, ask, get

if TYPE_CHECKING:
    from crossorigin.messages import Response

FOLLOWED = "/items/2"
TEXT = "text/plain;charset=UTF-8"


def _from_home(status: int, location: str | None, *more: Response) -> tuple[Response, ...]:
    return (answer(None, status=status, location=location), *more)


COUNTS = [
    row
    for status in REDIRECTS
    for row in (
        get(
            "fetch/api/redirect/redirect-count.any.js",
            f"{status}: twenty are followed",
            Fetched(ask(HOME), (*_from_home(status, FOLLOWED) * 20, answer(None)), " ".join(["GET"] * 21)),
        ),
        get(
            "fetch/api/redirect/redirect-count.any.js",
            f"{status}: the twenty-first is not",
            Fetched(
                ask(HOME), _from_home(status, FOLLOWED) * 21, " ".join(["GET"] * 21), "too-many-redirects", "redirect"
            ),
        ),
    )
] + [
    get(
        "fetch/api/redirect/redirect-count.any.js",
        "between servers they are counted alike",
        Fetched(
            ask(),
            (*[answer(status=302, location=(OTHER, API)[at % 2]) for at in range(20)], answer()),
            " ".join(["GET"] * 21),
        ),
    ),
    get(
        "xhr/send-redirect-infinite.htm",
        "a loop ends",
        Fetched(
            ask(), (answer(status=302, location=API),) * 21, " ".join(["GET"] * 21), "too-many-redirects", "redirect"
        ),
    ),
]

_NO_URLS = (
    "https://",
    "https://:80/",
    "https://a b/",
    "https://[::1",
    "https://app.example:99999/",
    "https://app.example:a/",
    "https://a%00b/",
    "//",
)
_NO_HTTP = (
    "mailto:a@a.com",
    "data:,HI",
    "data:text/plain;base64,cmVzcG9uc2UncyBib2R5",
    "facetime:a@a.org",
    "foobar://abcd",
    "tel:1234567890",
    "about:blank",
    "about:unicorn",
    "blob:djfksfjs",
    "file:///etc/hosts",
    "javascript:alert(1)",
    "invalidurl:",
    "foo://bar.cgi",
    "ws://app.example/",
    "wss://app.example/",
    "ftp://app.example/",
    "filesystem:https://app.example/x",
)
LOCATIONS = [
    *[
        get(
            "fetch/api/redirect/redirect-location.any.js",
            f"{status} without a Location is an answer",
            Fetched(ask(HOME), _from_home(status, None), "GET", status=status),
        )
        for status in REDIRECTS
    ],
    *[
        get(
            "fetch/api/redirect/redirect-location.any.js",
            f"{status} without a Location from another server is an answer, if the CORS check passes",
            Fetched(ask(), (answer(status=status),), "GET", status=status),
        )
        for status in REDIRECTS
    ],
    *[
        get(
            "fetch/api/redirect/redirect-location.any.js",
            f"{status} to an invalid URL",
            Fetched(ask(HOME), _from_home(status, "https://a b/"), "GET", "redirect-to-invalid-url", "redirect"),
        )
        for status in REDIRECTS
    ],
    *[
        get(
            "fetch/api/redirect/redirect-location.any.js",
            f"{status} to a data: URL",
            Fetched(ask(HOME), _from_home(status, "data:,data%20url"), "GET", "redirect-to-other-scheme", "redirect"),
        )
        for status in REDIRECTS
    ],
    *[
        get(
            "fetch/api/redirect/redirect-location.any.js",
            f"no URL: {location!r}",
            Fetched(ask(HOME), _from_home(302, location), "GET", "redirect-to-invalid-url", "redirect"),
        )
        for location in _NO_URLS
    ],
    *[
        get(
            "fetch/api/redirect/redirect-schemes.html",
            f"{place}: {location!r} is not followed",
            Fetched(ask(url), (answer(status=302, location=location),), "GET", "redirect-to-other-scheme", "redirect"),
        )
        for place, url in (("from the own server", HOME), ("from another", API))
        for location in _NO_HTTP
    ],
    *[
        get(
            "fetch/api/redirect/redirect-to-dataurl.any.js",
            f"{status} from {place} to a data: URL",
            Fetched(
                ask(url),
                (answer(status=status, location="data:text/plain;base64,cmVz"),),
                "GET",
                "redirect-to-other-scheme",
                "redirect",
            ),
        )
        for status in REDIRECTS
        for place, url in (("the own server", HOME), ("another", API))
    ],
    get(
        "fetch/api/redirect/redirect-empty-location.any.js",
        "an empty Location is the same URL, so a loop",
        Fetched(
            ask(HOME),
            _from_home(302, "") * 21,
            " ".join(["GET"] * 21),
            "too-many-redirects",
            "redirect",
            urls=(HOME,) * 21,
        ),
    ),
    get(
        "fetch/api/redirect/redirect-location.any.js",
        "two Locations are none that can be followed",
        Fetched(
            ask(HOME),
            (answer(None, status=302, location="/a", more=[("Location", "/b")]),),
            "GET",
            "redirect-to-invalid-url",
            "redirect",
        ),
    ),
    get(
        "fetch/api/redirect/redirect-location.any.js",
        "a Location on another status is a header",
        *[
            Fetched(ask(HOME), _from_home(status, "/2"), "GET", status=status)
            for status in (200, 201, 300, 304, 305, 306, 309, 400)
        ],
    ),
    get(
        "cors/redirect-origin.htm",
        "a redirect whose CORS check fails is not looked at",
        Fetched(ask(), (answer(None, status=302, location="data:,x"),), "GET", "allow-origin-missing", "request"),
    ),
]

# (Location, the URL that it leads to, from https://app.example/items/list?a=b#c)
_PLACES = (
    ("2", "https://app.example/items/2"),
    ("./2", "https://app.example/items/2"),
    ("../2", "https://app.example/2"),
    ("../../../2", "https://app.example/2"),
    ("/2", "https://app.example/2"),
    ("//app.example/2", "https://app.example/2"),
    ("///app.example/2", "https://app.example/2"),
    ("\\2", "https://app.example/2"),
    ("?x=y", "https://app.example/items/list?x=y"),
    ("#d", "https://app.example/items/list?a=b"),
    ("2#d", "https://app.example/items/2"),
    ("https:2", "https://app.example/items/2"),
    ("https:/2", "https://app.example/2"),
    ("HTTPS://APP.EXAMPLE:443/2", "https://app.example/2"),
    (" /2 ", "https://app.example/2"),
    ("/a b", "https://app.example/a%20b"),
    ("/a\tb", "https://app.example/ab"),
    ("/%7e?'\"", "https://app.example/%7e?%27%22"),
    ("/2/.", "https://app.example/2/"),
    ("/2/%2e%2E/3", "https://app.example/3"),
    ("https://app.example", "https://app.example/"),
    ("https://app.example?q", "https://app.example/?q"),
    ("#invalidurl:", "https://app.example/items/list?a=b"),
)
# A Location is bytes: what is not ASCII is escaped byte by byte, as the tests have it; the standard does not say.
_ESCAPES = (
    ("2?\xe2\x98\x83", "https://app.example/items/2?%E2%98%83"),
    ("2?%e2%98%83", "https://app.example/items/2?%e2%98%83"),
    ("2?\xe2\x98\x83%e2%98%83", "https://app.example/items/2?%E2%98%83%e2%98%83"),
    ("2?\xff", "https://app.example/items/2?%FF"),
    ("2?\x80\xff", "https://app.example/items/2?%80%FF"),
    ("2?%", "https://app.example/items/2?%"),
    ("\xe2\x98\x83", "https://app.example/items/%E2%98%83"),
    ("\xff", "https://app.example/items/%FF"),
    ("//b\xc3\xbccher.example/", "https://xn--bcher-kva.example/"),
)
TARGETS = [
    get(
        file,
        f"{location!r} leads to {target}",
        Fetched(
            ask(f"{HOME}/list?a=b#c"),
            _from_home(302, location, answer()),
            "GET GET",
            urls=("https://app.example/items/list?a=b", target),
        ),
    )
    for file, places in (
        ("fetch/api/redirect/redirect-location.any.js", _PLACES),
        ("fetch/api/redirect/redirect-location-escape.tentative.any.js", _ESCAPES),
    )
    for location, target in places
]

_BODY: Pairs = [("Content-Encoding", "Identity"), ("Content-Language", "en-US"), ("Content-Location", "foo")]
_KEPT: Names = {"content-encoding": "Identity", "content-language": "en-US", "content-location": "foo"}
_GONE: Names = {
    "content-encoding": None,
    "content-language": None,
    "content-location": None,
    "content-type": None,
    "content-length": None,
}


def _method(  # noqa: PLR0917 (a row's columns)
    status: int,
    method: str,
    expected: str,
    body: str | bytes | None = None,
    headers: Pairs = (),
    sent: Names | None = None,
) -> Row:
    told = f" and {type(body).__name__}" if body is not None else ""
    return get(
        "fetch/api/redirect/redirect-method.any.js",
        f"{status} of {method}{told}{' and headers of a body' if headers else ''} becomes {expected}",
        Fetched(
            ask(HOME, method, headers=headers, body=body),
            _from_home(status, FOLLOWED, answer(None)),
            f"{method} {expected}",
            sent=sent or {},
        ),
    )


METHODS = [
    *[_method(status, method, method) for status in REDIRECTS for method in ("GET", "HEAD")],
    *[_method(status, "POST", "GET", "body", _BODY, _GONE) for status in (301, 302, 303)],
    *[
        _method(status, "POST", "POST", "body", _BODY, {**_KEPT, "content-type": TEXT, "content-length": "4"})
        for status in (307, 308)
    ],
    *[
        _method(status, "POST", "POST", b"blob", (), {"content-type": None, "content-length": "4"})
        for status in (307, 308)
    ],
    *[
        _method(status, method, method, "body", _BODY, {**_KEPT, "content-length": "4"})
        for status in (301, 302, 307, 308)
        for method in ("PUT", "TESTING")
    ],
    *[_method(303, method, "GET", "body", _BODY, _GONE) for method in ("PUT", "DELETE", "TESTING", "PATCH")],
    *[
        _method(303, method, method, None, [("Content-Language", "en-US")], {"content-language": "en-US"})
        for method in ("GET", "HEAD")
    ],
    _method(303, "TESTING", "GET"),
]

_ORIGINS = (
    ("own to own", HOME, f"{HOME}/2", None, None),
    ("own to other", HOME, API, None, PAGE),
    ("other to other", API, f"{API}/2", PAGE, PAGE),
    ("other to own", API, HOME, PAGE, "null"),
    ("other to third", API, OTHER, PAGE, "null"),
)
ORIGINS = [
    *[
        get(
            "fetch/api/redirect/redirect-origin.any.js",
            f"{status}, {way}: Origin of a GET",
            Fetched(ask(url), (answer(status=status, location=target), answer()), "GET GET", origins=(first, second)),
        )
        for status in REDIRECTS
        for way, url, target, first, second in _ORIGINS
    ],
    *[
        get(
            "fetch/api/redirect/redirect-origin.any.js",
            f"{status}, {way}: Origin of a POST",
            Fetched(
                ask(url, "POST"),
                (answer(status=status, location=target), answer()),
                "POST POST" if status in {307, 308} else "POST GET",
                origins=(PAGE, second or (PAGE if status in {307, 308} else None)),
            ),
        )
        for status in REDIRECTS
        for way, url, target, _, second in _ORIGINS
    ],
    get(
        "fetch/origin/assorted.window.js",
        "308 of a POST from another server to the own: null",
        Fetched(ask(method="POST"), (answer(status=308, location=HOME), answer()), "POST POST", origins=(PAGE, "null")),
    ),
    get(
        "fetch/api/redirect/redirect-back-to-original-origin.any.js",
        "303 from another server to the own is CORS all the same",
        Fetched(
            ask(), (answer(status=303, location=HOME), answer(more=[("X-A", "1")])), "GET GET", readable={"x-a": None}
        ),
    ),
    get(
        "fetch/api/redirect/redirect-back-to-original-origin.any.js",
        "so the own server must agree",
        Fetched(ask(), (answer(status=303, location=HOME), answer(None)), "GET GET", "allow-origin-missing", "request"),
    ),
    get(
        "fetch/api/redirect/redirect-back-to-original-origin.any.js",
        "own, other, own: null is what it must agree to",
        Fetched(
            ask(HOME),
            (answer(None, status=302, location=API), answer(status=302, location=HOME), answer("null")),
            "GET GET GET",
            origins=(None, PAGE, "null"),
        ),
    ),
    get(
        "fetch/api/redirect/redirect-back-to-original-origin.any.js",
        "other, third, other: null for good",
        Fetched(
            ask(),
            (answer(status=302, location=OTHER), answer(status=302, location=API), answer("null")),
            "GET GET GET",
            origins=(PAGE, "null", "null"),
        ),
    ),
    *[
        get(
            "fetch/api/redirect/redirect-mode.any.js",
            f"{status} from {place} in the modes follow and cors",
            Fetched(ask(url), (answer(status=status, location="cors-top.txt"), answer()), "GET GET"),
        )
        for status in REDIRECTS
        for place, url in (("the own server", HOME), ("another", API))
    ],
]

ROWS = [*COUNTS, *LOCATIONS, *TARGETS, *METHODS, *ORIGINS]
