"""What the native doors share: a request whose headers are text, looked up in a table or decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.decision import compile_text
from crossorigin.decision.reading import MAX_HEADER_LINES
from crossorigin.decision.table import MAX_KEY
from crossorigin.integrations._answering import Layer, Merger, find_table_by_path, unused_layers
from crossorigin.messages import Request
from crossorigin.standard import headers as names
from crossorigin.standard.paths import decode_path, split_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping, Sequence

    from crossorigin.decision import Table
    from crossorigin.decision.table import Answer, Key
    from crossorigin.integrations._answering import Rules
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

    Pair = tuple[str, str]

_MERGER = Merger(str)
_VARY = names.VARY.lower()


class Incoming(NamedTuple):
    """A request: ``get`` returns the values of all lines of a name, ``list_lines`` all lines as text of bytes."""

    method: str
    target: str
    get: Callable[[str], Sequence[str]]
    list_lines: Callable[[], list[Pair]]


class Found(NamedTuple):
    """What a request will be judged by: the rules and the table of its path, and what its answer depends on."""

    rules: Rules[str]
    table: Table[str]
    key: Key[str]


class NativeLayer(Layer[str]):
    """A layer inside a framework. An answer of status 0 is headers for the framework's own answer."""

    def __init__(self, app: object, policy: Policy | Ruleset | None, settings: dict[str, Any]) -> None:
        super().__init__(app, policy, settings, compile_text)

    def look_up(self, incoming: Incoming, marks: MutableMapping[str, Any]) -> Answer[str] | Found | None:
        """Return the answer if it is known, what must be asked if it is not, or None: no rule serves the path."""
        rules, table = self.hot
        if table is None and (table := self.find_table(rules, incoming.target)) is None:
            return None
        if unused_layers:
            self.see_request(marks)
        get = incoming.get
        key: Key[str] = ()
        answer: Answer[str] | None = None
        origins = get(names.ORIGIN)
        if get(names.UPGRADE):
            pass
        elif not origins:
            answer = None if table.bare is None else (0, table.bare, b"")
        elif incoming.method == "OPTIONS" and get(names.REQUEST_METHOD):
            key = _find_preflight_key(incoming, origins)
            answer = table.find_preflight(key)
        elif len(origins) == 1:
            key = origins[0]
            ours = table.find_actual(origins[0])
            answer = None if ours is None else (0, ours, b"")
        return answer or Found(rules, table, key)

    async def decide(self, found: Found, incoming: Incoming) -> Answer[str]:
        """Decide where nothing was known."""
        rules, table, key = found
        judge = self.find_judge(rules, table)
        path = split_path(incoming.target) if rules.table is None else "/"
        request = Request(incoming.method, path, incoming.list_lines())
        if _is_websocket(incoming):
            decision = await rules.judge_async(judge, request, websocket=True)
            if decision.status is not None:
                return table.remember((), decision)
        return table.remember(key, await rules.judge_async(judge, request))

    def find_table(self, rules: Rules[str], target: str) -> Table[str] | None:
        """Return the table of the rule that serves the path; None: no rule does."""
        written = split_path(target)
        return find_table_by_path(rules, decode_path(written), written, written)

    def find_judge(self, rules: Rules[str], table: Table[str]) -> Policy | Ruleset:
        """Return what judges a request for which *table* was found."""
        return rules.find_judge(table)

    def merge(self, inner: Iterable[Pair], ours: list[Pair]) -> list[Pair]:
        """Put our headers on an answer; CORS headers that were there are removed."""
        merged, removed = _MERGER.merge([*inner], ours)
        self.hot[0].journal.tell_of_inner_headers(removed)
        return merged


def split_answer(headers: list[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Return what an answer of ours says of its body, and what it says of CORS.

    >>> split_answer([("Content-Length", "0"), ("Vary", "Origin")])
    ([('Content-Length', '0')], [('Vary', 'Origin')])
    """
    ours = [pair for pair in headers if (lower := pair[0].lower()) == _VARY or lower.startswith(names.CORS_PREFIX)]
    return [pair for pair in headers if pair not in ours], ours


def _is_websocket(incoming: Incoming) -> bool:
    """Tell whether a request is a WebSocket handshake.

    Spec: https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1
    """
    upgrades = ",".join(incoming.get(names.UPGRADE)).lower().split(",")
    return "websocket" in (word.strip() for word in upgrades)


def _find_preflight_key(incoming: Incoming, origins: Sequence[str]) -> Key[str]:
    """Return what a preflight's answer depends on; () where only ``decide`` can tell."""
    methods, asked = incoming.get(names.REQUEST_METHOD), incoming.get(names.REQUEST_HEADERS)
    if len(origins) > 1 or len(methods) > 1 or len(asked) > 1 or incoming.get(names.REQUEST_PRIVATE_NETWORK):
        return ()
    key = (origins[0], methods[0], asked[0] if asked else None)
    is_long = sum(map(len, filter(None, key))) > MAX_KEY or len(incoming.list_lines()) > MAX_HEADER_LINES
    return () if is_long else key
