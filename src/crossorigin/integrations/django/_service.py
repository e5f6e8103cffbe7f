"""One policy's answers to Django's requests: looked up where they can be, asked for where they must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.decision import compile_text
from crossorigin.integrations._answering import Rules
from crossorigin.integrations._environ import METHOD, ORIGIN, UPGRADE, find_preflight_key, is_websocket
from crossorigin.integrations.django._message import find_table, make_message
from crossorigin.integrations.django._question import Question
from crossorigin.integrations.django.signals import check_request_enabled
from crossorigin.policy import Policy
from crossorigin.ruleset import Rule, Ruleset

if TYPE_CHECKING:
    import re

    from django.http import HttpRequest

    from crossorigin.decision import Table
    from crossorigin.decision.table import Answer, Key


class Twins(NamedTuple):
    """Rules in which the receivers are asked, and the policy of which each of theirs is the twin, by its id."""

    rules: Rules[str]
    originals: dict[int, Policy]

    def find_original(self, policy: Policy | None) -> Policy | None:
        """Return the policy of which *policy* is the twin."""
        return self.originals.get(id(policy), policy)


class Service:
    """A policy or ruleset in force, for the whole project or for one view.

    ``is_plain``: one policy answers every path.
    """

    def __init__(self, policy: Policy | Ruleset, urls: re.Pattern[str] | None = None) -> None:
        self.rules: Rules[str] = Rules(policy, compile_text)
        self.urls = urls
        self.is_plain = self.rules.table is not None and urls is None
        self._own = Twins(self.rules, {})
        self._asking: Twins | None = None

    def look_up(self, request: HttpRequest) -> Answer[str] | Question | None:
        """Return the answer, or a question that must be settled first; None: the request is not touched.

        An answer of status 0 has only headers, for whatever the view answers.
        """
        twins = self._own
        table = twins.rules.table
        if not self.is_plain or check_request_enabled.receivers:
            if check_request_enabled.receivers:
                twins = self._find_asking()
            table = twins.rules.table or find_table(twins.rules, request)
            if table and self.urls and not self.urls.match(request.path_info):
                if twins is not self._own:
                    return _ask(twins, request, table, is_outside=True)
                table = None
        request._cors_enabled = table is not None  # noqa: SLF001 (the name others read)
        if table is None:
            return None
        meta = request.META
        if UPGRADE in meta and is_websocket(meta):
            return _ask(twins, request, table, is_websocket=True)
        origin = meta.get(ORIGIN)
        if origin is not None and METHOD in meta and request.method == "OPTIONS":
            key = find_preflight_key(meta, origin)
            return table.find_preflight(key) or _ask(twins, request, table, key)
        ours = table.bare if origin is None else table.find_actual(origin)
        if ours is None:
            return _ask(twins, request, table, () if origin is None else origin)
        return 0, ours, b""

    def _find_asking(self) -> Twins:
        """Return the same rules, in which the receivers are asked about every origin that is not allowed."""
        # Why: threads may do this at the same time, so each goes on with what belongs together.
        if (asking := self._asking) is None:
            asking = self._asking = _make_asking(self.rules.policy)
        return asking


def _ask(twins: Twins, request: HttpRequest, table: Table[str], key: Key[str] = (), **kind: bool) -> Question:
    return Question(twins.rules, request, make_message(twins.rules, request), twins.find_original, table, key, **kind)


def _make_asking(policy: Policy | Ruleset) -> Twins:
    originals: dict[int, Policy] = {}

    def ask(policy: Policy) -> Policy:
        twin = _make_twin(policy)
        originals[id(twin)] = policy
        return twin

    if isinstance(policy, Policy):
        twins: Policy | Ruleset = ask(policy)
    else:
        twins = Ruleset([Rule(rule.paths, ask(rule.policy)) for rule in policy.rules])
    return Twins(Rules(twins, compile_text), originals)


def _make_twin(policy: Policy) -> Policy:
    if policy.allows_any_origin and policy.origin_validator is None:
        return policy
    twin = policy.with_habits(policy.habits)
    # Why: a new Policy would warn again, of what whoever made the first one was warned of.
    object.__setattr__(twin, "origin_validator", _stand_in)
    return twin


def _stand_in(_origin: str) -> bool:  # pragma: no cover (it only makes a decision ask; a Question answers)
    return False
