"""Where engines depart from the standard in what they keep of preflights: the smallest case for each field."""

from __future__ import annotations

from engines.differential.case import Answer, Call, Case, Hop
from engines.differential.departure import (
    ANY_HEADER,
    ANY_METHOD,
    ANY_ORIGIN,
    API,
    FOR_CREDENTIALS,
    FOR_MINUTES,
    GET,
    PAGE,
    PUT,
    PUT_ALLOWED,
    SHARED,
    WITH_CREDENTIALS,
    WITH_X_A,
    Departure,
    allow_headers,
    allow_methods,
    to,
    twice,
)

KEPT = (
    Departure(
        "keeping.matches",
        "first with credentials, then without",
        twice(
            WITH_CREDENTIALS, PUT, pre=(*FOR_CREDENTIALS, PUT_ALLOWED, FOR_MINUTES), act=Answer(200, FOR_CREDENTIALS)
        ),
        {
            "standard": "ASK:PUT[]/0 PUT/0 PUT/0 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "keeping.wildcards",
        "any method",
        twice(PUT, pre=(ANY_ORIGIN, ANY_METHOD, FOR_MINUTES)),
        {
            "standard": "ASK:PUT[]/0 PUT/0 PUT/0 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "keeping.wildcards",
        "any method, heard with credentials",
        twice(
            Call(API, "GET", (("X-A", "1"),), "include"),
            PUT,
            pre=(*FOR_CREDENTIALS, ANY_METHOD, allow_headers("x-a"), FOR_MINUTES),
            act=Answer(200, FOR_CREDENTIALS),
        ),
        {
            "standard": "ASK:GET[x-a]/0 GET/0 PUT/0 = 200, 200",
            "chromium": "ASK:GET[x-a]/0 GET/0 ASK:PUT[]/0 PUT/0 = 200, 200",
            "firefox": "ASK:GET[x-a]/0 GET/0 ASK:PUT[]/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "keeping.wildcards",
        "any method besides one, with credentials",
        twice(
            WITH_CREDENTIALS,
            WITH_CREDENTIALS._replace(method="DELETE"),
            pre=(*FOR_CREDENTIALS, allow_methods("PUT, *"), FOR_MINUTES),
            act=Answer(200, FOR_CREDENTIALS),
        ),
        {
            "standard": "ASK:PUT[]/0 PUT/0 DELETE/0 = 200, 200",
            "chromium": "ASK:PUT[]/0 PUT/0 ASK:DELETE[]/0 = 200, network-error",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:DELETE[]/0 = 200, network-error",
            "webkit": "ASK:PUT[]/0 PUT/0 ASK:DELETE[]/0 = 200, network-error",
        },
    ),
    Departure(
        "keeping.is_authorization_wild",
        "any header, and then Authorization",
        twice(WITH_X_A, Call(API, "GET", (("Authorization", "1"),), "omit"), pre=(ANY_ORIGIN, ANY_HEADER, FOR_MINUTES)),
        {
            "standard": "ASK:GET[x-a]/0 GET/0 ASK:GET[authorization]/0 = 200, network-error",
            "chromium": "ASK:GET[x-a]/0 GET/0 ASK:GET[authorization]/0 GET/0 = 200, 200",
            "firefox": "ASK:GET[x-a]/0 GET/0 ASK:GET[authorization]/0 GET/0 = 200, 200",
            "webkit": "ASK:GET[x-a]/0 GET/0 GET/0 = 200, 200",
        },
    ),
    Departure(
        "keeping.is_single",
        "two answers, and back to the first",
        Case(
            PAGE,
            (PUT, WITH_X_A, PUT),
            (
                Hop(
                    (
                        Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),
                        Answer(204, (ANY_ORIGIN, allow_headers("x-a"), FOR_MINUTES)),
                    ),
                    (SHARED,),
                ),
            ),
        ),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:GET[x-a]/0 GET/0 PUT/0 = 200, 200, 200",
            "chromium": "ASK:PUT[]/0 PUT/0 ASK:GET[x-a]/0 GET/0 ASK:PUT[]/0 = 200, 200, network-error",
            "webkit": "ASK:PUT[]/0 PUT/0 ASK:GET[x-a]/0 GET/0 ASK:PUT[]/0 = 200, 200, network-error",
        },
    ),
    Departure(
        "keeping.simple_methods",
        "HEAD is allowed, and not named",
        twice(Call(API, "HEAD", (("X-A", "1"),), "omit"), pre=(ANY_ORIGIN, allow_headers("x-a"), FOR_MINUTES)),
        {
            "standard": "ASK:HEAD[x-a]/0 HEAD/0 HEAD/0 = 200, 200",
            "firefox": "ASK:HEAD[x-a]/0 HEAD/0 ASK:HEAD[x-a]/0 HEAD/0 = 200, 200",
        },
    ),
    Departure(
        "keeping.keeps_refusals",
        "a refused method, and a header that was allowed",
        twice(PUT, WITH_X_A, pre=(ANY_ORIGIN, allow_headers("x-a"), FOR_MINUTES)),
        {
            "standard": "ASK:PUT[]/0 ASK:GET[x-a]/0 GET/0 = network-error, 200",
            "webkit": "ASK:PUT[]/0 GET/0 = network-error, 200",
        },
    ),
    Departure(
        "keeping.forgets_failures",
        "a request fails after its preflight",
        twice(PUT, pre=(ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES), act=Answer(200, ())),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = network-error, network-error",
            "chromium": "ASK:PUT[]/0 PUT/0 PUT/0 = network-error, network-error",
            "webkit": "ASK:PUT[]/0 PUT/0 PUT/0 = network-error, network-error",
        },
    ),
    Departure(
        "keeping.forgets_simple_failures",
        "a simple request fails in between",
        Case(
            PAGE,
            (PUT, GET, PUT),
            (Hop((Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),), (SHARED, Answer(200, ()))),),
        ),
        {
            "standard": "ASK:PUT[]/0 PUT/0 GET/0 PUT/0 = 200, network-error, network-error",
            "firefox": "ASK:PUT[]/0 PUT/0 GET/0 ASK:PUT[]/0 PUT/0 = 200, network-error, network-error",
        },
    ),
    Departure(
        "keeping.ignores_conditional",
        "a conditional request",
        twice(Call(API, "GET", (("If-Match", "1"),), "omit"), pre=(ANY_ORIGIN, allow_headers("if-match"), FOR_MINUTES)),
        {
            "standard": "ASK:GET[if-match]/0 GET/0 GET/0 = 200, 200",
            "chromium": "ASK:GET[if-match]/0 GET/0 ASK:GET[if-match]/0 GET/0 = 200, 200",
            "firefox": "ASK:GET[if-match]/0 GET/0 ASK:GET[if-match]/0 GET/0 = 200, 200",
        },
    ),
    Departure(
        "keeping.longest_url",
        "a long URL",
        twice(PUT._replace(url=f"{API}?{'a' * 1000}"), pre=(ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),
        {
            "standard": f"ASK:PUT[]/0?{'a' * 1000} PUT/0?{'a' * 1000} PUT/0?{'a' * 1000} = 200, 200",
            "chromium": " ".join([f"ASK:PUT[]/0?{'a' * 1000} PUT/0?{'a' * 1000}"] * 2) + " = 200, 200",
        },
    ),
    Departure(
        "keeping.knows_null",
        "a page without an origin",
        twice(PUT, pre=(ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES), page="null"),
        {
            "standard": "ASK:PUT[]@null/0 PUT@null/0 PUT@null/0 = 200, 200",
            "chromium": "ASK:PUT[]@null/0 PUT@null/0 ASK:PUT[]@null/0 PUT@null/0 = 200, 200",
        },
    ),
    Departure(
        "keeping.knows_null",
        "such a page is redirected to the same URL",
        Case(
            "null",
            (PUT,),
            (
                Hop(
                    (Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),), (Answer(307, (ANY_ORIGIN, to(API))), SHARED)
                ),
            ),
        ),
        {"standard": "ASK:PUT[]@null/0 PUT@null/0 PUT@null/0 = 200"},
    ),
)
