"""What the doors share: reading the settings, swapping a policy, asking, merging headers, the log."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import time
import warnings
import weakref
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic
from urllib.parse import quote

from crossorigin.decision import Decision, decide
from crossorigin.decision.table import Table, Wire
from crossorigin.errors import PolicyWarning
from crossorigin.integrations._table import RouteLine, list_rules
from crossorigin.messages import get_values
from crossorigin.policy import Policy
from crossorigin.reasons import MALFORMED_ORIGIN, ORIGIN_NOT_ALLOWED, REASONS, Reason
from crossorigin.ruleset import Ruleset
from crossorigin.standard.headers import CORS_PREFIX, ORIGIN, VARY
from crossorigin.standard.paths import decode_path, is_ambiguous_path, split_path

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence
    from typing import Unpack

    from crossorigin.integrations._asking import Asker
    from crossorigin.messages import Request
    from crossorigin.policy.options import Options, OriginValidator

    #: Returns the policy for a scope or environ, the ruleset if the path decides, or None: it is not touched.
    Choose = Callable[[Any], Policy | Ruleset | None]

logger = logging.getLogger("crossorigin")

#: Under this key a layer tells the ones inside it that it is there.
LAYER_KEY = "crossorigin.layer"

#: The layers that have not seen a request yet: only while there are any must a request be marked.
unused_layers: set[int] = set()

#: What a path may hold as it is; the rest is percent-encoded.
_PATH_MARKS = "/;:@&=+$,!~*'()\\"

_MOST_REMEMBERED = 1024
_SECONDS_BETWEEN_HINTS = 1.0

_MOST_PLAIN = 256

#: The reasons whose hint looks for the nearest allowed origin.
_COSTLY = {ORIGIN_NOT_ALLOWED.id, MALFORMED_ORIGIN.id}
_SHOWN = 512

#: All headers of an answer, and the names of those that were removed.
Merged = tuple[list[tuple[Wire, Wire]], list[Wire]]

#: What is answered where the app raised and nobody else can.
SERVER_ERROR = b"Internal Server Error"


class Rules(Generic[Wire]):
    """A policy or ruleset with all that serves it, swapped as one.

    ``table`` is that of the one policy for all requests, or None where the path decides, or ``choose``, which is
    given the scope or environ and returns the policy, this ruleset if the path decides, or None: then the request is
    not touched. ``nothing`` is a table in which nothing is found, so that ``decide`` is asked.
    """

    def __init__(
        self,
        policy: Policy | Ruleset,
        render: Callable[[Policy], Table[Wire]],
        choose: Choose | None = None,
    ) -> None:
        if isinstance(policy, Ruleset):
            policy.refuse_jsonp()
        self.policy = policy
        self.choose = choose
        single = policy if isinstance(policy, Policy) else policy.only_policy
        ruleset = policy if isinstance(policy, Ruleset) else Ruleset([])
        self._render: Callable[[Policy], Table[Wire]] = render
        self._tables: dict[int, Table[Wire]] = {}
        self.nothing: Table[Wire] = render(Policy(debug=True))
        self.find_policy = ruleset.find_policy
        self.find_judges = ruleset.find_judges
        self._askers: dict[int, Asker] = {}
        # Why: what is rendered now need not be at the first request. A policy that is chosen may come later.
        policies = [single] if single else [rule.policy for rule in ruleset.rules]
        tables = [self.find_table(one) for one in policies]
        self._own = {id(one) for one in policies}
        self.table: Table[Wire] | None = tables[0] if single and not choose else None
        self.journal = Journal()

    def find_table(self, policy: Policy | None) -> Table[Wire] | None:
        """Return the table of a policy, or None for None."""
        if policy is None:
            return None
        # Why: the table holds the policy, so no other can have its id.
        if (table := self._tables.get(id(policy))) is None:
            table = self._tables[id(policy)] = self._render(policy)
        return table

    def find_asker(self, policy: Policy | None) -> Asker:
        """Return the one that asks the validator of a policy."""
        validator: Any = policy.origin_validator if policy else None
        if (asker := self._askers.get(id(validator))) is None:
            asker = self._askers[id(validator)] = _make_asker(validator)
        return asker

    def find_judge(self, table: Table[Wire]) -> Policy | Ruleset:
        """Return what judges a request for which *table* was found."""
        is_own = table is self.nothing or id(table.policy) in self._own
        return self.policy if is_own or not self.choose else table.policy

    def judge(self, policy: Policy | Ruleset, request: Request, *, websocket: bool = False) -> Decision:
        """Decide and log, asking the validator if it must be asked."""
        decision = decide(policy, request, websocket=websocket)
        if decision.origin_to_ask is not None:
            allowed = self.find_asker(decision.policy).ask(decision.origin_to_ask)
            decision = decide(policy, request, websocket=websocket, origin_allowed=allowed)
        self.journal.log(decision, request)
        return decision

    async def judge_async(self, policy: Policy | Ruleset, request: Request, *, websocket: bool = False) -> Decision:
        """Do the same without blocking the event loop."""
        decision = decide(policy, request, websocket=websocket)
        if decision.origin_to_ask is not None:
            allowed = await self.find_asker(decision.policy).ask_async(decision.origin_to_ask)
            decision = decide(policy, request, websocket=websocket, origin_allowed=allowed)
        self.journal.log(decision, request)
        return decision


def _make_asker(validator: OriginValidator) -> Asker:
    from crossorigin.integrations._asking import Asker  # noqa: PLC0415 (asyncio takes long to import, and few ask)

    return Asker(validator)


class Journal:
    """The log: one line for each distinct refusal, and everything in ``debug``."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], None] = {}
        self._lock = threading.Lock()
        self._next_hint = 0.0
        self._has_told_of_inner_headers = False

    def log(self, decision: Decision, request: Request) -> None:
        """Log a decision where it must be."""
        is_debug = decision.policy is not None and decision.policy.debug
        if not (decision.reasons or is_debug) or not logger.isEnabledFor(logging.WARNING):
            return
        origin = ascii(", ".join(get_values(request.headers, ORIGIN))[:_SHOWN])
        ids = tuple(reason.id for reason in decision.reasons)
        if is_debug:
            outcome = "allowed" if decision.allowed else f"refused ({', '.join(ids)})"
            logger.info("%s request %s: %s %s, origin %s", decision.kind, outcome, *_show(request), origin)
        # Why: of a handshake that is let through, this line is all that anyone sees, whatever else was refused.
        what = "would be refused" if decision.kind == "websocket" and decision.status is None else "refused"
        new = [reason for reason in decision.reasons if self._is_new((origin, reason.id, what))]
        if new:
            found = "; ".join(f"{reason.id}: {reason.message}" for reason in new)
            hint = self._hint(new, decision.policy)
            logger.warning("%s request %s: origin %s (%s).%s", decision.kind, what, origin, found, hint)

    def tell_of_inner_headers(self, names: Sequence[object]) -> None:
        """Log, once, that the app or another layer sets CORS headers, too."""
        if names and not self._has_told_of_inner_headers:
            self._has_told_of_inner_headers = True
            text = "removed %s, set inside this layer: leave CORS to one place, the policy's answer wins"
            logger.warning(text, ascii(names))

    def _is_new(self, key: tuple[str, ...]) -> bool:
        with self._lock:
            if key in self._seen:
                return False
            if len(self._seen) >= _MOST_REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._seen[key] = None
            return True

    def _hint(self, found: list[Reason], policy: Policy | None) -> str:
        """Join the hints; to find the nearest origin takes time, so that is done at most once a second."""
        now = time.monotonic()
        hints = []
        for reason in found:
            is_too_soon = reason.id in _COSTLY and now < self._next_hint
            if reason.id in _COSTLY and not is_too_soon:
                self._next_hint = now + _SECONDS_BETWEEN_HINTS
            hint = REASONS[reason.id].hint if is_too_soon else reason.hint
            hints.append(f" {ascii(hint)[1:-1]}")
        text = "".join(hints)
        for ours, theirs in policy.habits.called if policy else ():
            text = re.sub(rf"\b{ours}\b", theirs, text)
        return text


