"""Random origins, such as those of the tenants of a large service."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_TLDS = ["com", "org", "net", "io", "dev", "co.uk", "app"]
_LETTERS = string.ascii_lowercase + string.digits


def make_word(chance: random.Random, shortest: int = 4, longest: int = 14) -> str:
    """Return a random label."""
    return "".join(chance.choices(_LETTERS, k=chance.randint(shortest, longest)))


def make_origin(chance: random.Random) -> str:
    """Return a random origin, such as a tenant's."""
    host = f"{make_word(chance)}.{make_word(chance)}.{chance.choice(_TLDS)}"
    return f"https://{host}" if chance.random() < 0.9 else f"https://{host}:{chance.randint(1024, 65535)}"


def make_distinct(make: Callable[[], str], number: int) -> list[str]:
    """Return so many different texts."""
    found: dict[str, None] = {}
    while len(found) < number:
        found[make()] = None
    return [*found]
