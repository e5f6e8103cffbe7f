"""Rules of what stands at several places of an app: which answers a path gets from all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._translation import Loss
from crossorigin.dialects.express._words import Headers, Reader
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset

if TYPE_CHECKING:
    from crossorigin.dialects._translation import Finding, HowBad, Position
    from crossorigin.dialects.express._mounts import Mount


def make_rules(mounts: list[Mount], where: policies.Place, losses: list[Loss]) -> tuple[Ruleset, list[Finding]]:
    """Make a rule for each path, and return what is dangerous in them."""
    paths = dict.fromkeys(path for mount in mounts if mount.actual is not None for path in mount.paths)
    served = set(paths)
    for mount in mounts:
        if mount.actual is None and mount.preflight is not None and not _is_served(mount, served):
            why = "only preflights are answered for it, so that no script can read an answer"
            losses.append(Loss(f"the paths {', '.join(mount.paths)}", why, "narrows", mount.position))
    rules = []
    findings: list[Finding] = []
    for path in paths:
        sent, position = _join(path, mounts, losses)
        place = where._replace(start=position, places=sent.places)
        options = Reader(losses, position).translate(sent)
        found = policies.read_options(options, place)
        losses += found.losses
        findings += found.findings
        rules.append(Rule([path], found.policy))
    return Ruleset(rules), list(dict.fromkeys(findings))


def _is_served(mount: Mount, served: set[str]) -> bool:
    return any(_covers(path, other) or _covers(other, path) for path in mount.paths for other in served)


def _join(path: str, mounts: list[Mount], losses: list[Loss]) -> tuple[Headers, Position]:
    """Return what the answers for a path carry."""
    covering = [mount for mount in mounts if any(_covers(other, path) for other in mount.paths)]
    own = next(mount for mount in covering if path in mount.paths and mount.actual is not None)
    covering = [own] if own.is_alone else covering
    chosen = own.actual or Headers()
    others = [mount for mount in covering if mount.actual is not None and not chosen.lets_read_like(mount.actual)]
    others += _list_other_preflights(covering)
    for mount in others[:1]:
        why = "other middleware runs for these paths, too, and each overwrites what the others have set: let one run"
        losses += _lose_both(path, why, mount)
    methods = [mount.method for mount in covering if mount.actual is not None]
    if all(methods):
        why = (
            f"only the answers to {', '.join(dict.fromkeys(methods))} can be read here, and a rule is for every method"
        )
        losses.append(Loss(f"the path {path}", why, "widens", own.position))
    first = next((mount for mount in covering if mount.preflight is not None), None)
    if first is None or first.preflight is None:
        why = "no preflight is answered here, so that no method and no header passes that needs one"
        losses.append(Loss(f"the path {path}", why, "widens", own.position))
        return chosen._replace(methods=(), names=()), own.position
    answer = first.preflight
    if (answer.origins, answer.credentials) != (chosen.origins, chosen.credentials):
        losses += _lose_both(path, "its preflights are answered for other origins than its requests", first)
    sent = chosen._replace(methods=answer.methods, names=answer.names, max_age=answer.max_age, status=answer.status)
    return sent._replace(places={**chosen.places, **answer.places, **_own(chosen)}), own.position


def _list_other_preflights(covering: list[Mount]) -> list[Mount]:
    """Return the uses that answer preflights unlike the first, where one of all runs for some of the paths only."""
    if not any(mount.is_wide for mount in covering):
        return []
    answering = [mount for mount in covering if mount.preflight is not None]
    told = [mount.preflight._replace(places={}) for mount in answering if mount.preflight is not None]
    return [mount for mount, answer in zip(answering, told, strict=True) if answer != told[0]]


def _own(sent: Headers) -> dict[str, Position]:
    names = ("allow_origins", "allow_credentials", "expose_headers")
    return {name: sent.places[name] for name in names if name in sent.places}


def _lose_both(path: str, why: str, mount: Mount) -> list[Loss]:
    ways: tuple[HowBad, ...] = ("widens", "narrows")
    return [Loss(f"the path {path}", why, how_bad, mount.position) for how_bad in ways]


def _covers(wide: str, path: str) -> bool:
    """Tell whether all that a path of a rule stands for is below another one, or the same."""
    if wide in {path, EVERYTHING}:
        return True
    return wide.endswith("/*") and f"{path.removesuffix('/*')}/".startswith(wide.removesuffix("*"))