def _show(request: Request) -> tuple[str, str]:
    """Return method and URL on one line, whatever they hold."""
    return ascii(request.method[:_SHOWN])[1:-1], ascii(request.url[:_SHOWN])[1:-1]


class Layer(Generic[Wire]):
    """What every wrapping middleware is: an app, and rules that can be swapped while requests run."""

    def __init__(
        self,
        app: Any,  # noqa: ANN401 (whatever the server calls)
        policy: Policy | Ruleset | None,
        settings: dict[str, Any],
        render: Callable[[Policy], Table[Wire]],
        choose: Choose | None = None,
    ) -> None:
        self.app = app
        self._render: Callable[[Policy], Table[Wire]] = render
        self._choose: Choose | None = choose
        self.reconfigure(policy, **settings)
        unused_layers.add(id(self))
        weakref.finalize(self, unused_layers.discard, id(self)).atexit = False

    @property
    def policy(self) -> Policy | Ruleset:
        """The policy in force."""
        return self.hot[0].policy

    def reconfigure(self, policy: Policy | Ruleset | None = None, **settings: Unpack[Options]) -> None:
        """Put another policy in force for every request from now on; those under way keep theirs.

        It replaces the old one whole: an option that is not given has its default.

        :raises PolicyError: the new one is wrong; the old one stays in force.
        """
        rules = Rules(make_policy(policy, {**settings}), self._render, self._choose)
        # Why: one assignment swaps everything that depends on the policy, so that no request sees a part of it.
        self.hot: tuple[Rules[Wire], Table[Wire] | None] = (rules, rules.table)

    def list_routes(self) -> list[RouteLine]:
        """Return what serves which path, for the table of routes."""
        return list_rules(self.policy)

    def see_request(self, marks: MutableMapping[str, Any]) -> None:
        """Mark a request; warn at this layer's first use if another layer has marked it already."""
        if id(self) in unused_layers:
            unused_layers.discard(id(self))
            if LAYER_KEY in marks:
                text = "two CORS layers are stacked: the outer one's policy wins. Take one of them out"
                logger.warning(text)
                # Why: a filter may turn it into an error, and no request may fail for it.
                with contextlib.suppress(PolicyWarning):
                    warnings.warn(text, PolicyWarning, stacklevel=2)
        marks[LAYER_KEY] = True


