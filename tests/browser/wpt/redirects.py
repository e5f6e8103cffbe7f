"""What a redirect does to Origin, to the CORS check and to preflights."""

from __future__ import annotations

from browser.wpt.cases import API, HOME, OTHER, PAGE, PORT, REDIRECTS, Fetched, Pairs, Row, answer, ask, get

ORIGIN = "cors/redirect-origin.htm"
TO: dict[str, str] = {"local": f"{HOME}/2", "remote": f"{API}/2", "remote2": f"{OTHER}/2"}
FROM: dict[str, str] = {"local": HOME, "remote": API}
_SAY = {"*": "*", "own": PAGE, "null": "null", "none": None, "server": "https://api.example"}
MISSING, MISMATCH = "allow-origin-missing", "allow-origin-mismatch"

# (first server, what it says), (second server, what it says), the Origin that the second gets or where it ends.
_OWN, _NULL = "own", "null"
_WALKS: tuple[tuple[str, str, str, str, str], ...] = (
    *[("local", first, "remote", second, _OWN) for first in ("*", "own") for second in ("*", "own")],
    *[("local", first, "remote", second, "stops") for first in ("*", "own") for second in ("null", "none")],
    ("local", "null", "remote", "*", _OWN),
    ("local", "none", "remote", "*", _OWN),
    *[("remote", first, second, "*", _NULL) for first in ("*", "own") for second in ("local", "remote2")],
    *[("remote", first, second, "null", _NULL) for first in ("*", "own") for second in ("local", "remote2")],
    *[("remote", first, second, "own", "stops") for first in ("*", "own") for second in ("local", "remote2")],
    *[("remote", first, second, "none", "stops") for first in ("*", "own") for second in ("local", "remote2")],
    *[("remote", first, "remote", second, _OWN) for first in ("*", "own") for second in ("*", "own")],
    *[("remote", first, "remote", second, "stops") for first in ("*", "own") for second in ("null", "none")],
    *[
        ("remote", first, second, "*", "ends")
        for first in ("null", "none")
        for second in ("local", "remote", "remote2")
    ],
    ("remote", "*", "remote", "server", "stops"),
    ("remote", "*", "remote2", "server", "stops"),
    ("remote", "server", "remote", "*", "ends"),
)


def _walk(first: str, says: str, second: str, answers: str, expected: str) -> Row:
    call, start = ask(FROM[first]), answer(_SAY[says], status=302, location=TO[second])
    sentence = f"{first} ({says}) to {second} ({answers}): {expected}"
    if expected == "ends":
        reason = MISSING if says == "none" else MISMATCH
        return get(ORIGIN, sentence, Fetched(call, (start,), "GET", reason, "request"))
    sent = None if first == "local" else PAGE
    urls = (FROM[first], TO[second])
    if expected == "stops":
        reason = MISSING if answers == "none" else MISMATCH
        return get(
            ORIGIN, sentence, Fetched(call, (start, answer(_SAY[answers])), "GET GET", reason, "request", urls=urls)
        )
    origin = PAGE if expected == _OWN else "null"
    return get(
        ORIGIN, sentence, Fetched(call, (start, answer(_SAY[answers])), "GET GET", origins=(sent, origin), urls=urls)
    )


WALKS = [_walk(*walk) for walk in _WALKS]

_USERINFO = (
    ("user:pass@", True),
    ("user:@", True),
    ("user@", True),
    (":pass@", True),
    (":@", False),
    ("@", False),
)
USERINFO = [
    get(
        "cors/redirect-userinfo.htm",
        f"//{userinfo} " + ("is not followed" if is_refused else "is followed: nothing is in it"),
        Fetched(ask(), (start,), "GET", "redirect-with-userinfo", "redirect")
        if is_refused
        else Fetched(ask(), (start, answer()), "GET GET", urls=(API, f"{API}/2")),
    )
    for userinfo, is_refused in _USERINFO
    for start in [answer(status=302, location=f"https://{userinfo}api.example/items/2")]
]

# Where a redirect with a user name or a password comes from and leads to.
_CREDENTIALS_FILE = "fetch/api/cors/cors-redirect-credentials.any.js"
_PATHS = (
    ("same origin to remote", HOME, "app.example:8443/2"),
    ("remote to same origin", PORT, "app.example/2"),
    ("remote to same remote", PORT, "app.example:8443/2"),
    ("remote to another remote", PORT, "api.example/2"),
)
CREDENTIALS = [
    *[
        get(
            _CREDENTIALS_FILE,
            f"{status} from {path} with {userinfo}@ is not followed",
            Fetched(
                ask(url),
                (answer(status=status, location=f"https://{userinfo}@{target}"),),
                "GET",
                "redirect-with-userinfo",
                "redirect",
            ),
        )
        for status in REDIRECTS
        for path, url, target in _PATHS
        for userinfo in ("user:password", "user:", ":password")
    ],
    *[
        get(
            _CREDENTIALS_FILE,
            f"{status} from {path} with an empty user name and password is followed",
            Fetched(
                ask(url),
                (answer(status=status, location=f"https://@{target}"), answer()),
                "GET GET",
                urls=(url, f"https://{target}"),
            ),
        )
        for status in REDIRECTS
        for path, url, target in _PATHS
    ],
    get(
        _CREDENTIALS_FILE,
        "within the page's own server a user name is followed",
        Fetched(
            ask(HOME),
            (answer(None, status=302, location="https://user:password@app.example/2"), answer(None)),
            "GET GET",
        ),
    ),
]

