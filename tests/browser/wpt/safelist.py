"""Which request headers need a preflight: the CORS-safelisted request-headers and their limits."""

from __future__ import annotations

from browser.wpt.cases import Fetched, Pairs, Row, answer, ask, get

SAFELIST = "cors/cors-safelisted-request-header.any.js"
NOT_LISTED = "header-not-listed"


def need_none(file: str, headers: Pairs, method: str = "POST", note: str = "") -> Row:
    """Return a row whose headers need no preflight and reach the server as they are."""
    body = None if method.upper() in {"GET", "HEAD"} else "data"
    call = ask(method=method, headers=headers, body=body)
    values = {name: value.strip(" \t\r\n") for name, value in headers}
    sentence = f"{method} with {_tell(headers)} needs no preflight{note}"
    return get(file, sentence, Fetched(call, (answer("*"),), method.upper(), sent=values))


def need_one(file: str, headers: Pairs, names: str, method: str = "POST", note: str = "") -> Row:
    """Return a row whose headers need a preflight: its server lists another name, then lists what was asked."""
    body = None if method == "GET" else "data"
    call = ask(method=method, headers=headers, body=body)
    return get(
        file,
        f"{method} with {_tell(headers)} needs a preflight{note}",
        Fetched(call, (answer("*", headers="x-print"),), "OPTIONS", NOT_LISTED, "preflight", asked=(names,)),
        Fetched(call, (answer("*", headers=names), answer("*")), f"OPTIONS {method}", asked=(names,)),
    )


def _tell(headers: Pairs) -> str:
    told = [f"{name}: {value!r}" if len(value) <= 60 else f"{name} of {len(value)} bytes" for name, value in headers]
    return ", ".join(told)


_LONG = "0123456789" * 12
_TYPES_SAFE = (
    "text/plain",
    "text/plain;",
    "text/plain;garbage",
    "text/plain; charset=utf-8",
    "text/plain;charset=utf-8",
    "Text/Plain;charset=utf-8",
    "TEXT/PLAIN",
    " text/plain\t",
    "text/plain ;charset=utf-8",
    "text/plain; a=b,c",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded;charset=UTF-8",
    "text/plain;" + "x" * 117,
)
_TYPES_UNSAFE = (
    "text /plain",
    "text\t/\tplain",
    "text/plain;garbage\x01\x02",
    "text/plain,",
    ",text/plain",
    "text/plain,text/plain",
    "text/plain,x/x",
    "text/plain\x0b",
    "text/plain\x0c",
    "application/www-form-urlencoded",
    "application/x-www-form-urlencoded;\x7f",
    'multipart/form-data;"',
    "application/json",
    "text/html",
    "text/xml",
    "text",
    "",
    "text/plain; a=(b)",
    "text/plain; a=b:c",
    "text/plain; a={b}",
    "text/plain;" + "x" * 118,
)
_RANGES_SAFE = ("bytes=100-200", "bytes=200-", "bytes=0-", "bytes=0-0", "bytes=00100-200")
_RANGES_UNSAFE = (
    "100-200",
    "MB=100-200",
    "Bytes=100-200",
    "bytes =100-200",
    "bytes\t=100-200",
    "bytes=  100-200",
    "bytes=\t\t100-200",
    "bytes= \t100-200",
    "bytes=100 -200",
    "bytes=100\t-200",
    "bytes=100- 200",
    "bytes=100-\t200",
    "bytes=100-200hello",
    "bytes=abc-def",
    "bytes=100-200,300-400",
    "bytes=-200",
    "bytes=-",
    "bytes=",
    "bytes=200-100",
    "bytes=1" + "0" * 60 + "-2" + "0" * 60,
    "bytes 100-200",
    "bytes = 100-200",
    ",bytes=100-200",
    "bytes=,100-200",
    "",
)
_EVENT_IDS = ("abc123", '"', "e5p3n<3k0k0s", "0" * 129)

VALUES = [
    *[need_none(SAFELIST, [("content-type", value)]) for value in _TYPES_SAFE],
    *[need_one(SAFELIST, [("content-type", value)], "content-type") for value in _TYPES_UNSAFE],
    *[need_none(SAFELIST, [("range", value)]) for value in _RANGES_SAFE],
    *[need_one(SAFELIST, [("range", value)], "range") for value in _RANGES_UNSAFE],
    *[
        need_one(SAFELIST, [("last-event-id", value)], "last-event-id", note=note)
        for value, note in zip(
            _EVENT_IDS, (" (the tests had it safelisted, the standard has not)", "", "", ""), strict=True
        )
    ],
]

