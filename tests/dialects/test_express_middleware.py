"""The middleware for Express that is written by hand: what stands in the program, and what is lost."""

from __future__ import annotations

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import DialectError, guess_dialect, read, write
from crossorigin.dialects._javascript import Raw, write_text, write_value
from crossorigin.dialects._trees import parse

APP = Policy(allow_origins=["https://app.example"])
OPEN = Policy(allow_origins="*")


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (APP, set()),
        (Policy(allow_origins="*", deny_origins=["https://*.example.com"], deny_headers=["X-A"]), set()),
        (Policy(allow_methods="*", enforce="all", require_origin=True, own_hosts=["api.example"]), set()),
        (Policy(error_messages={"null-origin": "No."}, allow_private_network=True), set()),
        (Policy(allow_methods=["x-custom"]), {"narrows"}),
        (Policy(allow_origin_regex=r"https://(a)\1"), {"narrows"}),
        (Policy(origin_validator=bool), {"narrows"}),
        (Ruleset([Rule(["/a", "/b/*"], APP)]), set()),
        (Ruleset([Rule(["/a"], APP), Rule(["/*"], OPEN)]), {"narrows"}),
    ],
)
def test_what_is_lost(policy: Policy | Ruleset, wanted: set[str]) -> None:
    """All that a policy says is in the program, which is JavaScript, but what Node or its expressions cannot do."""
    written = write("express-middleware", policy)
    assert {loss.how_bad for loss in written.losses} - {"cosmetic"} == wanted
    assert parse("express", written.text, "javascript").root


def test_one_policy_of_several_rules_stands_there_once() -> None:
    text = write("express-middleware", Ruleset([Rule(["/a", "/b/*"], APP), Rule(["/*"], OPEN)])).text
    assert text.count("const policy1 = {") == text.count("[['/a'], policy1]") == text.count("[['/b/*'], policy1]") == 1
    assert "[['/*'], {" in text


def test_it_is_not_read() -> None:
    text = write("express-middleware", APP).text
    assert guess_dialect(text) is None
    with pytest.raises(DialectError, match="not read"):
        read("express-middleware", text)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("it's", r"'it\'s'"),
        ('"', "'\"'"),
        ("</script>", r"'<\/script>'"),
        ("\\", r"'\\'"),
        ("\n\u2028\0é", r"'\n\u2028\u0000\u00e9'"),
        ({"a-b": [], "a": {}, "é": Raw("x")}, r"{ 'a-b': [], a: {}, '\u00e9': x }"),
        (["x" * 60, "y" * 60], f"[\n  '{'x' * 60}',\n  '{'y' * 60}',\n]"),
    ],
)
def test_values_are_written_as_literals(value: object, wanted: str) -> None:
    assert write_value(value) == wanted


@pytest.mark.parametrize("text", ["${x}`", "*/ // #", "$&$1", "\ud800"])
def test_texts_are_only_texts(text: str) -> None:
    """A written text is one literal, whatever is in it."""
    tree = parse("express", write_text(text), "javascript")
    assert [node.type for node in tree.walk()][1:3] == ["expression_statement", "string"]
