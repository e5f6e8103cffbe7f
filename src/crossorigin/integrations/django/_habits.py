"""How django-cors-headers words what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.policy import ANY, Policy
from crossorigin.policy.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Sequence


def _list_methods(policy: Policy, asked: str) -> str:
    return asked if policy.allow_methods == (ANY,) else ", ".join(policy.allow_methods)


def _list_names(policy: Policy, asked: Sequence[str]) -> str:
    if policy.allow_headers == (ANY,):
        return ", ".join(name for name in asked if policy.allows_header(name.lower())).lower()
    return ", ".join(name for name in policy.allow_headers if policy.allows_header(name.lower()))


#: How django-cors-headers answers: 200 to every preflight, its lists as they are written, Vary in lower case.
HABITS = Habits(
    bare="silent",
    varies=True,
    vary="origin",
    preflight_vary="origin",
    list_methods=_list_methods,
    list_names=_list_names,
    refuses=False,
    judges_all=False,
    tells_private=True,
)

#: What differs from the defaults of a Policy where nothing is written.
HABITUAL = {"websockets": "warn", "preflight_status": 200}
