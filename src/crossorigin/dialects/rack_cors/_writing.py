"""A policy in the words of rack-cors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._flavours import to_flavour
from crossorigin.dialects._lists import list_denied
from crossorigin.dialects._ruby import write_list, write_text
from crossorigin.dialects._translation import Loss
from crossorigin.dialects.rack_cors._blocks import ANY_SCHEME
from crossorigin.dialects.rack_cors._paths import covers, write_path
from crossorigin.dialects.rack_cors._resources import ALL_METHODS
from crossorigin.origins.origin import read_origin
from crossorigin.policy import ANY
from crossorigin.standard.headers import NO_CORS_SAFELISTED_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

_CALLED = "rack-cors"
_PLAIN = re.compile(r"[a-z]+(?:_[a-z]+)*")
_WIDTH = 110

#: The shortest age that browsers take where no header says one.
_NO_AGE = 5


def write_blocks(ruleset: Ruleset) -> tuple[str, list[Loss]]:
    """Return a block for each rule, and what is lost."""
    losses: list[Loss] = []
    paths = _find_paths(ruleset, losses)
    blocks = []
    for number, rule in enumerate(ruleset.rules):
        if paths[number]:
            origins = _write_origins(rule.policy, losses)
            options = list(_write_options(rule.policy, losses))
            others = [path for other, found in enumerate(paths) if other != number for path in found]
            lines = [_write_resource(path, others, options) for path in _sort(paths[number])]
            blocks.append(f"  allow do\n{origins}{''.join(lines)}  end\n")
    return "\n".join(blocks), losses


def _find_paths(ruleset: Ruleset, losses: list[Loss]) -> list[list[str]]:
    """Return the paths of each rule that a request can have for rack-cors."""
    named = {path for rule in ruleset.rules for path in rule.paths if not path.endswith("/*")}
    for path in dict.fromkeys(path.rstrip("/") for path in sorted(named) if path != "/"):
        real, taken = ruleset.find_policy(f"{path}/"), ruleset.find_policy(path)
        if real != taken:
            what, why = f"the path {path}/", f"{_CALLED} takes the last slash off, and serves it as {path}"
            losses += [Loss(what, why, "narrows")] if real is not None else []
            losses += [Loss(what, why, "widens")] if taken is not None else []
    return [[path for path in rule.paths if path == "/" or not path.endswith("/")] for rule in ruleset.rules]


def _sort(paths: Sequence[str]) -> list[str]:
    """Put whole paths first, then long prefixes: of one block, the first resource counts."""
    return sorted(paths, key=lambda path: (path.endswith("/*"), -len(path)))


def _write_resource(path: str, others: Sequence[str], options: Sequence[str]) -> str:
    below = [other for other in others if other != path and covers(path, other)]
    top = [one for one in below if not any(covers(other, one) for other in below if other != one)]
    return _fold("    resource ", [write_path(path, top), *options])


def _write_origins(policy: Policy, losses: list[Loss]) -> str:
    found = policies.write_origins(policy, _CALLED)
    losses += found.losses
    if found.is_any:
        return "    origins '*'\n"
    items = []
    for text in found.texts:
        # Why: releases before 2.0 know these two schemes only, and null is the name of a host there.
        is_text = text.startswith(("https://", "http://"))
        items.append(write_text(text) if is_text else f"/\\A{re.escape(text).replace('/', chr(92) + '/')}\\z/")
    for regex in found.regexes:
        host = re.sub(r"\\([.\[\]])", r"\1", regex.removeprefix(ANY_SCHEME))
        if regex == ANY_SCHEME + re.sub(r"[.\[\]]", r"\\\g<0>", host) and read_origin(f"https://{host}"):
            items.append(write_text(host))
            continue
        written = to_flavour(regex, 0, "ruby")
        if written is None:
            losses.append(Loss(f"allow_origin_regex={regex!r}", "Ruby has no such expression", "narrows"))
        else:
            items.append(f"/{written}/")
    if not items:
        return "    # No origin is allowed here.\n"
    return _fold("    origins ", items)


def _fold(start: str, items: Sequence[str]) -> str:
    """Write a call's arguments in one line, or below each other."""
    line = start + ", ".join(items)
    return (line if len(line) <= _WIDTH else start + f",\n{' ' * len(start)}".join(items)) + "\n"


def _write_options(policy: Policy, losses: list[Loss]) -> Iterator[str]:
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    yield f"headers: {_write_names(policy, losses)}"
    yield f"methods: {_write_methods(policy, losses)}"
    if policy.expose_headers:
        yield f"expose: {write_list([*policy.expose_headers])}"
    if policy.allow_credentials:
        yield "credentials: true"
    if policy.max_age is None:
        why = f"{_CALLED} always sends an age: {_NO_AGE} is what browsers take"
        losses.append(Loss("max_age=None", why, "cosmetic"))
    yield f"max_age: {_NO_AGE if policy.max_age is None else policy.max_age}"


def _write_names(policy: Policy, losses: list[Loss]) -> str:
    if policy.allow_headers == (ANY,):
        losses += list_denied(policy, _CALLED)
        return ":any"
    always = sorted(NO_CORS_SAFELISTED_NAMES & policy.denied_names)
    if always:
        why = f"{_CALLED} always allows {', '.join(always)}, whatever is listed"
        losses.append(Loss(f"deny_headers={policy.deny_headers!r}", why, "widens"))
    elif policy.deny_headers:
        losses.append(Loss("deny_headers", f"{_CALLED}: what is denied is left out of the list", "cosmetic"))
    return write_list([name for name in policy.allow_headers if name.lower() not in policy.denied_names])


def _write_methods(policy: Policy, losses: list[Loss]) -> str:
    if policy.allow_methods == (ANY,):
        why = f"{_CALLED} knows no *: :any is {', '.join(ALL_METHODS)}"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return ":any"
    if policy.allow_methods == ALL_METHODS:
        return ":any"
    upper = [method for method in policy.allow_methods if method == method.upper()]
    if len(upper) < len(policy.allow_methods):
        losses.append(Loss("allow_methods", f"{_CALLED} writes all methods in upper case", "narrows"))
    lower = [method.lower() for method in upper]
    return f"[{', '.join(f':{one}' if _PLAIN.fullmatch(one) else write_text(one) for one in lower)}]"
