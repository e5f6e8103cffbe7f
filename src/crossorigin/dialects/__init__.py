"""One policy in the words of other packages and servers: ``read`` and ``write``, and what is lost between them.

A dialect is a module with ``recognizes(text)``, ``read(text)`` and ``write(ruleset)``, loaded when it is first asked
for. Each knows the rules in the middle and its own format, and no other dialect.
"""

from __future__ import annotations

import importlib
import warnings
from typing import NamedTuple, Protocol, cast

from crossorigin.dialects._places import check_size
from crossorigin.dialects._policies import make_ruleset, make_safe
from crossorigin.dialects._translation import Finding, HowBad, Loss, Position, Translation
from crossorigin.errors import DialectError, PolicyWarning
from crossorigin.policy import Policy
from crossorigin.policy.habits import STANDARD
from crossorigin.ruleset import Rule, Ruleset

__all__ = [
    "Dialect",
    "DialectError",
    "Finding",
    "HowBad",
    "Loss",
    "Position",
    "Translation",
    "Written",
    "guess_dialect",
    "list_dialects",
    "read",
    "write",
]


class Written(NamedTuple):
    """What a dialect's ``write`` returns."""

    text: str
    losses: list[Loss]


class Dialect(Protocol):
    """What each module has."""

    #: Whether it says all that a policy can, dangerous options by their names included.
    IS_OURS: bool

    def recognizes(self, text: str) -> bool:
        """Tell whether a text is certainly of this dialect."""

    def read(self, text: str) -> Translation:
        """Read a text.

        :raises DialectError: it is not of this dialect.
        """

    def write(self, ruleset: Ruleset) -> Written:
        """Write rules, of which there is at least one."""


#: Each dialect's name and the module that it is in.
_MODULES = {
    "django": "django_cors_headers",
    "env": "env",
    "fastapi": "fastapi",
    "flask-cors": "flask_cors",
    "toml": "toml",
}


def list_dialects() -> list[str]:
    """Return the names of all dialects.

    >>> "toml" in list_dialects()
    True
    """
    return sorted(_MODULES)


def read(dialect: str, text: str) -> Translation:
    """Read a policy in the words of *dialect*.

    What is dangerous there becomes a ruleset with the dangerous options that it needs, and a finding for each.

    :raises DialectError: the text cannot be read; says where.
    :raises ValueError: there is no such dialect.

    >>> read("env", "CORS_ALLOW_ORIGINS=https://app.example").ruleset.only_policy
    Policy(allow_origins=('https://app.example',))
    """
    check_size(dialect, text)
    return _load(dialect).read(text)


def write(dialect: str, ruleset: Ruleset | Policy, *, accept_dangerous: bool = False) -> Translation:
    """Write a policy in the words of *dialect*.

    :param accept_dangerous: carry what only options that begin with ``dangerously_`` allow; else it is left out.
    :raises DialectError: the dialect has no words for any of it.
    :raises ValueError: there is no such dialect.

    >>> print(write("env", Policy(allow_origins=["https://app.example"])).text, end="")
    CORS_ALLOW_ORIGINS=https://app.example
    """
    module = _load(dialect)
    rules = make_ruleset(ruleset) if isinstance(ruleset, Policy) else ruleset
    if not rules.rules:
        fix = "Give it a Ruleset with a Rule: what finds its policy in another way cannot be written down"
        raise DialectError(dialect, "there is no rule to write", fix=fix)
    losses: list[Loss] = []
    plain = []
    with warnings.catch_warnings():
        # Why: whoever made the policy has been warned.
        warnings.simplefilter("ignore", PolicyWarning)
        for rule in rules.rules:
            policy, lost = rule.policy, _list_habits(rule.policy)
            if not accept_dangerous:
                policy, unsafe = make_safe(policy)
                lost += unsafe
            losses += lost
            plain.append(Rule(rule.paths, policy.with_habits(STANDARD)))
        written = module.write(Ruleset(plain))
    return Translation(rules, tuple(dict.fromkeys([*losses, *written.losses])), written.text)


def guess_dialect(text: str) -> str | None:
    """Return the one dialect that a text is certainly of, or None.

    >>> guess_dialect('allow_origins = ["https://app.example"]')
    'toml'
    """
    found = [name for name in list_dialects() if _load(name).recognizes(text)]
    return found[0] if len(found) == 1 else None


def _list_habits(policy: Policy) -> list[Loss]:
    """Return what a policy from another package allows by its habits, and how it words its answers."""
    habits = policy.habits
    if habits == STANDARD:
        return []
    losses = [Loss("habits", "how another package words its answers is not written", "cosmetic")]
    if habits.names or habits.folds_methods or habits.texts:
        losses.append(Loss("habits", "what another package allows beyond its lists is not written", "narrows"))
    return losses


def _load(dialect: str) -> Dialect:
    if dialect not in _MODULES:
        text = f"{dialect!r} is no dialect: known are {', '.join(list_dialects())}"
        raise ValueError(text)
    return cast("Dialect", importlib.import_module(f"crossorigin.dialects.{_MODULES[dialect]}"))
