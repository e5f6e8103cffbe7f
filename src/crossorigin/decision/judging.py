"""``decide``: one request, judged by one policy, or by the rules of its path."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from crossorigin import reasons
from crossorigin.decision import answers, reading
from crossorigin.origins.nearest import find_nearest
from crossorigin.origins.origin import MAX_ORIGIN, NULL, read_origin
from crossorigin.policy import ANY, Policy
from crossorigin.policy.habits import STANDARD, is_harmless
from crossorigin.standard.headers import NO_CORS_SAFELISTED_NAMES, is_token, read_header_names
from crossorigin.standard.methods import SAFE_METHODS, SAFELISTED_METHODS, is_forbidden_method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.messages import Request
    from crossorigin.reasons import Reason
    from crossorigin.ruleset import Ruleset

#: More names, or bytes of them, are refused unread.
MAX_HEADER_NAMES = 64
MAX_HEADER_NAMES_SIZE = 4096
_MAX_METHOD = 256

#: What is refused with these faults is never listed.
_UNREADABLE = (reasons.MALFORMED_METHOD, reasons.MALFORMED_HEADER_NAMES, reasons.TOO_MANY_HEADER_NAMES)


class Decision(NamedTuple):
    """What to do with one request.

    ``kind`` is "not-cors", "actual", "preflight" or "websocket". ``status`` is None where the app answers;
    otherwise the answer is ``status``, ``headers`` and ``body``. ``headers`` are to be put on the answer,
    whoever gives it: ``Vary`` is merged with what is there, every other CORS header replaces it.
    ``origin_to_ask`` is the origin that ``policy.origin_validator`` must judge, or None; until it has,
    the request is refused. ``policy`` is the one that judged, or None where no rule serves the path.
    """

    kind: str
    allowed: bool
    reasons: tuple[Reason, ...] = ()
    status: int | None = None
    body: str = ""
    headers: answers.Headers = ()
    origin_to_ask: str | None = None
    policy: Policy | None = None


def decide(
    policy: Policy | Ruleset, request: Request, *, origin_allowed: bool | None = None, websocket: bool = False
) -> Decision:
    """Decide what the server should do with *request*. Never raises, whatever the request holds.

    :param origin_allowed: what the policy's validator said of ``origin_to_ask``; None if it was not asked.
    :param websocket: the request is a WebSocket handshake.

    Spec: https://fetch.spec.whatwg.org/#http-cors-protocol

    >>> from crossorigin.messages import Request
    >>> request = Request("GET", "https://api.example/", [("Origin", "https://evil.example")])
    >>> decide(Policy(allow_origins=["https://app.example"]), request).reasons
    (<Reason origin-not-allowed>,)
    """
    judge = _judge_websocket if websocket else _judge_http
    if isinstance(policy, Policy):
        return judge(policy, request, origin_allowed=origin_allowed)
    judges = policy.find_judges(request.url)
    if len(judges) == 1:
        only = judges[0]
        return judge(only, request, origin_allowed=origin_allowed) if only else Decision("not-cors", allowed=True)
    # Differs from the standard: Fetch knows one path, but servers, proxies and routers may each see another.
    policies = [one for one in judges if one is not None]
    decisions = [judge(one, request, origin_allowed=None) for one in policies]
    asking = [one for one, decision in zip(policies, decisions, strict=True) if decision.origin_to_ask is not None]
    # Why: one answer cannot be that of two validators.
    if any(one.origin_validator is not asking[0].origin_validator for one in asking):
        return _refuse_ambiguous(policies, decisions[0].kind, request)
    if origin_allowed is not None:
        decisions = [
            judge(one, request, origin_allowed=origin_allowed) if decision.origin_to_ask else decision
            for one, decision in zip(policies, decisions, strict=True)
        ]
    return _agree(policies, decisions, request, has_gap=None in judges)


def _agree(policies: list[Policy], decisions: list[Decision], request: Request, *, has_gap: bool) -> Decision:
    """Allow what the rules of all readings of the path allow; a reading without a rule allows nothing."""
    first = decisions[0]
    refused = [decision for decision in decisions if not decision.allowed]
    if refused:
        # Why: where one of the policies enforces its refusal, the app must not run; and of answers alike, the one
        # that tells least is right for all.
        return max(refused, key=lambda decision: (decision.status or 0, -len(decision.headers)))
    if not has_gap:
        headers = reduce(answers.intersect, [decision.headers for decision in decisions])
        return first._replace(headers=headers)
    fields = reading.read_fields(request)
    if first.kind == "websocket":
        asks_nothing = reading.ORIGIN not in fields or all(
            policy.websockets == "ignore" or reading.is_same_origin(policy, fields) for policy in policies
        )
        return first if asks_nothing else _refuse_ambiguous(policies, first.kind, request)
    if first.kind == "not-cors":
        return first._replace(headers=answers.VARY)
    return _refuse_ambiguous(policies, first.kind, request)


def _refuse_ambiguous(policies: list[Policy], kind: str, request: Request) -> Decision:
    """Refuse in the name of the policy that enforces most."""
    refusals = [_refuse(policy, kind, (reasons.AMBIGUOUS_PATH,), request.method) for policy in policies]
    return max(refusals, key=lambda decision: decision.status or 0)


def _judge_http(policy: Policy, request: Request, *, origin_allowed: bool | None) -> Decision:
    method = request.method
    if method == "OPTIONS" and len(request.headers) > reading.MAX_HEADER_LINES:
        return _refuse(policy, "preflight", (reasons.TOO_MANY_HEADER_LINES,), method)
    fields = reading.read_fields(request)
    origins = fields.get(reading.ORIGIN)
    if origins is None:
        if policy.require_origin:
            return _refuse(policy, "not-cors", (reasons.MISSING_ORIGIN,), method)
        return Decision("not-cors", allowed=True, headers=answers.render_bare(policy), policy=policy)
    if method == "OPTIONS" and reading.REQUEST_METHOD in fields:
        return _judge_preflight(policy, fields, origin_allowed=origin_allowed)
    fault = find_origin_fault(policy, origins, origin_allowed=origin_allowed)
    # Why: an OPTIONS that is no preflight is the app's, whatever the policy lists.
    may_use_method = not _is_enforced(policy, method) or method == "OPTIONS" or policy.allows_method(method)
    if fault is None and may_use_method:
        private = fields.get(reading.REQUEST_PRIVATE_NETWORK) == ["true"]
        headers = answers.render_actual(policy, origins[0], private=private)
        return Decision("actual", allowed=True, headers=headers, policy=policy)
    if reading.is_same_origin(policy, fields):
        headers = answers.render_actual(policy, origins[0]) if fault is None else answers.render_bare(policy)
        return Decision("not-cors", allowed=True, headers=headers, policy=policy)
    if fault is None:
        # Why: the origin may read what this server answers, a refusal too; only the method is not its to use. And
        # where all other answers are the same for everyone, this one must not be kept for them.
        headers = answers.render_actual(policy, origins[0]) + (() if answers.varies(policy) else answers.VARY)
        found = (_explain(policy, reasons.METHOD_NOT_ALLOWED, origins[0], method),)
        return _refuse(policy, "actual", found, method, headers)
    return _refuse_origin(policy, "actual", fault, origins[0], method)


def _judge_websocket(policy: Policy, request: Request, *, origin_allowed: bool | None) -> Decision:
    """Judge a handshake: CORS does not cover it, but the browser sends its Origin, and cookies.

    Spec: https://www.rfc-editor.org/rfc/rfc6455#section-10.2
    """
    if policy.websockets == "ignore":
        return Decision("websocket", allowed=True, policy=policy)
    fields = reading.read_fields(request)
    origins = fields.get(reading.ORIGIN)
    if origins is None:
        if policy.require_origin:
            return _refuse(policy, "websocket", (reasons.MISSING_ORIGIN,), request.method)
        return Decision("websocket", allowed=True, policy=policy)
    fault = find_origin_fault(policy, origins, origin_allowed=origin_allowed)
    if fault is None or reading.is_same_origin(policy, fields):
        return Decision("websocket", allowed=True, policy=policy)
    return _refuse_origin(policy, "websocket", fault, origins[0], request.method)


def _judge_preflight(policy: Policy, fields: reading.Fields, *, origin_allowed: bool | None) -> Decision:
    """Judge every step, also after one has failed, so that one look at the reasons mends them all.

    Spec: https://fetch.spec.whatwg.org/#cors-preflight-request
    """
    origin = fields[reading.ORIGIN][0]
    method = fields[reading.REQUEST_METHOD][0]
    asked, fault_of_names = _read_names(policy, fields.get(reading.REQUEST_HEADERS, []))
    fault_of_origin = find_origin_fault(policy, fields[reading.ORIGIN], origin_allowed=origin_allowed)
    faults = [fault_of_origin, _find_method_fault(policy, fields[reading.REQUEST_METHOD]), fault_of_names]
    private = fields.get(reading.REQUEST_PRIVATE_NETWORK)
    if policy.habits.refuses_private and private and not policy.allow_private_network:
        faults.append(reasons.PRIVATE_NETWORK_NOT_ALLOWED)
    if not any(faults):
        headers = answers.render_preflight(policy, origin, method, asked, private=private == ["true"])
        return Decision("preflight", True, (), policy.preflight_status, policy.habits.body, headers, None, policy)
    lower = [name.lower() for name in asked]
    found = tuple(_explain(policy, fault, origin, method, lower) for fault in faults if fault)
    ask = origin if faults[0] is reasons.ORIGIN_NOT_JUDGED else None
    passed_origin = origin if faults[0] is None else None
    if not policy.habits.refuses:
        headers = _list_what_is_allowed(policy, passed_origin, method, asked, faults)
        return Decision("preflight", False, found, policy.preflight_status, policy.habits.body, headers, ask, policy)
    if policy.debug and policy.habits.explains and _does_browser_stop(faults, method):
        passed_method = method if passed_origin is not None and faults[1] is None else ""
        headers = answers.render_passed_steps(policy, passed_origin, method=passed_method, asked=lower)
        return Decision("preflight", False, found, policy.preflight_status, "", headers, ask, policy)
    return _refuse(policy, "preflight", found, "OPTIONS", ask=ask)


def _list_what_is_allowed(
    policy: Policy, origin: str | None, method: str, asked: list[str], faults: Sequence[Reason | None]
) -> answers.Headers:
    """Return what an answer says that refuses by leaving out, where the package that is replaced does so."""
    is_listable = not any(fault in _UNREADABLE for fault in faults)
    if origin is None or not is_listable or (faults[1] and policy.habits.judges_all):
        return answers.render_left_out(policy, origin)
    return answers.render_preflight(policy, origin, method, asked, private=False)


def _does_browser_stop(faults: Sequence[Reason | None], method: str) -> bool:
    """Tell whether a browser would stop even at an ok status with the headers of the steps that passed."""
    if faults[0]:
        return True
    if faults[1]:
        # "If request's method is not in methods, request's method is not a CORS-safelisted method [...],
        # then return a network error."
        return faults[1] is reasons.METHOD_NOT_ALLOWED and method not in SAFELISTED_METHODS
    return faults[2] is reasons.HEADER_NOT_ALLOWED


def find_origin_fault(policy: Policy, origins: list[str], *, origin_allowed: bool | None = None) -> Reason | None:
    """Return why the policy does not allow the origin, or None if it does."""
    origin = origins[0]
    if len(origins) > 1:
        return reasons.MULTIPLE_ORIGINS
    if len(origin) > MAX_ORIGIN:
        return reasons.ORIGIN_TOO_LONG
    if policy.is_static:
        return None
    if origin in policy.denied:
        return reasons.ORIGIN_DENIED
    if origin in policy.allowed or origin in policy.habits.texts:
        return None
    is_any = policy.allows_any_origin and policy.origin_validator is None
    if origin == NULL:
        return None if is_any or policy.dangerously_allow_null_origin else reasons.NULL_ORIGIN
    if read_origin(origin) is None and (policy.habits == STANDARD or not is_harmless(origin)):
        return reasons.MALFORMED_ORIGIN
    if is_any or any(regex.fullmatch(origin) for regex in policy.regexes):
        return None
    if policy.origin_validator and origin_allowed is None:
        return reasons.ORIGIN_NOT_JUDGED
    return None if policy.origin_validator and origin_allowed is True else reasons.ORIGIN_NOT_ALLOWED


def _find_method_fault(policy: Policy, methods: list[str]) -> Reason | None:
    method = methods[0]
    # Why: a * is a token, but echoed it would stand for every method.
    if len(methods) > 1 or len(method) > _MAX_METHOD or not is_token(method) or method == ANY:
        return reasons.MALFORMED_METHOD
    return None if policy.allows_method(method) else reasons.METHOD_NOT_ALLOWED


def _read_names(policy: Policy, lines: list[str]) -> tuple[list[str], Reason | None]:
    """Return the names asked for, as they were sent, and why they are refused, or None."""
    # "A recipient MAY combine multiple field lines within a field section that have the same field name [...]
    # separated by a comma": proxies split the list, too.
    text = ",".join(lines)
    if len(text) > MAX_HEADER_NAMES_SIZE or text.count(",") >= MAX_HEADER_NAMES:
        return [], reasons.TOO_MANY_HEADER_NAMES
    asked = read_header_names(text)
    # Why: a * is a token, but echoed it would stand for every name, and be kept by the browser.
    if asked is None or ANY in asked:
        return [], reasons.MALFORMED_HEADER_NAMES
    is_allowed = all(policy.allows_header(name.lower()) for name in asked)
    return asked, None if is_allowed else reasons.HEADER_NOT_ALLOWED


def _is_enforced(policy: Policy, method: str) -> bool:
    return policy.enforce == "all" or (policy.enforce == "unsafe-methods" and method not in SAFE_METHODS)


def _refuse_origin(policy: Policy, kind: str, fault: Reason, origin: str, method: str) -> Decision:
    ask = origin if fault is reasons.ORIGIN_NOT_JUDGED else None
    return _refuse(policy, kind, (_explain(policy, fault, origin),), method, ask=ask)


def _refuse(  # noqa: PLR0913 (it is the one place that makes a refusal)
    policy: Policy,
    kind: str,
    found: tuple[Reason, ...],
    method: str,
    headers: answers.Headers | None = None,
    *,
    ask: str | None = None,
) -> Decision:
    """Refuse: with our own answer where the policy enforces it, else by leaving the headers out."""
    if headers is None:
        headers = answers.render_vary(policy, is_preflight=kind == "preflight")
    if (kind == "actual" and not _is_enforced(policy, method)) or (kind == "websocket" and policy.websockets == "warn"):
        return Decision(kind, False, found, None, "", headers, ask, policy)
    body = answers.write_body(policy, kind, found)
    own = {"preflight": policy.habits.refusal_status, "websocket": policy.habits.handshake_status}.get(kind)
    status = (None if found[0] is reasons.MISSING_ORIGIN else own) or policy.error_status
    headers = (*answers.render_content(policy, body), *headers)
    # "The server SHOULD send the same header fields in response to a HEAD request as [...] GET", and no content.
    return Decision(kind, False, found, status, "" if method == "HEAD" else body, headers, ask, policy)


def _explain(policy: Policy, fault: Reason, origin: str, method: str = "", asked: Sequence[str] = ()) -> Reason:
    """Give the reason a hint that fits the request, to be computed when it is read."""
    if fault is reasons.ORIGIN_NOT_ALLOWED or fault is reasons.MALFORMED_ORIGIN:
        return fault.with_hint(lambda: _hint_at_origin(policy, fault, origin))
    if fault is reasons.METHOD_NOT_ALLOWED:
        return fault.with_hint(lambda: _hint_at_method(policy, method))
    if fault is reasons.HEADER_NOT_ALLOWED:
        return fault.with_hint(lambda: _hint_at_names(policy, asked))
    return fault


def _hint_at_origin(policy: Policy, fault: Reason, origin: str) -> str:
    if nearest := find_nearest(origin, policy.allowed):
        candidate, difference = nearest
        return f'The policy allows "{candidate}": {difference} differs. {fault.hint}'
    return fault.hint


def _hint_at_method(policy: Policy, method: str) -> str:
    if is_forbidden_method(method):
        return "No browser sends it."
    if method.upper() in policy.allow_methods:
        return f'Methods are compared with case: write method: "{method.upper()}" in the script.'
    return f'Add "{method}" to allow_methods.'


def _hint_at_names(policy: Policy, asked: Sequence[str]) -> str:
    missing = [name for name in asked if not policy.allows_header(name)]
    # Why: a package that allows no name of itself is one whose four are denied, and its user has not denied them.
    own = policy.denied_names - (frozenset() if policy.habits == STANDARD else NO_CORS_SAFELISTED_NAMES)
    denied = [name for name in missing if name in own]
    unlisted = [name for name in missing if name not in own]
    hints = [f"Take {', '.join(denied)} out of deny_headers."] if denied else []
    return " ".join(hints + ([f"Add {', '.join(unlisted)} to allow_headers."] if unlisted else []))
