"""Rows about what is asked before: methods, request headers, and the preflight cache."""

from __future__ import annotations

from engines.row import Call, blocked, reads, row
from engines.words import ANY, BEARER, COOKIES, EXACT, GET, JSON, NOBODY, TEXT, X_TEST, allow, ask, send

METHODS = (
    row("HEAD is CORS-safelisted", EXACT, send("HEAD"), reads("HEAD", text="")),
    row("POST of text needs no preflight", EXACT, send("POST", headers=TEXT, body="1"), reads("POST")),
    row(
        "POST of a form needs no preflight",
        EXACT,
        send("POST", headers={"Content-Type": "application/x-www-form-urlencoded"}, body="a=1"),
        reads("POST"),
    ),
    row("PUT, allowed", allow(allow_methods=["GET", "PUT"]), send("PUT", body="1"), reads("OPTIONS:PUT PUT")),
    row("PUT, not allowed", EXACT, send("PUT"), blocked("OPTIONS:PUT")),
    row("PUT, from another origin", {**NOBODY, "allow_methods": ["PUT"]}, send("PUT"), blocked("OPTIONS:PUT")),
    row("Fetch normalizes put", allow(allow_methods=["PUT"]), send("put"), reads("OPTIONS:PUT PUT", text="PUT /ok")),
    row("DELETE, allowed", allow(allow_methods=["DELETE"]), send("DELETE"), reads("OPTIONS:DELETE DELETE")),
    row("DELETE, where PUT is allowed", allow(allow_methods=["PUT"]), send("DELETE"), blocked("OPTIONS:DELETE")),
    row("PATCH, allowed", allow(allow_methods=["PATCH"]), send("PATCH"), reads("OPTIONS:PATCH PATCH")),
    row("Fetch does not normalize patch", allow(allow_methods=["PATCH"]), send("patch"), blocked("OPTIONS:patch")),
    row(
        "A policy may allow patch in lower case",
        allow(allow_methods=["patch"]),
        send("patch"),
        reads("OPTIONS:patch patch", text="patch /ok"),
    ),
    row("A method of one's own", allow(allow_methods=["PURGE"]), send("PURGE"), reads("OPTIONS:PURGE PURGE")),
    row("A method of one's own, not allowed", EXACT, send("PURGE"), blocked("OPTIONS:PURGE")),
    row("Any method", allow(allow_methods="*"), send("DELETE"), reads("OPTIONS:DELETE DELETE")),
    row(
        "Any method, also in lower case",
        allow(allow_methods="*"),
        send("patch"),
        reads("OPTIONS:patch patch", text="patch /ok"),
    ),
    row(
        "Any method, from another origin",
        {**NOBODY, "allow_methods": "*"},
        send("PUT"),
        blocked("OPTIONS:PUT"),
    ),
    row(
        "OPTIONS by a script goes to the app behind its preflight",
        allow(allow_methods=["OPTIONS"]),
        send("OPTIONS"),
        reads("OPTIONS:OPTIONS OPTIONS", text="OPTIONS /ok"),
    ),
    row("A simple GET is not kept away by allow_methods", allow(allow_methods=["PUT"]), GET, reads("GET")),
    row(
        "A preflighted POST must be in allow_methods",
        allow(allow_methods=["PUT"], allow_headers=["X-Test"]),
        send("POST", headers=X_TEST),
        blocked("OPTIONS:POST[x-test]"),
    ),
    row(
        "A preflight may be answered with 200",
        allow(allow_methods=["PUT"], preflight_status=200),
        send("PUT"),
        reads("OPTIONS:PUT PUT"),
    ),
)

