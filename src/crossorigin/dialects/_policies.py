"""Policies from settings that others wrote, dangerous ones as well; and what of a policy a format cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._origins import (
    can_be_joined,
    join_regexes,
    pattern_to_regex,
    regex_to_pattern,
    split_regex,
    write_flags,
)
from crossorigin.dialects._places import fail_for_mistakes
from crossorigin.dialects._translation import Finding, Loss, Position
from crossorigin.errors import MISTAKES, PolicyError
from crossorigin.origins.origin import NULL
from crossorigin.policy import ANY, DEFAULTS, Policy
from crossorigin.policy.habits import STANDARD
from crossorigin.policy.leniency import make_leniently
from crossorigin.policy.regexes import nests_repeats
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard.headers import NO_CORS_SAFELISTED_NAMES

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from crossorigin.dialects._translation import HowBad
    from crossorigin.errors import SettingError

#: What each dangerous option lets an attacker do.
DANGERS = {
    "dangerously_allow_any_origin_with_credentials": "every site may read what your users may read",
    "dangerously_allow_null_origin": "any site may read from a sandboxed frame, whose origin is null",
    "dangerously_allow_public_suffix_subdomains": "anyone can register a name there, and read what is allowed to it",
    "dangerously_allow_nested_repeats": "an Origin can be made up that takes the expression a very long time",
}

#: Which mistake is mended by which option.
_NEEDED = {
    "regex-matches-any-origin": "dangerously_allow_any_origin_with_credentials",
    "wildcard-over-public-suffix": "dangerously_allow_public_suffix_subdomains",
    "regex-nests-repeats": "dangerously_allow_nested_repeats",
}

_BOTH_WAYS = (
    "every origin together with credentials cannot work in a browser, and lets every site read what your users may "
    "read where a server echoes the origin: it means every origin without credentials. List the origins that may use "
    "credentials, or leave credentials out: a bearer token in the Authorization header needs none"
)

#: What a list must not hold, because the package would send it, and a browser would refuse the whole list.
_MALFORMED = ("method-not-a-token", "header-name-not-a-token")

#: What is lost where a format has no word for an option that is set.
_UNSAID: dict[str, tuple[HowBad, str]] = {
    "deny_origins": ("widens", "it cannot take origins out of those that it allows"),
    "deny_headers": ("widens", "it cannot take header names out of those that it allows"),
    "origin_validator": ("narrows", "a function cannot be written down"),
    "require_origin": ("widens", "a request without Origin reaches the app"),
    "enforce": ("widens", "a refused request reaches the app, and only its answer is kept from the script"),
    "websockets": ("cosmetic", "it does not speak of WebSocket handshakes: judge them in the app"),
    "own_hosts": ("cosmetic", "it does not judge by the server's own names"),
    "preflight_status": ("cosmetic", "it has a status of its own for an allowed preflight"),
    "error_status": ("cosmetic", "it has a status of its own for a refusal"),
    "error_messages": ("cosmetic", "it has texts of its own"),
    "allow_private_network": ("narrows", "it does not speak of private networks; no browser asks for them any more"),
    "debug": ("cosmetic", "it has no answer that helps to find a mistake"),
}


class Read(NamedTuple):
    """What was made of someone's options."""

    policy: Policy
    losses: list[Loss]
    findings: list[Finding]


class Place(NamedTuple):
    """Where options stand: the dialect, the text, the place of each, and that of the whole."""

    dialect: str
    text: str
    places: Mapping[str, Position]
    start: Position


def read_options(options: Mapping[str, Any], where: Place) -> Read:
    """Make a policy of options that another package understands, with what it needs to be as dangerous as they are.

    ``*`` with credentials means every origin without credentials. What no browser can send has no effect, and is left
    out.

    :raises DialectError: a mistake that has an effect, such as a regex that does not compile.
    """
    try:
        return _read(options, where.places, where.start)
    except PolicyError as error:
        position = where.places.get(error.mistakes[0].option, where.start)
        raise fail_for_mistakes(where.dialect, where.text, position, error) from None