# Bytes: what "CORS-unsafe request-header byte" and the two language headers' ranges say, at their edges.
_UNSAFE_BYTES = ['"', "(", ")", ":", "<", ">", "?", "@", "[", "\\", "]", "{", "}", "\x7f", "\x01", "\x1f", "\x0b"]
_SAFE_BYTES = [
    "\t",
    " ",
    "!",
    "#",
    "$",
    "%",
    "&",
    "'",
    "*",
    "+",
    ",",
    "-",
    ".",
    "/",
    ";",
    "=",
    "^",
    "_",
    "`",
    "|",
    "~",
    "\x80",
    "\xff",
]
_LANGUAGE_SAFE = ["0", "9", "A", "Z", "a", "z", " ", "*", ",", "-", ".", ";", "="]
_LANGUAGE_UNSAFE = ["\x01", "\t", "/", ":", "@", "[", "`", "{", "_", '"', "+", "(", "\x7f", "\xe9"]
BYTES = [
    *[need_none(SAFELIST, [("accept", f"a{byte}b")], "GET") for byte in _SAFE_BYTES],
    *[need_one(SAFELIST, [("accept", f"a{byte}b")], "accept", "GET") for byte in _UNSAFE_BYTES],
    *[need_none(SAFELIST, [("accept-language", f"a{byte}b")], "GET") for byte in _LANGUAGE_SAFE],
    *[need_one(SAFELIST, [("accept-language", f"a{byte}b")], "accept-language", "GET") for byte in _LANGUAGE_UNSAFE],
    *[need_none(SAFELIST, [("content-language", f"a{byte}b")], "GET") for byte in _LANGUAGE_SAFE],
    *[need_one(SAFELIST, [("content-language", f"a{byte}b")], "content-language", "GET") for byte in _LANGUAGE_UNSAFE],
]

# Sizes: 128 bytes of one value, 1,024 of all that are safelisted.
_FILL = "a" * 128
_EIGHT = [(name, _FILL) for name in ("accept", "accept-language", "content-language")]
_TYPE = ("content-type", "text/plain;" + "a" * 117)
SIZES = [
    need_none(SAFELIST, [("accept", "a" * 128)], "GET"),
    need_one(SAFELIST, [("accept", "a" * 129)], "accept", "GET"),
    need_none(SAFELIST, [("accept-language", "a" * 128)], "GET"),
    need_one(SAFELIST, [("accept-language", "a" * 129)], "accept-language", "GET"),
    need_one(SAFELIST, [("content-language", "a" * 129)], "content-language", "GET"),
    need_none(SAFELIST, [("accept", ""), ("accept-language", ""), ("content-language", "")], "GET"),
    need_none(SAFELIST, [*_EIGHT, _TYPE], "GET", " (four values of the greatest length are half of the limit of all)"),
    # Repeated names are one value, so the limit of one is met before that of all.
    get(
        SAFELIST,
        "values of one name are combined before they are measured",
        Fetched(
            ask(headers=[("accept", "a" * 64), ("Accept", "a" * 63)]),
            (answer(headers="accept"), answer()),
            "OPTIONS GET",
            asked=("accept",),
            sent={"accept": "a" * 64 + ", " + "a" * 63},
        ),
    ),
    get(
        SAFELIST,
        "values of one name that fit together need no preflight",
        Fetched(
            ask(headers=[("accept", "a" * 63), ("Accept", "a" * 63)]),
            (answer(),),
            "GET",
            sent={"accept": "a" * 63 + ", " + "a" * 63},
        ),
    ),
]

NOT_SAFE = [
    need_one("fetch/api/cors/cors-preflight-not-cors-safelisted.any.js", [(name, value)], name, "GET")
    for name, value in (
        ("accept", '"'),
        ("accept", "0" * 129),
        ("accept-language", "\x01"),
        ("accept-language", "@"),
        ("content-language", "\x01"),
        ("content-language", "@"),
        ("content-type", "text/html"),
        ("content-type", f"text/plain; long={_LONG}"),
        ("last-event-id", '"'),
        ("last-event-id", "0" * 129),
        ("range", "bytes 0-"),
        ("test", "hi"),
    )
] + [
    get(
        "fetch/api/cors/cors-preflight-not-cors-safelisted.any.js",
        "GET with Authorization needs a preflight that names it",
        Fetched(
            ask(headers=[("authorization", "basics")]),
            (answer(headers="x-print"),),
            "OPTIONS",
            NOT_LISTED,
            "preflight",
            asked=("authorization",),
        ),
        Fetched(
            ask(headers=[("authorization", "basics")]),
            (answer(headers="authorization"), answer()),
            "OPTIONS GET",
            asked=("authorization",),
        ),
    )
]

ROWS = [*VALUES, *BYTES, *SIZES, *NOT_SAFE]
