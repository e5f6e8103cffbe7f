"""Rules as steps for an edge whose routes are tried in order: the first whose conditions are all met gives the answer.

Expressions are RE2's, and each must match the whole of a value; so may texts be compared. A header that is sent on
several lines counts as one, its values joined with commas.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.decision.answers import VARY
from crossorigin.dialects._flavours import to_flavour
from crossorigin.dialects._plans import AMBIGUOUS_PATHS, FORM_OF_NAME, Origins, Plan, make_strictest, plan_rules
from crossorigin.dialects._policies import list_unsaid
from crossorigin.dialects._translation import Loss
from crossorigin.origins.origin import MAX_ORIGIN, NULL
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard import headers as names
from crossorigin.standard.hosts import MAX_HOST
from crossorigin.standard.methods import SAFE_METHODS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from crossorigin.decision.answers import Headers
    from crossorigin.policy import Policy

#: What a condition is about, where it is no header: the method; the path as it is written, without its query; whether
#: the origin is that of the server's own pages, as its name in the request tells.
METHOD = ":method"
PATH = ":path"
OWN = ":own"

#: The name of the steps that answer a preflight that is allowed.
PREFLIGHT = "preflight"

#: What a refusal says.
REFUSAL = "CORS: request refused\n"

#: What can be said beside the origins.
SAYS = frozenset(
    {
        *("deny_origins", "deny_headers", "require_origin", "enforce", "own_hosts", "allow_private_network"),
        *("preflight_status", "error_status"),
    }
)

_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_NAME = r"(?:[a-z0-9_-]+\.)*[0-9]*[a-z_-][a-z0-9_-]*"
_PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_FORM = rf"[a-z][a-z0-9+.-]*://(?:{_BYTE}(?:\.{_BYTE}){{3}}|{_NAME}|\[[0-9a-f:]+\])(?::{_PORT})?"
#: What has the form and yet is no origin: something is too long, or a number is written as no browser writes it.
_NO_ORIGIN = (
    rf".{{{MAX_ORIGIN + 1}}}.*",
    rf"[^/]*//[^:]{{{MAX_HOST + 1}}}.*",
    ".*[a-z0-9_-]{64}.*",
    r"[^/]*//(?:.*\.)?0x[0-9a-f]*(?::.*)?",
)

_DIGITS = re.compile("[0-9A-Fa-f]{2}")
_NOTHING = r"[^\s\S]"
_MOST_NAMES = 64
_MOST_BYTES = 4096
_MOST_METHOD = 256
_BLANK = r"[ \t]*"
_NO_METHOD = (r"\*", "(?i:CONNECT|TRACE|TRACK)")

_SEVERAL = "paths with //, ;, dot segments or needless escapes"

#: Paths that servers read in several ways, and those with escapes that no browser adds.
_AMBIGUOUS = (
    r"[^?]*(?:/\.{1,2}(?:/[^?]*)?|(?://|[;\\]|%(?:25)?(?i:2[ef]|5c)|%3[Bb])[^?]*)",
    "[^?]*%(?i:2d|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])[^?]*",
)


class Condition(NamedTuple):
    """That a value is one of some texts, or else matches one of some expressions; or that it does not.

    Where there is neither text nor expression, that there is such a header at all. One that is not sent counts as
    empty where *may_lack*, and else as nothing that could be met.
    """

    subject: str
    texts: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    is_met: bool = True
    may_lack: bool = False


class Step(NamedTuple):
    """An answer: *status* is None where it is that of the app, with *headers* beside it."""

    name: str
    conditions: tuple[Condition, ...]
    status: int | None
    headers: Headers


class Part(NamedTuple):
    """The steps of one rule, the last of which has no condition but the path's.

    ``title`` names its paths in one line, escaped as in a URL; there are no expressions for them where it is for all.
    """

    plan: Plan
    title: str
    paths: tuple[str, ...]
    steps: tuple[Step, ...]


def plan_steps(
    ruleset: Ruleset, called: str, *, knows_own: bool, says: Container[str] = SAYS
) -> tuple[list[Part], list[Loss]]:
    """Return the parts of all rules, in the order in which they are tried, and what they do not say.

    :param knows_own: the edge can compare the origin with the name that the request has for the server.
    :param says: what it says beside the origins.
    """
    losses: list[Loss] = []
    plans = plan_rules(ruleset)
    policies = tuple(dict.fromkeys(plan.policy for plan in plans))
    for policy in policies:
        losses += list_unsaid(policy, called, says)
        if policy.enforce != "browser" and not knows_own:
            why = f"{called}: it knows the server's own pages only where the browser tells, in {names.SEC_FETCH_SITE}"
            losses.append(Loss(f"enforce={policy.enforce!r}", why, "narrows"))
    parts = [_write_part(plan, called, losses, knows_own=knows_own) for plan in plans]
    if any(path != EVERYTHING for rule in ruleset.rules for path in rule.paths):
        which = "those with //, ;, dot segments or needless escapes"
        why = f"{called}: where rules differ by path, {which} get no CORS headers"
        losses.append(Loss(AMBIGUOUS_PATHS, why, "narrows"))
        (nobody,) = plan_rules(Ruleset([Rule([EVERYTHING], make_strictest(policies))]))
        parts.insert(
            0, _write_part(nobody, called, losses, knows_own=knows_own)._replace(title=_SEVERAL, paths=_AMBIGUOUS)
        )
    return parts, losses


def _write_part(plan: Plan, called: str, losses: list[Loss], *, knows_own: bool) -> Part:
    ways = list(_list_ways(plan, called, losses))
    own = _list_own(plan.policy, knows_own=knows_own) if plan.policy.enforce != "browser" else []
    steps = [*_write_without_origin(plan), *_write_preflights(plan, ways)]
    steps += [Step("own page", (*one, *way), None, plan.actual) for one in own for way in ways]
    steps += [Step("own page", one, None, plan.bare) for one in own]
    steps += _write_others(plan, ways)
    title = ", ".join(map(_write_title, (*plan.paths, *(f"{prefix}/*" for prefix in plan.prefixes))))
    return Part(plan, title, tuple(_write_paths(plan)), tuple(steps))


def _write_without_origin(plan: Plan) -> Iterator[Step]:
    without = Condition(names.ORIGIN, is_met=False)
    is_required = plan.policy.require_origin
    status = plan.policy.error_status if is_required else None
    yield Step("no origin", (without,), status, plan.refused if is_required else plan.bare)


def _write_preflights(plan: Plan, ways: Sequence[tuple[Condition, ...]]) -> Iterator[Step]:
    is_preflight = (Condition(METHOD, ("OPTIONS",)), Condition(names.REQUEST_METHOD))
    headers = _keep_cors(plan.preflight)
    private = (Condition(names.REQUEST_PRIVATE_NETWORK, ("true",)),)
    told = (*headers, (names.ALLOW_PRIVATE_NETWORK, "true"))
    for way in ways:
        asked = (*is_preflight, *way, *_list_methods(names.REQUEST_METHOD, plan), *_list_names(plan))
        if plan.policy.allow_private_network:
            yield Step(PREFLIGHT, (*asked, *private), plan.policy.preflight_status, told)
        yield Step(PREFLIGHT, asked, plan.policy.preflight_status, headers)
    yield Step("refused preflight", is_preflight, plan.policy.error_status, _keep_cors(plan.refused_preflight))


def _write_others(plan: Plan, ways: Sequence[tuple[Condition, ...]]) -> Iterator[Step]:
    policy = plan.policy
    enforced: tuple[Condition, ...] = ()
    if policy.enforce == "unsafe-methods":
        enforced = (Condition(METHOD, tuple(sorted(SAFE_METHODS)), is_met=False),)
    if policy.enforce != "browser":
        forbidden = (*plan.actual, *(() if VARY[0] in plan.actual else VARY))
        allowed = Condition(METHOD, ("OPTIONS", *(plan.methods or ())), is_met=False)
        for way in ways if plan.methods is not None else ():
            yield Step("refused method", (*enforced, allowed, *way), policy.error_status, forbidden)
    for way in ways:
        yield Step("allowed origin", way, None, plan.actual)
    if policy.enforce != "browser":
        yield Step("refused origin", enforced, policy.error_status, plan.refused)
    if policy.enforce != "all":
        yield Step("other origin", (), None, plan.refused)


def _keep_cors(headers: Headers) -> Headers:
    """Leave out what an edge writes by itself: the length and the type of a body."""
    return tuple(line for line in headers if line[0] not in {names.CONTENT_LENGTH, names.CONTENT_TYPE})


def _list_own(policy: Policy, *, knows_own: bool) -> list[tuple[Condition, ...]]:
    """Return the ways in which a request shows that it comes from the server's own pages."""
    host: tuple[Condition, ...] = ()
    if policy.own_hosts is not None:
        hosts = "|".join(
            r"(?:[^.*:]+\.)+" + _escape(name[len("*.") :]) if name.startswith("*.") else _escape(name)
            for name in sorted(policy.own_hosts)
        )
        host = (Condition(names.HOST, regexes=(rf"(?i:{hosts})(?::[0-9]+)?" if hosts else "(?:)",)),)
    told = (Condition(names.SEC_FETCH_SITE, ("same-origin", "none")), *host)
    untold = (Condition(names.SEC_FETCH_SITE, is_met=False), Condition(OWN), *host)
    return [told, untold] if knows_own else [told]


