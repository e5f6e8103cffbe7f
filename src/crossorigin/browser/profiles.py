"""Where Chromium, Firefox and WebKit differ from the standard, and from each other, as observed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.standard import safelist

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Profile(NamedTuple):
    """What the standard leaves to an engine, and where an engine leaves the standard.

    ``max_age_limit``: the "imposed limit on max-age", in seconds, or None.
    ``is_authorization_wild``: ``*`` in Access-Control-Allow-Headers stands for Authorization, too.
    """

    name: str
    max_age_limit: int | None = None
    is_authorization_wild: bool = False
    safelist: Mapping[str, Callable[[str], bool]] = safelist.CHECKS


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile("standard"),
            Profile("chromium", max_age_limit=7200, is_authorization_wild=True),
            Profile("firefox", max_age_limit=86400, is_authorization_wild=True),
            Profile("webkit", max_age_limit=600, is_authorization_wild=True),
        )
    }
)


def find_profile(name: str) -> Profile:
    """Return a profile by its name.

    :raises ValueError: there is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        message = f'there is no profile "{name}": write one of {", ".join(PROFILES)}'
        raise ValueError(message) from None
