"""What a request says about its origin: the few headers that count, in one bounded pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.origins.origin import read_origin
from crossorigin.standard import headers as names
from crossorigin.standard.hosts import DEFAULT_PORTS, MAX_HOST

if TYPE_CHECKING:
    from crossorigin.messages import Request
    from crossorigin.policy import Policy

#: The values of each header that counts, by its name in lower case.
Fields = dict[str, list[str]]

#: More header lines than this are refused unread. Servers stop at about 100.
MAX_HEADER_LINES = 256

ORIGIN = names.ORIGIN.lower()
REQUEST_METHOD = names.REQUEST_METHOD.lower()
REQUEST_HEADERS = names.REQUEST_HEADERS.lower()
REQUEST_PRIVATE_NETWORK = names.REQUEST_PRIVATE_NETWORK.lower()
_HOST = names.HOST.lower()
_SEC_FETCH_SITE = names.SEC_FETCH_SITE.lower()
WANTED = frozenset({ORIGIN, REQUEST_METHOD, REQUEST_HEADERS, REQUEST_PRIVATE_NETWORK, _HOST, _SEC_FETCH_SITE})

#: "none" is what the user asked for directly, such as a bookmark.
#: Spec: https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
_OWN_SITES = (["same-origin"], ["none"])


def read_fields(request: Request) -> Fields:
    """Gather the headers that count; names are compared without case."""
    fields: Fields = {}
    for name, value in request.headers:
        key = name.lower()
        if key in WANTED:
            fields.setdefault(key, []).append(value)
    return fields


def is_same_origin(policy: Policy, fields: Fields) -> bool:
    """Tell whether the request comes from the server's own pages, as far as a server can tell.

    Spec: https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
    """
    hosts = fields.get(_HOST, ())
    host = hosts[0].lower() if len(hosts) == 1 else ""
    sites = fields.get(_SEC_FETCH_SITE)
    is_own = sites in _OWN_SITES if sites else _names_host(fields[ORIGIN], host)
    # Why: a page that rebinds its name to this server's address is same-origin to the browser, whichever
    # header is asked. Only the owner knows which names are the server's.
    return is_own and (policy.own_hosts is None or _is_own_host(host, policy.own_hosts))


def _names_host(origins: list[str], host: str) -> bool:
    """Compare host and port of the one origin with ``Host``, the scheme's default port left out of both."""
    scheme, _, authority = origins[0].partition("://")
    is_equal = host == authority or host == f"{authority}:{DEFAULT_PORTS.get(scheme)}"
    return is_equal and len(origins) == 1 and read_origin(origins[0]) is not None


def _is_own_host(host: str, own_hosts: frozenset[str]) -> bool:
    name, _, port = host.rpartition(":") if host[-1:] != "]" and ":" in host else (host, "", "")
    if "*" in name or (port and not port.isdigit()) or len(name) > MAX_HOST:
        return False
    labels = name.split(".")
    return name in own_hosts or any(f"*.{'.'.join(labels[at:])}" in own_hosts for at in range(1, len(labels)))
