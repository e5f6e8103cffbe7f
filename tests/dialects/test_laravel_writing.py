"""A policy as Laravel's settings: what is written, and what is lost."""

from __future__ import annotations

import warnings

import pytest

from crossorigin import Policy, PolicyWarning, Rule, Ruleset
from crossorigin.dialects import read, write

#: What is written, and what is lost, beside the handshakes of WebSockets.
WRITTEN = [
    ({"allow_origins": "*"}, "'allowed_origins' => ['*'],", ["cosmetic Vary"]),
    ({"allow_origins": ["https://a.example"]}, "'allowed_origins' => ['https://a.example'],", ["cosmetic Vary"]),
    ({"allow_origins": ["https://*.a.example"]}, r"['~\\Ahttps://(?:[a-z0-9_-]+\\.)+a\\.example\\z~'],", []),
    ({"allow_origin_regex": "https://it's~"}, r"=> ['#\\Ahttps://it\'s~\\z#'],", []),
    ({"allow_origin_regex": "https://~#%!~"}, r"=> ['#\\Ahttps://~\\x23%!~\\z#'],", ["cosmetic allow_origin_regex"]),
    ({"allow_origin_regex": r"(a|b)\1"}, "", []),
    ({"allow_origin_regex": "https://(?<=/{2})b"}, "", ["narrows allow_origin_regex='https://(?<=/{2})b'"]),
    ({"allow_methods": ["PUT"]}, "'allowed_methods' => ['PUT'],", ["widens allow_methods"]),
    ({"allow_methods": ["GET", "HEAD", "POST", "patch"]}, "=> ['GET', 'HEAD', 'POST'],", ["narrows allow_methods"]),
    ({"allow_methods": "*"}, "'allowed_methods' => ['*'],", ["narrows allow_methods=['*']"]),
    ({"allow_headers": ["X-A"]}, "['X-A', 'accept', 'accept-language', 'content-language', 'content-type'],", []),
    ({"allow_headers": "*", "deny_headers": ["X-A"]}, "'allowed_headers' => ['*'],", ["widens deny_headers=('X-A',)"]),
    ({"max_age": None}, "'max_age' => null,", []),
    ({"max_age": 0}, "'max_age' => 0,", []),
    ({"preflight_status": 200}, "", ["cosmetic preflight_status=200"] * 2),
    ({"require_origin": True}, "", ["widens require_origin=True"]),
]


@pytest.mark.parametrize(("options", "line", "losses"), WRITTEN, ids=str)
def test_what_is_written(options: dict[str, object], line: str, losses: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        policy = Policy(**options)  # type: ignore[arg-type]  # a table of options
    found = write("laravel", policy)
    assert line in found.text
    told = [f"{loss.how_bad} {loss.what.partition('=re.')[0]}" for loss in found.losses]
    assert [loss for loss in told if "websockets" not in loss] == losses


RULES = [
    ({"/api/*": 0}, "['api', 'api/*']", []),
    ({"/": 0, "/x": 0, "/x/": 0}, "['/', 'x']", []),
    ({"/x": 0}, "['x']", ["widens the path /x"]),
    ({"/x/": 0, "/x/*": 0}, "['x', 'x/*']", ["cosmetic the path /x/"]),
    ({"/it's": 0, "/it's/": 0}, r"['it\'s']", []),
    ({"/a/*": 0, "/b/*": 1}, "['a', 'a/*']", ["narrows the rule for /b/*"]),
    ({"/a/*": 0, "/*": 1}, "['*']", ["narrows the rule for /a/*", "widens the rule for /a/*"]),
    ({"/a/*": 0, "/b/*": 2}, "['a', 'a/*']", ["narrows the rule for /b/*", "widens the rule for /b/*"]),
]


@pytest.mark.parametrize(("rules", "paths", "losses"), RULES, ids=str)
def test_rules_that_are_written(rules: dict[str, int], paths: str, losses: list[str]) -> None:
    """One policy is written, with all paths that it has; what others would refuse, it may let in."""
    sites = ["https://a.example", "https://b.example"]
    policies = [Policy(allow_origins=sites), Policy(), Policy(enforce="all")]
    found = write("laravel", Ruleset([Rule([path], policies[which]) for path, which in rules.items()]))
    assert f"'paths' => {paths}," in found.text
    assert [f"{one.how_bad} {one.what}" for one in found.losses if "websockets" not in one.what] == losses
    if not losses:
        assert read("laravel", found.text).ruleset == found.ruleset
