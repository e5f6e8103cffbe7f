"""``load(path)``: the only place that opens a policy file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.errors import InvalidFileError, PolicyError
from crossorigin.ruleset import Ruleset, parse_ruleset

if TYPE_CHECKING:
    import os


def load(path: str | os.PathLike[str]) -> Ruleset:
    """Read a ruleset from a TOML file.

    :raises OSError: the file cannot be opened.
    :raises PolicyError: it is not a policy; every mistake names the file, the table and the key.
    """
    with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs start-up time)
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fix = "Save the file as UTF-8"
        mistake = InvalidFileError("TOML", str(error), "invalid-toml", fix=fix, where=str(path))
        raise PolicyError([mistake]) from error
    return parse_ruleset(text, str(path))
