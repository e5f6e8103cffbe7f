"""Which headers of an answer a script can read."""

from __future__ import annotations

from browser.wpt.cases import API, HOME, OTHER, PAGE, Fetched, Names, Pairs, Row, answer, ask, get

PARSING = "cors/access-control-expose-headers-parsing.window.js"
STARS = "fetch/api/cors/cors-expose-star.sub.any.js"
FILTER = "fetch/api/cors/cors-filtering.sub.any.js"
HEADERS = "cors/response-headers.htm"
BB8: Pairs = [("BB-8", "hey"), ("Content-Language", "mkay")]


def _reads(  # noqa: PLR0917 (a row's columns)
    file: str, sentence: str, expose: str | None, more: Pairs, readable: Names, status: int = 200
) -> Row:
    return get(
        file, sentence, Fetched(ask(), (answer(expose=expose, more=more, status=status),), "GET", readable=readable)
    )


def _lines(*lines: str) -> Pairs:
    return [("Access-Control-Expose-Headers", line) for line in lines]


_EXPOSED = (
    ("BB-8",),
    ("bb-8,,",),
    (",bb-8",),
    ("bb-8,",),
    (" bb-8 ",),
    ("bb-8\t,\tx",),
    ("no, bb-8",),
    ("x", "bb-8"),
    ("bb-8", "no"),
    ("", "bb-8"),
    ("bb-8", ""),
    (",,", "bb-8"),
    ("*",),
    ("*", "no"),
    ("no, *",),
)
_HIDDEN: tuple[tuple[str, ...], ...] = (
    (),
    ("",),
    (",",),
    ("no",),
    ("bb-8, no no",),
    ("no no, bb-8",),
    ("bb-8,,@#$#%%&^&^*()()11!",),
    ("@#$#%%&^&^*()()11!,bb-8",),
    ("bb-8", "no no"),
    ("no no", "bb-8"),
    ('"bb-8"',),
    ("'bb-8'",),
    ("bb-8;x",),
    ("bb-8; x",),
    ("bb 8",),
    ("bb-8\x0b",),
    ("\x0bbb-8",),
    ("\x0cbb-8,bb-8",),
    ("bb-8\x0c",),
    ("bb-8\x01",),
    ("bb-8/x",),
    ("bb-8, \xe9",),
    ("*, no no",),
    ("**",),
)
LISTS = [
    *[
        _reads(
            PARSING, f"{lines} exposes", None, [*BB8, *_lines(*lines)], {"bb-8": "hey", "content-language": "mkay"}, 221
        )
        for lines in _EXPOSED
    ],
    *[
        _reads(
            PARSING,
            f"{lines} does not expose",
            None,
            [*BB8, *_lines(*lines)],
            {"bb-8": None, "content-language": "mkay"},
            221,
        )
        for lines in _HIDDEN
    ],
]

_TEST: Pairs = [("Test", "X"), ("Set-Cookie", "X"), ("*", "whoa"), ("Content-Type", "text/plain")]
WILDCARDS = [
    _reads(STARS, "a star exposes all but cookies", "*", _TEST, {"test": "X", "set-cookie": None, "*": "whoa"}),
    *[
        get(
            STARS,
            f"with credentials a star is a name: {expose!r}",
            Fetched(
                ask(credentials="include"),
                (answer(PAGE, credentials="true", expose=expose, more=_TEST),),
                "GET",
                readable={"test": None, "set-cookie": None, "*": "whoa", "content-type": "text/plain"},
            ),
        )
        for expose in ("*", "*, other")
    ],
    _reads(
        STARS,
        "a star may be one of several",
        None,
        [*_TEST, *_lines("*", "set-cookie")],
        {"test": "X", "set-cookie": None},
    ),
    get(
        STARS,
        "with credentials a header may be named beside a star",
        Fetched(
            ask(credentials="include"),
            (answer(PAGE, credentials="true", expose="*, test", more=_TEST),),
            "GET",
            readable={"test": "X", "set-cookie": None},
        ),
    ),
    get(
        STARS,
        "credentials that are omitted leave a star a star",
        Fetched(ask(credentials="omit"), (answer(PAGE, expose="*", more=_TEST),), "GET", readable={"test": "X"}),
    ),
]

