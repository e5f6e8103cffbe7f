"""Where engines depart from the standard: the smallest case for each field of a profile, and what came of it.

Each was seen in the real engines, which play them in every run of the tests. Only what a profile has for the greatest
age of a kept preflight is not here, because nobody waits that long.
"""

from __future__ import annotations

from engines.differential.case import Answer, Case, Hop
from engines.differential.departure import (
    ANY_ORIGIN,
    FOR_MINUTES,
    PAGE,
    PUT,
    PUT_ALLOWED,
    SHARED,
    WITH_X_A,
    Departure,
    age,
    allow_headers,
    expose,
    once,
    twice,
)
from engines.differential.departures_kept import KEPT
from engines.differential.departures_redirected import REDIRECTED

DEPARTURES = (
    Departure(
        "read_age",
        "a negative age is over",
        twice(PUT, pre=(ANY_ORIGIN, PUT_ALLOWED, age("-1"))),
        {
            "standard": "ASK:PUT[]/0 PUT/0 PUT/0 = 200, 200",
            "chromium": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
            "webkit": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "read_age",
        "an age that is no number",
        twice(PUT, pre=(ANY_ORIGIN, PUT_ALLOWED, age("60s"))),
        {
            "standard": "ASK:PUT[]/0 PUT/0 PUT/0 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "read_age",
        "an age that is no number changes nothing that is kept",
        Case(
            PAGE,
            (WITH_X_A, PUT, WITH_X_A),
            (
                Hop(
                    (
                        Answer(204, (ANY_ORIGIN, allow_headers("x-a"), FOR_MINUTES)),
                        Answer(204, (ANY_ORIGIN, PUT_ALLOWED, allow_headers("x-a"), age("60s"))),
                    ),
                    (SHARED,),
                ),
            ),
        ),
        {"standard": "ASK:GET[x-a]/0 GET/0 ASK:PUT[]/0 PUT/0 GET/0 = 200, 200, 200"},
    ),
    Departure(
        "read_age",
        "none, with a sign",
        twice(PUT, pre=(ANY_ORIGIN, PUT_ALLOWED, age("+0"))),
        {
            "standard": "ASK:PUT[]/0 PUT/0 PUT/0 = 200, 200",
            "chromium": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
            "webkit": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "read_age",
        "a negative age beyond a signed integer of 64 bits",
        twice(PUT, pre=(ANY_ORIGIN, PUT_ALLOWED, age("-9223372036854775809"))),
        {
            "standard": "ASK:PUT[]/0 PUT/0 PUT/0 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "read_age",
        "none, after whitespace that HTTP does not know",
        twice(PUT, pre=(ANY_ORIGIN, PUT_ALLOWED, age("\x0b0"))),
        {
            "standard": "ASK:PUT[]/0 PUT/0 PUT/0 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
            "webkit": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "is_authorization_wild",
        "any header is allowed",
        once((("Authorization", "x"),)),
        {
            "standard": "ASK:GET[authorization]/0 = network-error",
            "chromium": "ASK:GET[authorization]/0 GET/0 = 200",
            "firefox": "ASK:GET[authorization]/0 GET/0 = 200",
            "webkit": "ASK:GET[authorization]/0 GET/0 = 200",
        },
    ),
    Departure(
        "safelist",
        "a client hint",
        once((("Width", "1"),)),
        {"standard": "ASK:GET[width]/0 GET/0 = 200", "chromium": "GET/0 = 200"},
    ),
    Departure(
        "safelist",
        "a range beyond a signed integer of 64 bits",
        once((("Range", "bytes=0-9223372036854775807"),)),
        {"standard": "GET/0 = 200", "chromium": "ASK:GET[range]/0 GET/0 = 200"},
    ),
    Departure(
        "safelist",
        "a range beyond an unsigned one",
        once((("Range", "bytes=0-18446744073709551616"),)),
        {
            "standard": "GET/0 = 200",
            "chromium": "ASK:GET[range]/0 GET/0 = 200",
            "firefox": "ASK:GET[range]/0 GET/0 = 200",
            "webkit": "ASK:GET[range]/0 GET/0 = 200",
        },
    ),
    Departure(
        "safelist",
        "a range in capitals",
        once((("Range", "BYTES=0-"),)),
        {"standard": "ASK:GET[range]/0 GET/0 = 200", "webkit": "GET/0 = 200"},
    ),
    Departure(
        "safelist",
        "a range with a plus sign",
        once((("Range", "bytes=+0-"),)),
        {"standard": "ASK:GET[range]/0 GET/0 = 200", "webkit": "GET/0 = 200"},
    ),
    Departure(
        "safelist",
        "bytes beyond ASCII",
        once((("Accept", "ä"),)),
        {"standard": "GET/0 = 200", "firefox": "ASK:GET[accept]/0 GET/0 = 200"},
    ),
    Departure(
        "safelist",
        "a parameter that is left empty",
        once((("Content-Type", "text/plain;;"),)),
        {"standard": "GET/0 = 200", "firefox": "ASK:GET[content-type]/0 GET/0 = 200"},
    ),
    Departure(
        "safelist",
        "words between a type and its parameters",
        once((("Content-Type", "text/plain x;a"),)),
        {"standard": "ASK:GET[content-type]/0 GET/0 = 200", "firefox": "GET/0 = 200"},
    ),
    Departure(
        "own_names",
        "the browser's own name",
        once((("User-Agent", "x"),)),
        {"standard": "ASK:GET[user-agent]/0 GET/0 = 200", "chromium": "GET/0 = 200"},
    ),
    Departure(
        "override_spaces",
        "a forbidden method in quotes",
        once((("X-HTTP-Method", '"a, TRACE, b"'),)),
        {"standard": "ASK:GET[x-http-method]/0 GET/0 = 200", "firefox": "GET/0 = 200", "webkit": "GET/0 = 200"},
    ),
    Departure(
        "override_spaces",
        "one after whitespace that HTTP does not know",
        once((("X-HTTP-Method", "\x0bTRACE"),)),
        {"standard": "ASK:GET[x-http-method]/0 GET/0 = 200", "webkit": "GET/0 = 200"},
    ),
    Departure(
        "combines_headers",
        "two values that are too long together",
        once((("Accept", "a" * 64), ("Accept", "a" * 64))),
        {"standard": "ASK:GET[accept]/0 GET/0 = 200", "firefox": "GET/0 = 200"},
    ),
    Departure(
        "combines_headers",
        "a value, and one that is empty",
        once((("Accept", "a" * 127), ("Accept", ""))),
        {"standard": "ASK:GET[accept]/0 GET/0 = 200", "chromium": "GET/0 = 200", "firefox": "GET/0 = 200"},
    ),
    Departure(
        "repeats_names",
        "a header that is set twice",
        once((("X-A", "1"), ("X-A", "2"))),
        {"standard": "ASK:GET[x-a]/0 GET/0 = 200", "firefox": "ASK:GET[x-a,x-a]/0 GET/0 = 200"},
    ),
    Departure(
        "limits_total",
        "safelisted headers of 1,152 bytes",
        once(tuple(("Accept", "a" * 128) for _ in range(9))),
        {"standard": "ASK:GET[accept]/0 GET/0 = 200", "firefox": "GET/0 = 200"},
    ),
    Departure(
        "hidden_names",
        "what tells the browser to forget",
        once(act=Answer(200, (ANY_ORIGIN, ("Clear-Site-Data", "x"), expose("Clear-Site-Data")))),
        {"standard": "GET/0 = 200 clear-site-data:x", "chromium": "GET/0 = 200"},
    ),
    Departure(
        "exposes_leniently",
        "any header, and what is none",
        once(act=Answer(200, (ANY_ORIGIN, ("X-A", "1"), expose("*, x y")))),
        {"standard": "GET/0 = 200", "firefox": "GET/0 = 200 x-a:1"},
    ),
    Departure(
        "safelist",
        "a range with whitespace that HTTP does not know",
        once((("Range", "bytes=5-\x0b9"),)),
        {"standard": "ASK:GET[range]/0 GET/0 = 200", "webkit": "GET/0 = 200"},
    ),
    Departure(
        "replaces_bytes",
        "a value that is no UTF-8",
        once(act=Answer(200, (ANY_ORIGIN, ("X-A", "\xe4"), expose("X-A")))),
        {"standard": "GET/0 = 200 x-a:\xe4", "webkit": "GET/0 = 200 x-a:\xef\xbf\xbd"},
    ),
    Departure(
        "merges_lines",
        "an empty line before the one that counts",
        once(act=Answer(200, (ANY_ORIGIN, ("X-A", ""), ("X-A", "1"), expose("X-A")))),
        {"standard": "GET/0 = 200 x-a:, 1", "firefox": "GET/0 = 200 x-a:1"},
    ),
    Departure(
        "merges_lines",
        "a doubled Content-Type",
        once(act=Answer(200, (ANY_ORIGIN, ("Content-Type", "a/b"), ("Content-Type", "c/d")))),
        {"standard": "GET/0 = 200 content-type:a/b, c/d", "firefox": "GET/0 = 200 content-type:a/b,c/d"},
    ),
    Departure(
        "merges_lines",
        "an empty Access-Control-Allow-Origin before the one that counts",
        once(act=Answer(200, (("Access-Control-Allow-Origin", ""), ANY_ORIGIN))),
        {"standard": "GET/0 = network-error"},
    ),
    Departure(
        "merges_lines",
        "the same in another spelling",
        once(act=Answer(200, (("Access-Control-Allow-Origin", ""), ("access-control-allow-origin", "*")))),
        {"standard": "GET/0 = network-error", "firefox": "GET/0 = 200"},
    ),
    *REDIRECTED,
    *KEPT,
)
