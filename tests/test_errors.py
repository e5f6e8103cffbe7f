"""What a person reads when a setting is wrong, and what a program can ask."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin import errors
from crossorigin.errors import MISTAKES, InvalidOriginError, InvalidValueError, PolicyError, PolicyWarning, SettingError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SettingError)]


def test_the_fields_of_a_mistake() -> None:
    """A mistake holds fields, not prose."""
    mistake = SettingError("max_age", -1, "wrong-type", fix="Write 0", at=2, item=3, where="cors.toml")
    assert (mistake.option, mistake.value, mistake.reason) == mistake.args == ("max_age", -1, "wrong-type")
    assert (mistake.fix, mistake.at, mistake.item, mistake.where) == ("Write 0", 2, 3, "cors.toml")
    plain = SettingError("max_age", -1, "wrong-type", fix="Write 0")
    assert (plain.at, plain.item, plain.where) == (None, None, "")


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(kind: type[SettingError]) -> None:
    """Every kind of mistake is a SettingError and a ValueError, and says in its own words what is wrong."""
    assert issubclass(kind, ValueError)
    assert kind.__name__.endswith("Error")
    assert kind.what.startswith(("is ", "has ", "cannot ", "does "))
    assert str(kind("x", 1, "wrong-type", fix="Write y")).startswith(f'x: "1" {kind.what}\n')
    assert kind.what == SettingError.what or "what" in vars(kind)


@pytest.mark.parametrize(
    ("where", "option", "item", "place"),
    [
        ("", "max_age", None, "max_age"),
        ("", "allow_origins", 0, "allow_origins[0]"),
        ("cors.toml", "max_age", None, "cors.toml: max_age"),
        ("cors.toml, [[rule]] number 2", "paths", 11, "cors.toml, [[rule]] number 2: paths[11]"),
    ],
)
def test_place(where: str, option: str, item: int | None, place: str) -> None:
    """A mistake names the file, the option and the item, as far as they are known."""
    assert SettingError(option, 1, "wrong-type", fix="", item=item, where=where).place == place


END = "Write it anew (docs/reasons.md#origin-has-a-path)"
WHY = MISTAKES["origin-has-a-path"]


@pytest.mark.parametrize(
    ("value", "at", "lines"),
    [
        ("abc", 1, ['"abc" is not an origin that a browser sends', "    abc", f"     ^ {WHY}"]),
        ("abc", 0, ['"abc" is not an origin that a browser sends', "    abc", f"    ^ {WHY}"]),
        ("abc", 3, ['"abc" is not an origin that a browser sends', "    abc", f"       ^ {WHY}"]),
        ("abc", None, ['"abc" is not an origin that a browser sends', f"    {WHY}"]),
        ("", 0, ['"" is not an origin that a browser sends', "    ", f"    ^ {WHY}"]),
        (5, None, ['"5" is not an origin that a browser sends', f"    {WHY}"]),
        (["a"], None, ["\"['a']\" is not an origin that a browser sends", f"    {WHY}"]),
        (None, None, ['"None" is not an origin that a browser sends', f"    {WHY}"]),
        ("a'b\"c\\d", 1, ['"a\'b"c\\d" is not an origin that a browser sends', "    a'b\"c\\d", f"     ^ {WHY}"]),
        # What cannot be shown as it is, is escaped, and no caret can point into it.
        ("a\nb", 1, [r'"a\nb" is not an origin that a browser sends', f"    {WHY}"]),
        ("a\x1b[2Jb", 1, [r'"a\x1b[2Jb" is not an origin that a browser sends', f"    {WHY}"]),
        ("b\u00fccher", 1, [r'"b\xfccher" is not an origin that a browser sends', f"    {WHY}"]),
        ("a\u202eb", 1, [r'"a\u202eb" is not an origin that a browser sends', f"    {WHY}"]),
        ("\ud800", 0, [r'"\ud800" is not an origin that a browser sends', f"    {WHY}"]),
        # So does what is too long.
        (
            "x" * 100,
            99,
            [f'"{"x" * 100}" is not an origin that a browser sends', f"    {'x' * 100}", f"{' ' * 103}^ {WHY}"],
        ),
        ("x" * 101, 99, [f'"{"x" * 97}..." is not an origin that a browser sends', f"    {WHY}"]),
        (["x" * 200], None, [f'"[\'{"x" * 95}..." is not an origin that a browser sends', f"    {WHY}"]),
    ],
)
def test_the_text_of_a_mistake(value: Any, at: int | None, lines: list[str]) -> None:
    """A person reads what is wrong, with a caret where it is known, then why, then what to write instead."""
    mistake = InvalidOriginError("allow_origins", value, "origin-has-a-path", fix="Write it anew", at=at, item=0)
    assert str(mistake).split("\n") == [f"allow_origins[0]: {lines[0]}", *lines[1:], END]


@given(st.text(), st.integers(0, 200))
def test_a_value_cannot_break_out(value: str, at: int) -> None:
    """Whatever a value holds, it is shown in printable ASCII, on the lines that are its own."""
    text = str(InvalidValueError("x", value, "wrong-type", fix="Write y", at=at))
    assert text.replace("\n", "").isascii()
    assert text.replace("\n", "").isprintable()
    assert text.count("\n") in {2, 3}


def test_every_reason_is_explained() -> None:
    """Every id is a heading in kebab-case, and every reason fits behind a caret."""
    for name, why in MISTAKES.items():
        assert name == name.lower().replace("_", "-").replace(" ", "-")
        assert why
        assert "\n" not in why
    assert list(MISTAKES) == sorted(MISTAKES)


ONE = SettingError("max_age", -1, "max-age-out-of-range", fix="Write 0")
TWO = InvalidOriginError("allow_origins", "x", "origin-has-no-scheme", fix='Write "https://x"', at=0, item=1)


def test_all_mistakes_together() -> None:
    """An error holds all mistakes in their order, and is caught as a ValueError and as a group."""
    error = PolicyError([ONE, TWO])
    assert error.mistakes == error.exceptions == (ONE, TWO)
    assert str(error) == error.message == f"2 mistakes in the CORS settings:\n\n{ONE}\n\n{TWO}"
    assert str(PolicyError([ONE])) == f"1 mistake in the CORS settings:\n\n{ONE}"
    assert isinstance(error, ValueError)
    assert isinstance(error, ExceptionGroup)


def test_an_error_has_a_mistake() -> None:
    with pytest.raises(ValueError, match="non-empty"):
        PolicyError([])


def test_except_star() -> None:
    """``except*`` takes the kinds apart, and each part is a PolicyError again."""
    caught: list[BaseExceptionGroup[Any]] = []
    try:
        raise PolicyError([ONE, TWO])
    except* InvalidOriginError as error:
        caught.append(error)
    except* SettingError as error:
        caught.append(error)
    assert [type(part) for part in caught] == [PolicyError, PolicyError]
    assert [part.exceptions for part in caught] == [(TWO,), (ONE,)]
    assert str(caught[0]).startswith("1 mistake in the CORS settings:")


def test_parts() -> None:
    """A part of an error says how many mistakes it has itself."""
    part = PolicyError([ONE, TWO]).subgroup(InvalidOriginError)
    assert isinstance(part, PolicyError)
    assert part.mistakes == (TWO,)
    assert part.message == f"1 mistake in the CORS settings:\n\n{TWO}"


def test_a_warning_is_a_warning_to_users() -> None:
    assert issubclass(PolicyWarning, UserWarning)
