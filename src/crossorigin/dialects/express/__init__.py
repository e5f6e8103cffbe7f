"""A policy in the words of Express: the options of the cors package, or headers that are set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._places import START, check_paths, fail
from crossorigin.dialects.express._mounts import Finder
from crossorigin.dialects.express._rules import make_rules
from crossorigin.dialects.express._source import read_source
from crossorigin.dialects.express._writing import write_module
from crossorigin.errors import DialectError
from crossorigin.standard.headers import CORS_PREFIX

if TYPE_CHECKING:
    from crossorigin.ruleset import Ruleset

NAME = "express"
FORM = "settings"

_BEFORE = "module.exports =\n"
_SIGNS = ("require('cors')", 'require("cors")', "from 'cors'", 'from "cors"')
_BY_HAND = ("req", "res", "=>", "function")


def recognizes(text: str) -> bool:
    """Tell whether a text is JavaScript that uses the package, or sets the headers by hand."""
    has_sign = any(sign in text for sign in _SIGNS)
    if not has_sign and not (CORS_PREFIX in text.lower() and any(sign in text for sign in _BY_HAND)):
        return False
    try:
        return bool(Finder(read_source(NAME, text), []).find())
    except DialectError:
        return False


def read(text: str) -> Translation:
    """Read a module, as far as its values are literals.

    :raises DialectError: it does nothing for CORS, or is no JavaScript.
    """
    is_object = text.lstrip().startswith("{")
    source = read_source(NAME, text, before=_BEFORE if is_object else "")
    losses: list[Loss] = []
    mounts = Finder(source, losses).find()
    if not mounts:
        fix = "Give it the module with cors({...}), or with the headers set by hand"
        raise fail(NAME, text, START, "there is no call of the cors package here", fix=fix)
    check_paths(NAME, text, sum(len(mount.paths) for mount in mounts))
    ruleset, findings = make_rules(mounts, policies.Place(NAME, text, {}, START), losses)
    return Translation(ruleset, tuple(dict.fromkeys(losses)), text, tuple(findings))


def write(ruleset: Ruleset) -> Written:
    """Write a module that an app uses: ``app.use(require('./cors'))``."""
    text, losses = write_module(ruleset)
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        back = {path: rule.policy for rule in read(text).ruleset.rules for path in rule.paths}
        for rule in ruleset.rules:
            losses += policies.list_differences(rule.policy, back[rule.paths[0]], "the cors package")
    return Written(text, list(dict.fromkeys(losses)))