_SAFE = (
    ("Cache-Control", "no-cache"),
    ("Content-Language", "fr"),
    ("Content-Length", "0"),
    ("Content-Type", "text/html"),
    ("Expires", "04 May 1988 22:22:22 GMT"),
    ("Last-Modified", "04 May 1988 22:22:22 GMT"),
    ("Pragma", "no-cache"),
)
_NOT_SAFE = (
    ("Age", "27"),
    ("Server", "wptServe"),
    ("Warning", "Mind the gap"),
    ("ETag", '"x"'),
    ("Date", "Wed, 04 May 1988 22:22:22 GMT"),
    ("Location", "/x"),
    ("X-Powered-By", "it"),
    ("Access-Control-Allow-Origin", "*"),
    ("Vary", "Origin"),
    ("Authorization", "x"),
)
_COOKIES = (("Set-Cookie", "name=value"), ("Set-Cookie2", "name=value"))
_LENGTH = " (an old test hides it, the standard safelists it)"


def _more(name: str, value: str) -> Pairs:
    return [] if name == "Access-Control-Allow-Origin" else [(name, value)]


FILTERED = [
    *[
        _reads(
            FILTER,
            f"{name} is readable" + (_LENGTH if name == "Content-Length" else ""),
            None,
            [(name, value)],
            {name: value},
        )
        for name, value in _SAFE
    ],
    *[
        _reads(
            FILTER,
            f"{name.lower()} is readable by its name in any case",
            None,
            [(name.lower(), value)],
            {name.upper(): value},
        )
        for name, value in _SAFE
    ],
    *[
        _reads(FILTER, f"{name} is not readable", None, _more(name, value), {name: None})
        for name, value in (*_NOT_SAFE, *_COOKIES)
    ],
    *[
        _reads(FILTER, f"{name} is readable if it is exposed", name, _more(name, value), {name: value})
        for name, value in _NOT_SAFE
    ],
    *[
        _reads(FILTER, f"{name} is readable if a star exposes it", "*", _more(name, value), {name: value})
        for name, value in _NOT_SAFE
    ],
    *[
        _reads(FILTER, f"{name} is not readable even if it is exposed", name, [(name, value)], {name: None})
        for name, value in _COOKIES
    ],
    *[
        _reads(FILTER, f"{name} is not readable even under a star", "*", [(name, value)], {name: None})
        for name, value in _COOKIES
    ],
    *[
        get(
            FILTER,
            f"a page's own server: {name} is readable",
            Fetched(ask(HOME), (answer(None, more=[(name, value)]),), "GET", readable={name: value}),
        )
        for name, value in (*_NOT_SAFE[:3], *_SAFE)
    ],
    *[
        get(
            FILTER,
            f"a page's own server: {name} is not readable",
            Fetched(ask(HOME), (answer(None, expose=name, more=[(name, value)]),), "GET", readable={name: None}),
        )
        for name, value in _COOKIES
    ],
]

