"""The pytest plugin in projects of others, each in a run of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = """
import pytest

@pytest.fixture(scope="session")
def browser():
    return "another"

@pytest.fixture(scope="session")
def context(browser):
    return browser
"""

ASKED = """
def test_fixture(browser, crossorigin_browser):
    page = crossorigin_browser(Policy(allow_origins="*"), origin="https://app.example")
    page.fetch("/").assert_readable()
"""

ROWS = [
    ("realistic: ours alone", [], "", f"{ASKED}    assert browser is crossorigin_browser"),
    ("realistic: a project without us", [], "", "def test_nothing(): pass"),
    (
        "realistic: a plugin with a browser",
        ["-p", "other"],
        "",
        "def test_context(context): assert context == 'another'",
    ),
    ("realistic: both are used", ["-p", "other"], "", f"{ASKED}    assert browser == 'another'"),
    ("realistic: a browser of the project", [], PLUGIN, "def test_context(context): assert context == 'another'"),
    ("synthetic: another thing of that name", [], "browser = 'no fixture'", f"{ASKED}    assert callable(browser)"),
]


@pytest.mark.parametrize(("_sentence", "options", "conftest", "test"), ROWS, ids=[row[0] for row in ROWS])
def test_projects(_sentence: str, options: list[str], conftest: str, test: str, tmp_path: Path) -> None:
    """The fixture never takes the place of another one: a project that drives real browsers goes on as before."""
    (tmp_path / "other.py").write_text(PLUGIN)
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_it.py").write_text(f"from crossorigin import Policy\n{test}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *options]
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
