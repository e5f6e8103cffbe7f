"""Which lists a preflight's answer may hold, and preflights as XMLHttpRequest's tests have them."""

from __future__ import annotations

from browser.wpt.cases import FORCE, OWN, PAGE, PLAIN, STAR, Fetched, answer, ask, get

MALFORMED = "fetch/api/cors/cors-preflight-response-validation.any.js"
METHOD, HEADER = "method-not-listed", "header-not-listed"

_BAD_HEADERS = (
    "x-force-preflight,header name with space",
    "x-force-preflight, a b",
    "x-force-preflight;x",
    "x-force-preflight, @",
    'x-force-preflight, "a"',
    "x-force-preflight, a:b",
    "x-force-preflight\x0b",
    "x-force-preflight, \xe9",
)
_BAD_METHODS = ("Bad method name", "GET POST", "GET; POST", "(GET)", '"GET"', "GET, a/b", "GET\x0b", "GET, \xe9")
LISTS = [
    *[
        get(
            MALFORMED,
            f"a list of headers that is none: {value!r}",
            Fetched(
                ask(headers=FORCE), (answer(headers=value, age="0"),), "OPTIONS", "allow-headers-malformed", "preflight"
            ),
        )
        for value in _BAD_HEADERS
    ],
    *[
        get(
            MALFORMED,
            f"a list of methods that is none, though the method needs none: {value!r}",
            Fetched(
                ask(headers=FORCE),
                (answer(headers="x-force-preflight", methods=value, age="0"),),
                "OPTIONS",
                "allow-methods-malformed",
                "preflight",
            ),
        )
        for value in _BAD_METHODS
    ],
    get(
        MALFORMED,
        "a second line that is no list spoils the first",
        Fetched(
            ask(headers=FORCE),
            (answer(headers="x-force-preflight", more=[("Access-Control-Allow-Headers", "a b")]),),
            "OPTIONS",
            "allow-headers-malformed",
            "preflight",
        ),
    ),
    get(
        MALFORMED,
        "a star does not help a list that is none",
        Fetched(ask(headers=FORCE), (answer(headers="*, a b"),), "OPTIONS", "allow-headers-malformed", "preflight"),
    ),
    *[
        get(
            "xhr/allow-lists-starting-with-comma.htm",
            f"commas and spaces between the names do not matter: {names!r}",
            Fetched(
                ask(headers=[("x-print", "unicorn"), ("y-print", "narwhal")]),
                (answer(PAGE, headers=names), OWN),
                "OPTIONS GET",
                asked=("x-print,y-print",),
                sent={"x-print": "unicorn", "y-print": "narwhal"},
            ),
        )
        for names in (",y-lol,x-print, ,,,y-print", "x-print,y-print", "y-print\t,\tx-print,", " , x-print , y-print")
    ],
    *[
        get(
            "xhr/allow-lists-starting-with-comma.htm",
            f"nor between the methods: {methods!r}",
            Fetched(ask(method="PUT"), (answer(PAGE, methods=methods), OWN), "OPTIONS PUT"),
        )
        for methods in (",,PUT,GET", "GET,PUT,,", " , PUT\t,")
    ],
    *[
        get(
            "cors/request-headers.htm",
            sentence,
            Fetched(
                ask(headers=[(name, "v") for name in names]),
                (answer(headers=listed), STAR),
                "OPTIONS GET",
                asked=(asked,),
            ),
        )
        for sentence, names, listed, asked in (
            ("one name", ["x-print"], "x-print", "x-print"),
            (
                "names are compared without case",
                ["x-print", "Y-print"],
                ",y-lol,x-PriNT, ,,,Y-PRINT",
                "x-print,y-print",
            ),
            ("names may be listed in vain", ["x-print"], "a, b, x-print, c", "x-print"),
        )
    ],
    get(
        "cors/request-headers.htm",
        "safelisted headers need not be listed beside one that must be",
        Fetched(
            ask(
                headers=[
                    ("x-print", "u"),
                    ("content-type", "text/plain"),
                    ("accept", "test"),
                    ("accept-language", "nn"),
                    ("content-language", "nn"),
                ]
            ),
            (answer(headers="x-print,"), STAR),
            "OPTIONS GET",
            asked=("x-print",),
            sent={
                "x-print": "u",
                "content-type": "text/plain",
                "accept": "test",
                "accept-language": "nn",
                "content-language": "nn",
            },
        ),
    ),
    get(
        "cors/request-headers.htm",
        "a name that is not listed beside one that is",
        Fetched(
            ask(headers=[("x-print", "u"), ("y-print", "u")]),
            (answer(headers="x-print"),),
            "OPTIONS",
            HEADER,
            "preflight",
        ),
    ),
]

