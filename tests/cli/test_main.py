"""``crossorigin --version`` and ``python -m crossorigin``: what needs no app."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crossorigin.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def test_version_is_that_of_the_installed_distribution(tmp_path: Path) -> None:
    """The module is the command, and what is installed is asked, so the two cannot differ."""
    folder = tmp_path / "crossorigin-9.8.7.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: crossorigin\nVersion: 9.8.7\n")
    environ = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, "-m", "crossorigin", "--version"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "crossorigin 9.8.7\n", "")


@pytest.mark.parametrize(
    ("version", "status", "printed"),
    [("1.2.3", 0, ("crossorigin 1.2.3\n", "")), (None, 2, ("", "it runs from its source, and is not installed"))],
)
def test_version(
    version: str | None,
    status: int,
    printed: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where nothing is installed there is no version to tell."""

    def find(name: str) -> str:
        if version is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(importlib.metadata, "version", find)
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == status
    out, err = capsys.readouterr()
    assert out == printed[0]
    assert printed[1] in err
    assert bool(err) is bool(status)


def test_without_a_command_the_commands_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever does not know what to write sees an example."""
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "Example: crossorigin check " in err
    assert "walk a call against a policy file" in err


@pytest.mark.parametrize("command", ["check", "convert", "explain", "proxy", "routes"])
def test_help_fits(command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but an example, which is to be copied, is longer than the usual terminal is wide."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if len(line) > 80 and "crossorigin" not in line]


def test_a_bug_is_no_finding(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody has foreseen ends with the status for what could not be judged, and is shown."""

    def fail(_parsed: object) -> int:
        raise LookupError("unforeseen")

    monkeypatch.setattr("crossorigin.cli.check.run", fail)
    assert main(["check", "https://api.example/"]) == 2
    err = capsys.readouterr().err
    assert "LookupError: unforeseen" in err
    assert err.endswith("crossorigin: nothing is judged, because of a bug of crossorigin\n")


@pytest.mark.parametrize(
    ("redirection", "text"), [("> /dev/full", "No space left"), ("<&-", "the standard input is closed")]
)
def test_streams_that_fail(redirection: str, text: str) -> None:
    """One line says so, and the status is not that of a verdict."""
    source = "-" if "<" in redirection else "'curl http://127.0.0.1:1'"
    command = f'"{sys.executable}" -m crossorigin check {source} --origin null --json {redirection}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert text in done.stderr


@pytest.mark.parametrize(
    ("arguments", "redirection", "status", "text"),
    [
        ("- --to php", "<&-", 2, "the standard input is closed: name a file\n"),
        ("- --to php", "</dev/zero", 2, "has more than 16000000 bytes: part it\n"),
        ("/dev/zero --to php", "", 2, "has more than 16000000 bytes: part it\n"),
        ("- --to php --from env", ">&- <<< CORS_ALLOW_ORIGINS=https://a.example", 2, "the standard output is closed"),
        ("- --to env --from env", "2>&- <<< CORS_ALLOW_ORIGINS=https://a.example", 0, ""),
        ("- --to django --from env", "2>&- <<< $'CORS_ALLOW_ORIGINS=x'", 2, ""),
    ],
)
def test_streams_of_convert(arguments: str, redirection: str, status: int, text: str) -> None:
    """What is closed, or has no end, is told in one line."""
    command = f'"{sys.executable}" -m crossorigin convert {arguments} {redirection}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, text=True, timeout=60)
    assert done.returncode == status
    assert text in done.stderr
    assert done.stderr.count("\n") == (1 if text else 0)


def test_an_input_of_any_encoding() -> None:
    """Bytes that are no text of this terminal are told of, not tripped over."""
    command = [sys.executable, "-m", "crossorigin", "check", "-", "--origin", "null"]
    environ = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(command, input=b"\xff", env=environ, capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(b"crossorigin: the standard input is no URL")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["--help"], "check https://"),
        (["check", "--help"], "check https://"),
        (["explain", "--help"], "explain cors.toml https://"),
        (["routes", "--help"], "routes main:app"),
        (["proxy", "--help"], "proxy http://127.0.0.1:3000 --policy cors.toml"),
    ],
)
def test_help_begins_with_an_example(arguments: list[str], command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` shows an example before anything else."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"Example: crossorigin {command}")
