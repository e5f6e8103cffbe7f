"""``compile``: the answers of one policy, rendered once, for an adapter to look up.

Everything in a table is rendered by the functions that ``decide`` uses, and what a table cannot answer it
leaves to ``decide``; a test holds the two equal for every policy and request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from crossorigin.decision import answers
from crossorigin.decision.judging import MAX_HEADER_NAMES, Decision, find_origin_fault
from crossorigin.policy import ANY
from crossorigin.standard.headers import ALLOW_HEADERS, ALLOW_ORIGIN
from crossorigin.standard.methods import NORMALIZED_METHODS

if TYPE_CHECKING:
    from typing import Protocol

    from crossorigin.policy import Policy

#: What the wire is made of: bytes (ASGI) or str (WSGI).
Wire = TypeVar("Wire", bytes, str)

if TYPE_CHECKING:

    class _Form(Protocol[Wire]):
        """How names and values are written on a wire, and read off it."""

        def name(self, name: str) -> Wire: ...
        def value(self, value: str) -> Wire: ...
        def read(self, value: Wire) -> str: ...
        def all_of(self, values: frozenset[str]) -> frozenset[Wire]: ...


Pairs = list[tuple[Wire, Wire]]

#: So many answers are kept, so that the next request like it costs no more than a look-up.
MAX_KNOWN = 4096

#: What depends on more bytes than this is left to ``decide``. No origin that it allows is longer.
MAX_KEY = 512

#: A stand-in for the origin where the rest of an answer is rendered.
_SOMEONE = "https://someone.invalid"

#: A list of names as browsers write it: in lower case, with commas and no spaces between.
_BROWSER_NAMES = r"(?!\*(?:,|$))[!#$%&'*+.^_`|~0-9a-z-]+(?:,(?!\*(?:,|$))[!#$%&'*+.^_`|~0-9a-z-]+)*"


class _BytesForm:
    """Names and values as ASGI has them."""

    def name(self, name: str) -> bytes:
        # "Header names must be lowercased."
        return name.lower().encode("latin-1")

    def value(self, value: str) -> bytes:
        return value.encode("latin-1")

    def read(self, value: bytes) -> str:
        return value.decode("latin-1")

    def all_of(self, values: frozenset[str]) -> frozenset[bytes]:
        return frozenset(value.encode("latin-1") for value in values)


class _TextForm:
    """Names and values as WSGI has them."""

    def name(self, name: str) -> str:
        return name

    def value(self, value: str) -> str:
        return value

    def read(self, value: str) -> str:
        return value

    def all_of(self, values: frozenset[str]) -> frozenset[str]:
        return values


#: A whole answer: status, headers, body. With status 0, the headers are to be put on the app's answer.
Answer = tuple[int, list[tuple[Wire, Wire]], bytes]

#: What an answer depends on: the origin of an actual request; origin, method and names of a preflight; or nothing, ().
Key: TypeAlias = Wire | tuple[Wire | None, ...]


class Table(Generic[Wire]):
    """One policy's answers.

    ``bare`` is the answer to a request without an origin, or None where only ``decide`` can tell. ``known`` holds
    the answers that were given before. All lists are the table's own: a door copies what it sends.
    """

    __slots__ = (
        "_allow_origin",
        "_any_names",
        "_comma",
        "_is_simple",
        "_names",
        "_names_line",
        "_preflights",
        "_tail",
        "_wire",
        "bare",
        "exact",
        "known",
        "policy",
    )

    def __init__(self, policy: Policy, wire: _Form[Wire]) -> None:
        self.policy = policy
        self._wire: _Form[Wire] = wire
        # Why: in debug every decision is logged, and what is enforced depends on more than the origin.
        self._is_simple = not policy.debug and policy.enforce == "browser" and not answers.tells_private(policy)
        is_exact = self._is_simple and not policy.is_static and not policy.deny_origins
        self.exact: frozenset[Wire] = wire.all_of(policy.allowed.literals) if is_exact else frozenset()
        self.bare: Pairs[Wire] | None = (
            None if policy.debug or policy.require_origin else self.render(answers.render_bare(policy))
        )
        self._allow_origin: Wire = wire.name(ALLOW_ORIGIN)
        self._tail: Pairs[Wire] = self.render(answers.render_actual(policy, _SOMEONE)[1:])
        # Why: with a * and denied names, what is answered depends on the names asked for.
        has_any_names = policy.allow_headers == (ANY,)
        self._names: frozenset[Wire] = frozenset(() if has_any_names else map(wire.value, policy.header_names))
        self._names_line: Wire = wire.name(ALLOW_HEADERS)
        self._comma: Wire = wire.value(",")
        is_any = has_any_names and not policy.denied_names
        self._any_names: re.Pattern[Wire] | None = re.compile(wire.value(_BROWSER_NAMES)) if is_any else None
        self._preflights: dict[Wire, Pairs[Wire]] = self._compile_preflights()
        self.known: dict[Key[Wire], Answer[Wire]] = {}

    def render(self, headers: answers.Headers) -> Pairs[Wire]:
        """Write headers in the form of this table's wire."""
        return [(self._wire.name(name), self._wire.value(value)) for name, value in headers]

    def find_actual(self, origin: Wire) -> Pairs[Wire] | None:
        """Return the headers for an actual request from an origin, or None where only ``decide`` can tell."""
        if known := self.known.get(origin):
            return known[1]
        if origin in self.exact:
            first: Pairs[Wire] = [(self._allow_origin, origin)]
            headers = first + self._tail
        elif len(origin) > MAX_KEY or not self._allows(origin):
            return None
        else:
            headers = self.render(answers.render_actual(self.policy, self._wire.read(origin)))
        self._keep(origin, (0, headers, b""))
        return headers

    def find_preflight(self, key: Key[Wire]) -> Answer[Wire] | None:
        """Return the answer to a preflight, or None where only ``decide`` can tell.

        *key* is the origin, the method, and the one line of names asked for or None, no longer than MAX_KEY; or ().
        """
        if known := self.known.get(key):
            return known
        if not isinstance(key, tuple) or not key:
            return None
        origin, method, names = key
        if origin is None or method is None:
            return None
        lines: Pairs[Wire] | None = self._preflights.get(method)
        asked: Pairs[Wire] | None = self._find_names(names)
        if lines is None or asked is None or not (origin in self.exact or self._allows(origin)):
            return None
        first: Wire = self._wire.value(ANY) if self.policy.is_static else origin
        headers: Pairs[Wire] = [(self._allow_origin, first)]
        answer: Answer[Wire] = (self.policy.preflight_status, headers + asked + lines, self.policy.habits.body.encode())
        self._keep(key, answer)
        return answer

    def remember(self, key: Key[Wire], decision: Decision) -> Answer[Wire]:
        """Render a decision; keep it under *key* where it is stable, so that the next one like it is looked up."""
        answer: Answer[Wire] = (decision.status or 0, self.render(decision.headers), decision.body.encode())
        is_stable = self._is_simple and self.policy.origin_validator is None
        # Why: of an ambiguous path, the policy of another rule may have refused.
        kind = "preflight" if isinstance(key, tuple) else "actual"
        is_own = decision.policy is self.policy and key != () and decision.kind == kind
        # Why: an allowed actual request is kept by find_actual, or depends on more than its origin.
        if is_own and is_stable and (decision.kind == "preflight" or not decision.allowed):
            self._keep(key, answer)
        return answer

    def _keep(self, key: Key[Wire], answer: Answer[Wire]) -> None:
        parts = key if isinstance(key, tuple) else (key,)
        if sum(len(part) for part in parts if part) > MAX_KEY:
            return
        if len(self.known) >= MAX_KNOWN:
            self.known.clear()
        self.known[key] = answer

    def _allows(self, origin: Wire) -> bool:
        return self._is_simple and find_origin_fault(self.policy, [self._wire.read(origin)]) is None

    def _find_names(self, names: Wire | None) -> Pairs[Wire] | None:
        """Return the line that depends on the names asked for, if any, or None where they may not be allowed."""
        if names is None:
            return []
        if names.count(self._comma) >= MAX_HEADER_NAMES:
            return None
        if self._any_names:
            return [(self._names_line, names)] if self._any_names.fullmatch(names) else None
        return [] if self._names.issuperset(names.split(self._comma)) else None

    def _compile_preflights(self) -> dict[Wire, Pairs[Wire]]:
        """Render, by method, all of an allowed preflight's answer but the origin and the names asked for."""
        policy = self.policy
        if not self._is_simple or policy.allow_private_network or _has_own_lists(policy):
            return {}
        methods = NORMALIZED_METHODS if policy.allow_methods == (ANY,) else policy.allow_methods
        return {self._wire.value(method): self._render_after_origin(method) for method in methods}

    def _render_after_origin(self, method: str) -> Pairs[Wire]:
        return self.render(answers.render_preflight(self.policy, _SOMEONE, method, (), private=False)[1:])


def _has_own_lists(policy: Policy) -> bool:
    """Tell whether a preflight's answer is made in the way of another package."""
    habits = policy.habits
    return bool(habits.list_methods or habits.list_names) or not habits.refuses or habits.echoes or habits.folds_methods


def compile(policy: Policy) -> Table[bytes]:  # noqa: A001 (the name users know it by)
    """Render the answers of *policy* for an ASGI server: bytes, names in lower case.

    >>> from crossorigin.policy import Policy
    >>> compile(Policy(allow_origins="*")).bare
    [(b'access-control-allow-origin', b'*')]
    """
    return Table(policy, _BytesForm())


def compile_text(policy: Policy) -> Table[str]:
    """Render the answers of *policy* for a WSGI server: texts.

    >>> from crossorigin.policy import Policy
    >>> compile_text(Policy()).bare
    [('Vary', 'Origin')]
    """
    return Table(policy, _TextForm())
