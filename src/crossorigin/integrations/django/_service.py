"""One policy's answers to Django's requests: looked up where they can be, asked for where they must be."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

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


class Service:
    """A policy or ruleset in force, for the whole project or for one view.

    ``is_plain``: one policy answers every path.
    """

    def __init__(self, policy: Policy | Ruleset, urls: re.Pattern[str] | None = None) -> None:
        self.rules: Rules[str] = Rules(policy, compile_text)
        self.urls = urls
        self.is_plain = self.rules.table is not None and urls is None
        self._asking: tuple[Rules[str], dict[int, Policy]] | None = None

    def look_up(self, request: HttpRequest) -> Answer[str] | Question | None:
        """Return the answer, or a question that must be settled first; None: the request is not touched.

        An answer of status 0 has only headers, for whatever the view answers.
        """
        rules = self.rules
        table = rules.table
        if not self.is_plain or check_request_enabled.receivers:
            if check_request_enabled.receivers:
                rules = self._find_asking()[0]
            table = rules.table or find_table(rules, request)
            if table and self.urls and not self.urls.match(request.path_info):
                if rules is not self.rules:
                    return self._ask(rules, request, table, is_outside=True)
                table = None
        request._cors_enabled = table is not None  # noqa: SLF001 (the name others read)
        if table is None:
            return None
        meta = request.META
        if UPGRADE in meta and is_websocket(meta):
            return self._ask(rules, request, table, is_websocket=True)
        origin = meta.get(ORIGIN)
        if origin is not None and METHOD in meta and request.method == "OPTIONS":
            key = find_preflight_key(meta, origin)
            return table.find_preflight(key) or self._ask(rules, request, table, key)
        ours = table.bare if origin is None else table.find_actual((origin,))
        if ours is None:
            return self._ask(rules, request, table, () if origin is None else (origin,))
        return 0, ours, b""

    def _ask(
        self,
        rules: Rules[str],
        request: HttpRequest,
        table: Table[str],
        key: Key[str] = (),
        **kind: bool,
    ) -> Question:
        return Question(rules, request, make_message(rules, request), self._find_original, table, key, **kind)

    def _find_original(self, policy: Policy | None) -> Policy | None:
        """Return the policy of which *policy* is the twin that asks the receivers."""
        return self._asking[1].get(id(policy), policy) if self._asking else policy

    def _find_asking(self) -> tuple[Rules[str], dict[int, Policy]]:
        """Return the same rules, in which the receivers are asked about every origin that is not allowed."""
        if self._asking is None:
            originals: dict[int, Policy] = {}

            def ask(policy: Policy) -> Policy:
                twin = _make_asking(policy)
                originals[id(twin)] = policy
                return twin

            policy = self.rules.policy
            if isinstance(policy, Policy):
                twins: Policy | Ruleset = ask(policy)
            else:
                twins = Ruleset([Rule(rule.paths, ask(rule.policy)) for rule in policy.rules])
            self._asking = Rules(twins, compile_text), originals
        return self._asking


def _make_asking(policy: Policy) -> Policy:
    if policy.allows_any_origin and policy.origin_validator is None:
        return policy
    with warnings.catch_warnings():
        # Why: whoever made the policy was warned.
        warnings.simplefilter("ignore")
        return Policy(**{**policy.settings, "origin_validator": _stand_in}).with_habits(policy.habits)


def _stand_in(_origin: str) -> bool:  # pragma: no cover (it only makes a decision ask; a Question answers)
    return False
