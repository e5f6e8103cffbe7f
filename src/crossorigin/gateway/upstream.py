"""``Upstream``: the one server that everything is forwarded to, and the names under which the proxy may be called."""

from __future__ import annotations

from typing import NamedTuple

from crossorigin.messages import escape
from crossorigin.standard.hosts import DEFAULT_PORTS, is_address, is_loopback, parse_host
from crossorigin.standard.url import parse_url

_MOST_REMEMBERED = 256
_MOST_PORTS = 65535
#: What would part a URL elsewhere, or be read as another letter.
_NEVER_IN_A_HOST = "/\\?#@% \t"


class AddressError(ValueError):
    """An address cannot be used; the message says what to write."""


class Upstream(NamedTuple):
    """A server: its origin, its authority as ``Host`` has it, and what a connection is opened to."""

    origin: str
    authority: str
    host: str
    port: int
    is_secure: bool = False


class Address(NamedTuple):
    """What the proxy listens on."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as ``--listen`` has it."""
        return f"{self.host}:{self.port}"


def parse_upstream(text: str, *, allows_remote: bool = False) -> Upstream:
    """Read the URL of the upstream, which is an http(s) origin on this machine unless another one is allowed.

    :raises AddressError: it is none.

    >>> parse_upstream("http://LOCALHOST:3000/").origin
    'http://localhost:3000'
    """
    url = parse_url(text)
    if url is None or not url.is_http:
        message = f"{escape(text)} is no http or https URL: write, for a server on port 3000, http://127.0.0.1:3000"
        raise AddressError(message)
    if url.includes_credentials or url.target != "/" or url.fragment is not None:
        message = f"{escape(text)} is more than an origin, and every path is forwarded as it is: write {url.origin}"
        raise AddressError(message)
    if not (allows_remote or is_loopback(url.host)):
        message = f"{url.host} is not this machine: add --remote-upstream if everything shall be sent there"
        raise AddressError(message)
    port = DEFAULT_PORTS[url.scheme] if url.port is None else url.port
    return Upstream(url.origin, url.authority, url.host.strip("[]"), port, url.scheme == "https")


def parse_address(text: str, *, allows_network: bool = False) -> Address:
    """Read what to listen on, which only this machine reaches unless the network is allowed.

    :raises AddressError: it is no address.

    >>> parse_address("[::1]:8000").host
    '[::1]'
    """
    name, _, digits = text.rpartition(":")
    host = parse_host(name) if name else None
    is_port = digits.isascii() and digits.isdigit() and len(digits) <= len(str(_MOST_PORTS))
    if host is None or not is_port or int(digits) > _MOST_PORTS:
        message = f"{escape(text)} is no HOST:PORT: write, for example, --listen 127.0.0.1:8000"
        raise AddressError(message)
    if not (allows_network or is_loopback(host)):
        message = f"other machines reach {escape(text)}: add --listen-on-network if they shall use the proxy"
        raise AddressError(message)
    return Address(host, int(digits))


class KnownHosts:
    """The values of ``Host`` that are served: loopback names, addresses, and the names that were given.

    A page whose own name was made to lead to this machine (DNS rebinding) calls the proxy by that name, and its
    requests would be same-origin ones, which no policy refuses. An address is no name that could be rebound.

    >>> hosts = KnownHosts(["api.example"])
    >>> [hosts.knows(host) for host in (b"api.example:8000", b"localhost", b"10.0.0.5:80", b"evil.example")]
    [True, True, True, False]
    """

    def __init__(self, names: list[str]) -> None:
        found = [parse_host(name) for name in names]
        self._names = frozenset(host for host in found if host is not None)
        self._seen: set[bytes] = set()
        if None in found:
            name = names[found.index(None)]
            message = f"{escape(name)} is no host: write --host with a name and no port, such as --host api.example"
            raise AddressError(message)

    def knows(self, value: bytes) -> bool:
        """Tell whether a value of ``Host`` is one that is served."""
        if value in self._seen:
            return True
        text = value.decode("latin-1")
        url = parse_url(f"http://{text}/") if not any(mark in text for mark in _NEVER_IN_A_HOST) else None
        if url is None or not (url.host in self._names or is_loopback(url.host) or is_address(url.host)):
            return False
        if len(self._seen) < _MOST_REMEMBERED:
            self._seen.add(value)
        return True