def _list_ways(plan: Plan, called: str, losses: list[Loss]) -> Iterator[tuple[Condition, ...]]:
    """Yield the conditions under which an origin is allowed, any of them."""
    if plan.is_static:
        yield (Condition(names.ORIGIN, regexes=(f"[^,]{{0,{MAX_ORIGIN}}}",)),)
        return
    denied = _translate(plan.denied, called, losses)
    if plan.allowed is None:
        found = Origins((NULL,), (f"[^,]{{1,{MAX_ORIGIN}}}",))
    else:
        found = _translate(plan.allowed, called, losses)
    texts = tuple(text for text in found.texts if text not in plan.policy.denied)
    if texts:
        yield (Condition(names.ORIGIN, texts),)
    if found.regexes:
        form = (Condition(names.ORIGIN, regexes=(_FORM,)), Condition(names.ORIGIN, (), _NO_ORIGIN, is_met=False))
        taken = [Condition(names.ORIGIN, denied.texts, is_met=False)] if denied.texts else []
        taken += [Condition(names.ORIGIN, (), denied.regexes, is_met=False)] if denied.regexes else []
        yield (*form, Condition(names.ORIGIN, regexes=found.regexes), *taken)


def _translate(origins: Origins, called: str, losses: list[Loss]) -> Origins:
    found = []
    for regex in origins.regexes:
        # Why: these marks mean something to some edges; what has a line end is written anew, without them.
        written = to_flavour(f"{regex}(?#\n)" if "{" in regex or "`" in regex else regex, 0, "re2")
        if written is None:
            losses.append(Loss(f"allow_origin_regex={regex!r}", f"{called} has no words for it", "narrows"))
        else:
            found.append(written)
    return Origins(origins.texts, tuple(found))


