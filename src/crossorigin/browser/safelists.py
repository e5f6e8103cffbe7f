"""What engines take for CORS-safelisted request-headers, more than the standard or less, as observed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.standard.safelist import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Check = Callable[[str], bool]

_NOT_ASCII = re.compile("[\x80-\xff]")
_INTEGER = re.compile("[0-9]+")
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
_LOOSE_RANGE = re.compile(r"bytes=[\v\f]*\+?([0-9]+)[\v\f]*-(?:[\v\f]*\+?([0-9]+)[\v\f]*)?", re.IGNORECASE | re.ASCII)
_WORDS = re.compile(r"\A([^; \t]+)[ \t][^;]*(?=;)")
_CONNECTIONS = ("slow-2g", "2g", "3g", "4g")
_NUMBER_LIMITS = {"chromium": 2**63 - 2, "firefox": 2**64 - 1, "webkit": 2**64 - 1}


def _limit_numbers(check: Check, limit: int) -> Check:
    """Add to the check of a range that its numbers fit into an integer of the engine."""
    return lambda value: check(value) and all(int(digits) <= limit for digits in _INTEGER.findall(value))


def _refuse_beyond_ascii(check: Check) -> Check:
    return lambda value: _NOT_ASCII.search(value) is None and check(value)


def _is_loose_range(value: str) -> bool:
    """Take a range in any case, and its numbers with a sign, or whitespace that HTTP does not know."""
    match = _LOOSE_RANGE.fullmatch(value)
    return match is not None and (match[2] is None or int(match[1]) <= int(match[2]))


def _is_plain_type(value: str) -> bool:
    """Refuse lists, and a parameter that is left empty at the end; pass over words between the type and parameters."""
    if "," in value or re.search(r";.*;[ \t]*\Z", value):
        return False
    return CHECKS["accept"](value) and CHECKS["content-type"](_WORDS.sub(r"\1", value))


def _is_integer(value: str) -> bool:
    return _INTEGER.fullmatch(value) is not None


def _is_decimal(value: str) -> bool:
    return _DECIMAL.fullmatch(value) is not None


#: Client hints that a script sets need no preflight.
CHROMIUM: Mapping[str, Check] = {
    **CHECKS,
    "range": _limit_numbers(CHECKS["range"], _NUMBER_LIMITS["chromium"]),
    "dpr": _is_decimal,
    "downlink": _is_decimal,
    "device-memory": _is_decimal,
    "width": _is_integer,
    "viewport-width": _is_integer,
    "rtt": _is_integer,
    "ect": lambda value: value in _CONNECTIONS,
    "save-data": lambda value: value.lower() == "on",
    "intervention": lambda _: True,
}

FIREFOX: Mapping[str, Check] = {
    **CHECKS,
    "accept": _refuse_beyond_ascii(CHECKS["accept"]),
    "content-type": _refuse_beyond_ascii(_is_plain_type),
    "range": _limit_numbers(CHECKS["range"], _NUMBER_LIMITS["firefox"]),
}

WEBKIT: Mapping[str, Check] = {**CHECKS, "range": _limit_numbers(_is_loose_range, _NUMBER_LIMITS["webkit"])}
