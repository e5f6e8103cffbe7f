"""What the drop-ins share: a policy from another package's settings, and a warning for all that has no effect."""

from __future__ import annotations

import itertools
import time
import warnings
from typing import TYPE_CHECKING, Any

from crossorigin.errors import PolicyError, PolicyWarning
from crossorigin.policy import count_own_frames
from crossorigin.policy.leniency import NESTED, make_leniently

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from crossorigin.errors import SettingError
    from crossorigin.policy import Policy
    from crossorigin.policy.habits import Habits

_CREDENTIALS = (
    "{option}: every origin, with credentials, would let every site read what your users may read, and browsers refuse "
    "it. It is answered as every origin without credentials. List the origins that may use credentials, or write "
    "{credentials}=False: a bearer token in the Authorization header needs none "
    "(docs/reasons.md#wildcard-with-credentials)"
)

#: What an origin is made longer with, and how often: where the time doubles, the first that is slow comes soon.
_UNITS = ("a", "a-", "a.", "1", "a1", "-", "aa.")
_COUNTS = (*range(8, 64, 2), 150)
_MOST_SECONDS = 0.02
_ANY = ("wildcard-with-credentials", "regex-matches-any-origin")


def make_policy(options: Mapping[str, Any], habits: Habits, called: Mapping[str, str] | None = None) -> Policy:
    """Make the policy of a drop-in; warn of everything that was dropped.

    :param called: what the package calls our options, where its names are others.
    :raises PolicyError: a mistake that has an effect.
    """
    names = called or {}
    try:
        policy, dropped = make_leniently(options, habits._replace(called=tuple(names.items())))
        refuse_slow_regexes(policy, dropped)
    except PolicyError as error:
        for mistake in error.mistakes:
            mistake.option = names.get(mistake.option, mistake.option)
        raise PolicyError(error.mistakes) from None
    for text in dict.fromkeys(describe(mistake, names) for mistake in dropped):
        warnings.warn(text, PolicyWarning, stacklevel=count_own_frames())
    return policy


def refuse_slow_regexes(policy: Policy, dropped: Sequence[SettingError]) -> None:
    """Measure the regexes that nest repeats, at start-up: most are fast, and the others would stop the server.

    :raises PolicyError: one of them is slow.
    """
    nested = [mistake for mistake in dropped if mistake.reason == NESTED]
    if nested and any(map(_is_slow, policy.regexes)):
        raise PolicyError(nested)


def _is_slow(regex: re.Pattern[str]) -> bool:
    """Tell whether the time doubles as an origin grows; it is that of this thread, not that of a busy machine."""
    for unit, count in itertools.product(_UNITS, _COUNTS):
        began = time.thread_time()
        regex.fullmatch(f"https://{unit * count}")
        if time.thread_time() - began > _MOST_SECONDS:
            return True
    return False


def describe(mistake: SettingError, called: Mapping[str, str]) -> str:
    """Say what has no effect, in the package's own names."""
    option = called.get(mistake.option, mistake.option)
    if mistake.reason in _ANY and mistake.option != "expose_headers":
        return _CREDENTIALS.format(option=option, credentials=called.get("allow_credentials", "allow_credentials"))
    mistake.option = option
    effect = "It is used as it is" if mistake.reason == NESTED else "Until then, it has no effect"
    return f"{mistake}\n{effect}"
