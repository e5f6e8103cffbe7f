"""Where requests go, and under which names the proxy is called."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin.gateway.upstream import AddressError, KnownHosts, parse_address, parse_upstream


@pytest.mark.parametrize(
    ("text", "origin", "rest"),
    [
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000", ("127.0.0.1:3000", "127.0.0.1", 3000, False)),
        ("http://localhost/", "http://localhost", ("localhost", "localhost", 80, False)),
        ("HTTP://[::1]:3000", "http://[::1]:3000", ("[::1]:3000", "::1", 3000, False)),
        ("https://api.localhost:443", "https://api.localhost", ("api.localhost", "api.localhost", 443, True)),
    ],
)
def test_upstreams(text: str, origin: str, rest: tuple[Any, ...]) -> None:
    assert parse_upstream(text) == (origin, *rest)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("ftp://127.0.0.1", "no http or https URL"),
        ("", "no http or https URL"),
        ("http://127.0.0.1:3000/api", "write http://127.0.0.1:3000"),
        ("http://user@127.0.0.1:3000", "write http://127.0.0.1:3000"),
        ("http://127.0.0.1:3000?a", "write http://127.0.0.1:3000"),
        ("http://api.example", "--remote-upstream"),
        ("http://10.0.0.1", "--remote-upstream"),
        ("http://127.0.0.1.evil.example", "--remote-upstream"),
        ("http://0.0.0.0:3000", "--remote-upstream"),
    ],
)
def test_what_is_no_upstream(text: str, advice: str) -> None:
    """The message says what to write."""
    with pytest.raises(AddressError) as caught:
        parse_upstream(text)
    assert advice in str(caught.value)


def test_a_remote_upstream_must_be_asked_for() -> None:
    assert parse_upstream("https://api.example", allows_remote=True).origin == "https://api.example"


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:8000", ("127.0.0.1", 8000)), ("[::1]:0", ("[::1]", 0)), ("localhost:65535", ("localhost", 65535))],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address
    assert str(parse_address(text)) == text


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("8000", "--listen 127.0.0.1:8000"),
        (":8000", "--listen 127.0.0.1:8000"),
        ("127.0.0.1", "--listen 127.0.0.1:8000"),
        ("127.0.0.1:65536", "--listen 127.0.0.1:8000"),
        ("127.0.0.1:-1", "--listen 127.0.0.1:8000"),
        ("127.0.0.1:٣", "--listen 127.0.0.1:8000"),
        ("0.0.0.0:8000", "--listen-on-network"),
        ("[::]:8000", "--listen-on-network"),
        ("192.168.1.5:8000", "--listen-on-network"),
    ],
)
def test_what_is_no_address(text: str, advice: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(text)
    assert advice in str(caught.value)


def test_the_network_must_be_asked_for() -> None:
    assert parse_address("0.0.0.0:8000", allows_network=True).host == "0.0.0.0"


def test_hosts_are_names_without_a_port() -> None:
    with pytest.raises(AddressError, match=r"--host api\.example"):
        KnownHosts(["api.example:8000"])


def test_what_is_remembered_of_hosts_is_bounded() -> None:
    """A client that makes up ports cannot fill the memory."""
    hosts = KnownHosts([])
    assert all(hosts.knows(b"localhost:%d" % port) for port in range(1, 1000))
    assert len(hosts._seen) <= 256