HEADERS = (
    row("A header, allowed", allow(allow_headers=["X-Test"]), Call(headers=X_TEST), reads("OPTIONS:GET[x-test] GET")),
    row("A header, not allowed", EXACT, Call(headers=X_TEST), blocked("OPTIONS:GET[x-test]")),
    row(
        "Header names have no case",
        allow(allow_headers=["x-TEST"]),
        Call(headers={"X-test": "1"}),
        reads("OPTIONS:GET[x-test] GET"),
    ),
    row(
        "One of two headers is not allowed",
        allow(allow_headers=["X-Test"]),
        ask(X_Test="1", X_Other="1"),
        blocked("OPTIONS:GET[x-other,x-test]"),
    ),
    row(
        "Authorization, allowed",
        allow(allow_headers=["Authorization"]),
        Call(headers=BEARER),
        reads("OPTIONS:GET[authorization] GET"),
    ),
    row("Authorization, not allowed", EXACT, Call(headers=BEARER), blocked("OPTIONS:GET[authorization]")),
    row(
        "Any header, Authorization too",
        {**ANY, "allow_headers": "*"},
        Call(headers=BEARER),
        reads("OPTIONS:GET[authorization] GET"),
    ),
    row(
        "Any header but Authorization",
        allow(allow_headers="*", deny_headers=["Authorization"]),
        Call(headers=BEARER),
        blocked("OPTIONS:GET[authorization]"),
    ),
    row(
        "Any header but another",
        allow(allow_headers="*", deny_headers=["Authorization"]),
        Call(headers=X_TEST),
        reads("OPTIONS:GET[x-test] GET"),
    ),
    row(
        "JSON needs a preflight and no leave of its own",
        EXACT,
        send("POST", headers=JSON, body="{}"),
        reads("OPTIONS:POST[content-type] POST"),
    ),
    row(
        "JSON, where Content-Type is denied",
        allow(deny_headers=["Content-Type"]),
        send("POST", headers=JSON, body="{}"),
        blocked("OPTIONS:POST[content-type]"),
    ),
    row("JSON, from another origin", NOBODY, send("POST", headers=JSON), blocked("OPTIONS:POST[content-type]")),
    row("JSON, under any origin", ANY, send("POST", headers=JSON), reads("OPTIONS:POST[content-type] POST")),
    row(
        "JSON by PUT, with a token",
        allow(allow_methods=["PUT"], allow_headers=["Authorization"]),
        send("PUT", headers={**JSON, **BEARER}, body="{}"),
        reads("OPTIONS:PUT[authorization,content-type] PUT"),
    ),
    row("A simple range is CORS-safelisted", EXACT, ask(Range="bytes=0-9"), reads("GET")),
    row("A range of the last bytes is not", EXACT, ask(Range="bytes=-9"), blocked("OPTIONS:GET[range]")),
    row("Range, allowed", allow(allow_headers=["Range"]), ask(Range="bytes=-9"), reads("OPTIONS:GET[range] GET")),
    row("A language is CORS-safelisted", EXACT, ask(Accept_Language="de"), reads("GET")),
    row(
        "A long value is not CORS-safelisted, and its name is allowed all the same",
        EXACT,
        ask(Accept="a" * 200),
        reads("OPTIONS:GET[accept] GET"),
    ),
)

CACHE = (
    row(
        "An age saves the second preflight",
        allow(allow_methods=["PUT"]),
        (send("PUT"), send("PUT")),
        reads("OPTIONS:PUT PUT PUT"),
    ),
    row(
        "An age of 0 saves none",
        allow(allow_methods=["PUT"], max_age=0),
        (send("PUT"), send("PUT")),
        reads("OPTIONS:PUT PUT OPTIONS:PUT PUT"),
    ),
    row(
        "The whole lists are told, so that one preflight serves other methods and headers",
        allow(allow_methods=["GET", "PUT", "DELETE"], allow_headers=["X-Test"]),
        (send("PUT"), send("DELETE", headers=X_TEST)),
        reads("OPTIONS:PUT PUT DELETE"),
    ),
    row(
        "Where any method is allowed, only the one asked for is told",
        allow(allow_methods="*"),
        (send("PUT"), send("DELETE")),
        reads("OPTIONS:PUT PUT OPTIONS:DELETE DELETE"),
    ),
    row(
        "A preflight without credentials does not serve a call with them",
        {**COOKIES, "allow_methods": ["PUT"]},
        (send("PUT", credentials="omit"), send("PUT", credentials="include")),
        reads("OPTIONS:PUT PUT OPTIONS:PUT PUT+cookie"),
    ),
    row(
        "A refused preflight is not remembered",
        EXACT,
        (send("PUT"), send("PUT")),
        blocked("OPTIONS:PUT OPTIONS:PUT"),
    ),
)
