"""The plugin as users have it: in a pytest of its own, with the apps of every framework."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from processes import serve_program

if TYPE_CHECKING:
    from crossorigin.testing.plugin import OpenPage

EXAMPLES = Path(__file__).parents[2] / "examples"

#: Frameworks whose server is their own: there is no app to call in this process, but there is a URL.
OWN_SERVERS = ["aiohttp_app", "fastrapi_app", "pyramid_app", "tornado_app"]
IN_PROCESS = sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem not in OWN_SERVERS)

TESTS = """
import importlib

import pytest


@pytest.mark.parametrize("name", {names})
def test_items(browser, name):
    module = importlib.import_module(name)
    app = getattr(module, "app", None) or module.application
    browser(app, origin="https://app.example").fetch("/items").assert_readable()
    browser(app, origin="https://evil.example").fetch("/items").assert_blocked("allow-origin-missing")
    browser(app, origin="https://evil.example").fetch("/items", method="PUT").assert_blocked()


def test_that_fails(browser):
    from flask_app import app

    browser(app, origin="https://evil.example").fetch("/items").assert_readable()
"""


def test_apps_in_the_process(tmp_path: Path) -> None:
    """Every app that can be called is tested without a server; one test fails, and its report has the walk."""
    (tmp_path / "test_apps.py").write_text(TESTS.format(names=IN_PROCESS))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:anyio", "-p", "no:cacheprovider"]
    options = {"cwd": tmp_path, "env": {"PYTHONPATH": str(EXAMPLES), "PATH": ""}}
    done = subprocess.run([*command, "test_apps.py"], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]  # two options of many
    assert re.search(rf"1 failed, {len(IN_PROCESS)} passed", done.stdout), done.stdout + done.stderr
    for words in ("the script should read the answer", "GET /items", "X allow-origin-missing", "flask_app"):
        assert words in done.stdout
    # Why: who reads the report wants the line of the test, not those of the plugin.
    assert "testing/page.py" not in done.stdout


@pytest.mark.parametrize("name", OWN_SERVERS)
def test_apps_with_a_server_of_their_own(browser: OpenPage, name: str) -> None:
    """They are asked where they listen."""
    with serve_program(EXAMPLES / f"{name}.py") as port:
        url = f"http://127.0.0.1:{port}"
        browser(url, origin="https://app.example").fetch("/items").assert_readable()
        browser(url, origin="https://evil.example").fetch("/items").assert_blocked()
        browser(url, origin="https://evil.example").fetch("/items", method="PUT").assert_blocked()
