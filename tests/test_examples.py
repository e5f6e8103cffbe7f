"""Every example runs, and answers as its policy says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processes import serve_program
from servers import ask, ask_preflight

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
APP = "https://app.example"
EVIL = "https://evil.example"


@pytest.mark.parametrize("program", EXAMPLES, ids=[program.stem for program in EXAMPLES])
def test_example(program: Path) -> None:
    """The app's page may read, ask first, and no other page may do either."""
    with serve_program(program) as port:
        answer = ask(port, "GET", "/items", [("Origin", APP)])
        assert answer.status == 200
        assert json.loads(answer.body)
        assert answer.cors["access-control-allow-origin"] == APP
        assert "origin" in answer.cors["vary"].lower()
        preflight = ask_preflight(port, APP, "GET", "content-type")
        assert 200 <= preflight.status < 300
        assert preflight.cors["access-control-allow-origin"] == APP
        assert "access-control-allow-origin" not in ask(port, "GET", "/items", [("Origin", EVIL)]).cors
        assert "access-control-allow-origin" not in ask_preflight(port, EVIL, "GET", "content-type").cors