def _read(options: Mapping[str, Any], places: Mapping[str, Position], start: Position) -> Read:
    given = dict(options)
    losses: list[Loss] = []
    is_meant = given.get("dangerously_allow_any_origin_with_credentials")
    if given.get("allow_credentials") and ANY in given.get("allow_origins", ()) and not is_meant:
        given["allow_credentials"] = False
        place = places.get("allow_credentials", start)
        losses.append(Loss("allow_credentials with every origin", _BOTH_WAYS, "narrows", place))
    _read_null(given)
    while True:
        policy, dropped = make_leniently(given, STANDARD)
        # Why: the leniency of a drop-in makes these harmless; here they are to be seen.
        needed = {_NEEDED[one.reason] for one in dropped if one.reason in _NEEDED}
        if not needed - {name for name in given if given[name] is True}:
            break
        given |= dict.fromkeys(needed, True)
    knows_null = policy.dangerously_allow_null_origin or policy.allows_any_origin
    if not knows_null and any(regex.fullmatch(NULL) for regex in policy.regexes):
        given["dangerously_allow_null_origin"] = True
        policy, _ = make_leniently(given, STANDARD)
    policy = policy.with_habits(STANDARD)
    losses += [_describe(one, places.get(one.option, start)) for one in dropped if one.reason not in _NEEDED]
    return Read(policy, losses, find_dangers(policy, places, start))


def _read_null(given: dict[str, Any]) -> None:
    """Put the option in the place of the text: ``null`` among the origins."""
    origins = given.get("allow_origins", ())
    if origins != ANY and NULL in origins:
        given["allow_origins"] = [origin for origin in origins if origin != NULL]
        given["dangerously_allow_null_origin"] = True


def _describe(mistake: SettingError, place: Position) -> Loss:
    how_bad: HowBad = "cosmetic"
    if mistake.reason in _MALFORMED:
        how_bad = "widens"
    elif mistake.reason in {"origin-is-a-file", "wildcard-with-credentials", "wrong-type"}:
        how_bad = "narrows"
    why = f"{MISTAKES[mistake.reason]}: {mistake.fix[0].lower()}{mistake.fix[1:]}"
    return Loss(f"{mistake.option}: {mistake.value}", why, how_bad, place)


def find_dangers(policy: Policy, places: Mapping[str, Position], start: Position) -> list[Finding]:
    """Return a finding for each dangerous option that a policy has."""
    return [
        Finding(name, danger, places.get("allow_origin_regex" if "nested" in name else "allow_origins", start))
        for name, danger in DANGERS.items()
        if getattr(policy, name)
    ]


def make_safe(policy: Policy) -> tuple[Policy, list[Loss]]:
    """Take all that is dangerous out of a policy, and say what."""
    options = {name: value for name, value in policy.settings.items() if name not in DANGERS}
    set_names = [name for name in DANGERS if getattr(policy, name)]
    if not set_names:
        return policy, []
    options["allow_origin_regex"] = [regex for regex in policy.regexes if not nests_repeats(regex)]
    safe, _ = make_leniently(options, STANDARD)
    return safe, [
        Loss(f"{name}=True", f"{DANGERS[name]}; it takes --accept-dangerous", "narrows") for name in set_names
    ]


def list_unsaid(policy: Policy, called: str, says: Container[str] = ()) -> list[Loss]:
    """Return a loss for each option that is set, and that a format has no word for."""
    names = [name for name in _UNSAID if name not in says and policy.settings.get(name)]
    if "websockets" not in says and policy.websockets != "ignore":
        names.append("websockets")
    return [
        Loss(f"{name}={getattr(policy, name)!r}" if name != "origin_validator" else name, f"{called}: {why}", how_bad)
        for name, (how_bad, why) in _UNSAID.items()
        if name in names
    ]


class Origins(NamedTuple):
    """The origins of a policy in a format that knows names, regular expressions and ``*``."""

    texts: list[str]
    regexes: list[str]
    is_any: bool
    losses: list[Loss]


def _may_be_allowed(policy: Policy, denied: str) -> bool:
    """Tell whether what is denied may be among what is allowed: a name is known, a pattern is taken to be."""
    if policy.allows_any_origin or denied not in policy.denied.literals or denied in policy.allowed:
        return True
    return any(regex.fullmatch(denied) for regex in policy.regexes)