def make_policy(policy: Policy | Ruleset | None, settings: dict[str, Any]) -> Policy | Ruleset:
    """Return the policy given, or the one that the settings make.

    :raises PolicyError: the settings are wrong.
    :raises TypeError: there is both a policy and settings, or the policy is something else.
    """
    if policy is None:
        return Policy(**settings)
    if not isinstance(policy, Policy | Ruleset):
        text = f"a Policy or a Ruleset is expected, not {policy!r}: write CORSMiddleware(app, Policy(...))"
        raise TypeError(text)
    if settings:
        text = f"give either a policy or its options, not both: put {', '.join(settings)} into the Policy"
        raise TypeError(text)
    return policy


def find_table_by_path(rules: Rules[Wire], path: str, raw: str, url: str) -> Table[Wire] | None:
    """Return the table of the rule that serves a decoded path; None: no rule does, so the request is not touched."""
    if is_ambiguous_path(path) or is_ambiguous_path(raw.partition("?")[0]):
        judges = rules.find_judges(url)
        return rules.find_table(judges[0]) if len(judges) == 1 else rules.nothing
    return rules.find_table(rules.find_policy(path))


def find_url(path: str, raw: str, root: str) -> str:
    """Return the path below *root* as the client wrote it, if *raw* tells; else as it may have written *path*."""
    written = split_path(raw) if raw else ""
    for prefix in (quote(root, _PATH_MARKS), root, ""):
        below = written[len(prefix) :]
        if written.startswith(prefix) and decode_path(below) == path:
            return below or "/"
    return quote(path, _PATH_MARKS) or "/"


class Merger(Generic[Wire]):
    """Puts our headers on an answer that has a ``Vary``, CORS headers, or names that look like them.

    The policy's answer wins: CORS headers that were there are removed, never doubled. ``Vary`` is merged with the
    app's.

    >>> merger = Merger(str)
    >>> merger.merge([("Vary", "Accept"), ("Access-Control-Allow-Origin", "*")], [("Vary", "Origin")])
    ([('Vary', 'Accept, Origin')], ['Access-Control-Allow-Origin'])
    """

    def __init__(self, write: Callable[[str], Wire]) -> None:
        self._prefix: Wire = write(CORS_PREFIX)
        self._vary: Wire = write(VARY.lower())
        self._comma: Wire = write(",")
        self._and: Wire = write(", ")
        self._only: Wire = write(ORIGIN)
        self._more: Wire = write(f", {ORIGIN}")
        #: Names seen often that are neither CORS headers nor ``Vary``: a door need not look at them.
        self.plain: set[Wire] = set()
        self._enough: frozenset[Wire] = frozenset({write(ORIGIN.lower()), write("*")})
        # Why: an app has few values of Vary, and each is read once.
        self._merge_vary: Callable[[Wire], Wire] = lru_cache(maxsize=256)(self._add_origin)

    def merge(self, inner: list[tuple[Wire, Wire]], ours: list[tuple[Wire, Wire]]) -> Merged[Wire]:
        """Return all headers, and the names of the CORS headers that were there."""
        merged: list[tuple[Wire, Wire]] = []
        varies: list[tuple[Wire, Wire]] = []
        removed: list[Wire] = []
        plain, vary = self.plain, self._vary
        for pair in inner:
            name = pair[0]
            if name in plain:
                merged.append(pair)
            elif name == vary or (lower := name.lower()) == vary:
                varies.append(pair)
            elif lower.startswith(self._prefix):
                removed.append(name)
            else:
                merged.append(pair)
        # Why: of our headers, Vary is the last, if it is there.
        if not varies or not ours or ours[-1][0].lower() != vary:
            return merged + varies + ours, removed
        name, value = varies[0]
        if len(varies) > 1:
            value = self._and.join([value for _, value in varies])
        merged.append((name, self._merge_vary(value)))
        merged += ours
        del merged[-1]
        return merged, removed

    def is_plain(self, name: Wire) -> bool:
        """Tell whether a name of the app's can be passed on; remember it, as far as there is room."""
        if name == self._vary or (lower := name.lower()) == self._vary or lower.startswith(self._prefix):
            return False
        if len(self.plain) < _MOST_PLAIN:
            self.plain.add(name)
        return True

    def _add_origin(self, value: Wire) -> Wire:
        words = {word.strip().lower() for word in value.split(self._comma)}
        if not words.isdisjoint(self._enough):
            return value
        return value + self._more if value.strip() else self._only
