"""A whole configuration of nginx, in front of the app; and what people have written into theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import DialectError, Written
from crossorigin.dialects._policies import list_differences
from crossorigin.dialects.nginx._reading import read, recognizes
from crossorigin.dialects.nginx._words import CALLED, NAME
from crossorigin.dialects.nginx._writing import write_configuration

if TYPE_CHECKING:
    from crossorigin.dialects import Edge
    from crossorigin.ruleset import Ruleset

__all__ = ["FORM", "NAME", "read", "recognizes", "write"]

FORM = "edge"


def write(ruleset: Ruleset, edge: Edge) -> Written:
    """Write the whole configuration, and note what would be read in another form.

    :raises DialectError: a list is longer than nginx reads.
    """
    written = write_configuration(ruleset, edge)
    if any(loss.how_bad != "cosmetic" for loss in written.losses):
        return written
    try:
        rules = read(written.text).ruleset.rules
    except DialectError:
        # Why: what needs the parser only to tell of another form does not need it to write.
        return written
    back = {path: rule.policy for rule in rules for path in rule.paths}
    differences = [
        loss
        for rule in ruleset.rules
        for path in rule.paths
        for loss in list_differences(rule.policy, back.get(path, rule.policy), CALLED)
    ]
    return Written(written.text, [*written.losses, *differences])