_WAYS = (
    ("cors to same cors", API, f"{API}/2", (PAGE, PAGE)),
    ("cors to another cors", API, PORT, (PAGE, "null")),
    ("same origin to cors", HOME, API, (None, PAGE)),
    ("cors to same origin", API, HOME, (PAGE, "null")),
    ("same origin to same origin", HOME, f"{HOME}/2", (None, None)),
)
SIMPLE = [
    get(
        "fetch/api/cors/cors-redirect.any.js",
        f"{status}: {way}, without a preflight",
        Fetched(
            ask(url), (answer(status=status, location=target), answer()), "GET GET", origins=origins, urls=(url, target)
        ),
    )
    for status in REDIRECTS
    for way, url, target, origins in _WAYS
]

_TEST: Pairs = [("x-w3c", "test")]


def _preflights(status: int, way: str, url: str, target: str) -> list[Row]:
    is_remote, is_target_remote = url != HOME, target != HOME or url != HOME
    first, asks = answer(headers="x-w3c"), ("x-w3c",)
    start = ([first] if is_remote else []) + [answer(status=status, location=target)]
    wire = "OPTIONS GET " if is_remote else "GET "
    file = "fetch/api/cors/cors-redirect-preflight.any.js"
    origin = PAGE if not is_remote else "null"
    sent = (PAGE, PAGE) if is_remote else (None,)
    assert is_target_remote
    return [
        get(
            file,
            f"{status}: {way}, a preflight there, too",
            Fetched(
                ask(url, headers=_TEST),
                (*start, answer(headers="x-w3c"), answer()),
                f"{wire}OPTIONS GET",
                asked=asks * (2 if is_remote else 1),
                origins=(*sent, origin, origin),
                sent={"x-w3c": "test"},
            ),
        ),
        get(
            file,
            f"{status}: {way}, where the header is not listed",
            Fetched(ask(url, headers=_TEST), (*start, answer()), f"{wire}OPTIONS", "header-not-listed", "preflight"),
        ),
    ]


PREFLIGHTS = [
    *[
        row
        for status in REDIRECTS
        for way, url, target, _ in _WAYS
        if way in {"same origin to cors", "cors to same origin", "cors to another cors"}
        for row in _preflights(status, way, url, target)
    ],
    *[
        get(
            "cors/redirect-preflight.htm",
            f"{status} after a preflight is followed, with another preflight for another URL",
            Fetched(
                ask(headers=[("x-test", "test")]),
                (
                    answer(headers="x-test"),
                    answer(status=status, location=f"{API}/2"),
                    answer(headers="x-test"),
                    answer(),
                ),
                "OPTIONS GET OPTIONS GET",
                urls=(API, API, f"{API}/2", f"{API}/2"),
            ),
        )
        for status in REDIRECTS
    ],
    *[
        get(
            "fetch/api/cors/cors-preflight-redirect.any.js",
            f"{status} after a preflight: the next preflight is refused",
            Fetched(
                ask(headers=[("x-force-preflight", "")]),
                (answer(headers="x-force-preflight"), answer(status=status, location=f"{API}/2"), answer()),
                "OPTIONS GET OPTIONS",
                "header-not-listed",
                "preflight",
            ),
        )
        for status in REDIRECTS
    ],
    get(
        "cors/redirect-preflight-2.htm",
        "an own server redirects a header to one that does not list it",
        Fetched(
            ask(HOME, headers=[("custom-header", "a")]),
            (answer(status=302, location=API), answer()),
            "GET OPTIONS",
            "header-not-listed",
            "preflight",
            origins=(None, PAGE),
        ),
    ),
    get(
        "cors/redirect-preflight-2.htm",
        "an own server redirects a header to one that lists it",
        Fetched(
            ask(HOME, headers=[("custom-header", "a")]),
            (answer(status=302, location=API), answer(headers="custom-header"), answer()),
            "GET OPTIONS GET",
            asked=("custom-header",),
            origins=(None, PAGE, PAGE),
        ),
    ),
    get(
        "cors/redirect-preflight.htm",
        "a preflight that is remembered serves the target of a redirect",
        Fetched(ask(f"{API}/2", headers=_TEST), (answer(headers="x-w3c"), answer()), "OPTIONS GET"),
        Fetched(
            ask(headers=_TEST),
            (answer(headers="x-w3c"), answer(status=302, location=f"{API}/2"), answer()),
            "OPTIONS GET GET",
        ),
    ),
    get(
        "cors/redirect-preflight.htm",
        "but not where the redirect has made the origin null",
        Fetched(ask(OTHER, headers=_TEST), (answer(headers="x-w3c"), answer()), "OPTIONS GET"),
        Fetched(
            ask(headers=_TEST),
            (answer(headers="x-w3c"), answer(status=302, location=OTHER), answer(headers="x-w3c"), answer()),
            "OPTIONS GET OPTIONS GET",
            origins=(PAGE, PAGE, "null", "null"),
        ),
    ),
]

ROWS = [*WALKS, *USERINFO, *CREDENTIALS, *SIMPLE, *PREFLIGHTS]
