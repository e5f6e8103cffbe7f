"""What a browser tells the server of the page, names as they are written, and calls that outlive a page."""

from __future__ import annotations

from browser.wpt.cases import API, HOME, OTHER, PAGE, STAR, Fetched, Row, answer, ask, get

FETCH = "fetch/metadata/generated/fetch.https.sub.html"
PREFLIGHT = "fetch/metadata/generated/cors-preflight.https.sub.html"
KEEPALIVE = "fetch/api/redirect/redirect-keepalive.any.js"
SHOP = "https://app.shop.example"
PLACES = {
    "own": f"{SHOP}/items",
    "port": "https://app.shop.example:8443/items",
    "site": "https://api.shop.example/items",
    "parent": "https://shop.example/items",
    "cross": "https://api.other.example/items",
}
_SITES = {"own": "same-origin", "port": "same-site", "site": "same-site", "parent": "same-site", "cross": "cross-site"}
_WIDTH = ("same-origin", "same-site", "cross-site")
_ORDER = ("own", "site", "cross")


def _site(walk: tuple[str, ...]) -> Row:
    widest = max((_SITES[place] for place in walk), key=_WIDTH.index)
    answers = [answer("*", status=302, location=PLACES[place]) for place in walk[1:]]
    return get(
        FETCH,
        f"{' to '.join(walk)}: Sec-Fetch-Site is {widest}",
        Fetched(
            ask(PLACES[walk[0]], page=SHOP),
            (*answers, STAR),
            " ".join(["GET"] * len(walk)),
            sent={
                "sec-fetch-site": widest,
                "sec-fetch-mode": "cors",
                "sec-fetch-dest": "empty",
                "sec-fetch-user": None,
            },
        ),
    )


SITES = [
    *[_site((place,)) for place in PLACES],
    *[_site((first, second)) for first in _ORDER for second in _ORDER],
    *[_site((first, second, third)) for first in _ORDER for second in _ORDER for third in _ORDER],
    *[
        get(
            "fetch/metadata/generated/fetch.sub.html",
            f"nothing is told to a server without TLS: {url}",
            Fetched(ask(url, page="http://app.shop.example"), (STAR,), "GET", sent={"sec-fetch-site": None}),
        )
        for url in ("http://app.shop.example/", "http://api.shop.example/", "http://api.other.example/")
    ],
    *[
        get(
            "fetch/metadata/generated/fetch.sub.html",
            f"a page without TLS is of another site: {url}",
            Fetched(ask(url, page="http://app.shop.example"), (STAR,), "GET", sent={"sec-fetch-site": "cross-site"}),
        )
        for url in PLACES.values()
    ],
    get(
        "fetch/metadata/generated/fetch.sub.html",
        "a redirect to a server without TLS tells nothing any more",
        Fetched(
            ask(HOME),
            (answer(None, status=302, location="http://api.example/"), STAR),
            "GET GET",
            sent={"sec-fetch-site": None},
        ),
    ),
    *[
        get(
            PREFLIGHT,
            f"with a preflight: {place}",
            Fetched(
                ask(PLACES[place], headers=[("x-test", "t")], page=SHOP),
                (answer(headers="x-test"), STAR),
                "OPTIONS GET",
                sent={"sec-fetch-site": _SITES[place], "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
            ),
        )
        for place in ("site", "cross")
    ],
    *[
        get(
            PREFLIGHT,
            f"the preflight itself: {place}",
            Fetched(
                ask(PLACES[place], headers=[("x-test", "t")], page=SHOP),
                (answer(None),),
                "OPTIONS",
                "allow-origin-missing",
                "preflight",
                sent={"sec-fetch-site": _SITES[place], "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
            ),
        )
        for place in ("site", "cross")
    ],
    *[
        get(
            "fetch/metadata/trailing-dot.https.sub.any.js",
            f"a host with a dot at its end is another: {url}",
            Fetched(ask(url, page=SHOP), (STAR,), "GET", origins=(SHOP,), sent={"sec-fetch-site": "cross-site"}),
        )
        for url in ("https://app.shop.example./", "https://api.shop.example./", "https://api.other.example./")
    ],
]

NAMES = [
    get(
        "fetch/api/basic/request-headers-case.any.js",
        "a name that is repeated is written as it was at first",
        Fetched(
            ask(HOME, headers=[("THIS-is-A-test", "1"), ("THIS-IS-A-TEST", "2")]),
            (answer(None),),
            "GET",
            lines=(("THIS-is-A-test", "1, 2"),),
        ),
    ),
    get(
        "fetch/api/basic/request-headers-case.any.js",
        "to another server, too, which is asked in lower case",
        Fetched(
            ask(headers=[("THIS-is-A-test", "1"), ("this-is-a-TEST", "2")]),
            (answer(headers="THIS-is-a-test"), STAR),
            "OPTIONS GET",
            asked=("this-is-a-test",),
            lines=(("THIS-is-A-test", "1, 2"),),
        ),
    ),
    *[
        get(
            f"xhr/header-user-agent-{kind}.htm",
            "a script's own User-Agent needs leave",
            Fetched(
                ask(headers=[("User-Agent", "me"), ("x-test", "foobar")]),
                (answer(headers="x-test, user-agent"), STAR),
                "OPTIONS GET",
                asked=("user-agent,x-test",),
                sent={"user-agent": "me"},
            ),
        )
        for kind in ("sync", "async")
    ],
    get(
        "xhr/preserve-ua-header-on-redirect.htm",
        "and is kept on redirects",
        Fetched(
            ask(HOME, headers=[("User-Agent", "me")]),
            (answer(None, status=302, location="/2"), answer(None)),
            "GET GET",
            sent={"user-agent": "me"},
        ),
    ),
]

OUTLIVING = [
    get(
        KEEPALIVE,
        "within the own server",
        Fetched(
            ask(HOME, "POST"),
            (answer(None, status=307, location="/2"), answer(None)),
            "POST POST",
            origins=(PAGE, PAGE),
        ),
    ),
    get(
        KEEPALIVE,
        "within the own server, with a header",
        Fetched(ask(HOME, headers=[("a", "b")]), (answer(None, status=302, location="/2"), answer(None)), "GET GET"),
    ),
    get(
        KEEPALIVE,
        "to another server",
        Fetched(ask(HOME), (answer(None, status=302, location=API), STAR), "GET GET", origins=(None, PAGE)),
    ),
    get(
        KEEPALIVE,
        "from another server to a third, with a preflight at each",
        Fetched(
            ask(headers=[("a", "b")]),
            (answer(headers="a"), answer(status=302, location=OTHER), answer(headers="a"), STAR),
            "OPTIONS GET OPTIONS GET",
            origins=(PAGE, PAGE, "null", "null"),
        ),
    ),
    *[
        get(
            KEEPALIVE,
            f"to {location}",
            Fetched(ask(), (answer(status=302, location=location),), "GET", "redirect-to-other-scheme", "redirect"),
        )
        for location in ("file:///tmp/x", "data:text/plain,x")
    ],
]

ROWS = [*SITES, *NAMES, *OUTLIVING]
