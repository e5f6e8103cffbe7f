"""Rules for paths, for a router that compares them as they are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.ruleset import Ruleset
from crossorigin.standard.paths import decode_path, split_path

if TYPE_CHECKING:
    from crossorigin.policy import Policy

#: What browsers write in no other way: a path that holds it has one spelling.
_ONE_SPELLING = re.compile(r"(?:%(?:20|[89A-F][0-9A-F]))+")


class WrittenRuleset(Ruleset):
    """The same rules; where a path would have another one as it is written than decoded, both must allow."""

    __slots__ = ("_ruleset",)

    def __init__(self, ruleset: Ruleset) -> None:
        # Why: it is made for a request, so it copies nothing.
        self._ruleset = ruleset

    def find_judges(self, url: str) -> tuple[Policy | None, ...]:
        """Return the policies that must all allow a request for *url*."""
        written = _ONE_SPELLING.sub(lambda run: decode_path(run[0]), split_path(url))
        judges = [*self._ruleset.find_judges(url), self._ruleset.find_policy(written)]
        return tuple({id(judge): judge for judge in judges}.values())
