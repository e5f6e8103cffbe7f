"""The Fetch metadata headers: which site a request comes from, and where they are sent at all."""

from __future__ import annotations

import pytest

from crossorigin.browser.metadata import list_metadata, widen_site
from crossorigin.standard.url import parse_url

SITES = [
    ("https://app.example", "https://app.example", "same-origin"),
    ("https://app.example.com", "https://api.example.com", "same-site"),
    ("https://example.com", "https://api.example.com:8443", "same-site"),
    ("http://app.example.com", "https://app.example.com", "cross-site"),
    ("https://a.example", "https://b.example", "cross-site"),
    ("https://a.co.uk", "https://b.co.uk", "cross-site"),
    ("https://a.vercel.app", "https://b.vercel.app", "cross-site"),
    ("http://127.0.0.1:1", "http://127.0.0.1:2", "same-site"),
    ("http://127.0.0.1", "http://127.0.0.2", "cross-site"),
    ("http://[::1]:1", "http://[::1]:2", "same-site"),
    ("http://localhost:1", "http://localhost:2", "same-site"),
    ("http://localhost:1", "http://127.0.0.1:1", "cross-site"),
    ("null", "https://app.example", "cross-site"),
]


@pytest.mark.parametrize(("page", "url_origin", "site"), SITES)
def test_sites(page: str, url_origin: str, site: str) -> None:
    """A site is a scheme and a registrable domain."""
    assert widen_site("same-origin", page, url_origin) == site


def test_a_site_never_narrows() -> None:
    """Who has been far away does not come back."""
    assert widen_site("cross-site", "https://a.example", "https://a.example") == "cross-site"
    assert widen_site("same-site", "https://a.example", "https://a.example") == "same-site"


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://api.example/", True),
        ("http://api.example/", False),
        ("http://localhost:8000/", True),
        ("http://api.localhost./", True),
        ("http://127.8.9.1/", True),
        ("http://[::1]/", True),
        ("http://[::2]/", False),
        ("http://127.example/", False),
        ("http://10.0.0.1/", False),
    ],
)
def test_only_trustworthy_urls_are_told(url: str, is_sent: bool) -> None:
    """They are sent to https, and to this machine."""
    parsed = parse_url(url)
    assert parsed
    found = dict(list_metadata(parsed, "cross-site"))
    assert found == (
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"} if is_sent else {}
    )