def _list_methods(subject: str, plan: Plan) -> Iterator[Condition]:
    if plan.methods is not None:
        # Why: nothing is one of no texts, and a condition without any asks whether there is a header.
        yield Condition(subject, plan.methods or ("",))
        return
    yield Condition(subject, regexes=(f"{FORM_OF_NAME}",))
    yield Condition(subject, regexes=(*_NO_METHOD, f".{{{_MOST_METHOD + 1}}}.*"), is_met=False)


def _list_names(plan: Plan) -> Iterator[Condition]:
    """Yield what a whole list of header names must be, empty elements included."""
    one = FORM_OF_NAME if plan.header_names is None else _join(map(_escape, plan.header_names))
    element = f"(?:{one}{_BLANK})?"
    more = f"(?:,{_BLANK}{element}){{0,{_MOST_NAMES - 1}}}"
    yield Condition(names.REQUEST_HEADERS, regexes=(f"(?i:{_BLANK}{element}{more})",), may_lack=True)
    lines = [".{1000}" * (_MOST_BYTES // 1000) + f".{{{_MOST_BYTES % 1000 + 1}}}.*"]
    if plan.header_names is None:
        banned = _join([r"\*", *map(_escape, plan.denied_names)])
        lines.append(f"(?i:(?:.*,)?{_BLANK}{banned}{_BLANK}(?:,.*)?)")
    yield Condition(names.REQUEST_HEADERS, regexes=tuple(lines), is_met=False)


def _join(regexes: Iterable[str]) -> str:
    return f"(?:{'|'.join(regexes) or _NOTHING})"


def _write_paths(plan: Plan) -> Iterator[str]:
    yield from (_escape_path(path) for path in plan.paths)
    # Why: a router that sees a path decoded sees its line ends, too.
    yield from (f"{_escape_path(prefix)}(?:/(?s:.*))?" for prefix in plan.prefixes if prefix)


def _write_title(path: str) -> str:
    """Write a path escaped, as a title stands in a comment, where some edges look for their placeholders, too."""
    return "".join(
        char if re.fullmatch("[A-Za-z0-9/*._~-]", char) else "".join(f"%{code:02X}" for code in _encode(char))
        for char in path
    )


def _encode(char: str) -> bytes:
    return char.encode(errors="surrogatepass")


def _escape_path(path: str) -> str:
    r"""Write the expression for a path, as it may be written in a request.

    >>> _escape_path("/a.b c\u00e9")
    '/a\\.b(?:\\x20|%20)c(?:é|%[Cc]3%[Aa]9)'
    """
    return "".join(_escape_in_path(char, path[at + 1 : at + 3]) for at, char in enumerate(path))


def _escape_in_path(char: str, following: str) -> str:
    if char.isascii() and (char.isalnum() or char in "/-_~."):
        return _escape(char)
    escaped = "".join(f"%{_any_case(code >> 4)}{_any_case(code & 15)}" for code in _encode(char))
    if char == "%" and _DIGITS.fullmatch(following):
        # Why: written as it is, it would be the escape of another letter.
        return escaped
    # Why: some routers see a path decoded, and some as it was written.
    return f"(?:{_escape(char) if char.isascii() else char}|{escaped})" if _is_visible(char) else escaped


def _is_visible(char: str) -> bool:
    return char.isascii() or char.isprintable()


def _any_case(digit: int) -> str:
    return f"{digit:X}" if digit <= 9 else f"[{digit:X}{digit:x}]"  # noqa: PLR2004 (digits are digits)


def _escape(text: str) -> str:
    """Write the expression that matches an ASCII text alone, in marks that no configuration takes for its own."""
    return "".join(char if char.isalnum() or char in "/_:@~-" else _mark(char) for char in text)


def _mark(char: str) -> str:
    return r"\." if char == "." else f"\\x{ord(char):02x}"
