"""The arguments and the configuration of flask-cors, in Python source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, cast

from crossorigin.dialects import Finding, Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._python import Source, assignments, has_any, name_of, parse, walk
from crossorigin.dialects.flask_cors._views import View, Views
from crossorigin.dialects.flask_cors._words import DEFAULTS, Words
from crossorigin.dialects.flask_cors._writing import write_resources
from crossorigin.ruleset import Rule, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects import HowBad, Position

NAME = "flask-cors"
FORM = "settings"

_CLASS = "CORS"
_DECORATOR = "cross_origin"
_PREFIX = "CORS_"
_UNKNOWN = "it is known only when the program runs: write it as a literal"


class _Given(NamedTuple):
    """One option: its name in the arguments, and its value in the source."""

    name: str
    node: ast.expr


def recognizes(text: str) -> bool:
    """Tell whether a text is Python that gives an app, or a view, to flask-cors."""
    return (_CLASS in text or _DECORATOR in text) and has_any(NAME, text, _find_any)


def _find_any(source: Source) -> Iterator[object]:
    yield from _find_calls(source)
    yield from Views(source, []).decorated if _is_imported(source) else ()


def read(text: str) -> Translation:
    """Read the call, the decorated views and the configuration, as far as they are literals.

    :raises DialectError: there is no such call or view, or there are several calls, or an option cannot work.
    """
    source = parse(NAME, text)
    calls = list(_find_calls(source))
    losses: list[Loss] = []
    views = Views(source, losses)
    if not calls and not (views.decorated and _is_imported(source)):
        raise fail(NAME, text, START, "there is no CORS(app) here", fix="Give it the module with CORS(app, ...)")
    if len(calls) > 1:
        raise source.fail(calls[1], "this is a second CORS(...), and only one is read", fix="Leave one of them")
    call = calls[0] if calls else None
    losses += _list_others(source, call, views.seen)
    maker = _Maker(source, losses, views, call)
    for view in views.decorated:
        maker.add_view(view)
    if call:
        maker.add_call(call)
    return Translation(Ruleset(maker.rules), tuple(dict.fromkeys(losses)), text, tuple(maker.findings))


def _is_imported(source: Source) -> bool:
    return any(isinstance(node, ast.ImportFrom | ast.Import) for node in source.tree.body)


def _find_calls(source: Source) -> Iterator[ast.Call]:
    imported = _is_imported(source)
    for node in walk(source.tree):
        if isinstance(node, ast.Call) and name_of(node.func) in {_CLASS, f"flask_cors.{_CLASS}"} and imported:
            yield node


def _list_others(source: Source, call: ast.Call | None, seen: set[int]) -> Iterator[Loss]:
    """Yield a loss for what has a policy of its own, and for an app that is only a part of one."""
    for node in walk(source.tree):
        called = name_of(node.func if isinstance(node, ast.Call) else node) if isinstance(node, ast.expr) else ""
        if called.rpartition(".")[2] == _DECORATOR and id(node) not in seen:
            why = "a view has a policy of its own, which is not read"
            yield Loss("cross_origin", why, "narrows", source.locate(node))
            yield Loss("cross_origin", why, "widens", source.locate(node))
    made = dict(assignments(source.tree))
    app = made.get(name_of(call.args[0])) if call and call.args else None
    if call and isinstance(app, ast.Call) and name_of(app.func).rpartition(".")[2] == "Blueprint":
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
    for node in (call, *own):
        yield from _list_keywords(source, node, losses)


def _list_keywords(source: Source, call: ast.Call, losses: list[Loss]) -> Iterator[_Given]:
    for keyword in call.keywords:
        if keyword.arg is None:
            losses.append(Loss("**...", _UNKNOWN, "narrows", source.locate(keyword.value)))
            yield from (_Given(name, keyword.value) for name in ("origins", "methods", "allow_headers"))
        elif keyword.arg != "app":
            yield _Given(keyword.arg, keyword.value)


class _Maker:
    """Makes a rule for each path; the first of two counts."""

    def __init__(self, source: Source, losses: list[Loss], views: Views, call: ast.Call | None) -> None:
        self.rules: list[Rule] = []
        self.findings: list[Finding] = []
        self._source = source
        self._losses = losses
        self._views = views
        self._call = call
        self._taken: set[str] = set()
        self._config = list(_find_config(source))

    def _read(self, given: list[_Given]) -> Words:
        words = Words(self._source, self._losses)
        for option in [*self._config, *given]:
            words.read(option.name, option.node)
        return words

    def add_view(self, view: View) -> None:
        """Add the rule of a decorated view."""
        call = cast("ast.Call", view.call)
        if view.path in self._taken:
            why = "another view is read for the path"
            self._views.lose(f"the path {view.path}", why, view.place, "narrows", "widens")
            return
        if self._call and view.is_prefix:
            why = "CORS(app) serves the other paths below the prefix"
            self._views.lose(f"the path {view.path}", why, view.place, "narrows")
        elif view.path in self._views.bare:
            why = "another view has the path, without the decorator"
            how_bad: tuple[HowBad, ...] = ("widens", "narrows") if self._call else ("widens",)
            self._views.lose(f"the path {view.path}", why, view.place, *how_bad)
        given = list(_list_keywords(self._source, call, self._losses))
        words = self._read([one for one in given if one.name not in {"automatic_options", "resources"}])
        for one in given:
            if one.name == "resources":
                place = self._source.locate(one.node)
                self._views.lose("resources", "a view has no such option", place, "cosmetic")
        if any(one.name == "automatic_options" and self._is_off(one.node) for one in given):
            why = "Flask then answers preflights without headers, and browsers refuse; here they are judged"
            self._views.lose("automatic_options", why, self._source.locate(call), "widens")
        self._add(view.path, view.place, words, Words(self._source, []))

    def _is_off(self, node: ast.expr) -> bool:
        node = self._source.follow(node)
        return not (isinstance(node, ast.Constant) and node.value)

    def add_call(self, call: ast.Call) -> None:
        """Add the rules of an app."""
        words = self._read(list(_find_arguments(self._source, call, self._losses)))
        for path, place, own in words.list_resources(self._source.locate(call)):
            if path in self._taken:
                words.lose(f"the path {path}", "it stands twice, and the first counts", "cosmetic", place)
            else:
                self._add(path, place, words, own)

    def _add(self, path: str, place: Position, words: Words, own: Words) -> None:
        self._taken.add(path)
        options = {**DEFAULTS, **words.options, **own.options}
        places = {**words.places, **own.places}
        where = policies.Place(NAME, self._source.text, places, place)
        read = policies.read_options(own.translate(options, places, place), where)
        self._losses.extend([*own.losses, *read.losses])
        self.findings += [one for one in read.findings if one not in self.findings]
        self.rules.append(Rule([path], read.policy))


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
