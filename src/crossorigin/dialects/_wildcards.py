"""Origins for formats that list names, with a wildcard of their own at most, and know no regular expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._policies import list_unsaid
from crossorigin.dialects._translation import Loss
from crossorigin.origins.origin import NULL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crossorigin.policy import Policy

_UNSAYABLE = "it has no word for such an origin"


class Listed(NamedTuple):
    """What a format lists: every origin, or some; whether they may use credentials; and what is lost."""

    texts: list[str]
    is_any: bool
    has_credentials: bool
    losses: list[Loss]


def write_listed_origins(
    policy: Policy,
    called: str,
    write: Callable[[str], str | None],
    *,
    write_regex: Callable[[str], str | None] = lambda _: None,
    any_with_credentials: Sequence[str] = (),
) -> Listed:
    """Write the origins that a policy allows.

    :param write: writes an origin, a pattern or ``null``; None, where the format has no word for it.
    :param write_regex: the same for a regular expression.
    :param any_with_credentials: what stands for every origin with credentials, or for nearly every one.
    """
    denied = [loss for loss in list_unsaid(policy, called) if loss.what.startswith("deny_origins=")]
    if policy.allows_any_origin:
        return _write_everyone(policy, called, [*any_with_credentials], denied)
    losses: list[Loss] = []
    texts: list[str] = []
    own = [text for text in policy.allow_origins if text not in policy.denied]
    own += [NULL] if policy.dangerously_allow_null_origin else []
    found = [(text, write(text)) for text in own]
    for regex in policy.regexes:
        has_flags = regex.flags & ~re.UNICODE
        found.append((regex.pattern, None if has_flags else write_regex(regex.pattern)))
    for text, written in found:
        if written is None:
            losses.append(Loss(f"the origin {text}", f"{called}: {_UNSAYABLE}", "narrows"))
        else:
            texts.append(written)
    # Why: only names can be left out of a list.
    has_wildcard = any(written and text not in policy.allowed.literals and text != NULL for text, written in found)
    losses += denied if has_wildcard else [loss._replace(how_bad="cosmetic") for loss in denied]
    return Listed(texts, is_any=False, has_credentials=policy.allow_credentials, losses=losses)


def _write_everyone(policy: Policy, called: str, meant: list[str], losses: list[Loss]) -> Listed:
    if not policy.allow_credentials:
        return Listed([], is_any=True, has_credentials=False, losses=losses)
    why = "it has no word for it, and every origin without credentials is written"
    if meant:
        why = "every origin that is not on http or https is left out"
    losses.append(Loss("every origin with credentials", f"{called}: {why}", "narrows"))
    return Listed(meant, is_any=not meant, has_credentials=bool(meant), losses=losses)


def cut(texts: list[str], most: int, called: str, what: str) -> tuple[list[str], list[Loss]]:
    """Return as many as a format takes, and what is lost of the others.

    >>> cut(["a", "b"], 1, "x", "origins")[0]
    ['a']
    """
    if len(texts) <= most:
        return texts, []
    why = f"{called} takes at most {most}, and the others are left out"
    return texts[:most], [Loss(f"{len(texts)} {what}", why, "narrows")]
