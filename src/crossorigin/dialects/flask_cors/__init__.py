"""The arguments and the configuration of flask-cors, in Python source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects import Finding, Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._python import Source, assignments, has_any, name_of, parse, walk
from crossorigin.dialects.flask_cors._words import DEFAULTS, Words
from crossorigin.dialects.flask_cors._writing import write_resources
from crossorigin.ruleset import Rule, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "flask-cors"
FORM = "settings"

_CLASS = "CORS"
_PREFIX = "CORS_"
_UNKNOWN = "it is known only when the program runs: write it as a literal"


class _Given(NamedTuple):
    """One option: its name in the arguments, and its value in the source."""

    name: str
    node: ast.expr


def recognizes(text: str) -> bool:
    """Tell whether a text is Python that gives an app to flask-cors."""
    return _CLASS in text and has_any(NAME, text, _find_calls)


def read(text: str) -> Translation:
    """Read the call and the configuration, as far as they are literals.

    :raises DialectError: there is no such call, or there are several, or an option cannot work.
    """
    source = parse(NAME, text)
    calls = list(_find_calls(source))
    if not calls:
        raise fail(NAME, text, START, "there is no CORS(app) here", fix="Give it the module with CORS(app, ...)")
    if len(calls) > 1:
        raise source.fail(calls[1], "this is a second CORS(...), and only one is read", fix="Leave one of them")
    call = calls[0]
    losses = list(_list_others(source, call))
    given = [*_find_config(source), *_find_arguments(source, call, losses)]
    words = Words(source, losses)
    for option in given:
        words.read(option.name, option.node)
    rules, findings = _make_rules(source, words, call)
    return Translation(Ruleset(rules), tuple(dict.fromkeys(losses)), text, tuple(findings))


def _find_calls(source: Source) -> Iterator[ast.Call]:
    imported = any(isinstance(node, ast.ImportFrom | ast.Import) for node in source.tree.body)
    for node in walk(source.tree):
        if isinstance(node, ast.Call) and name_of(node.func) in {_CLASS, f"flask_cors.{_CLASS}"} and imported:
            yield node


def _list_others(source: Source, call: ast.Call) -> Iterator[Loss]:
    """Yield a loss for what has a policy of its own, and for an app that is only a part of one."""
    for node in walk(source.tree):
        called = name_of(node.func if isinstance(node, ast.Call) else node) if isinstance(node, ast.expr) else ""
        if called.rpartition(".")[2] == "cross_origin":
            why = "a view has a policy of its own, which is not read"
            yield Loss("cross_origin", why, "narrows", source.locate(node))
            yield Loss("cross_origin", why, "widens", source.locate(node))
    made = dict(assignments(source.tree))
    app = made.get(name_of(call.args[0])) if call.args else None
    if isinstance(app, ast.Call) and name_of(app.func).rpartition(".")[2] == "Blueprint":
        yield Loss("the blueprint", "its policy is read as one for all paths", "widens", source.locate(call))


def _find_config(source: Source) -> Iterator[_Given]:
    """Yield the options in ``app.config["CORS_..."] = ...`` and ``app.config.update(CORS_...=...)``."""
    for node in walk(source.tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                key = target.slice if isinstance(target, ast.Subscript) else None
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.startswith(_PREFIX):
                    yield _Given(key.value.removeprefix(_PREFIX).lower(), node.value)
        elif isinstance(node, ast.Call) and name_of(node.func).endswith("config.update"):
            for keyword in node.keywords:
                if keyword.arg and keyword.arg.startswith(_PREFIX):
                    yield _Given(keyword.arg.removeprefix(_PREFIX).lower(), keyword.value)


def _find_arguments(source: Source, call: ast.Call, losses: list[Loss]) -> Iterator[_Given]:
    """Yield the options of the call, then those of ``init_app`` of what it returned."""
    inits = [
        node
        for node in walk(source.tree)
        if isinstance(node, ast.Call) and name_of(node.func).rpartition(".")[2] == "init_app"
    ]
    made = [name for name, value in assignments(source.tree) if value is call]
    own = [node for node in inits if name_of(node.func).partition(".")[0] in made]
    for keyword in [keyword for node in (call, *own) for keyword in node.keywords]:
        if keyword.arg is None:
            losses.append(Loss("**...", _UNKNOWN, "narrows", source.locate(keyword.value)))
            yield from (_Given(name, keyword.value) for name in ("origins", "methods", "allow_headers"))
        elif keyword.arg != "app":
            yield _Given(keyword.arg, keyword.value)


def _make_rules(source: Source, words: Words, call: ast.Call) -> tuple[list[Rule], list[Finding]]:
    """Make a rule for each path."""
    rules: list[Rule] = []
    findings: list[Finding] = []
    taken: set[str] = set()
    for path, place, own in words.list_resources(source.locate(call)):
        if path in taken:
            words.lose(f"the path {path}", "it stands twice, and the first counts", "cosmetic", place)
            continue
        taken.add(path)
        options = {**DEFAULTS, **words.options, **own.options}
        places = {**words.places, **own.places}
        where = policies.Place(NAME, source.text, places, place)
        read = policies.read_options(own.translate(options, places, place), where)
        words.losses.extend([*own.losses, *read.losses])
        findings += [one for one in read.findings if one not in findings]
        rules.append(Rule([path], read.policy))
    return rules, findings


def write(ruleset: Ruleset) -> Written:
    """Write a function that adds flask-cors to an app."""
    resources, losses = write_resources(ruleset)
    text = _HEAD + resources + "        },\n    )\n"
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        back = read(text).ruleset
        for rule in ruleset.rules:
            found = back.find_policy(rule.paths[0].removesuffix("*"))
            losses += policies.list_differences(rule.policy, found, _CLASS) if found else []
    return Written(text if "re.compile" in text else text.replace("import re\n\n", ""), losses)


_HEAD = '''"""CORS for a Flask app: call add_cors(app)."""

import re

from flask_cors import CORS


def add_cors(app):
    """Add the policy to an app."""
    CORS(
        app,
        resources={
'''
