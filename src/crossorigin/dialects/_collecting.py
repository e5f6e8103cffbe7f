"""Rules from files that give a policy to paths here and there, to some paths none, and to some perhaps two."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._paths import is_path
from crossorigin.dialects._policies import list_differences
from crossorigin.dialects._translation import Loss
from crossorigin.policy import Policy
from crossorigin.ruleset import Rule, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crossorigin.dialects._translation import Position


class Place(NamedTuple):
    """A path of a rule, and where it stands."""

    path: str
    position: Position


class Collected:
    """What has been found, path by path; the first to name a path counts."""

    def __init__(self, called: str) -> None:
        self.losses: list[Loss] = []
        self._called = called
        self._policies: dict[str, Policy | None] = {}
        self._bare: list[Place] = []
        self._odd: list[tuple[Place, Policy | None]] = []

    def add(self, places: Iterable[Place], policy: Policy | None) -> None:
        """Give a policy to paths; None where CORS is left to the app."""
        for place in places:
            path = place.path
            if not is_path(path):
                self._odd.append((place, policy))
            elif path in self._policies:
                if self._policies[path] != policy:
                    why = "the path stands twice, for other hosts or requests, and the first is read"
                    self.lose(f"the path {path}", why, place.position)
            else:
                self._policies[path] = policy
                self._bare += [place] if policy is None else []

    def lose(self, what: str, why: str, position: Position) -> None:
        """Note what is read for more, or for other requests than it is written for."""
        self.losses.append(Loss(what, why, "widens", position))
        self.losses.append(Loss(what, why, "narrows", position))

    def make(self) -> Ruleset:
        """Return the rules. What is left to the app has a rule that allows nothing, where another rule would reach it.

        What the app allows there by itself is lost.
        """
        rules: dict[int, tuple[list[str], Policy]] = {}
        for path, policy in self._policies.items():
            if policy is not None:
                rules.setdefault(id(policy), ([], policy))[0].append(path)
        for place in self._bare:
            if self._is_covered(place.path):
                rules[-len(rules) - 1] = ([place.path], Policy())
                why = f"{self._called} leaves it to the app, and a policy that allows nothing is read"
                self.losses.append(Loss(f"the path {place.path}", why, "narrows", place.position))
        for place, policy_there in self._odd:
            why = "a policy has paths and prefixes only"
            if policy_there is not None:
                self.losses.append(Loss(f"the path {place.path}", why, "narrows", place.position))
            if any(policy and path.endswith("/*") for path, policy in self._policies.items()):
                why = f"{why}, and another rule may reach it"
                self.losses.append(Loss(f"the path {place.path}", why, "widens", place.position))
        return Ruleset([Rule(paths, policy) for paths, policy in rules.values()])

    def _is_covered(self, path: str) -> bool:
        """Tell whether the prefix of a rule with a policy reaches a path that is none of its own."""
        base = path.removesuffix("/*")
        prefixes = [one[: -len("/*")] for one, policy in self._policies.items() if policy and one.endswith("/*")]
        return any(base.startswith(f"{prefix}/") or (base == prefix and path != f"{prefix}/*") for prefix in prefixes)


def list_changes(ruleset: Ruleset, back: Ruleset, called: str) -> list[Loss]:
    """Return a loss for each option that is written in another form, rule by rule."""
    read = {path: rule.policy for rule in back.rules for path in rule.paths}
    return [
        loss
        for rule in ruleset.rules
        for loss in list_differences(rule.policy, read.get(rule.paths[0], rule.policy), called)
    ]
