"""The matcher agrees with a reference that tries every pattern, on any origin.

Run: ``python fuzz/fuzz_matcher.py -max_total_time=60``.
"""

from __future__ import annotations

import re
import sys

import atheris

with atheris.instrument_imports():
    from crossorigin.origins.matcher import Matcher
    from crossorigin.origins.origin import read_origin
    from crossorigin.origins.pattern import parse_pattern

TEXTS = (
    "https://*.example.com",
    "https://*.a.example.com:*",
    "https://app-*.example.com",
    "https://*-x.b.example.com:8443",
    "https://a.*b.c.example",
    "http://localhost:*",
    "http://[::1]:*",
)


def _reference(text: str) -> re.Pattern[str]:
    bare, port = (text[:-2], "(:[0-9]+)?") if text.endswith(":*") else (text, "")
    whole = re.escape(bare).replace(re.escape("://*."), "://([a-z0-9_-]+[.])+").replace(re.escape("*"), "[a-z0-9_-]+")
    return re.compile(whole + port)


REFERENCES = [_reference(text) for text in TEXTS]
MATCHER = Matcher([], [parse_pattern(text) for text in TEXTS])
PARTS = (
    *(
        "https://",
        "http://",
        "a",
        "b",
        "x",
        "-x",
        "app-",
        ".",
        "example.com",
        "c.example",
        "localhost",
        "[::1]",
        ":8443",
    ),
)


def check(data: bytes) -> None:
    """Put an origin together from the bytes."""
    provider = atheris.FuzzedDataProvider(data)
    if provider.ConsumeBool():
        value = provider.ConsumeUnicodeNoSurrogates(60)
    else:
        parts = range(provider.ConsumeIntInRange(1, 9))
        value = "".join(PARTS[provider.ConsumeIntInRange(0, len(PARTS) - 1)] for _ in parts)
    expected = read_origin(value) is not None and any(one.fullmatch(value) for one in REFERENCES)
    assert (value in MATCHER) is expected, value


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
