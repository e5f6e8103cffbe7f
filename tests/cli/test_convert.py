"""``crossorigin convert``: what is printed, written and told, and the exit status."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from crossorigin.cli import main
from crossorigin.cli.convert import write_whole
from crossorigin.dialects import list_dialects, list_readable

TOML = 'allow_origins = ["https://app.example"]\n'
DENIES = 'allow_origins = ["https://*.example.com"]\ndeny_origins = ["https://a.example.com"]\n'
FASTAPI = """from fastapi.middleware.cors import CORSMiddleware
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example", x], allow_methods=["GET"])
"""
FIRST = "CORS_ALLOW_ORIGINS=https://app.example\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cors.toml").write_text(TOML)
    (tmp_path / "denies.toml").write_text(DENIES)
    (tmp_path / "main.py").write_text(FASTAPI)
    (tmp_path / "broken.toml").write_text("a = ]\n")
    (tmp_path / "broken.txt").write_text("a = ]\n")
    (tmp_path / "latin").write_bytes(b"\xff")
    (tmp_path / "null.py").write_text(FASTAPI.replace("x]", '"null"]'))
    (tmp_path / "plain.toml").write_text('allow_origins = ["http://a.example"]\nallow_credentials = true\n')
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("line", "status", "out", "err"),
    [
        ("cors.toml --to env", 0, FIRST, ""),
        ("cors.toml --from toml --to env", 0, FIRST, ""),
        ("main.py --to env", 0, f"{FIRST}CORS_ALLOW_METHODS=GET\n", "narrows access: an item of allow_origins (line 2"),
        ("denies.toml --to django", 1, "", "WIDENS access: deny_origins=('https://a.example.com',): "),
        ("denies.toml --to django", 1, "", "--accept-widening accepts that."),
        ("denies.toml --to django --accept-widening", 0, "CORS_ALLOWED_ORIGIN_REGEXES", "WIDENS access"),
        ("null.py --to toml", 0, 'allow_origins = ["https://app.example"]', "dangerous: dangerously_allow_null"),
        ("null.py --to toml --accept-dangerous", 0, "dangerously_allow_null_origin = true", "dangerous: "),
        ("plain.toml --to env", 0, "CORS_ALLOW_CREDENTIALS=true", "note: allow_origins has http://a."),
        ("broken.toml --to env --from toml", 2, "", "broken.toml: toml, line 1, column 5: this is not"),
        ("broken.toml --to env", 2, "", "broken.toml: toml, line 1, column 5: this is not"),
        ("broken.txt --to env", 2, "", "broken.txt is not certainly of one dialect: name it with"),
        ("none.toml --to env", 2, "", "none.toml cannot be read (No such file"),
        ("latin --to env", 2, "", "latin is not UTF-8, from byte 0 on"),
        ("cors.toml --to basic", 2, "", '"basic" is no dialect: write one of '),
        ("cors.toml --to Flask", 2, "", '"Flask" is no dialect: did you mean "flask-cors"? There are apache'),
        ("cors.toml --to env --output no/cors.env", 2, "", "no/cors.env cannot be written (No such file"),
        ("cors.toml --to env --from basic", 2, "", '"basic" is no dialect'),
        ("cors.toml --to env --check", 2, "", "--check compares with a file: name it with --output"),
    ],
)
def test_what_is_told(line: str, status: int, out: str, err: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The translation is on the standard output, and all that is to be known of it on the standard error."""
    assert main(["convert", *line.split()]) == status
    told = capsys.readouterr()
    assert out in told.out
    assert bool(told.out) is bool(out)
    assert err in told.err
    assert bool(told.err) is bool(err)


def test_a_file_is_written_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """What was written matches until either side is changed, whatever the ends of its lines are."""
    command = ["convert", "cors.toml", "--to", "env", "--output", "cors.env"]
    check = [*command, "--check"]
    assert main(check) == 1
    assert not Path("cors.env").exists()
    assert main(command) == 0
    assert Path("cors.env").read_text() == FIRST
    assert main(check) == 0
    Path("cors.env").write_bytes(FIRST.replace("\n", "\r\n").encode())
    assert main(check) == 0
    Path("cors.toml").write_text('allow_origins = "*"')
    capsys.readouterr()
    assert main(check) == 1
    told = capsys.readouterr()
    assert "cors.env does not match cors.toml: write it anew with the same command, without --check." in told.err
    assert told.out == ""
    assert Path("cors.env").read_text() == FIRST


def test_what_is_refused_leaves_the_file_alone() -> None:
    Path("old.py").write_text("old")
    assert main(["convert", "denies.toml", "--to", "django", "--output", "old.py"]) == 1
    assert Path("old.py").read_text() == "old"


def test_the_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TOML.encode())))
    assert main(["convert", "-", "--to", "env"]) == 0
    assert capsys.readouterr().out == FIRST


def test_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """One object says what people are told."""
    assert main(["convert", "main.py", "--to", "env", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["from"], told["to"], told["written"], told["matches"], told["findings"]) == (
        "fastapi",
        "env",
        None,
        None,
        [],
    )
    assert told["text"].startswith(FIRST)
    [loss] = told["losses"]
    assert (loss["how_bad"], loss["position"]) == ("narrows", {"line": 2, "column": 74})
    assert main(["convert", "denies.toml", "--to", "django", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["text"] is None
    assert main(["convert", "cors.toml", "--to", "env", "--json", "--output", "cors.env"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == "cors.env"


def test_a_file_is_written_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails on the way leaves the old file, and nothing beside it; its mode and a link to it stay."""
    Path("real").write_text("old")
    Path("real").chmod(0o640)
    Path("link").symlink_to("real")
    write_whole("link", "new")
    assert Path("link").is_symlink()
    assert (Path("real").read_text(), Path("real").stat().st_mode & 0o777) == ("new", 0o640)
    before = sorted(Path().iterdir())

    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole("real", "newer")
    assert Path("real").read_text() == "new"
    assert sorted(Path().iterdir()) == before


def test_what_is_no_file_is_written_to() -> None:
    write_whole(os.devnull, "new")
    assert not Path(os.devnull).is_file()


def test_the_help_names_every_dialect(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its name there, with a star where it is only written."""
    with pytest.raises(SystemExit):
        main(["convert", "--help"])
    _, _, listed = capsys.readouterr().out.partition("only written):\n")
    names = listed.partition("\n\n")[0].replace("(our own)", "").replace(",", " ").split()
    readable = list_readable()
    assert sorted(names) == sorted(name if name in readable else f"{name}*" for name in list_dialects())


def test_the_parsers_that_are_missing_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its parser, a file of another language is not recognized, and nothing is wrong with it."""
    monkeypatch.setattr("crossorigin.cli.convert._PARSERS", ("no_such_parser",))
    assert main(["convert", "broken.txt", "--to", "env"]) == 2
    assert "only known with parsers: pip install 'crossorigin[convert]'" in capsys.readouterr().err


@pytest.mark.parametrize(("file", "is_told"), [("cors.toml", True), ("main.py", False)])
def test_handshakes_are_lost_where_the_source_speaks_of_them(
    file: str, *, is_told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """No package does; our own files do."""
    assert main(["convert", file, "--to", "flask-cors"]) == 0
    assert ("changes no CORS access: websockets='check'" in capsys.readouterr().err) is is_told


def test_an_address_is_no_mistake_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "cors.toml", "--to", "nginx", "--listen", "8000"]) == 2
    assert "cors.toml" not in capsys.readouterr().err
