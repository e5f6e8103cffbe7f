"""How long the answer to a preflight says that it may be kept, and what engines take for a number of seconds."""

from __future__ import annotations

import re

_DELTA_SECONDS = re.compile("[0-9]+")
_SIGNED = re.compile("[+-]?[0-9]+")
_WHITESPACE = " \t\v\f"

#: "If max-age is failure or null, then set max-age to 5."
_DEFAULT = 5

_LARGEST = 2**63 - 1

#: Why: a number of seconds with more digits outlives every browser, and is slow to read.
_MAX_DIGITS = 20


def read_standard(text: str) -> int:
    """Return the seconds that a value of Access-Control-Max-Age tells.

    Spec: https://www.rfc-editor.org/rfc/rfc9111#name-delta-seconds

    >>> read_standard("0600"), read_standard("-1")
    (600, 5)
    """
    return _read_digits(text) if _DELTA_SECONDS.fullmatch(text) else _DEFAULT


def read_chromium(text: str) -> int:
    """Take a sign, and nothing beyond an integer of 64 bits; what is negative is over at once.

    >>> read_chromium("+60"), read_chromium("-1"), read_chromium("9223372036854775808")
    (60, 0, 5)
    """
    if not _SIGNED.fullmatch(text):
        return _DEFAULT
    seconds = _read_digits(text.lstrip("+-"))
    if text.startswith("-"):
        return 0 if seconds <= _LARGEST + 1 else _DEFAULT
    return seconds if seconds <= _LARGEST else _DEFAULT


def read_firefox(text: str) -> int | None:
    """Return None for what is no number.

    >>> read_firefox("60"), read_firefox("60s"), read_firefox("")
    (60, None, 5)
    """
    return None if text and not _DELTA_SECONDS.fullmatch(text) else read_standard(text)


def read_webkit(text: str) -> int:
    r"""Take what Chromium takes, and whitespace around it that HTTP does not know.

    >>> read_webkit("\v60"), read_webkit("- 1")
    (60, 5)
    """
    return read_chromium(text.strip(_WHITESPACE))


def _read_digits(digits: str) -> int:
    return int(digits.lstrip("0")[:_MAX_DIGITS] or "0")
