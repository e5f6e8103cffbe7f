"""JSONP, which is legacy: a public answer of JSON becomes a script that hands it to a function of the page.

Whoever can load a script can read it, so there are no credentials in it, and the callback is a plain name.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from crossorigin.gateway.answers import NOTE, Answered, BrokenAnswerError
from crossorigin.gateway.lines import CONTENT_LENGTH, CONTENT_TYPE, find_values
from crossorigin.ruleset import Rule, Ruleset
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import NoReturn

    from crossorigin.integrations._scope import Message, Pair, Scope, Send

    #: Forwards a request, and sends the answer.
    Forward = Callable[[Scope, Send], Awaitable[None]]

#: The longest answer that becomes a script, in bytes, and the longest callback.
MAX_ANSWER = 1024 * 1024
MAX_CALLBACK = 64

#: What no variable is called, so that no callback begins with it.
#: Spec: https://tc39.es/ecma262/#prod-ReservedWord
_RESERVED = (
    "arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|"
    "false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|"
    "public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield"
)
#: Names, with dots between them.
_NAME = "[A-Za-z_$][A-Za-z0-9_$]*"
_CALLBACK = re.compile(rf"(?!(?:{_RESERVED})(?:\.|\Z)){_NAME}(?:\.{_NAME})*")
#: For what a browser may load it: a worker made of it would run for the page's whole site.
_DESTINATIONS = frozenset({b"script", b"empty"})
_JSON = re.compile(r"application/(?:[a-z0-9.+_-]*\+)?json(?:[ \t]*;[ \t]*charset=\"?utf-8\"?)?[ \t]*", re.IGNORECASE)
#: These end a line in a script of old, and not in JSON.
_LINE_ENDS = {0x2028: "\\u2028", 0x2029: "\\u2029"}

_DESTINATION = names.SEC_FETCH_DEST.lower().encode()
#: What says who asks, what would bring less than the whole answer, and what would bring it compressed.
_DROPPED = frozenset(
    name.lower().encode()
    for name in (names.COOKIE, names.AUTHORIZATION, names.ACCEPT_ENCODING, names.RANGE, *names.CONDITIONAL_NAMES)
)
#: What of the upstream's headers holds for the script, too.
_KEPT = frozenset(name.lower().encode() for name in (names.CACHE_CONTROL, names.EXPIRES, names.DATE, names.AGE))
_HEADERS = [
    (CONTENT_TYPE, b"text/javascript; charset=utf-8"),
    (names.CONTENT_TYPE_OPTIONS.lower().encode(), b"nosniff"),
    (names.CONTENT_DISPOSITION.lower().encode(), b'attachment; filename="jsonp.js"'),
    (names.RESOURCE_POLICY.lower().encode(), b"cross-origin"),
]

_OK = 200
_ERRORS = range(400, 600)


class Parameters:
    """Which parameter of the query names the callback, by the rules of a ruleset; ``ruleset`` is the rest of them."""

    def __init__(self, ruleset: Ruleset) -> None:
        # Why twins: rules may share a policy, and it is by its identity that a rule is known here.
        twins = [Rule(rule.paths, rule.policy.with_habits(rule.policy.habits)) for rule in ruleset.rules]
        self.ruleset = Ruleset(twins)
        pairs = zip(twins, ruleset.rules, strict=True)
        self._names = {id(twin.policy): rule.jsonp for twin, rule in pairs if rule.jsonp is not None}

    def find(self, scope: Scope) -> str | None:
        """Return the parameter for a request, if it is one for JSONP: a GET request that has it.

        Of a path that can be read in several ways, all must have the same.
        """
        if not self._names or scope["method"] != "GET":
            return None
        found = {self._names.get(id(judge)) for judge in self.ruleset.find_judges(scope["raw_path"].decode("latin-1"))}
        name = found.pop() if len(found) == 1 else None
        return name if name is not None and any(key == name for key, _ in _split(scope["query_string"])) else None


def _split(query: bytes) -> list[tuple[str, bytes]]:
    """Return the parameters of a query: the name of each, decoded, and the whole as it was written."""
    parts = query.split(b"&")
    return [(unquote_plus(part.partition(b"=")[0].decode("latin-1")), part) for part in parts]


async def answer(parameter: str, scope: Scope, send: Send, forward: Forward, seconds: float) -> None:
    """Answer a request with a script.

    :raises Answered: it is none that may be answered so, or the upstream's answer cannot be one.
    """
    parts = _split(scope["query_string"])
    callback = read_callback([part for key, part in parts if key == parameter])
    if any(value not in _DESTINATIONS for value in find_values(scope["headers"], _DESTINATION)):
        raise Answered(400, "JSONP is for script elements: this request is for something else.")
    inner = {
        **scope,
        "headers": [line for line in scope["headers"] if line[0] not in _DROPPED],
        "query_string": b"&".join(part for key, part in parts if key != parameter),
    }
    collected = _Collected()
    try:
        async with asyncio.timeout(seconds):
            await forward(inner, collected.take)
    except UnfitError as error:
        raise Answered(*error.args) from error
    except BrokenAnswerError as error:
        raise Answered(502, str(error)) from error
    except TimeoutError as error:
        raise Answered(504, "The upstream took too long to answer.") from error
    if not collected.is_complete:
        # Why: the client has left, and there is nobody to be told but the log.
        scope[NOTE] = inner[NOTE]
        return
    script = f"/**/ typeof {callback} === 'function' && {callback}({read_json(collected.body)});".encode()
    kept = [line for line in collected.headers if line[0] in _KEPT]
    headers = [*_HEADERS, (CONTENT_LENGTH, b"%d" % len(script)), *kept]
    await send({"type": "http.response.start", "status": _OK, "headers": headers})
    await send({"type": "http.response.body", "body": script})


def read_callback(parts: list[bytes]) -> str:
    """Return the name of the function.

    :raises Answered: it is none.

    >>> read_callback([b"callback=angular.callbacks._0"])
    'angular.callbacks._0'
    """
    if len(parts) > 1:
        raise Answered(400, "The callback is named more than once.")
    name = unquote_plus(parts[0].partition(b"=")[2].decode("latin-1"))
    if len(name) > MAX_CALLBACK or not _CALLBACK.fullmatch(name):
        text = f"The callback is no name of a function: write letters, digits, _, $ and dots, {MAX_CALLBACK} at most."
        raise Answered(400, text)
    return name


def read_json(body: bytes) -> str:
    """Return a text of JSON as a script has it.

    :raises Answered: it is no JSON, or a script would read it otherwise.
    """
    try:
        text = body.decode("utf-8-sig")
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse, object_pairs_hook=_check_keys)
    except (ValueError, RecursionError) as error:
        raise Answered(502, "The upstream's answer is no JSON, and JSONP carries nothing else.") from error
    return text.translate(_LINE_ENDS)


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def _check_keys(pairs: list[tuple[str, object]]) -> None:
    # Why: in a script, this key is no property, but the object's prototype.
    if any(key == "__proto__" for key, _ in pairs):
        _refuse("__proto__")


class _Collected:
    """The upstream's answer, if it is one for JSONP."""

    def __init__(self) -> None:
        self.headers: list[Pair] = []
        self.is_complete = False
        self._parts: list[bytes] = []
        self._length = 0

    @property
    def body(self) -> bytes:
        return b"".join(self._parts)

    async def take(self, message: Message) -> None:
        """Take a message of an app.

        :raises UnfitError: it is none for JSONP.
        """
        if message["type"] == "http.response.start":
            self.headers = message["headers"]
            self._check(message["status"])
            return
        self._parts.append(message["body"])
        self._length += len(message["body"])
        self.is_complete = not message["more_body"]
        if self._length > MAX_ANSWER:
            raise UnfitError(502, f"The upstream's answer is longer than {MAX_ANSWER} bytes: JSONP does not carry it.")

    def _check(self, status: int) -> None:
        if status != _OK:
            text = f"The upstream answered with the status {status}, and JSONP carries only {_OK}."
            raise UnfitError(status if status in _ERRORS else 502, text)
        kinds = find_values(self.headers, CONTENT_TYPE)
        codings = find_values(self.headers, names.CONTENT_ENCODING.lower().encode())
        if len(kinds) != 1 or codings or not _JSON.fullmatch(kinds[0].decode("latin-1")):
            raise UnfitError(502, "The upstream's answer is not application/json, and JSONP carries nothing else.")


class UnfitError(Exception):
    """An answer cannot be carried by JSONP: the status and the text to answer with."""
