"""Paths of rules as Laravel has them: without slashes at their ends, and with a ``*`` for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._paths import is_path
from crossorigin.dialects._translation import Loss, Position
from crossorigin.ruleset import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

ANYTHING = "*"
_ROOT = "/"


class Written(NamedTuple):
    """A path in the source."""

    text: str
    place: Position


def read_paths(written: Sequence[Written]) -> tuple[list[str], list[Loss]]:
    """Return the paths of the rule, and what they are not quite.

    >>> place = Position(1, 1)
    >>> read_paths([Written("api", place), Written("api/*", place), Written("login", place)])
    (['/api/*', '/login', '/login/'], [])
    """
    texts = {_trim(one.text) for one in written}
    paths: list[str] = []
    losses: list[Loss] = []
    for text, place in ((_trim(one.text), one.place) for one in written):
        what = f"the path {text}"
        bare = text.removesuffix("/*") if text.endswith("/*") else text.removesuffix(ANYTHING)
        if text in {ANYTHING, _ROOT}:
            paths.append(EVERYTHING if text == ANYTHING else _ROOT)
        elif not text or ANYTHING in bare or "://" in text or not is_path(f"/{bare}"):
            losses.append(Loss(what, "a policy has paths and prefixes only, of every host", "narrows", place))
        elif text == bare:
            # Why: Laravel takes them for the same path.
            paths += [] if f"{text}/*" in texts else [f"/{text}", f"/{text}/"]
        else:
            paths.append(f"/{bare}/*")
            if text == f"{bare}*":
                why = f"it also matches longer names, such as {bare}s, and the rule does not"
                losses.append(Loss(what, why, "narrows", place))
            elif bare not in texts:
                why = f"it does not match the path /{bare} itself, and the rule does: write '{bare}' beside it"
                losses.append(Loss(what, why, "widens", place))
    if EVERYTHING in paths:
        # Why: each of the others is in it.
        losses = []
    return list(dict.fromkeys(paths)), losses


def write_paths(paths: Sequence[str], called: str) -> tuple[list[str], list[Loss]]:
    """Return the paths as Laravel has them.

    >>> write_paths(["/*"], "Laravel"), write_paths(["/api/*", "/login", "/login/"], "Laravel")
    ((['*'], []), (['api', 'api/*', 'login'], []))
    """
    written: list[str] = []
    losses: list[Loss] = []
    for path in paths:
        bare = path.removesuffix("/*") if path.endswith("/*") else path
        text = _trim(bare)
        if path == EVERYTHING:
            written.append(ANYTHING)
        elif path == _ROOT:
            written.append(_ROOT)
        elif bare != path:
            written += [text, f"{text}/*"]
        else:
            written.append(text)
            if not {f"/{text}", f"/{text}/"} <= {*paths} or f"/{text}/*" in paths:
                why = f"{called} takes /{text} and /{text}/ for the same path"
                is_below = f"/{text}/*" in paths
                losses.append(Loss(f"the path {path}", why, "cosmetic" if is_below else "widens"))
    return list(dict.fromkeys(written)), losses


def _trim(path: str) -> str:
    """Take the slashes off the ends, as Laravel does."""
    return path if path == _ROOT else path.strip("/")
