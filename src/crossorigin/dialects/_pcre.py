r"""What an edge with PCRE asks of a request, and what it answers: expressions, verdicts, header lines.

Each expression is whole: it begins with ``\A``, ends with ``\z``, holds its own flags, and is asked about bytes. What
comes from a path or a name is written in letters, digits and a few marks that no configuration takes for its own.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._flavours import to_flavour
from crossorigin.dialects._plans import AMBIGUOUS_PATHS, FORM_OF_NAME, Plan, make_strictest, plan_rules
from crossorigin.dialects._policies import list_unsaid
from crossorigin.dialects._translation import Loss
from crossorigin.origins.origin import MAX_ORIGIN, NULL
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard.headers import CORS_PREFIX, VARY
from crossorigin.standard.hosts import MAX_HOST
from crossorigin.standard.methods import SAFE_METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from crossorigin.decision.answers import Headers
    from crossorigin.policy import Policy

#: The verdicts: there is no origin, or the page is the server's own; an origin is allowed, or is not, or its method is
#: not; a preflight is allowed; something is refused by our own answer.
BARE = "bare"
ACTUAL = "actual"
OTHER = "other"
FORBIDDEN = "forbidden"
PREFLIGHT = "preflight"
REFUSED = "refused"

#: The number of the rule for paths that servers read in several ways.
AMBIGUOUS = 0

FORBIDDEN_STATUS = 403

#: The first status that is an error.
FIRST_ERROR = 400

#: The status of an answer without a body.
NO_CONTENT = 204

#: What is said besides the origin: nothing of it is lost in these edges.
SAYS = frozenset(
    {
        *("deny_origins", "deny_headers", "require_origin", "enforce", "own_hosts", "allow_private_network"),
        *("preflight_status", "error_status"),
    }
)

_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LABEL = "[a-z0-9_-]{1,63}"
_NAME = rf"(?=[^:]{{1,{MAX_HOST}}}(?::|\z))(?:{_LABEL}\.)*(?!(?:[0-9]+|0x[0-9a-f]*)(?::|\z)){_LABEL}"
_PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_HOST = rf"(?:{_BYTE}(?:\.{_BYTE}){{3}}(?=:|\z)|{_NAME}|\[[0-9a-f:]+\])"

#: The form of an origin, as a browser writes its host and its port; a whole text must match it.
TUPLE_REGEX = rf"[a-z][a-z0-9+.-]*://{_HOST}(?::{_PORT})?"
#: The form of an origin, or ``null``: what may be compared with anything.
ORIGIN_REGEX = rf"\A(?=.{{1,{MAX_ORIGIN}}}\z)(?:null|{TUPLE_REGEX})\z"
LONG_REGEX = rf"\A.{{{MAX_ORIGIN + 1}}}"

#: The origin and the host of a request, parted by a space, whose page is the server's own.
#: Its groups have names, because HAProxy counts no others.
OWN_SITE_REGEX = (
    r"\A(?i:http://(?<cors_a>\S+) \k<cors_a>(?::80)?|https://(?<cors_b>\S+) \k<cors_b>(?::443)?"
    r"|[a-z][a-z0-9+.-]*://(?<cors_c>\S+) \k<cors_c>)\z"
)

#: A path that servers read in several ways, as it was written, with its query, and one that was decoded.
AMBIGUOUS_TARGET_REGEX = r"\A[^?#]*(?:/\.{1,2}(?=[/?#]|\z)|//|[;\x5c]|%(?i:2[ef]|5c))"
AMBIGUOUS_PATH_REGEX = r"/\.{1,2}(?=/|\z)|//|[;\x5c]|%(?i:2[ef]|5c)"

_MOST_NAMES = 64
_MOST_BYTES = 4096
_MOST_METHOD = 256
_BLANK = r"[ \t]*"
_END_OF_NAME = rf"{_BLANK}(?:,|\z)"
_LIST = rf"\A(?i:(?=.{{0,{_MOST_BYTES}}}\z)(?!(?:[^,]*,){{{_MOST_NAMES}}}){_BLANK}"

_SAFE_METHODS = "|".join(sorted(SAFE_METHODS))


class Asked(NamedTuple):
    """A rule, as such an edge asks for it; ``regexes`` and ``denied`` are for origins that have the form of one.

    ``texts`` are the origins that are compared as they are, without those that are denied.
    """

    number: int
    plan: Plan
    texts: tuple[str, ...]
    regexes: tuple[str, ...]
    denied: tuple[str, ...]
    methods: str
    header_names: str

    @property
    def policy(self) -> Policy:
        """The rule's policy."""
        return self.plan.policy

    @property
    def allows_any(self) -> bool:
        """Tell whether an origin is allowed at all."""
        return bool(self.plan.is_static or self.texts or self.regexes)

    @property
    def asks_origin(self) -> bool:
        """Tell whether it matters which origin asks."""
        return self.allows_any and not self.plan.is_static

    @property
    def is_enforced(self) -> bool:
        """Tell whether refusals are our own answers."""
        return self.policy.enforce != "browser"


