"""Rows about who calls: origins and credentials."""

from __future__ import annotations

from engines.row import APP_1, DEEP_SUBDOMAIN, LOCALHOST, NULL, PAGE, SUBDOMAIN, Call, blocked, reads, row
from engines.words import ANY, BEARER, COOKIES, EXACT, GET, NOBODY, OTHER, WITH_COOKIES, X_TEST, allow, send

ORIGINS = (
    row("The origin of the page is in the list", EXACT, GET, reads("GET")),
    row("The list has only others", NOBODY, GET, blocked("GET")),
    row("The list is empty", {}, GET, blocked("GET")),
    row("Any origin is allowed", ANY, GET, reads("GET")),
    row("The port differs", {"allow_origins": ["http://127.0.0.1:1"]}, GET, blocked("GET")),
    row("The scheme differs", {"allow_origins": ["https://127.0.0.1:<page>"]}, GET, blocked("GET")),
    row("The host has another name", {"allow_origins": [LOCALHOST]}, GET, blocked("GET")),
    row("One of many origins", {"allow_origins": [OTHER, LOCALHOST, PAGE]}, GET, reads("GET")),
    row("Any port", {"allow_origins": ["http://127.0.0.1:*"]}, GET, reads("GET")),
    row("Any port of another host", {"allow_origins": ["http://localhost:*"]}, GET, blocked("GET")),
    row(
        "A pattern stands for a subdomain",
        {"allow_origins": ["http://*.localhost:<page>"]},
        Call(page=SUBDOMAIN),
        reads("GET"),
    ),
    row(
        "A pattern stands for more than one label",
        {"allow_origins": ["http://*.localhost:<page>"]},
        Call(page=DEEP_SUBDOMAIN),
        reads("GET"),
    ),
    row(
        "A pattern does not stand for its own base",
        {"allow_origins": ["http://*.localhost:<page>"]},
        Call(page=LOCALHOST),
        blocked("GET"),
    ),
    row(
        "A pattern with any label and any port",
        {"allow_origins": ["http://*.localhost:*"]},
        Call(page=SUBDOMAIN),
        reads("GET"),
    ),
    row(
        "A pattern inside a label",
        {"allow_origins": ["http://app-*.x.localhost:*"]},
        Call(page=APP_1),
        reads("GET"),
    ),
    row(
        "A pattern inside a label, for another label",
        {"allow_origins": ["http://web-*.x.localhost:*"]},
        Call(page=APP_1),
        blocked("GET"),
    ),
    row(
        "A regular expression",
        {"allow_origin_regex": r"http://[a-z]+\.localhost:\d+"},
        Call(page=SUBDOMAIN),
        reads("GET"),
    ),
    row(
        "A regular expression must match the whole origin, from its start",
        {"allow_origin_regex": r"a\.localhost:\d+"},
        Call(page=SUBDOMAIN),
        blocked("GET"),
    ),
    row(
        "A regular expression must match the whole origin, to its end",
        {"allow_origin_regex": r"http://127\.0\.0\.1"},
        GET,
        blocked("GET"),
    ),
    row("A denied origin under any origin", {**ANY, "deny_origins": [PAGE]}, GET, blocked("GET")),
    row("Any origin but a denied one", {**ANY, "deny_origins": [SUBDOMAIN]}, GET, reads("GET")),
    row(
        "A denied pattern wins over the list",
        {"allow_origins": [SUBDOMAIN], "deny_origins": ["http://*.localhost:*"]},
        Call(page=SUBDOMAIN),
        blocked("GET"),
    ),
    row("A validator says yes", {"origin_validator": lambda origin: "127.0.0.1" in origin}, GET, reads("GET")),
    row("A validator says no", {"origin_validator": lambda origin: OTHER in origin}, GET, blocked("GET")),
    row("The null origin of a sandboxed frame is refused", EXACT, Call(page=NULL), blocked("GET@null")),
    row("Any origin includes the null origin", ANY, Call(page=NULL), reads("GET@null")),
    row(
        "The null origin is allowed by name",
        allow(dangerously_allow_null_origin=True),
        Call(page=NULL),
        reads("GET@null"),
    ),
    row(
        "A preflight from the null origin is refused",
        allow(allow_methods=["PUT"]),
        send("PUT", page=NULL),
        blocked("OPTIONS:PUT@null"),
    ),
    row(
        "A preflight from the null origin, allowed by name",
        allow(allow_methods=["PUT"], dangerously_allow_null_origin=True),
        send("PUT", page=NULL),
        reads("OPTIONS:PUT@null PUT@null"),
    ),
    row(
        "A page of the API's own origin needs no policy",
        NOBODY,
        send("POST", body="1", page="http://127.0.0.1:<api>"),
        reads("POST+cookie", names="x-total x-secret"),
    ),
)

CREDENTIALS = (
    row("Cookies, allowed", COOKIES, WITH_COOKIES, reads("GET+cookie")),
    row("Cookies, not allowed", EXACT, WITH_COOKIES, blocked("GET+cookie")),
    row("Cookies, under any origin", ANY, WITH_COOKIES, blocked("GET+cookie")),
    row(
        "Cookies, for every site, as someone insisted",
        {**ANY, "allow_credentials": True, "dangerously_allow_any_origin_with_credentials": True},
        WITH_COOKIES,
        reads("GET+cookie"),
    ),
    row("Cookies, from another origin", {**NOBODY, "allow_credentials": True}, WITH_COOKIES, blocked("GET+cookie")),
    row("Credentials are allowed and not sent", COOKIES, Call(credentials="omit"), reads("GET")),
    row("Credentials stay with their own origin", COOKIES, Call(credentials="same-origin"), reads("GET")),
    row(
        "A preflight has no cookies, and the request behind it has",
        {**COOKIES, "allow_methods": ["PUT"]},
        send("PUT", credentials="include"),
        reads("OPTIONS:PUT PUT+cookie"),
    ),
    row(
        "A preflight for a request with cookies fails where they are not allowed",
        allow(allow_methods=["PUT"]),
        send("PUT", credentials="include"),
        blocked("OPTIONS:PUT"),
    ),
    row(
        "A preflight for a request with cookies fails under any origin",
        {**ANY, "allow_methods": ["PUT"]},
        send("PUT", credentials="include"),
        blocked("OPTIONS:PUT"),
    ),
    row(
        "Any method and any header, with cookies",
        {**COOKIES, "allow_methods": "*", "allow_headers": "*"},
        send("PURGE", headers={**X_TEST, **BEARER}, credentials="include"),
        reads("OPTIONS:PURGE[authorization,x-test] PURGE+cookie"),
    ),
    row(
        "Exposed headers, with cookies",
        {**COOKIES, "expose_headers": ["X-Total"]},
        WITH_COOKIES,
        reads("GET+cookie", names="x-total"),
    ),
    row(
        "A pattern, with cookies",
        {"allow_origins": ["http://127.0.0.1:*"], "allow_credentials": True},
        WITH_COOKIES,
        reads("GET+cookie"),
    ),
)