def write_origins(policy: Policy, called: str) -> Origins:
    """Write the origins as names and regular expressions that must match the whole of an origin.

    Every origin with credentials is written as an expression, because the ``*`` of a format may mean something else.
    """
    found = Origins([], [], policy.allows_any_origin and not policy.allow_credentials, [])
    literals = [text for text in policy.allow_origins if text in policy.allowed.literals]
    found.texts.extend(text for text in literals if text not in policy.denied)
    if len(found.texts) < len(literals):
        found.losses.append(Loss("deny_origins", f"{called}: what is denied is left out of the list", "cosmetic"))
    others = [text for text in policy.allow_origins if text not in policy.allowed.literals and text != ANY]
    found.regexes.extend(map(pattern_to_regex, others))
    if policy.allows_any_origin and policy.allow_credentials:
        found.regexes.append(".*")
    found.regexes.extend(write_flags(regex) for regex in policy.regexes)
    if any(_may_be_allowed(policy, text) for text in policy.deny_origins) and (
        found.regexes or policy.allows_any_origin
    ):
        how_bad, why = _UNSAID["deny_origins"]
        found.losses.append(Loss(f"deny_origins={policy.deny_origins!r}", f"{called}: {why}", how_bad))
    if policy.allows_any_origin:
        return found
    if policy.dangerously_allow_null_origin:
        found.texts.append(NULL)
    elif any(regex.fullmatch(NULL) for regex in policy.regexes):
        why = f"{called}: it is asked about the origin null, too"
        found.losses.append(Loss("allow_origin_regex", why, "widens"))
    return found


def write_one_regex(found: Origins) -> str | None:
    """Write the regular expressions as one; what cannot stand beside others is lost."""
    regexes = found.regexes
    if len(regexes) > 1:
        regexes = [regex for regex in regexes if can_be_joined(regex)]
        found.losses.extend(
            Loss(f"allow_origin_regex={regex!r}", "it refers to its groups, and others stand beside it", "narrows")
            for regex in found.regexes
            if regex not in regexes
        )
    return join_regexes(regexes) if regexes else None


def read_regexes(regexes: Sequence[str]) -> tuple[list[str], list[str], bool]:
    """Return the patterns, the other expressions, and whether every origin is meant, of what was written above."""
    parts = [part for regex in regexes for part in split_regex(regex)]
    patterns = [regex_to_pattern(part) for part in parts]
    others = [part for part, pattern in zip(parts, patterns, strict=True) if pattern is None]
    return [pattern for pattern in patterns if pattern], [part for part in others if part != ".*"], ".*" in others


def write_names(policy: Policy, called: str) -> tuple[list[str], list[Loss]]:
    """Return the header names without those that are denied."""
    names = [name for name in policy.allow_headers if name.lower() not in policy.denied_names]
    what = f"deny_headers={policy.deny_headers!r}"
    always = sorted(NO_CORS_SAFELISTED_NAMES & policy.denied_names)
    if policy.deny_headers and policy.allow_headers == (ANY,):
        how_bad, why = _UNSAID["deny_headers"]
        return names, [Loss(what, f"{called}: {why}", how_bad)]
    if always:
        return names, [Loss(what, f"{called} always allows {', '.join(always)}, whatever is listed", "widens")]
    if policy.deny_headers:
        return names, [Loss("deny_headers", f"{called}: what is denied is left out of the list", "cosmetic")]
    return names, []


def list_differences(policy: Policy, back: Policy, called: str) -> list[Loss]:
    """Return a loss for each option that is written in another form, with the same meaning."""
    return [
        Loss(f"{name}={getattr(policy, name)!r}", f"{called}: it reads as {getattr(back, name)!r}", "cosmetic")
        for name in DEFAULTS
        if getattr(policy, name) != getattr(back, name)
    ]


def choose_policy(ruleset: Ruleset, called: str) -> tuple[Policy, list[Loss]]:
    """Return the policy for a format that has one for all paths: that of ``/*``, or else the first."""
    if ruleset.only_policy is not None and len(ruleset.rules) == 1:
        return ruleset.only_policy, []
    chosen = next((rule for rule in ruleset.rules if EVERYTHING in rule.paths), ruleset.rules[0])
    why = f"{called} has one policy for all paths, and this is another"
    others = [rule for rule in ruleset.rules if rule.policy != chosen.policy]
    losses: list[Loss] = []
    for rule in others:
        what = f"the rule for {', '.join(rule.paths)}"
        losses += [Loss(what, why, "widens"), Loss(what, why, "narrows")]
    if EVERYTHING not in chosen.paths:
        why = f"{called} has one policy for all paths, so that it holds for the others, too"
        losses.append(Loss(f"the paths {', '.join(chosen.paths)}", why, "widens"))
    elif not losses:
        losses.append(Loss("the rules for other paths", f"{called}: they have the same policy", "cosmetic"))
    return chosen.policy, losses


def make_ruleset(policy: Policy) -> Ruleset:
    """Return the ruleset in which a policy serves every path."""
    return Ruleset([Rule([EVERYTHING], policy)])
