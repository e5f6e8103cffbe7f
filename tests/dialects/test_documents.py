"""Configuration files as trees: places, what is no YAML or JSON, and what is made to hurt its reader."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from crossorigin.dialects import DialectError
from crossorigin.dialects._documents import Document, Fields, Node
from crossorigin.dialects._json import parse_json
from crossorigin.dialects._yaml import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {name: plain(one) for name, one in node.value.items()}
    return [plain(one) for one in node.value] if isinstance(node.value, list) else node.value


def places(node: Node) -> list[tuple[int, int]]:
    below = [*node.fields.values(), *node.items]
    return [(node.position.line, node.position.column), *(place for one in below for place in places(one))]


@pytest.mark.parametrize(
    ("parse", "text", "wanted", "where"),
    [
        (
            parse_json,
            '\ufeff{\n\t"a": ["b", 1.5,\n  true], "c": {}}',
            {"a": ["b", 1.5, True], "c": {}},
            [(1, 1), (2, 7), (2, 8), (2, 13), (3, 3), (3, 15)],
        ),
        (parse_json, '"\\ud83d\\ude00"', "\U0001f600", [(1, 1)]),
        (
            parse_yaml,
            '\ufeffa:\n  - b\n  - "1"\n  - 1\n  - TRUE\n  - ~\nc: {d: yes}\n',
            {"a": ["b", "1", 1, True, None], "c": {"d": "yes"}},
            [(1, 1), (2, 3), (2, 5), (3, 5), (4, 5), (5, 5), (6, 5), (7, 4), (7, 8)],
        ),
        (parse_yaml, 'a: ""\nb:\n', {"a": "", "b": None}, [(1, 1), (1, 4), (2, 3)]),
        (parse_yaml, "&x a: &y !!python/object:os.system b", {"a": "b"}, [(1, 1), (1, 7)]),
    ],
)
def test_trees(parse: Callable[..., Any], text: str, wanted: Any, where: list[tuple[int, int]]) -> None:
    """Every value knows where it begins; no tag makes an object of anything."""
    _, found = parse("s3", text)
    root = found[0] if isinstance(found, list) else found
    assert plain(root) == wanted
    assert places(root) == where


def test_several_documents() -> None:
    _, roots = parse_yaml("s3", "# none\n---\na: 1\n---\n---\n- b\n...\n")
    assert [plain(root) for root in roots] == [{"a": 1}, ["b"]]


@pytest.mark.parametrize(
    ("parse", "text", "what", "line", "column"),
    [
        (parse_json, "", "this is not JSON: Expecting value", 1, 1),
        (parse_json, '{"a":\n [1', "this is not JSON: Expecting ',' delimiter", 2, 4),
        (parse_json, "{} {}", "this is not JSON: Extra data", 1, 4),
        (parse_json, '{"a": 1,\n"a": 2}', "a stands here a second time", 2, 6),
        (parse_json, "[1, -Infinity]", "there is no such number", 1, 5),
        (parse_json, "[" * 100_000, "nested too deeply", 1, 1),
        (parse_yaml, "a: [", "this is not YAML: expected the node content", 1, 5),
        (parse_yaml, "a: 1\n\tb: 2", "this is not YAML: found character", 2, 1),
        (parse_yaml, "a: 1\na: 2", "a stands here a second time", 2, 1),
        (parse_yaml, "a: &b 1\nc: *b", "an alias is not followed", 2, 4),
        (parse_yaml, "? [a]\n: b", "this key is no text", 1, 3),
        (parse_yaml, "a: \x07", "special characters are not allowed", 1, 4),
        (parse_yaml, '"\\UFFFFFFFF"', "this is not YAML: ", 1, 1),
        (parse_yaml, "- " * 100, "nested too deeply", 1, 101),
        (parse_yaml, "#" * 300_001, "at most 300000 of YAML are read", 1, 1),
    ],
)
def test_what_is_no_document(parse: Callable[..., Any], text: str, what: str, line: int, column: int) -> None:
    with pytest.raises(DialectError) as caught:
        parse("s3", text)
    assert what in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_an_error_without_a_place_is_shown_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser's own errors need not have one."""
    import yaml  # noqa: PLC0415 (an extra)

    def refuse(*_: object, **__: object) -> None:
        raise yaml.MarkedYAMLError(context="somewhere")

    monkeypatch.setattr(yaml, "parse", refuse)
    with pytest.raises(DialectError, match="s3, line 1, column 1: this is not YAML: somewhere"):
        parse_yaml("s3", "a: 1")


def test_a_parser_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(DialectError, match=r"Install it: pip install 'crossorigin\[convert\]'"):
        parse_yaml("s3", "a: 1")


@pytest.mark.parametrize(
    ("take", "text", "what", "column"),
    [
        (Fields.texts, '{"a": "b"}', "a is a list of texts", 7),
        (Fields.texts, '{"a": ["b", 1]}', "a is a list of texts", 13),
        (Fields.flag, '{"a": "true"}', "a is true or false", 7),
        (Fields.number, '{"a": true}', "a is a whole number", 7),
        (Fields.number, '{"a": 1.5}', "a is a whole number", 7),
        (Fields.number, f'{{"a": {"9" * 5000}}}', "a is a whole number", 7),
    ],
)
def test_a_field_of_another_type(take: Callable[..., Any], text: str, what: str, column: int) -> None:
    document, root = parse_json("s3", text)
    with pytest.raises(DialectError, match=what) as caught:
        take(Fields(document, root), "a")
    assert caught.value.column == column


def test_a_field_that_is_not_set() -> None:
    document, root = parse_json("s3", '{"a": null, "b": 1}')
    fields = Fields(document, root)
    assert [fields.texts("a"), fields.flag("a"), fields.number("c"), root.find("b", "c", "d")] == [None] * 4
    assert [loss.what for loss in fields.list_others("S3")] == ["b"]
    assert Document("s3", "").locate(0) == (1, 1)
