"""Rules as a program that runs elsewhere needs them: what to compare, and what to answer, as the decision has it.

Nothing here decides: the answers are those that ``decide`` gives to a request of each kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.decision import answers
from crossorigin.dialects._origins import pattern_to_regex, write_flags
from crossorigin.origins.origin import NULL, TUPLE_ORIGIN
from crossorigin.policy import ANY, Policy

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from crossorigin.ruleset import Ruleset

#: What stands in an answer for the origin, the method and the header names that a request has.
ORIGIN = "\0origin"
METHOD = "\0method"
NAMES = "\0names"

#: What is lost where rules differ by path: a path that some servers read otherwise than the app behind them.
AMBIGUOUS_PATHS = "paths that can be read in several ways"

#: What every regular expression, and "every origin", is judged only beside: the form of an origin, which any flavour of
#: regular expressions reads alike. ``null`` is no such form.
FORM_OF_ORIGIN = TUPLE_ORIGIN
#: The same for a method, and for each header name that a preflight asks for. A ``*`` is one, and is never echoed.
FORM_OF_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"


_ENFORCE = ("browser", "unsafe-methods", "all")


class Origins(NamedTuple):
    """A set of origins: whole texts, and regular expressions, in Python's syntax, that must match the whole.

    The expressions are asked only about what has the form of an origin.
    """

    texts: tuple[str, ...]
    regexes: tuple[str, ...]


class Plan(NamedTuple):
    """A rule: its paths, what it allows, and the header lines of its answers.

    ``allowed`` is None where every origin is allowed that ``denied`` does not hold; "null" is among its texts where it
    is allowed. ``methods`` and ``header_names`` (lower case) are None where every one is allowed; ``denied_names``
    are then not.
    """

    #: Prefixes without their ``/*``, "" for all paths, and whole paths.
    prefixes: tuple[str, ...]
    paths: tuple[str, ...]
    policy: Policy
    allowed: Origins | None
    denied: Origins
    methods: tuple[str, ...] | None
    header_names: tuple[str, ...] | None
    denied_names: tuple[str, ...]
    #: To a request without Origin; to an actual request, and to a preflight, that is allowed; to an actual request, and
    #: to a preflight, that is refused.
    bare: answers.Headers
    actual: answers.Headers
    preflight: answers.Headers
    refused: answers.Headers
    refused_preflight: answers.Headers

    @property
    def is_static(self) -> bool:
        """Tell whether everyone is told the same, so that no answer depends on the origin."""
        return self.policy.is_static


def plan_rules(ruleset: Ruleset) -> list[Plan]:
    """Return a plan for each rule, the most specific first: whole paths, then prefixes from the longest on.

    A rule with paths of both kinds, or with prefixes of several lengths, has a plan for each of them.
    """
    paths = [(path, rule.policy) for rule in ruleset.rules for path in rule.paths]
    exact = [(path, policy) for path, policy in paths if not path.endswith("/*")]
    prefixes = [(path.removesuffix("/*"), policy) for path, policy in paths if path.endswith("/*")]
    prefixes.sort(key=lambda one: (-len(one[0]), one[0]))
    return [
        *(_plan(policy, paths=found) for found, policy in _join(exact)),
        *(_plan(policy, prefixes=found) for found, policy in _join(prefixes)),
    ]


def make_strictest(policies: Sequence[Policy]) -> Policy:
    """Return the policy that allows nothing, and refuses as the strictest of all does."""
    own = [policy.own_hosts for policy in policies if policy.own_hosts is not None]
    return Policy(
        enforce=max((policy.enforce for policy in policies), key=_ENFORCE.index),
        require_origin=any(policy.require_origin for policy in policies),
        error_status=max(policy.error_status for policy in policies),
        # Why: a name is the server's own where no policy says that it is not.
        own_hosts=frozenset.intersection(*own) if own else None,
    )


def _join(paths: Sequence[tuple[str, Policy]]) -> list[tuple[tuple[str, ...], Policy]]:
    """Put neighbours of one policy together."""
    joined: list[tuple[tuple[str, ...], Policy]] = []
    for path, policy in paths:
        if joined and joined[-1][1] is policy:
            joined[-1] = ((*joined[-1][0], path), policy)
        else:
            joined.append(((path,), policy))
    return joined


def _plan(policy: Policy, *, paths: tuple[str, ...] = (), prefixes: tuple[str, ...] = ()) -> Plan:
    methods = None if policy.allow_methods == (ANY,) else policy.allow_methods
    header_names = None if policy.allow_headers == (ANY,) else policy.sorted_names
    return Plan(
        prefixes,
        paths,
        policy,
        None if policy.allows_any_origin and not policy.origin_validator else _list_allowed(policy),
        _list_origins(policy.deny_origins, policy.denied.literals),
        methods,
        header_names,
        tuple(sorted(policy.denied_names)) if header_names is None else (),
        answers.render_bare(policy),
        answers.render_actual(policy, ORIGIN),
        answers.render_preflight(policy, ORIGIN, METHOD, [NAMES], private=False),
        answers.render_vary(policy),
        answers.render_vary(policy, is_preflight=True),
    )


def _list_allowed(policy: Policy) -> Origins:
    found = _list_origins(policy.allow_origins, policy.allowed.literals)
    texts = (*found.texts, NULL) if policy.dangerously_allow_null_origin else found.texts
    return Origins(texts, (*found.regexes, *map(write_flags, policy.regexes)))


def _list_origins(texts: Sequence[str], literals: Container[str]) -> Origins:
    others = [text for text in texts if text not in literals and text != ANY]
    return Origins(tuple(text for text in texts if text in literals), tuple(map(pattern_to_regex, others)))


def list_needed(policies: Sequence[Policy]) -> set[str]:
    """Return which parts a program needs at all: what none of its policies asks for is left out of it."""
    needed = {
        "required": any(policy.require_origin for policy in policies),
        "enforced": any(policy.enforce != "browser" for policy in policies),
        "texts": any(policy.error_messages for policy in policies),
        "hosts": any(policy.enforce != "browser" and policy.own_hosts is not None for policy in policies),
        "private": any(policy.allow_private_network for policy in policies),
    }
    return {name for name, is_needed in needed.items() if is_needed}
