"""Policies for common cases: what each allows, and that every option can be given otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin import Policy, PolicyError, PolicyWarning

APP = "https://app.example"
MAKERS = [Policy.dev, Policy.mcp, Policy.bearer]


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("http://localhost", True),
        ("http://localhost:5173", True),
        ("https://localhost:8443", True),
        ("http://a.b.localhost:3000", True),
        ("http://127.0.0.1:8000", True),
        ("https://[::1]:1", True),
        ("http://127.0.0.2", False),
        ("http://0.0.0.0:8000", False),
        ("http://192.168.0.7:5173", False),
        ("http://localhost.example", False),
        ("http://127.0.0.1.example", False),
        ("ws://localhost", False),
        ("null", False),
        (APP, False),
    ],
)
def test_dev_origins(origin: str, is_allowed: bool) -> None:
    """On a developer's machine, the pages of that machine are allowed, and nobody else's."""
    assert (origin in Policy.dev().allowed) is is_allowed


def test_dev() -> None:
    """Those pages are allowed everything, and foreign ones do not reach the app with an unsafe method."""
    policy = Policy.dev()
    assert {name: value for name, value in policy.settings.items() if name != "allow_origins"} == {
        "allow_methods": ("*",),
        "allow_headers": ("*",),
        "allow_credentials": True,
        "max_age": 5,
        "enforce": "unsafe-methods",
        "own_hosts": {"localhost", "*.localhost", "127.0.0.1", "[::1]"},
    }


def test_mcp() -> None:
    """A client of the Model Context Protocol in a browser may do what the protocol needs; no other page gets in.

    "Servers MUST validate the Origin header on all incoming connections to prevent DNS rebinding attacks"

    Spec: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#security-warning
    """
    assert Policy.mcp([APP]).settings == {
        "allow_origins": (APP,),
        "allow_methods": ("GET", "POST", "DELETE"),
        "allow_headers": (
            "Authorization",
            "Last-Event-ID",
            "Mcp-Method",
            "Mcp-Name",
            "Mcp-Protocol-Version",
            "Mcp-Session-Id",
        ),
        "expose_headers": ("Mcp-Session-Id", "WWW-Authenticate"),
        "max_age": 7200,
        "enforce": "all",
        "own_hosts": frozenset(),
    }


def test_bearer() -> None:
    """A token that the script sends is no credential of the browser's, so that ``*`` is possible."""
    policy = Policy.bearer("*")
    assert policy.settings == {
        "allow_origins": ("*",),
        "allow_methods": ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
        "allow_headers": ("Authorization",),
        "expose_headers": ("WWW-Authenticate",),
        "max_age": 7200,
    }
    assert policy.is_static


@pytest.mark.parametrize("make", [Policy.mcp, Policy.bearer])
def test_nobody_is_allowed_unasked(make: Any) -> None:
    """Without origins, a preset allows nobody."""
    assert make().allow_origins == ()
    assert make(allow_origins=[APP]) == make([APP])


OVERRIDES: list[dict[str, Any]] = [
    {"max_age": None},
    {"allow_methods": ["GET"]},
    {"allow_headers": ["X-Test"]},
    {"expose_headers": []},
    {"enforce": "browser"},
    {"own_hosts": None},
    {"debug": True},
    {"allow_origins": [APP]},
]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("options", OVERRIDES, ids=str)
def test_overrides(make: Any, options: dict[str, Any]) -> None:
    """Every option that is given takes the place of the preset's, and leaves the others as they were."""
    (name,) = options
    policy, preset = make(**options), make()
    assert getattr(policy, name) == getattr(Policy(**options), name)
    others = set(policy.settings) | set(preset.settings)
    assert all(getattr(policy, other) == getattr(preset, other) for other in others - {name})


@pytest.mark.parametrize("make", MAKERS)
def test_mistakes(make: Any) -> None:
    """A preset refuses what a policy refuses."""
    with pytest.raises(PolicyError) as raised:
        make(allow_origins=[f"{APP}/"], max_age=-1, origins=[])
    assert [one.reason for one in raised.value.mistakes] == [
        "unknown-option",
        "origin-has-a-trailing-slash",
        "max-age-out-of-range",
    ]
    with pytest.raises(PolicyError, match="wildcard-with-credentials"):
        make(allow_origins="*", allow_credentials=True)
    with pytest.warns(PolicyWarning) as caught:
        make(allow_origins=["http://app.example"], allow_credentials=True)
    assert [one.filename for one in caught] == [__file__]


class Stricter(Policy):
    """A policy of one's own kind."""

    __slots__ = ()


def test_subclasses() -> None:
    """A preset of a subclass is of that class."""
    assert isinstance(Stricter.dev(), Stricter)
    assert isinstance(Stricter.mcp(), Stricter)
    assert isinstance(Stricter.bearer(), Stricter)
    assert isinstance(Stricter.from_env({}), Stricter)
