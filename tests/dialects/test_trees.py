"""Trees of other languages, and the places of what is in them."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from crossorigin.dialects import DialectError, Position
from crossorigin.dialects._trees import Language, parse, text_of

BEFORE = "<?php return [\n"


@pytest.mark.parametrize(
    ("language", "before", "text", "kind", "wanted"),
    [
        ("javascript", "", "a;\nb('\u00e9', {c: 1})", "object", (2, 8)),
        ("ruby", "", "use A do\n  b 'c'\nend", "string", (2, 5)),
        ("php", "", "<?php\nreturn ['a' => 1];", "array_element_initializer", (2, 9)),
    ],
)
def test_places(language: Language, before: str, text: str, kind: str, wanted: tuple[int, int]) -> None:
    """A place is counted in characters."""
    tree = parse("x", text, language, before=before)
    found = [node for node in tree.walk() if node.type == kind]
    assert [tree.locate(node) for node in found] == [Position(*wanted)]
    assert text_of(found[0]) in text
    assert tree.fail(found[0], "this", fix="Mend it").column == wanted[1]


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("javascript", "a;\nb = {c: [};", (2, 10)),
        ("javascript", "a(((", (1, 2)),
        ("ruby", "use A do\n  b 'c'\n", (1, 7)),
        ("php", "<?php\n$a = [1, 2;", (2, 11)),
        ("javascript", "'", (1, 1)),
    ],
)
def test_what_is_not_of_the_language(language: Language, text: str, wanted: tuple[int, int]) -> None:
    with pytest.raises(DialectError, match=r"this is not (JavaScript|Ruby|PHP)") as caught:
        parse("x", text, language)
    assert (caught.value.line, caught.value.column) == wanted


def test_places_behind_lines_that_were_added() -> None:
    """What is before the text, or behind it, is shown at its nearest end."""
    tree = parse("x", "'a' => 1,\n];", "php", before=BEFORE)
    assert {tree.locate(node) for node in tree.walk() if node.type == "string"} == {Position(1, 1)}
    assert tree.locate(tree.root) == Position(1, 1)
    short = tree._replace(text="'a'")
    assert {short.locate(node) for node in tree.walk() if text_of(node) == "]"} == {Position(1, 4)}


def test_a_parser_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    real = importlib.import_module

    def load(name: str) -> Any:
        if name == "tree_sitter_ruby":
            raise ModuleNotFoundError(name=name)
        return real(name)

    monkeypatch.setattr(importlib, "import_module", load)
    with pytest.raises(DialectError, match=r"not installed \(tree_sitter_ruby\)\nInstall it: pip install 'cross"):
        parse("x", "", "ruby")
