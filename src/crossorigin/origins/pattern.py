"""One pattern of origins: ``https://*.example.com``, ``https://app-*.example.com``, ``http://localhost:*``."""

from __future__ import annotations

from typing import NamedTuple

from crossorigin.errors import InvalidOriginError
from crossorigin.origins.origin import Origin, parse_origin

#: No wildcard may stand in the last labels of a host: whoever registers the name would choose what it stands for.
_FIXED_LABELS = 2

_FIX = 'Write a pattern such as "https://*.example.com" or "http://localhost:*", or list the origins'


class Pattern(NamedTuple):
    """A pattern, taken apart.

    ``before`` and ``after`` are the host's texts on both sides of its ``*``; both are the whole host
    and "" where only the port is a ``*``.
    """

    text: str
    scheme: str
    before: str
    after: str
    has_any_port: bool
    has_any_label: bool

    @property
    def is_subdomains(self) -> bool:
        """Tell whether the ``*`` stands for one or more whole labels."""
        return self.has_any_label and not self.before and self.after.startswith(".")

    @property
    def base(self) -> str:
        """Return the labels behind the one with the wildcard: who owns them owns all that can match.

        >>> parse_pattern("https://app-*.example.com").base
        'example.com'
        """
        return self.after.partition(".")[2] if self.has_any_label else self.before


def parse_pattern(text: str) -> Pattern:
    """Read a pattern from the settings.

    :raises InvalidOriginError: a ``*`` stands where it has no meaning, or the rest is no origin.

    >>> parse_pattern("https://*.example.com:*").base
    'example.com'
    """
    bare, has_any_port = (text[: -len(":*")], True) if text.endswith(":*") else (text, False)
    scheme, _, authority = bare.partition("://")
    before, star, after = authority.partition("*")
    if "*" in scheme or "*" in after or not (star or has_any_port):
        raise _misplaced(text)
    origin = _parse_around_star(text, bare)
    after_host = after[: len(after) - len(str(origin)) + len(f"{origin.scheme}://{origin.host}")] if star else ""
    pattern = Pattern(text, scheme, before if star else origin.host, after_host, has_any_port, bool(star))
    if star and not pattern.is_subdomains and not _is_inside_a_label(origin.host, len(before)):
        raise _misplaced(text)
    return pattern


def _parse_around_star(text: str, bare: str) -> Origin:
    """Parse what stands around the wildcard; a mistake speaks of the pattern, as it was written."""
    try:
        # Why: a letter in the wildcard's place leaves every position as it was, so that the caret is right.
        return parse_origin(bare.replace("*", "x"))
    except InvalidOriginError as mistake:
        star = bare.find("*")
        fix = mistake.fix
        if star >= 0:
            written = f'"{bare[:star].lower()}x'
            fix = fix.replace(written, f"{written[:-1]}*") if written in fix else _FIX
        raise InvalidOriginError("allow_origins", text, mistake.reason, at=mistake.at, fix=fix) from None


def _is_inside_a_label(host: str, at: int) -> bool:
    label_number = host.count(".", 0, at)
    is_whole = host[at - 1 : at] in {"", "."} and host[at + 1 : at + 2] == "."
    return not is_whole and label_number < host.count(".") + 1 - _FIXED_LABELS


def _misplaced(text: str) -> InvalidOriginError:
    return InvalidOriginError(
        "allow_origins",
        text,
        "wildcard-is-not-a-pattern",
        at=text.find("*"),
        fix=_FIX,
    )
