"""FastrAPI's own document on CORS: its examples and its options, with only the import line changed, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processes import serve_program
from servers import ask, ask_preflight

if TYPE_CHECKING:
    from pathlib import Path

START = """\
import sys

from fastrapi import FastrAPI
from crossorigin.integrations.fastrapi import CORSMiddleware

app = FastrAPI()
"""
END = """
@app.get("/items")
def read_items():
    return [1]

app.serve("127.0.0.1", int(sys.argv[1]))
"""
USAGE = """
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST"],
    allow_headers=["*"],
    allow_credentials=False
)
"""
SPECIFIC = """
app.add_middleware(
    CORSMiddleware,
    allow_origins=[
        "https://example.com",
        "https://app.example.com"
    ],
    allow_methods=["GET", "POST", "PUT", "DELETE"],
    allow_headers=["Content-Type", "Authorization"],
    allow_credentials=True
)
"""
ANY = """
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["*"],
    allow_headers=["*"]
)
"""
OPTIONS = """
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://example.com", "https://app.example.com"],
    allow_methods=["GET", "POST", "OPTIONS"],
    allow_headers=["Content-Type", "Authorization"],
    allow_credentials=True,
    expose_headers=["X-Request-ID", "X-Rate-Limit"],
    max_age=3600,  # 1 hour
)
"""
DEFAULTS = """
app.add_middleware(CORSMiddleware)
"""
ONE = "https://example.com"
OTHER = "https://app.example.com"
EVIL = "https://evil.example"
VARY = {"vary": "origin, access-control-request-method, access-control-request-headers"}


def _named(**headers: str) -> dict[str, str]:
    return {**{f"access-control-{name.replace('_', '-')}": value for name, value in headers.items()}, **VARY}


CREDENTIALS = {"allow_credentials": "true"}
EXPOSED = {**CREDENTIALS, "expose_headers": "x-request-id,x-rate-limit"}
LISTED = {"allow_methods": "GET,POST,PUT,DELETE", "allow_headers": "content-type,authorization", "max_age": "600"}
OPEN = {"allow_origin": "*", "allow_headers": "*", "max_age": "600"}
HOUR = {**LISTED, "allow_methods": "GET,POST,OPTIONS", "max_age": "3600"}

#: The example, an origin, what an actual request is told, what a preflight is.
EXAMPLES = [
    (USAGE, ONE, _named(allow_origin="*"), _named(**OPEN, allow_methods="GET,POST")),
    (ANY, ONE, _named(allow_origin="*"), _named(**OPEN, allow_methods="*")),
    (SPECIFIC, ONE, _named(allow_origin=ONE, **CREDENTIALS), _named(allow_origin=ONE, **CREDENTIALS, **LISTED)),
    (SPECIFIC, OTHER, _named(allow_origin=OTHER, **CREDENTIALS), _named(allow_origin=OTHER, **CREDENTIALS, **LISTED)),
    (SPECIFIC, EVIL, _named(**CREDENTIALS), _named(**CREDENTIALS, **LISTED)),
    (OPTIONS, ONE, _named(allow_origin=ONE, **EXPOSED), _named(allow_origin=ONE, **CREDENTIALS, **HOUR)),
    (DEFAULTS, ONE, VARY, _named(allow_methods="GET,POST,PUT,DELETE", max_age="600")),
]
NAMES = {USAGE: "usage", ANY: "any", SPECIFIC: "specific", OPTIONS: "options", DEFAULTS: "defaults"}
IDS = [f"{NAMES[example]} from {origin}" for example, origin, *_ in EXAMPLES]


@pytest.mark.parametrize(("example", "origin", "actual", "preflight"), EXAMPLES, ids=IDS)
def test_examples(tmp_path: Path, example: str, origin: str, actual: dict[str, str], preflight: dict[str, str]) -> None:
    """The server answers each as its document says, refused origins too."""
    program = tmp_path / "main.py"
    program.write_text(START + example + END)
    with serve_program(program) as port:
        answer = ask(port, "GET", "/items", [("Origin", origin)])
        assert (answer.status, answer.body, _sorted(answer.cors)) == (200, b"[1]", _sorted(actual))
        answer = ask_preflight(port, origin, "PUT", "content-type,authorization")
        assert (answer.status, answer.body, _sorted(answer.cors)) == (200, b"", _sorted(preflight))


def _sorted(cors: dict[str, str]) -> dict[str, list[str]]:
    """Part the lists, whose order the server is free in."""
    return {name: sorted(value.split(",")) for name, value in cors.items()}
