"""The Laravel examples of the documents run in a real Laravel as they are, and are read as what they say."""

from __future__ import annotations

import dataclasses
import functools
import warnings
from typing import TYPE_CHECKING

import pytest

from crossorigin import PolicyWarning
from crossorigin.browser import Call, simulate
from crossorigin.dialects import guess_dialect, read
from crossorigin.probe.policy import PolicyNetwork
from processes import find_free_port
from stacks.php import LARAVEL, PHP_CORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.messages import Request, Response

MIDDLEWARE = r"""<?php

namespace App\Http\Middleware;

use Closure;

class Cors
{
    public function handle($request, Closure $next)
    {
        // Define your CORS headers here
        return $next($request)
            ->header('Access-Control-Allow-Origin', '*') // Replace '*' with specific origins
            ->header('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE')
            ->header('Access-Control-Allow-Headers', 'Content-Type, Authorization')
            ->header('Access-Control-Allow-Credentials', 'true'); // Enable credentials if needed
    }
}
"""
CONFIG = """'paths' => ['api/*', 'sanctum/csrf-cookie'],

'allowed_methods' => ['*'],

'allowed_origins' => ['*'],

'allowed_origins_patterns' => [],

'allowed_headers' => ['*'],

'exposed_headers' => [],

'max_age' => 0,

'supports_credentials' => false,
"""
ORIGIN = "https://app.example"
BASE = "https://api.example"
CALLS = [
    Call(ORIGIN, f"{BASE}{path}", method, headers, credentials)
    for path in ("/items", "/api/items", "/sanctum/csrf-cookie", "/sanctum/csrf-cookie/", "/login")
    for method in ("GET", "PUT", "PATCH", "DELETE")
    for headers in ((), (("Authorization", "a"),), (("X-Test", "1"),))
    for credentials in ("omit", "include")
]


def play(network: Callable[[Request], Response], calls: list[Call] = CALLS) -> list[str]:
    return [simulate(call, network).outcome for call in calls]


def test_the_middleware_means_what_it_says() -> None:
    """Every origin; four methods and HEAD; two names; and no credentials, which no browser gives to every origin."""
    assert guess_dialect(MIDDLEWARE) == "laravel"
    found = read("laravel", MIDDLEWARE)
    policy = found.ruleset.only_policy
    assert policy
    assert policy.settings == {
        "allow_origins": ("*",),
        "allow_methods": ("GET", "POST", "PUT", "DELETE", "HEAD"),
        "allow_headers": ("Content-Type", "Authorization"),
        "deny_headers": ("accept", "accept-language", "content-language"),
        "max_age": None,
    }
    told = [(loss.what, loss.how_bad, loss.position) for loss in found.losses]
    assert told == [
        ("preflights", "widens", (13, 22)),
        ("allow_credentials with every origin", "narrows", (16, 22)),
    ]


@pytest.mark.stacks
def test_the_middleware_does_what_was_read() -> None:
    """It stands around everything, as ``$middleware`` of the kernel has it; then preflights pass it, too."""
    LARAVEL.require()
    network = PolicyNetwork(read("laravel", MIDDLEWARE).ruleset)
    with LARAVEL.serve([MIDDLEWARE], [find_free_port()]) as ask:
        got = play(functools.partial(ask, 0))
    assert got == play(network)
    assert {*got} == {"readable", "network-error"}


@pytest.mark.stacks
@pytest.mark.parametrize(
    "value",
    [
        "$request->header('Origin')",
        "$request->headers->get('Origin')",
        "$_SERVER['HTTP_ORIGIN'] ?? '*'",
        "$request->header('Origin') ?: ''",
        "$request->server('HTTP_ORIGIN')",
        "getallheaders()['Origin']",
    ],
)
def test_what_is_sent_back_lets_everyone_in(value: str) -> None:
    """Whoever asks may read with credentials, in Laravel as by the policy; and that is found."""
    LARAVEL.require()
    text = MIDDLEWARE.replace("'*'", value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        found = read("laravel", text)
    assert [one.option for one in found.findings] == ["dangerously_allow_any_origin_with_credentials"]
    origins = (ORIGIN, "https://evil.example")
    calls = [dataclasses.replace(call, page_origin=origin) for call in CALLS for origin in origins]
    with LARAVEL.serve([text], [find_free_port()]) as ask:
        got = play(functools.partial(ask, 0), calls)
    assert got == play(PolicyNetwork(found.ruleset), calls)
    assert {*got[-8:]} == {"readable", "network-error"}


@pytest.mark.stacks
def test_in_a_group_of_routes_it_misses_preflights() -> None:
    """As the document registers it: Laravel answers OPTIONS for a route itself, without the route's middleware."""
    LARAVEL.require()
    simple = Call(ORIGIN, f"{BASE}/grouped", "GET", (), "omit")
    preflighted = Call(ORIGIN, f"{BASE}/grouped", "PUT", (), "omit")
    with LARAVEL.serve([MIDDLEWARE], [find_free_port()]) as ask:
        got = play(lambda request: ask(0, request._replace(headers=[*request.headers, GROUPED])), [simple, preflighted])
    assert got == ["readable", "network-error"]


#: Asks the app to have the middleware in the routes' group, and not around everything.
GROUPED = ("X-Grouped", "yes")


def test_the_settings_mean_what_they_say() -> None:
    """Every origin, method and name, for what is below ``/api`` and one path; without credentials."""
    assert guess_dialect(CONFIG) == "laravel"
    found = read("laravel", CONFIG)
    (rule,) = found.ruleset.rules
    assert rule.paths == ("/api/*", "/sanctum/csrf-cookie", "/sanctum/csrf-cookie/")
    assert rule.policy.settings == {
        "allow_origins": ("*",),
        "allow_methods": ("*",),
        "allow_headers": ("*",),
        "max_age": 0,
    }
    assert [(loss.what, loss.how_bad, loss.position) for loss in found.losses] == [
        ("the path api/*", "widens", (1, 13)),
        ("allowed_methods: *", "cosmetic", (3, 22)),
    ]


@pytest.mark.stacks
def test_the_settings_do_what_was_read() -> None:
    """Behind a stand-in for the package, which Debian does not have; but for ``/api`` itself, which is told."""
    PHP_CORS.require()
    text = f"<?php\nreturn [\n{CONFIG}];\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        network = PolicyNetwork(read("laravel", CONFIG).ruleset)
    with PHP_CORS.serve([text], [find_free_port()]) as ask:
        got = play(functools.partial(ask, 0))
        bare = play(functools.partial(ask, 0), [Call(ORIGIN, f"{BASE}/api", "GET", (), "omit")])
    assert got == play(network)
    assert {*got} == {"readable", "network-error"}
    assert bare == ["network-error"]