class Survey(NamedTuple):
    """All rules: each once, and by which paths they are found, the most specific first.

    ``paths`` is empty where one rule is for all paths; ``has_gap`` tells whether none is for some.
    """

    rules: list[Asked]
    paths: list[tuple[str, int]]
    has_gap: bool
    losses: list[Loss]


def survey_rules(ruleset: Ruleset, called: str, is_usable: Callable[[str], bool]) -> Survey:
    """Say in PCRE what rules ask; *is_usable* tells whether the server can have such an expression for origins."""
    losses: list[Loss] = []
    policies = list(dict.fromkeys(rule.policy for rule in ruleset.rules))
    plans = plan_rules(ruleset)
    for policy in policies:
        losses += list_unsaid(policy, called, SAYS)
    everywhere = any(EVERYTHING in rule.paths for rule in ruleset.rules)
    translate = functools.partial(_translate, called, losses, is_usable)
    firsts = {policy: next(plan for plan in plans if plan.policy == policy) for policy in policies}
    rules = [_ask(number, firsts[policy], translate) for number, policy in enumerate(policies, AMBIGUOUS + 1)]
    if everywhere and len(policies) == 1:
        if sum(len(rule.paths) for rule in ruleset.rules) > 1:
            losses.append(Loss("the rules for other paths", f"{called}: they have the same policy", "cosmetic"))
        return Survey(rules, [], has_gap=False, losses=losses)
    why = f"{called}: where rules differ by path, those with //, ;, dot segments or escaped slashes get no CORS headers"
    losses.append(Loss(AMBIGUOUS_PATHS, why, "narrows"))
    (nobody,) = plan_rules(Ruleset([Rule([EVERYTHING], make_strictest(policies))]))
    rules.append(_ask(AMBIGUOUS, nobody, translate))
    numbers = {policy: number for number, policy in enumerate(policies, AMBIGUOUS + 1)}
    paths = [(regex, numbers[plan.policy]) for plan in plans for regex in _write_paths(plan)]
    return Survey(rules, paths, has_gap=not everywhere, losses=losses)


def _ask(number: int, plan: Plan, translate: Callable[[Iterable[str]], list[str]]) -> Asked:
    policy = plan.policy
    texts: tuple[str, ...] = ()
    regexes: list[str] = []
    denied = [f"\\A{escape_text(text)}\\z" for text in plan.denied.texts]
    denied += translate(plan.denied.regexes)
    if plan.allowed is None:
        regexes.append(r"\A.*\z")
    else:
        texts = tuple(text for text in plan.allowed.texts if text not in policy.denied)
        regexes += translate(plan.allowed.regexes)
        if NULL not in texts and any(regex.fullmatch(NULL) for regex in policy.regexes):
            # Why: an expression is asked about origins only, and null is none.
            denied.append(rf"\A{NULL}\z")
    return Asked(
        number,
        plan,
        texts,
        tuple(regexes),
        tuple(denied) if regexes else (),
        _write_methods(plan.methods),
        _write_names(plan),
    )


def _translate(called: str, losses: list[Loss], is_usable: Callable[[str], bool], regexes: Iterable[str]) -> list[str]:
    found = []
    for regex in regexes:
        # Why: nginx makes variables of named groups; what has a line end is written anew, without their names.
        written = to_flavour(f"{regex}(?#\n)" if "(?P<" in regex else regex, 0, "pcre")
        if written is None or not is_usable(written):
            losses.append(Loss(f"allow_origin_regex={regex!r}", f"{called} has no words for it", "narrows"))
        else:
            found.append(written)
    return found


def escape_text(text: str) -> str:
    r"""Write the expression that matches a text alone, in marks that no configuration takes for its own.

    >>> escape_text("/a.b$ \u00e9")
    '/a\\.b\\x24\\x20\\xc3\\xa9'
    """
    return "".join(map(_escape_byte, text.encode("utf-8", "surrogatepass")))


def _escape_byte(code: int) -> str:
    letter = chr(code)
    if letter == ".":
        return r"\."
    return letter if re.fullmatch(r"[A-Za-z0-9/_:@~-]", letter) else f"\\x{code:02x}"


def unescape_text(regex: str) -> str:
    r"""Return the text that ``escape_text`` wrote.

    >>> unescape_text("/a\\.b\\x24\\xc3\\xa9")
    '/a.b$é'
    """
    text = re.sub(r"\\x([0-9a-f]{2})|\\\.", lambda found: chr(int(found[1] or "2e", 16)), regex)
    return text.encode("latin-1", "replace").decode("utf-8", "surrogatepass")


def _write_paths(plan: Plan) -> list[str]:
    exact = [f"\\A{escape_text(path)}\\z" for path in plan.paths]
    return exact + [f"\\A{escape_text(prefix)}(?:/|\\z)" if prefix else r"\A" for prefix in plan.prefixes]


