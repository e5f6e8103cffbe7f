"""The safelists of the engines: what each lets a script send without a preflight, beside the standard's."""

from __future__ import annotations

import pytest

from crossorigin.browser import PROFILES
from crossorigin.standard.safelist import is_safelisted

#: name, value, and the engines that send it without a preflight
ROWS = [
    ("Width", "5", {"chromium"}),
    ("Width", "5.5", set[str]()),
    ("Viewport-Width", "", set[str]()),
    ("DPR", "2", {"chromium"}),
    ("DPR", "2.5", {"chromium"}),
    ("DPR", "a", set[str]()),
    ("Range", "bytes=0-9", {"standard", "chromium", "firefox", "webkit"}),
    ("Range", "bytes=9-0", set[str]()),
    ("Range", "BYTES=0-9", {"webkit"}),
    ("Range", "bytes=5-9999999999999999999", {"standard", "firefox", "webkit"}),
    ("Content-Type", "text/plain;a=b;", {"standard", "chromium", "webkit"}),
    ("X-A", "1", set[str]()),
]


@pytest.mark.parametrize(("name", "value", "engines"), ROWS)
def test_safelists(name: str, value: str, engines: set[str]) -> None:
    found = {profile.name for profile in PROFILES.values() if is_safelisted(name, value, profile.safelist)}
    assert found == engines
