"""Where engines depart from the standard at redirects: the smallest case for each field."""

from __future__ import annotations

from engines.differential.case import Answer, Call, Case, Hop
from engines.differential.departure import (
    ANY_HEADER,
    ANY_ORIGIN,
    API,
    API_1,
    FOR_MINUTES,
    GET,
    HOME,
    HOME_1,
    OTHER,
    PAGE,
    PUT,
    PUT_ALLOWED,
    SHARED,
    Departure,
    redirect,
    to,
    twice,
)

REDIRECTED = (
    Departure(
        "asks_again",
        "a PUT becomes a GET",
        redirect(PUT, "/c/<id>/1", 303),
        {
            "standard": "ASK:PUT[]/0 PUT/0 GET/1 = 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:GET[]/1 GET/1 = 200",
            "webkit": "ASK:PUT[]/0 PUT/0 ASK:GET[]/1 GET/1 = 200",
        },
    ),
    Departure(
        "asks_again",
        "a JSON body is left behind",
        redirect(
            Call(API, "POST", (("Content-Type", "application/json"), ("X-A", "1")), "omit", "{}"), "/c/<id>/1", 303
        ),
        {
            "standard": "ASK:POST[content-type,x-a]/0 POST/0 ASK:GET[x-a]/1 GET/1 = 200",
            "webkit": "ASK:POST[content-type,x-a]/0 POST/0 ASK:GET[content-type,x-a]/1 GET/1 = 200",
        },
    ),
    Departure(
        "asks_again",
        "and the header that is dropped comes back",
        Case(
            PAGE,
            (Call(API, "POST", (("Content-Type", "application/json"),), "omit", "{}"),),
            (
                Hop((Answer(204, (ANY_ORIGIN, ANY_HEADER)),), (Answer(303, (ANY_ORIGIN, to("/c/<id>/1"))),)),
                Hop((Answer(204, (ANY_ORIGIN, ANY_HEADER)),), (Answer(307, (ANY_ORIGIN, to("/c/<id>/2"))),)),
                Hop((Answer(204, (ANY_ORIGIN, ANY_HEADER)),), (SHARED,)),
            ),
        ),
        {
            "standard": "ASK:POST[content-type]/0 POST/0 GET/1 GET/2 = 200",
            "firefox": "ASK:POST[content-type]/0 POST/0 ASK:GET[]/1 GET/1 ASK:GET[content-type]/2 GET/2 = 200",
            "webkit": (
                "ASK:POST[content-type]/0 POST/0 ASK:GET[content-type]/1 GET/1 ASK:GET[content-type]/2 GET/2 = 200"
            ),
        },
    ),
    Departure(
        "asks_for_page",
        "a preflight after a redirect between other origins",
        redirect(PUT, OTHER),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:PUT[]@null/1 PUT@null/1 = 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/1 PUT@null/1 = 200",
        },
    ),
    Departure(
        "asks_for_page",
        "and its answer is for the page",
        redirect(PUT, OTHER, pre2=Answer(204, (("Access-Control-Allow-Origin", PAGE), PUT_ALLOWED))),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:PUT[]@null/1 = network-error",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/1 PUT@null/1 = 200",
        },
    ),
    Departure(
        "asks_for_page",
        "back to the page's own origin, which shares nothing",
        redirect(PUT, HOME_1, pre2=Answer(204, (PUT_ALLOWED,))),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:PUT[]@null/1 = network-error",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/1 PUT@null/1 = 200",
        },
    ),
    Departure(
        "isolates_tainted",
        "the same redirect again",
        Case(
            PAGE,
            (PUT, PUT),
            (
                Hop((Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),), (Answer(307, (ANY_ORIGIN, to(OTHER))),)),
                Hop((Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),), (SHARED,)),
            ),
        ),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:PUT[]@null/1 PUT@null/1 PUT/0 PUT@null/1 = 200, 200",
            "chromium": "ASK:PUT[]/0 PUT/0 ASK:PUT[]@null/1 PUT@null/1 PUT/0 ASK:PUT[]@null/1 PUT@null/1 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/1 PUT@null/1 PUT/0 PUT@null/1 = 200, 200",
            "webkit": "ASK:PUT[]/0 PUT/0 ASK:PUT[]@null/1 PUT@null/1 PUT/0 ASK:PUT[]@null/1 PUT@null/1 = 200, 200",
        },
    ),
    Departure(
        "isolates_tainted",
        "a redirect to itself",
        Case(
            PAGE,
            (PUT,),
            (
                Hop((Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),), (Answer(307, (ANY_ORIGIN, to(OTHER))),)),
                Hop(
                    (Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),),
                    (Answer(307, (ANY_ORIGIN, to(OTHER))), SHARED),
                ),
            ),
        ),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:PUT[]@null/1 PUT@null/1 PUT@null/1 = 200",
            "chromium": "ASK:PUT[]/0 PUT/0 ASK:PUT[]@null/1 PUT@null/1 ASK:PUT[]@null/1 PUT@null/1 = 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/1 PUT@null/1 PUT@null/1 = 200",
        },
    ),
    Departure(
        "doubts_redirects",
        "from the own origin to another one, and on",
        Case(
            PAGE,
            (Call(HOME),),
            (
                Hop((SHARED,), (Answer(307, (to(API_1),)),)),
                Hop((SHARED,), (Answer(307, (ANY_ORIGIN, to("/c/<id>/2"))),)),
                Hop((SHARED,), (SHARED,)),
            ),
        ),
        {"standard": "GET@none/0 GET/1 GET/2 = 200", "webkit": "GET@none/0 GET/1 = network-error"},
    ),
    Departure(
        "doubts_redirects",
        "after the next preflight",
        Case(
            PAGE,
            (Call(HOME, "PUT"),),
            (
                Hop((SHARED,), (Answer(307, (to(API_1),)),)),
                Hop((Answer(204, (ANY_ORIGIN, PUT_ALLOWED)),), (Answer(307, (ANY_ORIGIN, to("/c/<id>/2"))),)),
                Hop((Answer(204, (ANY_ORIGIN, PUT_ALLOWED)),), (SHARED,)),
            ),
        ),
        {
            "standard": "PUT/0 ASK:PUT[]/1 PUT/1 ASK:PUT[]/2 PUT/2 = 200",
            "webkit": "PUT/0 ASK:PUT[]/1 PUT/1 ASK:PUT[]/2 = network-error",
        },
    ),
    Departure(
        "redirects_delete",
        "DELETE goes to another origin",
        redirect(PUT._replace(method="DELETE"), OTHER),
        {
            "standard": "ASK:DELETE[]/0 DELETE/0 ASK:DELETE[]@null/1 DELETE@null/1 = 200",
            "firefox": "ASK:DELETE[]/0 DELETE/0 ASK:DELETE[]/1 DELETE@null/1 = 200",
            "webkit": "ASK:DELETE[]/0 DELETE/0 ASK:GET[]@null/1 GET@null/1 = 200",
        },
    ),
    Departure(
        "dropped_names",
        "a client hint goes with a redirect",
        redirect(Call(API, "GET", (("Width", "x"),), "omit"), "/c/<id>/1"),
        {
            "standard": "ASK:GET[width]/0 GET/0 ASK:GET[width]/1 GET/1 = 200",
            "chromium": "ASK:GET[width]/0 GET/0 GET/1 = 200",
        },
    ),
    Departure(
        "follows_userinfo",
        "a user name at the own origin",
        redirect(Call(HOME, "GET", (), "omit"), "http://u@127.0.0.1:<page>/c/<id>/1"),
        {"standard": "GET@none/0 GET@none/1 = 200", "chromium": "GET@none/0 = network-error"},
    ),
    Departure(
        "asks_before_userinfo",
        "a user name at another origin",
        redirect(Call(HOME, "PUT", (), "omit"), "http://u@127.0.0.1:<api>/c/<id>/1"),
        {"standard": "PUT/0 = network-error", "webkit": "PUT/0 ASK:PUT[]/1 = network-error"},
    ),
    Departure(
        "empty_location",
        "an empty Location",
        Case(PAGE, (GET,), (Hop((SHARED,), (Answer(307, (ANY_ORIGIN, to(""))), SHARED)),)),
        {"standard": "GET/0 GET/0 = 200", "chromium": "GET/0 = 307", "webkit": "GET/0 = network-error"},
    ),
    Departure(
        "repeated_location",
        "the same Location twice",
        redirect(GET, "/c/<id>/1", first=(ANY_ORIGIN, to("/c/<id>/1"))),
        {
            "standard": "GET/0 = network-error",
            "chromium": "GET/0 GET/1 = 200",
            "firefox": "GET/0 GET/1 = 200",
            "webkit": "GET/0 GET/1,%20/c/<id>/1 = 200",
        },
    ),
    Departure(
        "follows_odd_statuses",
        "a status that HTTP does not define",
        redirect(GET, "/c/<id>/1", 310),
        {"standard": "GET/0 = 310", "webkit": "GET/0 GET/1 = 200"},
    ),
    Departure(
        "escapes_location",
        "a Location beyond ASCII",
        redirect(GET, "/c/<id>/1?Ã¤"),
        {"standard": "GET/0 GET/1?%C3%A4 = 200", "webkit": "GET/0 GET/1?%C3%83%C2%A4 = 200"},
    ),
    Departure(
        "escapes_location",
        "a tab in a Location",
        redirect(GET, "/c/<id>/1?\ta"),
        {"standard": "GET/0 GET/1?a = 200", "firefox": "GET/0 GET/1?%09a = 200"},
    ),
    Departure(
        "empty_fragment",
        "with an empty fragment, and without",
        twice(PUT, PUT._replace(url=f"{API}#"), pre=(ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 = 200, 200",
            "firefox": "ASK:PUT[]/0 PUT/0 PUT/0 = 200, 200",
        },
    ),
    Departure(
        "empty_fragment",
        "the same, redirected",
        Case(
            PAGE,
            (Call(HOME, "PUT", (), "omit"), Call(f"{HOME}#", "PUT", (), "omit")),
            (
                Hop((SHARED,), (Answer(307, (to(API_1),)),)),
                Hop((Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),), (SHARED,)),
            ),
        ),
        {
            "standard": "PUT/0 ASK:PUT[]/1 PUT/1 PUT/0 ASK:PUT[]/1 PUT/1 = 200, 200",
            "chromium": "PUT/0 ASK:PUT[]/1 PUT/1 PUT/0 PUT/1 = 200, 200",
            "firefox": "PUT/0 ASK:PUT[]/1 PUT/1 PUT/0 PUT/1 = 200, 200",
        },
    ),
    Departure(
        "empty_fragment",
        "one that comes from a Location",
        Case(
            PAGE,
            (PUT,),
            (
                Hop(
                    (Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),),
                    (Answer(307, (ANY_ORIGIN, to("#"))), Answer(307, (ANY_ORIGIN, to("/c/<id>/1")))),
                ),
                Hop(
                    (Answer(204, (ANY_ORIGIN, PUT_ALLOWED, FOR_MINUTES)),), (Answer(307, (ANY_ORIGIN, to("#"))), SHARED)
                ),
            ),
        ),
        {
            "standard": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 ASK:PUT[]/1 PUT/1 PUT/1 = 200",
            "chromium": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 ASK:PUT[]/1 PUT/1 ASK:PUT[]/1 PUT/1 = 200",
            "firefox": "ASK:PUT[]/0 PUT/0 ASK:PUT[]/0 PUT/0 ASK:PUT[]/1 PUT/1 ASK:PUT[]/1 PUT/1 = 200",
        },
    ),
    Departure(
        "keeps_origin",
        "the own origin redirects a POST",
        redirect(Call(HOME, "POST", (), "omit"), "/c/<id>/1", 303),
        {"standard": "POST/0 GET@none/1 = 200", "webkit": "POST/0 GET/1 = 200"},
    ),
)
