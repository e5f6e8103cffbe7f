"""The Express examples of the documents, unmodified: they run on real Express, are read, and mean what they say."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crossorigin.browser import Call, simulate
from crossorigin.dialects import guess_dialect, read
from crossorigin.probe.policy import PolicyNetwork
from processes import find_free_ports
from stacks import node
from stacks.target import ask_port, run_programs

if TYPE_CHECKING:
    from crossorigin.messages import Request, Response

BY_HAND = """
const express = require('express');
const app = express();

// Enable CORS for all routes
app.use((req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', '*'); // Replace '*' with specific origins
  res.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE');
  res.setHeader('Access-Control-Allow-Headers', 'Content-Type, Authorization');
  res.setHeader('Access-Control-Allow-Credentials', 'true'); // Enable credentials if needed
  next();
});

// Your routes here

app.listen(3000, () => {
  console.log('Express server is running on port 3000');
});
"""

BY_PACKAGE = """
const express = require('express');
const cors = require('cors');
const app = express();

// Enable CORS using cors middleware
app.use(cors());

// Your routes here

app.listen(3000, () => {
  console.log('Express server is running on port 3000');
});
"""

APP = "https://app.example"
ITEMS = "https://api.example/items"
JSON, TOKEN, OWN = ("Content-Type", "application/json"), ("Authorization", "Bearer a"), ("X-Test", "1")
CALLS = [
    Call(APP, ITEMS, method, headers, credentials)
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH")
    for headers in ((), (JSON,), (TOKEN,), (JSON, OWN))
    for credentials in ("omit", "include")
]


def test_by_hand() -> None:
    """A ``*`` cannot be had with credentials: it means every origin without them."""
    found = read("express", BY_HAND)
    policy = found.ruleset.only_policy
    assert guess_dialect(BY_HAND) == "express"
    assert policy
    assert policy.settings == {
        "allow_origins": ("*",),
        "allow_methods": ("GET", "POST", "PUT", "DELETE", "HEAD"),
        "allow_headers": ("Content-Type", "Authorization"),
        "deny_headers": ("accept", "accept-language", "content-language"),
        "max_age": None,
        "preflight_status": 200,
    }
    assert [(loss.what, loss.how_bad, *(loss.position or ())) for loss in found.losses] == [
        ("allow_credentials with every origin", "narrows", 10, 53)
    ]
    assert not found.findings


def test_by_package() -> None:
    """``cors()`` lets every origin read, with six methods and every header, without credentials."""
    found = read("express", BY_PACKAGE)
    policy = found.ruleset.only_policy
    assert guess_dialect(BY_PACKAGE) == "express"
    assert policy
    assert policy.settings == {
        "allow_origins": ("*",),
        "allow_methods": ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"),
        "allow_headers": ("*",),
        "max_age": None,
    }
    assert not found.losses
    assert not found.findings


@pytest.mark.stacks
@pytest.mark.parametrize("text", [BY_HAND, BY_PACKAGE], ids=["by hand", "cors()"])
def test_they_run(text: str) -> None:
    """On real Express, each lets a script read what the policy that was read lets it read."""
    node.TARGETS[0].require()
    node.install()
    (port,) = find_free_ports(1)
    policy = PolicyNetwork(read("express", text).ruleset)

    def ask(request: Request) -> Response:
        return ask_port(port, request)

    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "server.js")
        program.write_text(text)
        command = ["node", "--require", str(node.HERE / "seed.js"), str(program)]
        with run_programs([command], [port], environment={**node.ENVIRONMENT, "PORT": str(port)}):
            verdicts = [(simulate(call, ask).outcome, simulate(call, policy).outcome) for call in CALLS]
    assert [server for server, _ in verdicts] == [model for _, model in verdicts]
    assert {server for server, _ in verdicts} > {"readable"}
