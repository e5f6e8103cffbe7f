"""``config/cors.php`` behind a stand-in for fruitcake/php-cors, in a real Laravel, and the policy that it stands for.

The package is not in Debian. The stand-in, ``laravel/app/Http/PhpCors.php``, does what the package says of itself; PHP
reads the settings and matches the patterns, and Laravel the paths.
"""

from __future__ import annotations

import functools
import random
import warnings
from typing import TYPE_CHECKING

import pytest

from crossorigin import PolicyWarning, Ruleset
from crossorigin.browser import Call
from crossorigin.dialects import Loss, Translation, read, write
from crossorigin.dialects._php import write_literal
from crossorigin.probe.policy import PolicyNetwork
from processes import find_free_port
from stacks import calls, comparing
from stacks.php import PHP_CORS
from stacks.upstream import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED = 20261126
COUNT = 40

pytestmark = pytest.mark.stacks

ORIGINS = (
    *("https://app.example", "https://*.example.com", "http://localhost:*", "https://app-*.shop.example", "null"),
    *("https://a.example/", "*.example", "https://*", "https://one.example", "*"),
)
PATTERNS = (
    r"#^https://pr-\d+\.example\.com\z#",
    r"/^https:\/\/[a-z]+\.example$/i",
    "/example/",
    "~^https://a~",
    "~[.]example$~D",
    r"{\Ahttp://localhost(:\d+)?\z}",
    "(broken",
    "https://app.example",
)
PATHS = ("*", "api/*", "api", "items", "/items/", "a*", "/", "api/*/x", "http://api.example/*", "")
METHODS = ("*", "GET", "HEAD", "POST", "put", "PATCH", "DELETE")
NAMES = ("*", "X-Test", "authorization", "Content-Type", "accept")
PAGES = (
    *("https://app.example", "https://b.example.com", "http://localhost:3000", "http://localhost", "null"),
    *("https://app-1.shop.example", "https://app.example.evil.example", "https://evilexample.com", "https://a.example"),
    *("https://pr-7.example.com", "https://one.example", "https://evil.invalid"),
)
URLS = tuple(f"{calls.BASE}{path}" for path in ("/", "/api", "/api/b", "/items", "/items/", "/apples", "/api/y/x"))


def _draw_settings(chance: random.Random) -> str:
    """Write settings of every kind."""

    def some(values: Sequence[str], most: int) -> list[str]:
        return chance.sample(values, chance.randint(0, most))

    settings = {
        "paths": chance.choice((["*"], ["api", "api/*"], some(PATHS, 3))),
        "allowed_methods": chance.choice((["*"], some(METHODS, 4))),
        "allowed_origins": chance.choice((some(ORIGINS[:5], 3), some(ORIGINS, 2))),
        "allowed_origins_patterns": chance.choice(([], some(PATTERNS[:-2], 2))),
        "allowed_headers": chance.choice((["*"], some(NAMES, 3))),
        "exposed_headers": some(("X-Total", "ETag", "*"), 2),
        "max_age": chance.choice((0, None, 600)),
        "supports_credentials": chance.random() < 0.4,
    }
    return f"<?php\nreturn {write_literal(settings)};\n"


def _draw_calls(chance: random.Random) -> list[Call]:
    return [
        Call(
            chance.choice(PAGES),
            chance.choice(URLS),
            chance.choice(calls.METHODS),
            chance.choice(calls.NAMES),
            chance.choice(("omit", "include")),
        )
        for _ in range(40)
    ]


def _compare(found: Sequence[tuple[Translation, Sequence[calls.Probe]]], *, reads: bool) -> list[str]:
    """Ask the stand-in and the policies the same; say what differs and is no loss."""
    PHP_CORS.require()
    faults: list[str] = []
    with PHP_CORS.serve([one.text for one, _ in found], [find_free_port()]) as ask:
        for number, (one, probes) in enumerate(found):
            policy = PolicyNetwork(one.ruleset, answer)
            for probe in probes:
                server = comparing.observe(functools.partial(ask, number), probe)
                model = comparing.observe(policy, probe)
                source, target = (server, model) if reads else (model, server)
                faults += [f"{probe}\n{one}\n{fault}" for fault in _list_faults(source, target, one.losses)]
    return faults


def _list_faults(source: comparing.Facts, target: comparing.Facts, losses: Sequence[Loss]) -> list[str]:
    said = {loss.how_bad for loss in losses}
    widened = [] if "widens" in said else comparing.find_widened(source, target)
    return widened + ([] if "narrows" in said else comparing.find_narrowed(source, target))


def test_what_is_written_does_what_the_policy_says() -> None:
    """Forty policies of every kind, and one thing at a time; for what a browser asks."""
    found = []
    for case in [*calls.list_feature_cases(), *calls.list_random_cases(SEED, COUNT)]:
        written = write("laravel", case.rules, accept_dangerous=True)
        found.append((written, [probe for probe in calls.list_probes(case) if isinstance(probe, Call)]))
    faults = _compare(found, reads=False)
    assert not faults, faults[:3]


def test_what_is_read_is_what_the_package_does() -> None:
    """Settings of every kind: but for the spelling of methods, which is told, the policy gives what they give."""
    chance = random.Random(SEED)
    found = []
    for _ in range(2 * COUNT):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PolicyWarning)
            one = read("laravel", _draw_settings(chance))
        asked = [call for call in _draw_calls(chance) if call.method != "patch"]
        found.append((one, asked))
    assert sum(not has_effect(one.losses) for one, _ in found) > COUNT / 2
    faults = _compare(found, reads=True)
    assert not faults, faults[:3]


def has_effect(losses: Sequence[Loss]) -> bool:
    return any(loss.how_bad != "cosmetic" for loss in losses)


def test_everyone_is_let_in_where_the_package_echoes() -> None:
    """Every origin with credentials: the package echoes any, and what is read of it gives credentials to none."""
    PHP_CORS.require()
    text = "<?php return ['paths' => ['*'], 'allowed_methods' => ['*'], 'allowed_origins' => ['*'], "
    text += "'allowed_origins_patterns' => [], 'allowed_headers' => ['*'], 'exposed_headers' => [], "
    text += "'max_age' => 0, 'supports_credentials' => true];"
    found = read("laravel", text)
    assert [loss.what for loss in found.losses if loss.how_bad == "narrows"] == ["allow_credentials with every origin"]
    call = Call("https://evil.example", f"{calls.BASE}/items", "GET", (), "include")
    with PHP_CORS.serve([text], [find_free_port()]) as ask:
        assert comparing.observe(functools.partial(ask, 0), call).reads
    assert isinstance(found.ruleset, Ruleset)
    assert not comparing.observe(PolicyNetwork(found.ruleset, answer), call).reads
