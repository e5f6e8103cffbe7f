"""The Fetch metadata request headers: what a browser tells the server of the page.

Spec: https://w3c.github.io/webappsec-fetch-metadata/
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from crossorigin.origins.origin import NULL
from crossorigin.standard.headers import SEC_FETCH_DEST, SEC_FETCH_MODE, SEC_FETCH_SITE
from crossorigin.standard.hosts import is_address, is_loopback

if TYPE_CHECKING:
    from crossorigin.messages import Headers
    from crossorigin.standard.url import Url

_SAME_ORIGIN, _SAME_SITE, _CROSS_SITE = "same-origin", "same-site", "cross-site"


def list_metadata(url: Url, site: str) -> Headers:
    """Return the headers for a request to *url*: none where it is not potentially trustworthy.

    Spec: https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-append-the-fetch-metadata-headers-for-a-request
    """
    if url.scheme != "https" and not is_loopback(url.host):
        return ()
    return ((SEC_FETCH_SITE, site), (SEC_FETCH_MODE, "cors"), (SEC_FETCH_DEST, "empty"))


def widen_site(site: str, page_origin: str, url_origin: str) -> str:
    """Return what ``Sec-Fetch-Site`` says once a request has gone to *url_origin*, too; it never narrows.

    >>> widen_site("same-origin", "https://app.example.com", "https://api.example.com")
    'same-site'
    """
    if site == _CROSS_SITE or url_origin == page_origin:
        return site
    is_same_site = page_origin != NULL and _get_site(page_origin) == _get_site(url_origin)
    return _SAME_SITE if is_same_site else _CROSS_SITE


@lru_cache(maxsize=1024)
def _get_site(origin: str) -> tuple[str, str]:
    """Return scheme and registrable domain, or scheme and host where there is none.

    Spec: https://html.spec.whatwg.org/multipage/browsers.html#obtain-a-site
    """
    from crossorigin.origins.suffixes import is_public_suffix  # noqa: PLC0415 (large, and few calls need it)

    scheme, _, authority = origin.partition("://")
    host = authority[: authority.rfind("]") + 1] or authority.partition(":")[0]
    if is_address(host):
        return scheme, host
    labels = host.split(".")
    domain = host
    for at in range(1, len(labels)):
        if is_public_suffix(".".join(labels[at:])):
            domain = ".".join(labels[at - 1 :])
            break
    return scheme, domain
