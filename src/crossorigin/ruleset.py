"""Which policy serves which path; ``parse_ruleset(text)`` reads TOML text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crossorigin.errors import (
    IncompatibleOptionsError,
    InvalidFileError,
    InvalidPathError,
    InvalidValueError,
    PolicyError,
    SettingError,
    UnknownOptionError,
    WrongTypeError,
)
from crossorigin.policy import Policy
from crossorigin.policy.problems import Problems, raise_from_here
from crossorigin.policy.settings import check_list
from crossorigin.standard.paths import decode_path, is_ambiguous_path, list_readings, split_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EVERYTHING = "/*"

_LONGEST_READ = 2048

#: A parameter that is written the same in every query.
_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Rule:
    """One policy for some paths.

    :param paths: each is literal (``/status``), or ends in ``/*`` and stands for everything below and for the
        bare prefix (``/public/*``: ``/public``, ``/public/`` and ``/public/a/b``). Written decoded.
    :param jsonp: legacy, and honoured by ``crossorigin proxy`` only: the query's parameter that names the callback, for
        scripts of other sites that read by JSONP. Every site may, so the policy must allow every origin.
    :raises PolicyError: a path is neither; holds all mistakes.

    >>> Rule(paths=["/public/*"], policy=Policy(allow_origins="*")).paths
    ('/public/*',)
    """

    __slots__ = ("jsonp", "paths", "policy")

    paths: tuple[str, ...]
    policy: Policy
    jsonp: str | None

    def __init__(self, paths: Iterable[str], policy: Policy, *, jsonp: str | None = None) -> None:
        problems = Problems()
        items = check_list("paths", paths, problems)
        if not items and not problems.mistakes:
            problems.add(InvalidValueError, "paths", items, "missing-paths", fix='Write paths such as ["/public/*"]')
        for number, path in enumerate(items):
            _check_path(path, number, problems)
        if not isinstance(policy, Policy):
            problems.wrong_type("policy", policy, fix="Write a Policy")
        elif jsonp is not None:
            _check_jsonp(jsonp, policy, problems)
        problems.raise_mistakes()
        object.__setattr__(self, "paths", tuple(items))
        object.__setattr__(self, "policy", policy)
        object.__setattr__(self, "jsonp", jsonp)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a rule never changes."""
        raise AttributeError(name)

    def __eq__(self, other: object) -> bool:
        """Compare all parts."""
        if not isinstance(other, Rule):
            return False
        return (self.paths, self.policy, self.jsonp) == (other.paths, other.policy, other.jsonp)

    def __hash__(self) -> int:
        """Hash the paths."""
        return hash(self.paths)

    def __repr__(self) -> str:
        """Show all parts."""
        jsonp = f", jsonp={self.jsonp!r}" if self.jsonp is not None else ""
        return f"Rule(paths={list(self.paths)!r}, policy={self.policy!r}{jsonp})"


def _check_jsonp(jsonp: object, policy: Policy, problems: Problems) -> None:
    if not isinstance(jsonp, str):
        problems.wrong_type("jsonp", jsonp, fix='Write the name of a parameter, such as "callback"')
        return
    if _PARAMETER.fullmatch(jsonp) is None:
        fix = "Write a name of letters, digits, - and _, such as callback"
        problems.add(InvalidValueError, "jsonp", jsonp, "jsonp-not-a-parameter", fix=fix)
    if not policy.is_static:
        fix = (
            'Write allow_origins = "*" in this rule, without allow_credentials, deny_origins, origin_validator and '
            "require_origin, or leave jsonp out"
        )
        problems.add(IncompatibleOptionsError, "jsonp", jsonp, "jsonp-lets-every-site-read", fix=fix)


def _check_path(path: object, number: int, problems: Problems) -> None:
    if not isinstance(path, str):
        problems.wrong_type("paths", path, fix='Write a text, such as "/public/*"', item=number)
        return
    literal = path.removesuffix("*") if path.endswith("/*") else path
    at = next((literal.index(mark) for mark in "*?#" if mark in literal), None)
    if not path.startswith("/") or at is not None or is_ambiguous_path(literal):
        fix = 'Write it from its first slash on, decoded and without dot segments, such as "/public/*"'
        problems.add(InvalidPathError, "paths", path, "path-is-not-a-pattern", fix=fix, at=at, item=number)


class Ruleset:
    """Rules for paths, of which the most specific one serves a request, in whatever order they stand.

    :raises PolicyError: two rules name the same path.

    >>> private = Policy(allow_origins=["https://app.example"])
    >>> rules = Ruleset([Rule(["/*"], private), Rule(["/public/*"], Policy(allow_origins="*"))])
    >>> rules.find_policy("/public/logo.png").allow_origins
    ('*',)
    """

    __slots__ = ("_exact", "_jsonp", "_longest", "_policies", "_prefixes", "rules")

    rules: tuple[Rule, ...]

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        problems = Problems()
        by_path: dict[str, Policy] = {}
        for number, rule in enumerate(self.rules):
            if not isinstance(rule, Rule):
                problems.wrong_type("rules", rule, fix="Write a Rule(paths=[...], policy=...)", item=number)
                continue
            for path in rule.paths:
                if path in by_path:
                    fix = "Name the path in one rule only"
                    problems.add(IncompatibleOptionsError, "paths", path, "duplicate-path", fix=fix)
                by_path[path] = rule.policy
        problems.raise_mistakes()
        self._exact = {path: policy for path, policy in by_path.items() if not path.endswith("/*")}
        self._prefixes = {path[: -len("/*")]: policy for path, policy in by_path.items() if path.endswith("/*")}
        self._policies = tuple(by_path.values())
        self._jsonp = {path: rule.jsonp for rule in self.rules if rule.jsonp is not None for path in rule.paths}
        self._longest = max(map(len, self._prefixes), default=-1)

    @property
    def only_policy(self) -> Policy | None:
        """The one policy that serves every path, if there is one."""
        return self._prefixes.get("") if len(self._prefixes) == 1 and not self._exact else None

    def find_policy(self, path: str) -> Policy | None:
        """Return the policy of the most specific rule for a decoded path, compared with case, or None."""
        path = path or "/"
        if path in self._exact:
            return self._exact[path]
        # Why: no prefix is longer than the longest one, so a path of a megabyte costs no more than a short one.
        prefix = path[: self._longest + 1]
        if prefix == path and path in self._prefixes:
            return self._prefixes[path]
        while (slash := prefix.rfind("/")) >= 0:
            prefix = prefix[:slash]
            if prefix in self._prefixes:
                return self._prefixes[prefix]
        return None

    def refuse_jsonp(self) -> None:
        """Refuse the rules for a place that does not honour ``jsonp``.

        :raises PolicyError: a rule has it.
        """
        if self._jsonp:
            path, name = next(iter(self._jsonp.items()))
            fix = f"Leave jsonp out of the rule for {path}, or serve the app with crossorigin proxy"
            raise_from_here([IncompatibleOptionsError("jsonp", name, "jsonp-outside-the-proxy", fix=fix)], "")

    def find_judges(self, url: str) -> tuple[Policy | None, ...]:
        """Return the policies that must all allow a request for *url*, whose path is as it was written there.

        There is one, or None where no rule serves the path; an ambiguous path may have more, one for each reading.
        """
        written = split_path(url)
        decoded = decode_path(written)
        judges = [self.find_policy(decoded)]
        if is_ambiguous_path(decoded) or is_ambiguous_path(written):
            # Why: a path as long is no router's, and each reading of it costs time.
            is_long = len(written) > _LONGEST_READ
            others = [*self._policies, *([] if "" in self._prefixes else [None])]
            judges += others if is_long else map(self.find_policy, list_readings(written))
        return tuple({id(judge): judge for judge in judges}.values())

    def __eq__(self, other: object) -> bool:
        """Compare which policy serves which path; the order of the rules has no meaning."""
        if not isinstance(other, Ruleset):
            return False
        return (self._exact, self._prefixes, self._jsonp) == (other._exact, other._prefixes, other._jsonp)

    def __hash__(self) -> int:
        """Hash the paths."""
        return hash((frozenset(self._exact), frozenset(self._prefixes)))

    def __repr__(self) -> str:
        """Show the rules."""
        return f"Ruleset({list(self.rules)!r})"


def parse_ruleset(text: str, name: str = "policy file") -> Ruleset:
    r"""Read a ruleset from TOML text.

    Options at the top level make a rule for ``/*``; each ``[[rule]]`` has ``paths`` and options.

    :param name: what the mistakes call the text, such as its file name.
    :raises PolicyError: all mistakes, each with the table and the key.

    >>> parse_ruleset('allow_origins = ["https://app.example"]').only_policy.allow_origins
    ('https://app.example',)
    """
    import tomllib  # noqa: PLC0415 (most policies are written in Python)

    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        mistake = InvalidFileError("TOML", str(error), "invalid-toml", fix="Mend the line it names")
        raise_from_here([mistake], name)
    tables = document.pop("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        mistake_of_type = WrongTypeError("rule", tables, "wrong-type", fix="Write [[rule]], with two brackets")
        raise_from_here([mistake_of_type], name)
    return _build(document, tables, name)


def _build(top: dict[str, Any], tables: Sequence[dict[str, Any]], name: str) -> Ruleset:
    if "paths" in top:
        fix = "Write [[rule]] above it; the options at the top are for every path"
        raise_from_here([UnknownOptionError("paths", str(top["paths"]), "unknown-option", fix=fix)], name)
    parts = [(name, {**top, "paths": [EVERYTHING]})] if top else []
    parts += [(f"{name}, [[rule]] number {number}", table) for number, table in enumerate(tables, 1)]
    if not parts:
        fix = 'Write allow_origins = ["https://app.example"], or a [[rule]]'
        raise_from_here([InvalidFileError("TOML", "", "empty-file", fix=fix)], name)
    mistakes: list[SettingError] = []
    rules = []
    for where, table in parts:
        try:
            rules.append(_build_rule(table))
        except PolicyError as error:
            for mistake in error.mistakes:
                mistake.where = where
            mistakes += error.mistakes
    if mistakes:
        raise PolicyError(mistakes)
    try:
        return Ruleset(rules)
    except PolicyError as error:
        raise_from_here(error.mistakes, name)


def _build_rule(table: dict[str, Any]) -> Rule:
    options = {key: value for key, value in table.items() if key not in {"paths", "jsonp"}}
    if options.get("max_age") == "none":
        # Why: TOML has no word for nothing; the environment has this one, too.
        options["max_age"] = None
    policy = Policy()
    mistakes: list[SettingError] = []
    paths = table.get("paths", ())
    if "path" in options and not paths:
        mistakes.append(UnknownOptionError("rule", "path", "unknown-option", fix='Did you mean "paths"? It is a list'))
        del options["path"]
        paths = [EVERYTHING]
    try:
        policy = Policy(**options)
    except PolicyError as error:
        mistakes += error.mistakes
    try:
        # Why not of a policy that is wrong: what it would allow is not known.
        rule = Rule(paths, policy, jsonp=None if mistakes else table.get("jsonp"))
    except PolicyError as error:
        mistakes += error.mistakes
    if mistakes:
        raise PolicyError(mistakes)
    return rule