def _write_methods(methods: Sequence[str] | None) -> str:
    if methods is None:
        return rf"\A(?!\*\z)(?!(?i:CONNECT|TRACE|TRACK)\z)(?=.{{1,{_MOST_METHOD}}}\z){FORM_OF_NAME}\z"
    return rf"\A(?:{write_words(methods)})\z"


def write_words(words: Iterable[str]) -> str:
    """Write the alternatives of an expression, or one that matches nothing."""
    return "|".join(map(escape_text, words)) or "(?!)"


def _write_names(plan: Plan) -> str:
    """Write the expression for a whole list of header names, empty elements included."""
    if plan.header_names is None:
        denied = "|".join([r"\*", *map(escape_text, dict.fromkeys(plan.policy.deny_headers))])
        one = f"(?!(?:{denied}){_END_OF_NAME}){FORM_OF_NAME}"
    else:
        own = [name for name in plan.policy.allow_headers if name.lower() in plan.header_names]
        listed = {name.lower() for name in own}
        one = f"(?:{write_words([*own, *(name for name in plan.header_names if name not in listed)])})"
    return _write_list(one)


def _write_list(one: str) -> str:
    element = f"(?:{one}{_BLANK})?"
    return f"{_LIST}{element}(?:,{_BLANK}{element})*)\\z"


def read_names_regex(regex: str) -> str | None:
    r"""Return the expression for one name, of one for a whole list as it is written here.

    >>> from crossorigin.ruleset import Ruleset
    >>> read_names_regex(_write_list("(?:a|b)")), read_names_regex("a")
    ('(?:a|b)', None)
    """
    if not regex.startswith(f"{_LIST}(?:"):
        return None
    one = regex.removeprefix(f"{_LIST}(?:").partition(f"{_BLANK})?(?:,")[0]
    return one if _write_list(one) == regex else None


class Names(NamedTuple):
    """Header names: those that are allowed, None for every one, and those that are not."""

    allowed: list[str] | None
    denied: list[str]


def read_names(regex: str) -> Names | None:
    r"""Return the names of an expression for a whole list as it is written here.

    >>> read_names(_write_list("(?:X-A|accept)"))
    Names(allowed=['X-A', 'accept'], denied=[])
    """
    one = read_names_regex(regex)
    if one is None:
        return None
    if one.startswith("(?!(?:"):
        denied = one.removeprefix("(?!(?:").removesuffix(f"){_END_OF_NAME}){FORM_OF_NAME}").split("|")
        return Names(None, [unescape_text(name) for name in denied[1:]])
    words = one.removeprefix("(?:").removesuffix(")").split("|")
    return Names([unescape_text(word) for word in words if word != "(?!)"], [])


def write_hosts(policy: Policy) -> str | None:
    """Write the expression for the server's own names in ``Host``, or None where each is one."""
    if policy.own_hosts is None:
        return None
    names = [
        r"(?:[^.*:]+\.)+" + escape_text(name.removeprefix("*.")) if name.startswith("*.") else escape_text(name)
        for name in sorted(policy.own_hosts)
    ]
    return rf"\A(?i:{'|'.join(names) or '(?!)'})(?::[0-9]+)?\z"


def write_enforced(policy: Policy) -> str | None:
    """Write the expression for the methods that are refused by our own answer, or None where none is."""
    if policy.enforce == "browser":
        return None
    return r"\A" if policy.enforce == "all" else rf"\A(?!(?:{_SAFE_METHODS})\z)"


def list_answers(rule: Asked) -> dict[str, Headers]:
    """Return the header lines of each verdict that can be reached, ``Vary`` and those of CORS."""
    plan = rule.plan
    found = {BARE: plan.bare} if rule.is_enforced or not rule.policy.require_origin else {}
    if rule.allows_any:
        found |= {ACTUAL: plan.actual, PREFLIGHT: plan.preflight}
    if rule.allows_any and rule.is_enforced:
        found[FORBIDDEN] = (*plan.actual, *(() if any(name == VARY for name, _ in plan.actual) else plan.refused))
    found |= {OTHER: plan.refused, REFUSED: plan.refused_preflight}
    return {
        verdict: tuple((name, value) for name, value in lines if name == VARY or name.lower().startswith(CORS_PREFIX))
        for verdict, lines in found.items()
    }


def list_statuses(rule: Asked, statuses: Container[int]) -> dict[str, int]:
    """Return the status of each verdict that is our own answer; 403 where an error is none of *statuses*."""
    policy = rule.policy
    error = policy.error_status if policy.error_status in statuses else FORBIDDEN_STATUS
    found = {PREFLIGHT: policy.preflight_status} if rule.allows_any else {}
    found[REFUSED] = error
    return {**found, FORBIDDEN: error} if FORBIDDEN in list_answers(rule) else found
