"""A policy file is opened, read as UTF-8, and named in every mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset, load
from crossorigin.errors import InvalidFileError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
allow_origins = ["https://app.example"]      # top level: one rule for /*

[[rule]]                                     # and any number of rules
paths = ["/public/*", "/caf\u00e9"]
allow_origins = ["*"]
max_age = 7200
"""
RULES = Ruleset(
    [
        Rule(["/*"], Policy(allow_origins=["https://app.example"])),
        Rule(["/public/*", "/caf\u00e9"], Policy(allow_origins="*", max_age=7200)),
    ]
)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.rstrip().encode(),
    ],
    ids=[
        "realistic: UTF-8",
        "realistic: with a byte order mark",
        "realistic: from Windows",
        "synthetic: no last line end",
    ],
)
@pytest.mark.parametrize("as_text", [False, True], ids=["path", "text"])
def test_good_files(tmp_path: Path, data: bytes, as_text: bool) -> None:
    """A policy file is UTF-8, with or without a byte order mark, wherever its lines end."""
    path = tmp_path / "cors.toml"
    path.write_bytes(data)
    assert load(str(path) if as_text else path) == RULES


def test_warnings(tmp_path: Path) -> None:
    """A warning about a file points at the line that loads it."""
    path = tmp_path / "cors.toml"
    path.write_text('allow_origins = ["http://app.example"]\nallow_credentials = true')
    with pytest.warns(PolicyWarning, match=r"http://app\.example without https") as caught:
        load(path)
    assert caught[0].filename == __file__


def test_missing_files(tmp_path: Path) -> None:
    """A file that cannot be opened is not a mistake in the settings."""
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.toml")
    with pytest.raises(OSError, match=r".+"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("data", "reason", "place"),
    [
        (b"", "empty-file", "{}: TOML"),
        (b"# nothing\n", "empty-file", "{}: TOML"),
        (b"allow_origins = [\xff]", "invalid-toml", "{}: TOML"),
        (TEXT.encode("utf-16"), "invalid-toml", "{}: TOML"),
        (TEXT.encode("latin-1"), "invalid-toml", "{}: TOML"),
        (b"allow_origins =", "invalid-toml", "{}: TOML"),
        (b"max_age = -1", "max-age-out-of-range", "{}: max_age"),
        (b'[[rule]]\npaths = ["/a"]\nmax_age = -1', "max-age-out-of-range", "{}, [[rule]] number 1: max_age"),
        (b'[[rule]]\npaths = ["a"]', "path-is-not-a-pattern", "{}, [[rule]] number 1: paths[0]"),
    ],
)
def test_mistakes(tmp_path: Path, data: bytes, reason: str, place: str) -> None:
    """Every mistake names the file, the table and the key."""
    path = tmp_path / "cors.toml"
    path.write_bytes(data)
    with pytest.raises(PolicyError) as raised:
        load(path)
    (mistake,) = raised.value.mistakes
    assert (mistake.reason, mistake.place) == (reason, place.format(path))
    assert str(raised.value).startswith(f"1 mistake in the CORS settings:\n\n{path}")


def test_what_is_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is told how to be saved."""
    path = tmp_path / "cors.toml"
    path.write_bytes(b"# caf\xe9\n")
    with pytest.raises(PolicyError) as raised:
        load(path)
    (mistake,) = raised.value.mistakes
    assert isinstance(mistake, InvalidFileError)
    assert mistake.fix == "Save the file as UTF-8"
    assert "0xe9 in position 5" in str(mistake.value)
    assert isinstance(raised.value.__cause__, UnicodeDecodeError)
