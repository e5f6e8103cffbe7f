"""Random answers: well-formed, nearly right, hostile.

What no HTTP is not here: NUL, CR and LF in a value, interim statuses, broken framing. Nor is a Content-Encoding, which
Chromium's decoder judges, or a Content-Disposition with a comma, which its HTTP parser takes for two. Nor is what is no
CORS: a status that asks for a password, but at preflights, to which no browser gives one; and a Clear-Site-Data that
clears anything, which has Chromium forget its preflights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines.differential.case import ORIGIN, Answer, Call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    Lines = list[tuple[str, str]]

_ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"
_ALLOW_METHODS = "Access-Control-Allow-Methods"
_ALLOW_HEADERS = "Access-Control-Allow-Headers"
_EXPOSE_HEADERS = "Access-Control-Expose-Headers"
_MAX_AGE = "Access-Control-Max-Age"

_OK = (200, 204, 200, 200, 204, 201, 202, 203, 205, 206, 226, 299)
_NOT_OK = (300, 304, 305, 306, 309, 399, 400, 401, 403, 404, 405, 410, 421, 425, 429, 499, 500, 502, 503, 504, 599)
_MISDIRECTED = 421
REDIRECTS = (301, 302, 303, 307, 308)

#: Ways to be nearly an origin; {} is the right one.
_NEAR_ORIGINS = (
    "{}/",
    "{} {}",
    "{}, {}",
    "{},",
    ",{}",
    "{}, *",
    "*, {}",
    "**",
    "*,*",
    '"{}"',
    "<{}>",
    "{}0",
    "{}/path",
    "{}?",
    "{}#",
    "{}.",
    "http://u@127.0.0.1",
    "null",
    "NULL",
    "Null",
    "http://*",
    "http://*.localhost:<page>",
    "http://127.0.0.1",
    "http://127.0.0.1:<api>",
    "http://localhost:<page>",
    "https://127.0.0.1:<page>",
    "HTTP://127.0.0.1:<page>",
    "http://A.localhost:<page>",
    "//127.0.0.1:<page>",
    "127.0.0.1:<page>",
    "true",
    "",
    "\x0b{}",
    "{}\x0c",
    "{}\xc2\xa0",
    "\xc2\xa0*",
    "*\x0b",
    "*;",
    "{};",
    "%2A",
    "{}\x7f",
    "{}\xa0",
    "\xe4",
    "{},,,,,,",
    "undefined",
)
_NEAR_TRUE = (
    "True",
    "TRUE",
    "false",
    "1",
    "yes",
    "",
    "true, true",
    "true,",
    ",true",
    "true;",
    '"true"',
    "tru",
    "truee",
    "true true",
    "true\x0b",
    "\xc2\xa0true",
    "*",
)
_AGES = ("600", "600", "5", "60", "86400", "7200", "0", "0", "-1", "-0", "abc", "", "10000000000", "1e10", "600.5")
_ODD_AGES = (
    "60, 60",
    "60,0",
    "0, 60",
    "60 ",
    "+60",
    "060",
    "00",
    "60s",
    '"60"',
    "60;a",
    "99999999999999999999999",
    "4294967296",
    "2147483648",
    "0x10",
    "-600",
    "1 2",
    "٣".encode().decode("latin-1"),
    "+600",
    "+0",
    "-99999999999999999999999",
    "-9223372036854775808",
    "-9223372036854775809",
    "-9223372036854775807",
    "\x0b0",
    "0\x0c",
    "\x0c-1",
    "- 1",
    "+-1",
    "-1.5",
    "0,0",
    "\xa00",
)
_SPACES = (" ", " ", " ", "", "\t", "  ", " \t ")
_OWN_LINES = (
    ("X-Total", "9"),
    ("X-Secret", "1"),
    ("x-total", "10"),
    ("X-TOTAL", ""),
    ("ETag", '"1"'),
    ("Content-Language", "de"),
    ("Content-Type", "text/plain"),
    ("content-type", "application/json"),
    ("Content-Type", "text/html;charset=utf-8"),
    ("Expires", "0"),
    ("Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("Pragma", "x"),
    ("Cache-Control", "private"),
    ("Set-Cookie", "a=b; Path=/c/<id>/"),
    ("Set-Cookie2", "a=b"),
    ("X-Bytes", "\xc3\xa4\x01"),
    ("X-Latin", "\xe4\xa0 \xff"),
    ("X-Broken", "\xe2\x98 \xed\xa0\x80\xc3\xa4"),
    ("X-Long", "a" * 3000),
    ("Clear-Site-Data", "x"),
    ("Via", "1.1 x"),
    ("Age", "5"),
    ("Link", "<x>; rel=preload"),
    ("X-Content-Type-Options", "nosniff"),
    ("Sec-X", "1"),
    ("Cookie", "a=b"),
    ("Access-Control-Expose", "*"),
    ("X-Comma", "a, b"),
    ("X-Empty", ""),
    ("Vary", "Origin"),
    ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("Server", "x"),
    ("WWW-Authenticate-Info", "x"),
    ("Location", "/elsewhere"),
    ("*", "star"),
    ("X!y", "1"),
    ("Timing-Allow-Origin", "*"),
    ("Retry-After", "1"),
    ("Content-Location", "/x"),
    ("Content-Disposition", "inline"),
    ("Access-Control-Max-Age", "600"),
    ("Access-Control-Allow-Methods", "PUT"),
    ("Access-Control-Allow-Headers", "*"),
)
_BODIES = ("", "ok", "ok", '{"a": 1}')


def make_actual(random: Random, call: Call) -> Answer:
    """Answer a request that is no preflight, and no redirect."""
    mood = make_mood(random)
    status = random.choice(_OK) if random.random() < 0.85 else random.choice(_NOT_OK)
    if mood == "hostile" and random.random() < 0.3:
        # Why: 407 and 408 are between browsers and proxies or connections.
        status = random.choice([number for number in range(200, 600) if number not in {*REDIRECTS, 401, 407, 408}])
    own = random.sample(_OWN_LINES, random.choice((0, 1, 2, 3, 6)))
    lines = [*make_shared(random, call, mood), *own, *_make_exposed(random, [name for name, _ in own])]
    if status not in REDIRECTS and random.random() < 0.9:
        lines = [(name, value) for name, value in lines if name != "Location"]
    return Answer(status, _write(random, lines), random.choice(_BODIES))


def make_misdirected(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """Leave out what Firefox stumbles over where a status of 421 has a request sent again.

    Of a HEAD that is sent again it waits for the body, and a Content-Type is that of both answers.
    """
    if all(answer.status != _MISDIRECTED for answer in answers):
        return answers
    return tuple(
        answer._replace(body="", headers=tuple(line for line in answer.headers if line[0].lower() != "content-type"))
        for answer in answers
    )


def make_redirect(random: Random, call: Call, location: Sequence[str]) -> Answer:
    """Answer with a redirect; each location is a line."""
    lines = [*make_shared(random, call, make_mood(random)), *(("Location", value) for value in location)]
    status = random.choice(REDIRECTS)
    # Why: of two locations in an answer that is no redirect, the HTTP parsers of Chromium and Firefox want nothing.
    if random.random() < 0.05 and len(location) == 1:
        status = random.randrange(300, 400)
    return Answer(status, _write(random, lines), random.choice(_BODIES))


def make_preflight(random: Random, calls: Sequence[Call], mood: str | None = None) -> Answer:
    """Answer a preflight for any of the calls."""
    mood = mood or make_mood(random)
    wrong = random.choice(("status", "origin", "methods", "headers", "age")) if mood == "near" else None
    status = random.choice(_OK)
    if wrong == "status" or (mood == "hostile" and random.random() < 0.3):
        status = random.choice((*_NOT_OK, *REDIRECTS))
    lines = make_shared(random, calls[0], "near" if wrong == "origin" else "hostile" if mood == "hostile" else "good")
    lines += _make_list(random, _ALLOW_METHODS, [call.method for call in calls], mood, is_near=wrong == "methods")
    names = [name for call in calls for name, _ in call.headers]
    lines += _make_list(random, _ALLOW_HEADERS, names, mood, is_near=wrong == "headers")
    lines += _make_age(random, is_odd=wrong == "age" or mood == "hostile")
    if status in REDIRECTS and random.random() < 0.7:
        lines.append(("Location", "/c/<id>/1"))
    if status == 401 and random.random() < 0.5:
        lines.append(("WWW-Authenticate", 'Basic realm="a"'))
    lines += random.sample(_OWN_LINES[:6], random.choice((0, 0, 1)))
    return Answer(status, _write(random, lines), random.choice(("", "", "ok")))


def make_mood(random: Random) -> str:
    """Choose how an answer means it."""
    return random.choices(("good", "near", "hostile"), (60, 28, 12))[0]


def make_shared(random: Random, call: Call, mood: str) -> Lines:
    """Make the lines that share an answer with the page, or nearly do."""
    has_credentials = call.credentials == "include"
    right = ORIGIN if has_credentials or random.random() < 0.6 else "*"
    lines = [(_ALLOW_ORIGIN, right)]
    if has_credentials or random.random() < 0.2:
        lines.append((_ALLOW_CREDENTIALS, "true"))
    if mood == "good":
        return lines
    if mood == "near":
        return _spoil(random, lines)
    kind = random.random()
    if kind < 0.3:
        return [(_ALLOW_ORIGIN, _make_near_origin(random)), *lines[1:]]
    if kind < 0.6:
        return [*lines[:1], (_ALLOW_CREDENTIALS, random.choice(_NEAR_TRUE))]
    return _spoil(random, _spoil(random, lines)) or lines


def _spoil(random: Random, lines: Lines) -> Lines:
    """Make one thing wrong: a line is gone, doubled, or has a value that is nearly right."""
    if not lines:
        return lines
    at = random.randrange(len(lines))
    name, value = lines[at]
    near: Callable[[Random], str] = _make_near_origin if name == _ALLOW_ORIGIN else lambda r: r.choice(_NEAR_TRUE)
    change: Lines = random.choice(
        (
            [],
            [(name, near(random))],
            [(name, near(random))],
            [(name, "*")],
            [(name, value), (name, value)],
            [(name, value), (name, near(random))],
            [(name, ""), (name, value)],
        )
    )
    return [*lines[:at], *change, *lines[at + 1 :]]


def _make_near_origin(random: Random) -> str:
    return random.choice(_NEAR_ORIGINS).replace("{}", ORIGIN)


def _make_list(random: Random, name: str, items: Sequence[str], mood: str, *, is_near: bool) -> Lines:
    """Make the lines of a list that has the items, or nearly has them."""
    items = [_recase(random, item) if name == _ALLOW_HEADERS else item for item in dict.fromkeys(items)]
    random.shuffle(items)
    kind = random.random()
    if not is_near and mood != "hostile":
        if kind < 0.15:
            return [(name, "*")]
        return [(name, _join(random, [*items, *random.choice(((), ("PUT",), ("x-more", "y")))]))]
    return random.choice((_miss, _mangle, _double, _star))(random, name, items)


def _miss(random: Random, name: str, items: list[str]) -> Lines:
    """Leave something out, or all."""
    kind = random.random()
    if kind < 0.3 or not items:
        return []
    if kind < 0.6:
        return [(name, _join(random, items[1:]))]
    return [(name, random.choice((",".join(items).upper(), ",".join(items).lower(), ",".join(items).title())))]


def _mangle(random: Random, name: str, items: list[str]) -> Lines:
    """Write the list in another syntax, or with something in it that is none."""
    items = items or ["x"]
    separator = random.choice((";", " ", "  ", "|", ", ,", ",,", "\x0b", ",\x0b", "\t,\t", ", \xc2\xa0", "/", ":"))
    odd = random.choice(("x y", "x@y", '"x"', "(x)", "x;q=1", "\xc3\xa9", "\x01", "[", "x/y", "x:", "=", "''", "?"))
    plain = ", ".join(items)
    shapes = (
        separator.join(items),
        separator.join([*items, "x"]),
        f"{plain}, {odd}",
        f"{odd}, {plain}",
        f"{odd},",
        f"[{plain}]",
        f'"{plain}"',
        f",{plain}",
        f"{plain},",
        f",,{plain}, ,",
        ",",
        "",
    )
    return [(name, random.choice(shapes))]


def _double(random: Random, name: str, items: list[str]) -> Lines:
    """Spread the list over lines."""
    at = random.randrange(len(items) + 1)
    spread = [(name, ", ".join(items[:at])), (name, ", ".join(items[at:]))]
    odd = random.choice(("", "x y", "*", "@", ",", "x", '"'))
    return random.choice((spread, [*spread, (name, odd)], [(name, odd), (name, ", ".join(items))]))


def _star(random: Random, name: str, items: list[str]) -> Lines:
    """Write a wildcard, or what looks like one."""
    plain = ", ".join(items)
    shapes = (
        "*",
        "*, *",
        f"*, {plain}",
        f"{plain}, *",
        "**",
        "*,",
        "x-*",
        "*, authorization",
        "Authorization,*",
        "* *",
    )
    return [(name, random.choice(shapes))]


def _make_age(random: Random, *, is_odd: bool) -> Lines:
    if not is_odd:
        return [] if random.random() < 0.3 else [(_MAX_AGE, random.choice(_AGES[:4]))]
    values = random.sample((*_AGES, *_ODD_AGES), random.choice((1, 1, 1, 2)))
    return [(_MAX_AGE, value) for value in values]


def _make_exposed(random: Random, own: list[str]) -> Lines:
    kind = random.random()
    if kind < 0.4:
        return []
    if kind < 0.7:
        names = random.sample(own, random.randrange(len(own) + 1))
        return [(_EXPOSE_HEADERS, _join(random, [_recase(random, item) for item in names]))]
    return random.choice((_miss, _mangle, _double, _star))(random, _EXPOSE_HEADERS, own)


def _join(random: Random, items: Sequence[str]) -> str:
    return random.choice((", ", ",", " , ", ",\t", ", , ")).join(items)


def _recase(random: Random, name: str) -> str:
    return random.choice((name, name.lower(), name.upper(), name.title()))


def _write(random: Random, lines: Lines) -> tuple[tuple[str, str], ...]:
    """Write names in any case, with whitespace around the values, in any order of the names."""
    is_plain = random.random() < 0.6
    written = []
    for name, value in lines:
        before = " " if is_plain else random.choice(_SPACES)
        after = "" if is_plain else random.choice(("", "", " ", "\t"))
        written.append((name if is_plain else _recase(random, name), before + value + after))
    if random.random() < 0.3:
        random.shuffle(written)
    return tuple(written)
