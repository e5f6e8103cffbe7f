"""The CORS-safelisted request-headers: which headers a script may send without a preflight."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.standard.mime import read_essence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_MAX_VALUE = 128
_MAX_TOTAL = 1024

#: Spec: https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte
_UNSAFE_BYTE = re.compile(r'[\x00-\x08\x0a-\x1f"():<>?@\[\\\]{}\x7f]')
_LANGUAGES = re.compile(r"[0-9A-Za-z *,\-.;=]*")
_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
_SIMPLE_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})


def _has_no_unsafe_byte(value: str) -> bool:
    return _UNSAFE_BYTE.search(value) is None


def _is_language_list(value: str) -> bool:
    return _LANGUAGES.fullmatch(value) is not None


def _is_simple_type(value: str) -> bool:
    return _has_no_unsafe_byte(value) and read_essence(value) in _SIMPLE_TYPES


def _is_simple_range(value: str) -> bool:
    """Tell whether *value* is one range that names its first byte.

    Spec: https://fetch.spec.whatwg.org/#simple-range-header-value
    """
    match = _RANGE.fullmatch(value)
    return match is not None and (not match[2] or int(match[1]) <= int(match[2]))


#: What decides for each name whether its value is safelisted.
CHECKS: Mapping[str, Callable[[str], bool]] = {
    "accept": _has_no_unsafe_byte,
    "accept-language": _is_language_list,
    "content-language": _is_language_list,
    "content-type": _is_simple_type,
    "range": _is_simple_range,
}


def is_safelisted(name: str, value: str, checks: Mapping[str, Callable[[str], bool]] = CHECKS) -> bool:
    """Tell whether a script may send this header without a preflight.

    *name* is in any case. An engine may know more names: *checks*.

    Spec: https://fetch.spec.whatwg.org/#cors-safelisted-request-header

    >>> is_safelisted("Content-Type", "text/plain; charset=utf-8"), is_safelisted("Content-Type", "application/json")
    (True, False)
    >>> is_safelisted("Accept", "a" * 128), is_safelisted("Accept", "a" * 129)
    (True, False)
    """
    check = checks.get(name.lower())
    return check is not None and len(value) <= _MAX_VALUE and check(value)


def list_unsafe_names(
    headers: Iterable[tuple[str, str]],
    checks: Mapping[str, Callable[[str], bool]] = CHECKS,
    *,
    is_repeating: bool = False,
    has_limit: bool = True,
) -> list[str]:
    """Return the names that need a preflight, in lower case, sorted, each once.

    An engine may list a name as often as it is there, *is_repeating*, or not mind how much there is of them all.

    Spec: https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names

    >>> list_unsafe_names([("X-B", "1"), ("Accept", "*/*"), ("X-A", "1")])
    ['x-a', 'x-b']
    """
    unsafe: list[str] = []
    potentially_unsafe: list[str] = []
    size = 0
    for name, value in headers:
        lower = name.lower()
        if is_safelisted(lower, value, checks):
            potentially_unsafe.append(lower)
            size += len(value)
        else:
            unsafe.append(lower)
    # "If safelistValueSize is greater than 1024, then for each name of potentiallyUnsafeNames, append name to
    # unsafeNames."
    if has_limit and size > _MAX_TOTAL:
        unsafe += potentially_unsafe
    return sorted(unsafe if is_repeating else set(unsafe))
