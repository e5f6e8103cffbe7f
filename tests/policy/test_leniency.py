"""What is dropped from another package's settings, and what is not."""

from __future__ import annotations

import re
import warnings
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given

import strategies
from crossorigin import Policy, PolicyError, PolicyWarning, decide
from crossorigin.errors import InvalidOriginError
from crossorigin.messages import Request
from crossorigin.policy.habits import STANDARD, is_harmless
from crossorigin.policy.leniency import _mend, make_leniently

APP = "https://app.example"


@pytest.mark.parametrize(
    ("options", "kept", "reasons"),
    [
        ({"allow_origins": [APP]}, {"allow_origins": (APP,)}, []),
        ({"allow_origins": APP}, {"allow_origins": (APP,)}, []),
        ({"allow_origins": (item for item in [APP, "x/"])}, {"allow_origins": (APP,)}, ["origin-has-no-scheme"]),
        ({"allow_origins": [APP, f"{APP}/"]}, {"allow_origins": (APP,)}, ["origin-has-a-trailing-slash"]),
        ({"allow_origins": ["null", "file://"]}, {"allow_origins": ()}, ["origin-is-null", "origin-is-a-file"]),
        ({"allow_origins": ["https://*"]}, {"allow_origins": ()}, ["wildcard-is-not-a-pattern"]),
        ({"allow_origins": ["*", APP]}, {"allow_origins": ("*",)}, ["wildcard-beside-names"]),
        ({"allow_origins": ["*", "x"]}, {"allow_origins": ("*",)}, 2),
        ({"allow_methods": ["GET", "get", "TRACE", "a b"]}, {"allow_methods": ("GET",)}, 3),
        ({"allow_methods": ["*", "GET"]}, {"allow_methods": ("*",)}, ["wildcard-beside-names"]),
        ({"allow_headers": ["X-A", "Cookie", "x y"]}, {"allow_headers": ("X-A",)}, 2),
        ({"expose_headers": ["X-A", "Set-Cookie"]}, {"expose_headers": ("X-A",)}, 1),
        ({"max_age": -1}, {"max_age": 0}, ["max-age-out-of-range"]),
        ({"max_age": 100000}, {"max_age": 86400}, ["max-age-out-of-range"]),
        (
            {"allow_origins": ["*"], "allow_credentials": True},
            {"allow_origins": ("*",), "allow_credentials": False},
            ["wildcard-with-credentials"],
        ),
        (
            {"allow_origins": [APP], "expose_headers": "*", "allow_credentials": True},
            {"expose_headers": (), "allow_credentials": True},
            ["wildcard-with-credentials"],
        ),
        (
            {"allow_origin_regex": ".*", "allow_credentials": True},
            {"allow_origin_regex": re.compile(".*"), "allow_credentials": False},
            ["regex-matches-any-origin"],
        ),
        ({"deny_origins": "*"}, {"deny_origins": ()}, ["wildcard-is-not-a-pattern"]),
        ({"deny_origins": ["*", APP, "x"]}, {"deny_origins": (APP,)}, 2),
        ({"deny_headers": ["*", "X-A"]}, {"deny_headers": ("X-A",)}, 1),
        ({"own_hosts": "*"}, {"own_hosts": frozenset()}, 1),
        ({"allow_origins": [urlsplit(f"{APP}/path"), APP]}, {"allow_origins": (APP,)}, ["origin-has-a-path"]),
        ({"allow_origins": [urlsplit("https://A.example")]}, {"allow_origins": ()}, ["origin-has-upper-case"]),
        ({"allow_origin_regex": iter(["https://a", "(a+)+"])}, {"dangerously_allow_nested_repeats": True}, 1),
        ({"allow_origin_regex": "(a+)+"}, {"dangerously_allow_nested_repeats": True}, ["regex-nests-repeats"]),
        (
            {"allow_origins": ["https://*.github.io", APP], "allow_credentials": True},
            {"allow_origins": (APP,), "allow_credentials": True},
            ["wildcard-over-public-suffix"],
        ),
    ],
    ids=str,
)
def test_what_has_no_effect_is_dropped(options: dict[str, Any], kept: dict[str, Any], reasons: list[str] | int) -> None:
    """The rest is a policy, and everything dropped is named."""
    policy, dropped = make_leniently(options, STANDARD)
    assert {name: getattr(policy, name) for name in kept} == kept
    assert (len(dropped) if isinstance(reasons, int) else [mistake.reason for mistake in dropped]) == reasons


@pytest.mark.parametrize(
    "options",
    [
        {"allow_origin_regex": "("},
        {"max_age": "600"},
        {"allow_credentials": 1},
        {"error_status": 200},
        {"allow_origin": [APP]},
        {"allow_origins": 5},
        {"allow_origins": b"*"},
    ],
    ids=str,
)
def test_what_has_an_effect_is_refused(options: dict[str, Any]) -> None:
    """A mistake whose meaning nobody can guess is an error here, too, and only that one is named."""
    with pytest.raises(PolicyError) as caught:
        make_leniently({**options, "allow_headers": ["a b"]}, STANDARD)
    assert [mistake.reason.startswith("header-name") for mistake in caught.value.mistakes] == [False]


@pytest.mark.parametrize(
    ("text", "is_compared"),
    [("testserver", True), ("localhost:9000", True), (f"{APP}/", False), ("null", False), ("file://", False)],
)
def test_what_no_browser_sends(text: str, is_compared: bool) -> None:
    """A text that only other programs send is compared as it is, and nothing else becomes allowed by it."""
    policy, _ = make_leniently({"allow_origins": [text]}, STANDARD)
    for origin in (text, f"{text}0", f"https://{text}"):
        decision = decide(policy, Request("GET", "/", [("Origin", origin)]))
        assert decision.allowed is (is_compared and origin == text)


def test_a_mistake_that_stays() -> None:
    """Where nothing can be taken out, that is told, so that nobody searches without end."""
    mistake = InvalidOriginError("allow_origins", "x", "origin-has-no-scheme", fix="", item=1)
    assert not _mend({"allow_origins": [APP]}, [mistake])
    assert not _mend({"allow_origins": "*"}, [mistake])


def test_many_mistakes() -> None:
    """A hundred thousand of them take no longer than so many origins."""
    policy, dropped = make_leniently({"allow_origins": [f"host{number}" for number in range(100_000)]}, STANDARD)
    assert (len(dropped), policy.allow_origins) == (100_000, ())


@given(strategies.settings)
def test_what_is_right_is_kept(options: dict[str, Any]) -> None:
    """Settings without a mistake give the same policy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        try:
            policy = Policy(**options)
        except PolicyError:
            return
        assert make_leniently(options, STANDARD) == (policy, [])


@pytest.mark.parametrize("text", ["https://a.example/x", "https://a@b", "a b", "https://a.example\r\n", "é", "", "a,b"])
def test_what_is_never_echoed(text: str) -> None:
    """Only letters of a scheme, a host and a port are harmless."""
    assert not is_harmless(text)