_ALL: Pairs = [
    *_lines(
        "X-Custom-Header, X-Custom-Header-Empty, X-Custom-Header-Comma, X-Custom-Header-Bytes",
        "X-Second-Expose",
        "Date",
    ),
    ("X-Custom-Header", "test"),
    ("X-Custom-Header", "test"),
    ("Set-Cookie", "test1=t1;max-age=2"),
    ("Set-Cookie2", "test2=t2;Max-Age=2"),
    ("X-Custom-Header-Empty", ""),
    ("X-Custom-Header-Comma", "1"),
    ("X-Custom-Header-Comma", "2"),
    ("X-Custom-Header-Bytes", "\xe2\x80\xa6"),
    ("X-Nonexposed", "unicorn"),
    ("X-Second-Expose", "flyingpig"),
    ("Cache-Control", "no-cache"),
    ("Content-Language", "nn"),
    ("Expires", "Thu, 01 Dec 1994 16:00:00 GMT"),
    ("Last-Modified", "Thu, 01 Dec 1994 10:00:00 GMT"),
    ("Pragma", "no-cache"),
    ("Date", "Wed, 22 Oct 2013 10:00:00 GMT"),
    ("Server", "it"),
    ("X-Powered-By", "it"),
]
READ = [
    _reads(HEADERS, f"{name}: {value!r}", None, _ALL, {name: value})
    for name, value in (
        ("X-Custom-Header-Comma", "1, 2"),
        ("X-Custom-Header", "test, test"),
        ("X-Custom-Header-Empty", ""),
        ("X-Custom-Header-Bytes", "\xe2\x80\xa6"),
        ("X-Second-Expose", "flyingpig"),
        ("Date", "Wed, 22 Oct 2013 10:00:00 GMT"),
        (" x-custom-header", None),
        ("Cache-Control", "no-cache"),
        ("Content-Language", "nn"),
        ("Expires", "Thu, 01 Dec 1994 16:00:00 GMT"),
        ("Last-Modified", "Thu, 01 Dec 1994 10:00:00 GMT"),
        ("Pragma", "no-cache"),
        ("Server", None),
        ("X-Powered-By", None),
        ("set-cookie", None),
        ("set-cookie2", None),
        ("x-non-existent-header", None),
        ("x-nonexposed", None),
    )
]

_KNOWN: Pairs = [
    ("cache-control", "no-cache"),
    ("content-language", "en"),
    ("content-type", "text/plain"),
    ("expires", "0"),
    ("last-modified", "0"),
    ("pragma", "foobar"),
]
XHR = [
    _reads(
        "xhr/access-control-basic-cors-safelisted-response-headers.htm",
        "the safelisted ones, and no other",
        None,
        [*_KNOWN, ("x-webkit", "foobar")],
        {**dict(_KNOWN), "x-webkit": None},
    ),
    _reads(
        "xhr/access-control-response-with-exposed-headers.htm",
        "one that is named, in any case",
        "x-Foo",
        [("X-foo", "BAR"), ("x-test", "TEST")],
        {"X-FOO": "BAR", "x-test": None},
    ),
    get(
        "xhr/access-control-expose-headers-on-redirect.html",
        "after a redirect the last answer's list counts",
        Fetched(
            ask(HOME),
            (
                answer(None, status=302, location=API, expose="hoge"),
                answer(expose="foo", more=[("foo", "bar"), ("hoge", "fuga")]),
            ),
            "GET GET",
            readable={"foo": "bar", "hoge": None},
        ),
    ),
    get(
        "xhr/access-control-expose-headers-on-redirect.html",
        "an own server that is reached through another has a list, too",
        Fetched(
            ask(OTHER),
            (answer(status=302, location=HOME), answer(expose="foo", more=[("foo", "bar"), ("hoge", "fuga")])),
            "GET GET",
            readable={"foo": "bar", "hoge": None},
        ),
    ),
    *[
        get(
            "xhr/getresponseheader.any.js",
            f"values of one name are joined: {name}",
            Fetched(ask(HOME), (answer(None, more=[(name, line) for line in lines]),), "GET", readable={name: value}),
        )
        for name, lines, value in (
            ("content-length", ["0"], "0"),
            ("double-trouble", ["", ""], ", "),
            ("foo-test", ["1", "2", "3"], "1, 2, 3"),
            ("heya", ["", "1", " \t", "", "\t2"], ", 1, , , 2"),
            ("www-authenticate", ["1, 2", "3, 4"], "1, 2, 3, 4"),
        )
    ],
    *[
        get(
            "xhr/headers-normalize-response.htm",
            f"spaces around a value are not part of it: {value!r}",
            Fetched(
                ask(),
                (answer(expose="my-custom-header", more=[("My-Custom-Header", value)]),),
                "GET",
                readable={"My-Custom-Header": value.strip(" \t")},
            ),
        )
        for value in (
            "  hello world",
            "hello world  ",
            "  hello world  ",
            "\thello world",
            "hello world\t",
            "\thello world\t",
            "hello      world",
            "hello\tworld",
            "   ",
            "\t",
            "",
        )
    ],
]

ROWS = [*LISTS, *WILDCARDS, *FILTERED, *READ, *XHR]
