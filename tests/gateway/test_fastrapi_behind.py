"""A real FastrAPI app behind the proxy, under a policy that is more than its server can carry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crossorigin import PolicyError
from crossorigin.integrations.fastrapi import CORSMiddleware
from crossorigin.ruleset import parse_ruleset
from processes import serve_program
from proxies import Proxy, serve_proxy
from servers import ask, ask_preflight

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
import sys
from fastrapi import FastrAPI

app = FastrAPI()

@app.get("/items")
def read_items():
    return [1, 2]

@app.put("/items")
def write_items():
    return {"written": True}

@app.get("/public/logo")
def read_logo():
    return "logo"

@app.get("/raise")
def fail():
    raise RuntimeError("the handler has failed")

app.serve("127.0.0.1", int(sys.argv[1]))
"""
POLICY = """
allow_origins = ["https://*.app.example", "https://app.example"]
allow_origin_regex = 'https://review-[0-9]+\\.example'
deny_origins = ["https://old.app.example"]
allow_methods = ["GET", "PUT"]
allow_headers = ["Authorization"]
allow_credentials = true
enforce = "unsafe-methods"

[[rule]]
paths = ["/public/*"]
allow_origins = "*"
"""
ALLOWED = ("https://app.example", "https://a.app.example", "https://review-7.example")
REFUSED = ("https://old.app.example", "https://review-x.example", "https://app.example.evil.example", "null")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    program = tmp_path_factory.mktemp("app") / "main.py"
    program.write_text(PROGRAM)
    with (
        serve_program(program) as port,
        serve_proxy(tmp_path_factory.mktemp("proxy"), port, policy=POLICY) as found,
    ):
        yield found


def test_the_policy_is_richer_than_the_server() -> None:
    """Its own door refuses to hand it over, and names all of it."""
    with pytest.raises(PolicyError) as caught:
        CORSMiddleware(policy=parse_ruleset(POLICY))
    assert {mistake.option for mistake in caught.value.mistakes} >= {
        "paths",
        "allow_origins",
        "allow_origin_regex",
        "deny_origins",
        "enforce",
    }


@pytest.mark.parametrize("path", ["/items", "/raise", "/nowhere"])
def test_every_answer_is_for_whom_the_policy_says(proxy: Proxy, path: str) -> None:
    """Errors of the app, too."""
    for origin in ALLOWED:
        answer = ask(proxy.port, "GET", path, [("Origin", origin)])
        assert answer.cors == {
            "access-control-allow-origin": origin,
            "access-control-allow-credentials": "true",
            "vary": "Origin",
        }
        assert answer.status == {"/items": 200, "/raise": 500, "/nowhere": 404}[path]
    for origin in REFUSED:
        assert ask(proxy.port, "GET", path, [("Origin", origin)]).cors == {"vary": "Origin"}


def test_preflights_and_what_follows(proxy: Proxy) -> None:
    """What is refused does not reach the app."""
    for origin in ALLOWED:
        assert ask_preflight(proxy.port, origin, "PUT", "authorization", "/items").status == 204
        answer = ask(proxy.port, "PUT", "/items", [("Origin", origin), ("Content-Length", "0")])
        assert (answer.status, json.loads(answer.body)) == (200, {"written": True})
    for origin in REFUSED:
        assert ask_preflight(proxy.port, origin, "PUT", "authorization", "/items").status == 403
        assert ask(proxy.port, "PUT", "/items", [("Origin", origin), ("Content-Length", "0")]).status == 403


def test_another_rule_for_another_path(proxy: Proxy) -> None:
    for origin in (*ALLOWED, *REFUSED):
        assert ask(proxy.port, "GET", "/public/logo", [("Origin", origin)]).cors["access-control-allow-origin"] == "*"
