"""Which requests come from the server's own pages, as far as a server can tell."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin import Policy, decide
from crossorigin.decision.reading import read_fields
from crossorigin.messages import Request

API = "https://api.example"

#: A sentence; the Origin, Host and Sec-Fetch-Site lines; whether it is the server's own page.
ROWS: list[tuple[str, list[str], list[str], list[str], bool]] = [
    ("realistic: the same host", [API], ["api.example"], [], True),
    ("realistic: behind a proxy that speaks http", ["http://api.example"], ["api.example"], [], True),
    ("realistic: the same port", [f"{API}:8443"], ["api.example:8443"], [], True),
    ("realistic: the same address", ["http://127.0.0.1:8000"], ["127.0.0.1:8000"], [], True),
    ("realistic: the same IPv6 address", ["http://[::1]:8000"], ["[::1]:8000"], [], True),
    ("synthetic: the default port written out", [API], ["api.example:443"], [], True),
    ("synthetic: that of http", ["http://api.example"], ["api.example:80"], [], True),
    ("synthetic: that of an IPv6 address", ["http://[::1]"], ["[::1]:80"], [], True),
    ("synthetic: upper case in Host", [API], ["API.Example"], [], True),
    ("realistic: another port", [f"{API}:8443"], ["api.example"], [], False),
    ("realistic: another host", ["https://app.other.example"], ["api.example"], [], False),
    ("realistic: a subdomain", ["https://www.api.example"], ["api.example"], [], False),
    ("synthetic: a scheme without a default port", ["tauri://api.example"], ["api.example:none"], [], False),
    ("synthetic: no Host", [API], [], [], False),
    ("hostile: two hosts", [API], ["api.example", "api.example"], [], False),
    ("hostile: two origins", [API, API], ["api.example"], [], False),
    ("hostile: null", ["null"], ["null"], [], False),
    ("hostile: nothing", [""], [""], [], False),
    ("hostile: a path in both", [f"{API}/"], ["api.example/"], [], False),
    ("hostile: a user in both", ["https://a@api.example"], ["a@api.example"], [], False),
    ("realistic: the browser says so", ["https://other.example"], ["api.example"], ["same-origin"], True),
    ("realistic: the user asked for it", ["https://other.example"], ["api.example"], ["none"], True),
    ("realistic: the browser says it is a neighbour", [API], ["api.example"], ["same-site"], False),
    ("realistic: the browser says it is a stranger", [API], ["api.example"], ["cross-site"], False),
    ("synthetic: no Host, but the browser says so", [API], [], ["same-origin"], True),
    ("hostile: two opinions", [API], ["api.example"], ["same-origin", "cross-site"], False),
    ("hostile: one opinion twice", [API], ["api.example"], ["same-origin", "same-origin"], False),
    ("hostile: no word that a browser sends", [API], ["api.example"], ["Same-Origin"], False),
    ("hostile: an empty opinion", [API], ["api.example"], [""], False),
    ("hostile: white space", [API], ["api.example"], [" same-origin"], False),
]


def is_own(policy: Policy, origins: list[str], hosts: list[str], sites: list[str]) -> bool:
    """Ask in a way that tells: what is enforced is refused, unless it is the server's own."""
    lines = {"Origin": origins, "host": hosts, "SEC-FETCH-SITE": sites}
    headers = [(name, value) for name, values in lines.items() for value in values]
    decision = decide(policy, Request("POST", "/items", headers))
    assert (decision.kind, decision.status) == (("not-cors", None) if decision.allowed else ("actual", 403))
    assert decision.headers[-1] == ("Vary", "Origin")
    return decision.allowed


@pytest.mark.parametrize(("origins", "hosts", "sites", "own"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_same_origin(origins: list[str], hosts: list[str], sites: list[str], own: bool) -> None:
    """What the browser says counts; where it says nothing, the origin's host and port must be those of ``Host``.

    Spec: https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
    """
    assert is_own(Policy(enforce="all"), origins, hosts, sites) is own
    assert is_own(Policy(enforce="all", allow_origins=["https://app.example"]), origins, hosts, sites) is own


OWN = ("api.example", "*.internal.example", "[::1]", "127.0.0.1")


@pytest.mark.parametrize("sites", [[], ["same-origin"], ["none"]], ids=["by Host", "same-origin", "none"])
@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("api.example", True),
        ("api.example:8443", True),
        ("API.EXAMPLE", True),
        ("a.internal.example", True),
        ("a.b.internal.example:8443", True),
        ("[::1]", True),
        ("[::1]:8000", True),
        ("127.0.0.1:8000", True),
        ("internal.example", False),
        ("xinternal.example", False),
        ("rebound.example", False),
        ("api.example:rebound", False),
        ("api.example:80:80", False),
        ("[::1]x", False),
        ("[::1]:x", False),
        ("api.example.rebound.example", False),
        ("[::2]", False),
        ("127.0.0.2", False),
    ],
)
def test_own_hosts(host: str, own: bool, sites: list[str]) -> None:
    """A page that rebinds its name to this server's address is same-origin to the browser, but not the owner's."""
    assert is_own(Policy(enforce="all", own_hosts=OWN), [f"https://{host.lower()}"], [host], sites) is own


@pytest.mark.parametrize(
    "hosts", [[], ["api.example", "api.example"], [""], ["]"], ["["], [":"], ["."], ["*.internal.example"]]
)
def test_own_hosts_that_cannot_be_told(hosts: list[str]) -> None:
    """Without one Host, no name is the owner's, whatever else the request says."""
    assert not is_own(Policy(enforce="all", own_hosts=OWN), [API], hosts, ["same-origin"])


@pytest.mark.parametrize("hosts", [["api.example"], ["localhost:8000"], [""], []])
def test_no_own_hosts(hosts: list[str]) -> None:
    """Where no host is the owner's, no page is."""
    assert not is_own(Policy(enforce="all", own_hosts=()), [API], hosts, ["same-origin"])


@pytest.mark.parametrize(
    ("make", "host", "own"),
    [
        (Policy.dev, "localhost:8000", True),
        (Policy.dev, "a.localhost:8000", True),
        (Policy.dev, "[::1]:8000", True),
        (Policy.dev, "rebound.example:8000", False),
        (Policy.mcp, "localhost:8000", False),
        (Policy.mcp, "rebound.example:8000", False),
    ],
)
def test_presets(make: Any, host: str, own: bool) -> None:
    """On a developer's machine, the names of loopback are the owner's; of a server of tools, none is."""
    assert is_own(make(allow_origins=[]), [f"http://{host}"], [host], ["same-origin"]) is own


def test_read_fields() -> None:
    """The headers that count are gathered by their names in lower case; the others are passed over."""
    headers = [
        ("ORIGIN", "a"),
        ("X-Test", "b"),
        ("Access-Control-Request-Method", "c"),
        ("origin", "d"),
        ("access-control-request-HEADERS", "e"),
        ("Access-Control-Request-Private-Network", "true"),
        ("Access-Control-Allow-Origin", "f"),
    ]
    assert read_fields(Request("GET", "/", headers)) == {
        "origin": ["a", "d"],
        "access-control-request-method": ["c"],
        "access-control-request-headers": ["e"],
        "access-control-request-private-network": ["true"],
    }