XHR = [
    get(
        "xhr/access-control-basic-allow-non-cors-safelisted-method.any.js",
        "PUT with a text",
        Fetched(
            ask(method="PUT", headers=[("Content-Type", "text/plain; charset=UTF-8")], body="PUT data"),
            (answer(methods="PUT"), STAR),
            "OPTIONS PUT",
            asked=(None,),
            sent={"content-length": "8"},
        ),
    ),
    get(
        "xhr/access-control-basic-preflight-denied.htm",
        "FOO to a server without CORS",
        Fetched(ask(method="FOO"), (PLAIN,), "OPTIONS", "allow-origin-missing", "preflight"),
    ),
    get(
        "xhr/access-control-basic-get-fail-non-simple.htm",
        "a server that answers no OPTIONS",
        Fetched(
            ask(headers=[("x-test", "foobar")]), (answer(None, status=405),), "OPTIONS", "preflight-not-ok", "preflight"
        ),
    ),
    get(
        "xhr/access-control-preflight-async-header-denied.htm",
        "the header is not listed",
        Fetched(ask(headers=[("x-test", "foo")]), (answer(PAGE, headers="x-other"),), "OPTIONS", HEADER, "preflight"),
    ),
    get(
        "xhr/access-control-preflight-sync-header-denied.htm",
        "no header is listed",
        Fetched(ask(headers=[("x-test", "foo")]), (OWN,), "OPTIONS", HEADER, "preflight"),
    ),
    get(
        "xhr/access-control-preflight-async-method-denied.htm",
        "DELETE is not listed",
        Fetched(ask(method="DELETE"), (answer(PAGE, methods="GET, POST"),), "OPTIONS", METHOD, "preflight"),
    ),
    get(
        "xhr/access-control-preflight-sync-method-denied.htm",
        "no method is listed",
        Fetched(ask(method="DELETE"), (answer(PAGE, methods=""),), "OPTIONS", METHOD, "preflight"),
    ),
    get(
        "xhr/access-control-preflight-async-not-supported.htm",
        "PUT to a server without CORS",
        Fetched(ask(method="PUT"), (PLAIN,), "OPTIONS", "allow-origin-missing", "preflight"),
    ),
    get(
        "xhr/access-control-preflight-sync-not-supported.htm",
        "PUT, and a status that is not ok besides",
        Fetched(ask(method="PUT"), (answer(None, status=404),), "OPTIONS", "preflight-not-ok", "preflight"),
    ),
    get(
        "xhr/access-control-preflight-headers-async.htm",
        "a preflight has no header of the script's",
        Fetched(
            ask(headers=[("x-test", "foobar")]),
            (answer(headers="x-test"), STAR),
            "OPTIONS GET",
            asked=("x-test",),
            sent={"x-test": "foobar"},
        ),
    ),
    get(
        "xhr/access-control-preflight-request-header-lowercase.htm",
        "names are asked for in lower case",
        Fetched(
            ask(headers=[("X-Test", "foobar")]), (answer(headers="x-test"), STAR), "OPTIONS GET", asked=("x-test",)
        ),
    ),
    get(
        "xhr/access-control-preflight-request-header-sorted.htm",
        "names are asked for in order, with commas alone between them",
        Fetched(
            ask(headers=[(f"X-Custom-{end}", "foobar") for end in ("Test", "ua", "V", "s", "U")]),
            (answer(headers="x-custom-s,x-custom-test,x-custom-u,x-custom-ua,x-custom-v"), STAR),
            "OPTIONS GET",
            asked=("x-custom-s,x-custom-test,x-custom-u,x-custom-ua,x-custom-v",),
        ),
    ),
    get(
        "xhr/access-control-preflight-request-headers-origin.htm",
        "Origin is sent, not asked for",
        Fetched(
            ask(headers=[("x-pass", "PASS")]),
            (answer(headers="x-pass"), STAR),
            "OPTIONS GET",
            asked=("x-pass",),
            origins=(PAGE, PAGE),
        ),
    ),
    get(
        "xhr/access-control-preflight-request-header-returns-origin.any.js",
        "the preflight's answer and the other may differ in their origin",
        Fetched(ask(headers=[("X-Test", "foobar")]), (answer(PAGE, headers="x-test"), answer("*")), "OPTIONS GET"),
    ),
    get(
        "xhr/access-control-response-with-body.htm",
        "a preflight's headers are not the answer's",
        Fetched(
            ask(
                headers=[("Content-Type", "application/x-www-form-urlencoded"), ("X-Requested-With", "XMLHttpRequest")]
            ),
            (answer(headers="x-requested-with", expose="x-a", more=[("X-A", "1")]), answer(more=[("X-A", "2")])),
            "OPTIONS GET",
            asked=("x-requested-with",),
            readable={"x-a": None},
        ),
    ),
    get(
        "xhr/access-control-preflight-credential-async.htm",
        "with credentials the answer may have any status",
        Fetched(
            ask(method="PUT", credentials="include"),
            (answer(PAGE, credentials="true", methods="PUT"), answer(PAGE, credentials="true", status=401)),
            "OPTIONS PUT",
        ),
    ),
    get(
        "xhr/access-control-preflight-request-must-not-contain-cookie.htm",
        "a preflight is judged with the call's credentials: they must be allowed there, too",
        Fetched(
            ask(headers=[("X-Proprietary-Header", "foo")], credentials="include"),
            (answer(PAGE, headers="x-proprietary-header"),),
            "OPTIONS",
            "allow-credentials-missing",
            "preflight",
        ),
    ),
    get(
        "xhr/access-control-preflight-request-must-not-contain-cookie.htm",
        "and if they are, the call goes on",
        Fetched(
            ask(headers=[("X-Proprietary-Header", "foo")], credentials="include"),
            (answer(PAGE, credentials="true", headers="x-proprietary-header"), answer(PAGE, credentials="true")),
            "OPTIONS GET",
            sent={"cookie": None},
        ),
    ),
    get(
        "xhr/send-authentication-cors-basic-setrequestheader.htm",
        "Authorization and two more, with credentials, listed",
        Fetched(
            ask(headers=[("x-user", "u"), ("x-pass", "p"), ("Authorization", "Basic dTpw")], credentials="include"),
            (
                answer(PAGE, credentials="true", headers="x-user, x-pass, authorization"),
                answer(PAGE, credentials="true", expose="x-challenge", more=[("x-challenge", "DID-NOT")]),
            ),
            "OPTIONS GET",
            asked=("authorization,x-pass,x-user",),
            readable={"X-Challenge": "DID-NOT"},
        ),
    ),
    get(
        "xhr/send-authentication-cors-setrequestheader-no-cred.htm",
        "Authorization that is listed",
        Fetched(
            ask(headers=[("x-user", "u"), ("Authorization", "Basic dTpw")]),
            (answer(headers="x-user, Authorization"), STAR),
            "OPTIONS GET",
            sent={"authorization": "Basic dTpw"},
        ),
    ),
    get(
        "xhr/send-authentication-cors-setrequestheader-no-cred.htm",
        "Authorization that is not",
        Fetched(
            ask(headers=[("x-user", "u"), ("Authorization", "Basic dTpw")]),
            (answer(headers="x-user"),),
            "OPTIONS",
            HEADER,
            "preflight",
        ),
    ),
    get(
        "xhr/send-authentication-basic-cors-not-enabled.htm",
        "credentials and a header to a server without CORS",
        Fetched(
            ask(headers=[("x-user", "u")], credentials="include"),
            (answer(None, status=401),),
            "OPTIONS",
            "preflight-not-ok",
            "preflight",
        ),
    ),
    get(
        "cors/late-upload-events.htm",
        "a long text with a header",
        Fetched(
            ask(method="POST", headers=[("custom-header", "test")], body="xo" * 2999),
            (answer(headers="custom-header"), STAR),
            "OPTIONS POST",
            sent={"content-length": "5998"},
        ),
    ),
]

ROWS = [*LISTS, *XHR]
