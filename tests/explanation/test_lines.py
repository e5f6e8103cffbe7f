"""The lines for the frameworks: those in Python are run, and serve the call that they are for."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from django.utils.module_loading import import_string
from fastapi import FastAPI
from flask import Flask

from crossorigin import Policy
from crossorigin.browser import Call, simulate
from crossorigin.explanation import explain, lines
from crossorigin.integrations.django import conf
from crossorigin.messages import Response
from crossorigin.probe.asgi import ASGINetwork
from crossorigin.probe.policy import PolicyNetwork
from crossorigin.probe.wsgi import WSGINetwork

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "https://app.example"
URL = "https://api.example/items"
CALL = Call(APP, URL, "PUT", [("Authorization", "Bearer t"), ("X-Test", "1")], "include")


def explain_blocked(policy: Policy | None, call: Call = CALL) -> Mapping[str, str]:
    network = PolicyNetwork(policy) if policy else lambda _: Response(404, [])
    verdict = simulate(call, network)
    assert verdict.reason
    return explain(verdict.reason, call=call, exchanges=verdict.exchanges, policy=policy).fix.code


POLICIES = [None, Policy(allow_origins=["https://shop.example"], expose_headers=["ETag"], max_age=5)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("policy", POLICIES, ids=["no policy", "a policy"])
def test_the_lines_for_fastapi_serve_the_call(policy: Policy | None) -> None:
    app = FastAPI()
    exec(explain_blocked(policy)["FastAPI"], {"app": app})
    app.put("/items")(lambda: [1])
    with ASGINetwork(app) as network:
        assert simulate(CALL, network).is_readable


@pytest.mark.parametrize("policy", POLICIES, ids=["no policy", "a policy"])
def test_the_lines_for_flask_serve_the_call(policy: Policy | None) -> None:
    app = Flask("items")
    exec(explain_blocked(policy)["Flask"], {"app": app})
    app.put("/items")(lambda: [1])
    assert simulate(CALL, WSGINetwork(app)).is_readable


@pytest.mark.parametrize("policy", POLICIES, ids=["no policy", "a policy"])
def test_the_lines_for_django_serve_the_call(policy: Policy | None) -> None:
    """They are settings, each of which Django's integration knows as that option."""
    settings: dict[str, Any] = {}
    exec(explain_blocked(policy)["Django"], {}, settings)
    options = {option: settings[name] for option, name in conf.CALLED.items() if name in settings}
    assert len(options) == len(settings)
    assert simulate(CALL, PolicyNetwork(Policy(**options))).is_readable
    middleware = explain_blocked(policy)["Django"].rpartition(": ")[2]
    assert import_string(middleware).__name__ == "CorsMiddleware"


def test_every_origin_has_a_setting_of_its_own_at_django() -> None:
    policy = Policy(allow_origins="*")
    code = explain_blocked(policy, Call(APP, URL, "PUT"))
    assert code["Django"].splitlines()[0] == "CORS_ALLOW_ALL_ORIGINS = True"
    assert 'allow_origins=["*"]' in code["FastAPI"]


def test_what_a_framework_cannot_say_is_left_out() -> None:
    """The package for Express knows no patterns; a regex is written where there is an option for it."""
    patterns = explain_blocked(Policy(allow_origins=["https://*.shop.example"]))
    assert set(patterns) == {"FastAPI", "Flask", "Django"}
    regex = explain_blocked(Policy(allow_origins=["https://a.example"], allow_origin_regex=r"https://b\d\.example"))
    assert set(regex) == {"FastAPI", "Django"}
    settings: dict[str, Any] = {}
    exec(regex["Django"], {}, settings)
    assert settings["CORS_ALLOWED_ORIGIN_REGEXES"] == [r"https://b\d\.example"]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_lines_for_javascript_are_javascript() -> None:
    """They parse, and the options are what was meant."""
    express = explain_blocked(None)["Express"]
    fetch = explain_blocked(Policy(allow_origins=[APP], allow_methods=["PATCH"]), Call(APP, URL, "patch"))["JavaScript"]
    script = (
        "const app = { use: JSON.stringify }, cors = (options) => options, fetch = (...all) => all;"
        f"console.log({express.rstrip(';')}); console.log(JSON.stringify({fetch}));"
    )
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=30)
    options, call = map(json.loads, done.stdout.splitlines())
    assert options == {
        "origin": [APP],
        "methods": ["GET", "HEAD", "POST", "PUT"],
        "allowedHeaders": ["Authorization", "X-Test"],
        "credentials": True,
    }
    assert call == [URL, {"method": "PATCH"}]


def read_nginx(text: str) -> list[tuple[str, str]]:
    return re.findall(r'add_header (\S+) "(.*?)" always;', text)


def test_the_lines_for_nginx_hold_the_headers() -> None:
    """A preflight is answered there; what the app sends is hidden, so that it is not doubled."""
    code = explain_blocked(None)["nginx"]
    assert code.startswith("# in the location\nif ($request_method = OPTIONS) {\n")
    assert code.endswith("    return 204;\n}")
    assert Response(204, read_nginx(code)) == Response(
        204,
        [
            ("Access-Control-Allow-Origin", APP),
            ("Vary", "Origin"),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Methods", "PUT"),
            ("Access-Control-Allow-Headers", "Authorization, X-Test"),
        ],
    )
    answer = Response(200, [("Access-Control-Allow-Origin", "*"), ("Vary", "Accept")])
    call = Call(APP, URL, credentials="include")
    verdict = simulate(call, lambda _: answer)
    assert verdict.reason
    actual = explain(verdict.reason, call=call, exchanges=verdict.exchanges).fix.code["nginx"]
    assert actual.splitlines() == [
        "proxy_hide_header Access-Control-Allow-Origin;",
        'add_header Access-Control-Allow-Origin "https://app.example" always;',
        'add_header Vary "Origin" always;',
        'add_header Access-Control-Allow-Credentials "true" always;',
    ]


def test_nothing_is_written_for_nginx_that_it_would_take_for_a_variable() -> None:
    assert lines.write_nginx([("Access-Control-Allow-Methods", "$host")]) == {}
    assert lines.write_nginx([]) == {}


def test_what_was_sent_cannot_leave_its_quotes() -> None:
    """The lines are pasted into programs, and hold what a stranger's server has sent."""
    hostile = "https://a.example/\"]); import os; os.abort() #'\\"
    answer = Response(307, [("Location", hostile)])
    verdict = simulate(Call(APP, URL, "PUT"), lambda _: answer)
    assert verdict.reason
    code = explain(verdict.reason, call=Call(APP, URL, "PUT"), exchanges=verdict.exchanges).fix.code
    assert re.fullmatch(r'fetch\("[^"\\]*", \{ method: "PUT" \}\)', code["JavaScript"])
    for settings in ({"allow_origins": [APP], "allow_headers": ['a"]; import os']}, {"allow_origins": [APP, hostile]}):
        app: dict[str, Any] = {}
        with contextlib.suppress(KeyError):
            exec(lines.write_lines(settings)["Django"], {}, app)
        assert app["CORS_ALLOWED_ORIGINS"] == settings["allow_origins"]


def test_without_origins_there_are_no_lines() -> None:
    assert lines.write_lines({"allow_methods": ["PUT"]}) == {}
