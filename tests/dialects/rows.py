"""How the tables of the dialects are written: a text, the rules that it means, and what is lost or dangerous."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import pytest

from crossorigin import PolicyWarning
from crossorigin.dialects import DialectError, read


class Row(NamedTuple):
    """A text and what it means: the settings by path, how bad each loss is and where, and the dangerous options."""

    sentence: str
    text: str
    rules: dict[str, dict[str, Any]]
    losses: tuple[tuple[str, int, int], ...] = ()
    findings: tuple[str, ...] = ()


class Bad(NamedTuple):
    """A text that cannot be read: what is said, and where."""

    sentence: str
    text: str
    what: str
    line: int
    column: int


def check(dialect: str, row: Row) -> None:
    """Read a row, and compare everything."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        found = read(dialect, row.text)
    rules = {path: rule.policy.settings for rule in found.ruleset.rules for path in rule.paths}
    for settings in rules.values():
        if regexes := settings.get("allow_origin_regex"):
            settings["allow_origin_regex"] = [
                one.pattern for one in (regexes if isinstance(regexes, tuple) else [regexes])
            ]
    plain = {path: {key: _plain(value) for key, value in settings.items()} for path, settings in rules.items()}
    assert plain == row.rules
    assert tuple((loss.how_bad, *(loss.position or (0, 0))) for loss in found.losses) == row.losses, found.losses
    assert tuple(finding.option for finding in found.findings) == row.findings


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def check_bad(dialect: str, bad: Bad) -> None:
    """Read a text that is none."""
    with pytest.raises(DialectError) as caught:
        read(dialect, bad.text)
    assert bad.what in str(caught.value)
    assert (caught.value.line, caught.value.column) == (bad.line, bad.column)
