"""The names and shapes that users rely on: whoever changes one of these breaks somebody's program."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from typing import Any

import pytest

import crossorigin
from crossorigin import Policy, Rule, Ruleset, decide
from crossorigin.browser import Call, PreflightCache, simulate
from crossorigin.messages import Request, Response
from crossorigin.policy import DEFAULTS

NAMES = {
    "crossorigin": "Policy Rule Ruleset PolicyError decide load",
    "crossorigin.messages": "Request Response",
    "crossorigin.browser": "Call PreflightCache simulate walk Verdict",
    "crossorigin.explanation": "explain read_console_message",
    "crossorigin.testing": "Page assert_readable assert_blocked",
    "crossorigin.testing.plugin": "crossorigin_browser",
    "crossorigin.integrations.asgi": "CORSMiddleware",
    "crossorigin.integrations.wsgi": "CORSMiddleware",
    "crossorigin.integrations.starlette": "CORSMiddleware cors_policy install ALL_METHODS",
    "crossorigin.integrations.fastapi": "CORSMiddleware cors_policy router_policy install ALL_METHODS",
    "crossorigin.integrations.fastrapi": "CORSMiddleware install",
    "crossorigin.integrations.nexios": "CORSMiddleware CorsConfig MakeConfig NexiosApp",
    "crossorigin.integrations.kui.asgi": "Kui allow_cors",
    "crossorigin.integrations.kui.wsgi": "Kui allow_cors",
    "crossorigin.integrations.flask": "CORS cross_origin",
    "crossorigin.integrations.flask.core": "ACL_ORIGIN ACL_METHODS ACL_ALLOW_HEADERS ACL_EXPOSE_HEADERS "
    "ACL_CREDENTIALS ACL_MAX_AGE ACL_REQUEST_HEADER_PRIVATE_NETWORK ACL_RESPONSE_PRIVATE_NETWORK ALL_METHODS re",
    "crossorigin.integrations.aiohttp": "setup",
    "crossorigin.integrations.tornado": "install",
}

ANYONE = ("Access-Control-Allow-Origin", "*")

#: Of Django, which must be set up before its modules can be imported.
DJANGO_NAMES = {
    "apps": "CorsHeadersAppConfig",
    "middleware": "CorsMiddleware ACCESS_CONTROL_ALLOW_ORIGIN ACCESS_CONTROL_EXPOSE_HEADERS ACCESS_CONTROL_MAX_AGE "
    "ACCESS_CONTROL_ALLOW_CREDENTIALS ACCESS_CONTROL_ALLOW_HEADERS ACCESS_CONTROL_ALLOW_METHODS "
    "ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK",
    "decorators": "cors_headers",
    "signals": "check_request_enabled",
    "conf": "conf",
    "checks": "check_settings",
    "defaults": "default_headers default_methods",
}

#: The parameters that the class or function of the replaced package takes by position, with their defaults.
POSITIONAL: dict[str, list[tuple[str, Any]]] = {
    "crossorigin.integrations.starlette.CORSMiddleware": [
        ("app", inspect.Parameter.empty),
        ("allow_origins", ()),
        ("allow_methods", ("GET",)),
        ("allow_headers", ()),
        ("allow_credentials", False),
        ("allow_origin_regex", None),
        ("allow_private_network", False),
        ("expose_headers", ()),
        ("max_age", 600),
    ],
    "crossorigin.integrations.asgi.CORSMiddleware": [("app", inspect.Parameter.empty), ("policy", None)],
    "crossorigin.integrations.wsgi.CORSMiddleware": [("app", inspect.Parameter.empty), ("policy", None)],
}


@pytest.mark.parametrize("module", NAMES)
def test_names(module: str) -> None:
    """Everything that the documents name can be imported from where they say."""
    found = importlib.import_module(module)
    assert [name for name in NAMES[module].split() if not hasattr(found, name)] == []


def test_names_for_django() -> None:
    """The same in a process of its own, because Django's settings are those of the whole process."""
    program = [
        "import django; from django.conf import settings",
        "settings.configure(INSTALLED_APPS=['crossorigin.integrations.django'])",
        "django.setup()",
        *(
            f"from crossorigin.integrations.django.{module} import {', '.join(names.split())}"
            for module, names in DJANGO_NAMES.items()
        ),
    ]
    environ = {"PYTHONPATH": str(next(iter(crossorigin.__path__))).removesuffix("/crossorigin")}
    subprocess.run([sys.executable, "-c", "\n".join(program)], check=True, timeout=60, env=environ)


@pytest.mark.parametrize("name", POSITIONAL)
def test_positions(name: str) -> None:
    """What can be given by position stands where it always did, with the default that it always had."""
    module, _, attribute = name.rpartition(".")
    parameters = inspect.signature(getattr(importlib.import_module(module), attribute)).parameters.values()
    found = [(one.name, one.default) for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert found == POSITIONAL[name]


def test_values() -> None:
    """The fields of what crosses the border, in their order."""
    assert Request("GET", "/", ()) == ("GET", "/", (), b"")
    assert Response(200, ()) == (200, (), b"")
    decision = decide(Policy(), Request("GET", "/", ()))
    fields = "kind allowed reasons status body headers origin_to_ask"
    assert list(decision._fields[:7]) == fields.split()
    assert list(inspect.signature(decide).parameters) == ["policy", "request", "origin_allowed", "websocket"]
    reason = decide(Policy(), Request("GET", "/", [("Origin", "https://a.example")])).reasons[0]
    assert all(isinstance(text, str) for text in (reason.id, reason.message, reason.hint))
    assert Ruleset([Rule(paths=["/*"], policy=Policy())]).rules


def test_a_walk() -> None:
    """What the browser model is asked with, and what it says."""
    call = Call(
        page_origin="https://app.example",
        url="https://api.example/items",
        method="PUT",
        headers=[("X-Test", "1")],
        credentials="include",
        body=None,
    )
    verdict = simulate(call, lambda _: Response(403, []), cache=PreflightCache(), now=0.0, profile="standard")
    assert (verdict.outcome, verdict.status, [*verdict.readable_headers]) == ("network-error", None, [])
    assert verdict.reason
    assert all(isinstance(text, str) for text in (verdict.reason.id, verdict.reason.message, verdict.reason.hint))
    [(request, response)] = verdict.exchanges
    assert (request.method, response.status) == ("OPTIONS", 403)
    simple = simulate(Call("null", "https://api.example/"), lambda _: Response(200, [ANYONE]))
    assert (simple.outcome, simple.reason, simple.status) == ("readable", None, 200)
    for profile in ("standard", "chromium", "firefox", "webkit"):
        simulate(call, lambda _: Response(204, []), profile=profile)


def test_options() -> None:
    """Every option of a policy, and its default."""
    assert {name: default for name, default in DEFAULTS.items() if not name.startswith("dangerously_")} == {
        "allow_origins": (),
        "allow_origin_regex": None,
        "allow_methods": ("GET", "HEAD", "POST"),
        "allow_headers": (),
        "allow_credentials": False,
        "expose_headers": (),
        "max_age": 600,
        "deny_origins": (),
        "deny_headers": (),
        "origin_validator": None,
        "require_origin": False,
        "enforce": "browser",
        "websockets": "check",
        "own_hosts": None,
        "preflight_status": 204,
        "error_status": 403,
        "error_messages": {},
        "allow_private_network": False,
        "debug": False,
    }
    assert all(callable(getattr(Policy, name)) for name in ("dev", "mcp", "bearer", "from_env"))
