"""Which policy serves which path: the ``resources`` of flask-cors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from crossorigin.errors import InvalidPathError, PolicyError, WrongTypeError
from crossorigin.integrations.flask._values import is_regex
from crossorigin.policy import ANY, Policy
from crossorigin.ruleset import Ruleset

if TYPE_CHECKING:
    Path = str | re.Pattern[str]
    Resource = tuple[Path, Policy | Ruleset]

#: Every path matches these.
_EVERYTHING = frozenset({"/*", ".*", "/.*", "^/.*", "^/*", "^.*", "^.*$", "^/.*$", "/"})
_FIX = 'Write a path, such as r"/api/*", a list of them, or {r"/api/*": {"origins": [...]}}'


class Resources(Ruleset):
    """Paths, each with its policy, of which the first that matches serves a request.

    A text is compared whole, with case; a regular expression matches the beginning of the path.

    >>> public, private = Policy(allow_origins="*"), Policy()
    >>> resources = Resources([(re.compile("/api/admin/*"), private), (re.compile("/api/*"), public)])
    >>> resources.find_policy("/api/admin/users") is private, resources.find_policy("/about")
    (True, None)
    """

    __slots__ = ("resources",)

    def __init__(self, resources: Iterable[Resource]) -> None:
        super().__init__([])
        self.resources = tuple(resources)
        inner = [policy for _, policy in self.resources]
        # Why: of a path too long to read, whatever serves any path must allow it.
        rules = [rule.policy for one in inner if isinstance(one, Ruleset) for rule in one.rules]
        self._policies = (*(one for one in inner if isinstance(one, Policy)), *rules)

    @property
    def only_policy(self) -> Policy | None:
        """The one policy that serves every path, if there is one."""
        if not self.resources or not matches_everything(self.resources[0][0]):
            return None
        policy = self.resources[0][1]
        return policy if isinstance(policy, Policy) else policy.only_policy

    def find_policy(self, path: str) -> Policy | None:
        """Return the policy of the first resource that matches a decoded path, or None."""
        # Why: Flask routes by the path with one slash at its beginning.
        path = f"/{path.lstrip('/')}"
        for pattern, policy in self.resources:
            if pattern == path if isinstance(pattern, str) else pattern.match(path):
                found = policy if isinstance(policy, Policy) else policy.find_policy(path)
                if found:
                    return found
        return None

    def __eq__(self, other: object) -> bool:
        """Compare the resources, whose order has a meaning."""
        return isinstance(other, Resources) and self.resources == other.resources

    def __hash__(self) -> int:
        """Hash the paths."""
        return hash(tuple(path for path, _ in self.resources))

    def __repr__(self) -> str:
        """Show the resources."""
        return f"Resources({list(self.resources)!r})"


def matches_everything(path: Path) -> bool:
    """Tell whether a resource matches every path, as far as that can be seen."""
    return isinstance(path, re.Pattern) and path.pattern in _EVERYTHING


def read_resources(value: Any) -> list[tuple[Path, Mapping[str, Any]]]:  # noqa: ANN401 (whatever was written)
    """Return paths and their own options, in the order in which they are asked.

    Those of a mapping are sorted: texts before regular expressions, then more slashes first, then longer ones.

    :raises PolicyError: a path is none, or its options are none.
    """
    if isinstance(value, Mapping):
        pairs = [*value.items()]
        pairs.sort(key=lambda pair: _rank(pair[0]))
    elif isinstance(value, str | re.Pattern):
        pairs = [(value, {})]
    elif isinstance(value, Iterable):
        pairs = [(path, {}) for path in value]
    else:
        raise PolicyError([WrongTypeError("resources", value, "wrong-type", fix=_FIX)])
    wrong = [options for _, options in pairs if not isinstance(options, Mapping)]
    wrong += [path for path, _ in pairs if not isinstance(path, str | re.Pattern)]
    if wrong:
        raise PolicyError([WrongTypeError("resources", item, "wrong-type", fix=_FIX) for item in wrong])
    return [(_resolve(path), options) for path, options in pairs]


def _rank(path: object) -> tuple[bool, int, int]:
    text = path.pattern if isinstance(path, re.Pattern) else str(path)
    return isinstance(path, re.Pattern) or is_regex(text), -text.count("/"), -len(text)


def _resolve(path: Path) -> Path:
    if isinstance(path, re.Pattern) or not is_regex(path):
        return path
    try:
        return re.compile(".*" if path == ANY else path)
    except (re.error, OverflowError, RecursionError) as error:
        fix = f"Mend it ({error})"
        raise PolicyError([InvalidPathError("resources", path, "regex-does-not-compile", fix=fix)]) from None
