"""``explain``: one reason and what is at hand about it, made into an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.explanation import fixing
from crossorigin.explanation.evidence import gather
from crossorigin.explanation.grounds import WHY
from crossorigin.explanation.near import find_near_misses
from crossorigin.explanation.shapes import Explanation
from crossorigin.explanation.telling import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.browser import Call
    from crossorigin.messages import Request, Response
    from crossorigin.policy import Policy
    from crossorigin.reasons import Reason
    from crossorigin.ruleset import Ruleset


def explain(
    reason: Reason,
    *,
    call: Call | None = None,
    exchanges: Sequence[tuple[Request, Response]] = (),
    policy: Policy | Ruleset | None = None,
) -> Explanation:
    """Explain *reason*, a server's or a browser's, as well as what is at hand allows. Never raises.

    :param call: what the script called.
    :param exchanges: what went over the wire, in order; the last one is where it failed.
    :param policy: the policy, or the rules, that the server is meant to follow.

    >>> from crossorigin import Policy, reasons
    >>> from crossorigin.messages import Request, Response
    >>> asked = Request("GET", "https://api.example/items", [("Origin", "http://app.example")])
    >>> policy = Policy(allow_origins=["https://app.example"])
    >>> explanation = explain(reasons.ORIGIN_NOT_ALLOWED, exchanges=[(asked, Response(200, []))], policy=policy)
    >>> explanation.what
    'The origin "http://app.example" is not allowed by the policy.'
    >>> explanation.near_misses[0].sentence
    'The policy allows "https://app.example". http and https are two origins.'
    >>> explanation.fix.sentence, explanation.fix.settings
    ('Add "http://app.example" to allow_origins.', {'allow_origins': ['https://app.example', 'http://app.example']})
    """
    evidence = gather(reason, call, exchanges, policy)
    near_misses = find_near_misses(evidence)
    fix = fixing.find_fix(evidence, frozenset(miss.id for miss in near_misses))
    return Explanation(reason, tell(evidence), WHY[reason.id], near_misses, fix, f"docs/reasons.md#{reason.id}")
