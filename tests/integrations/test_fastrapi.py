"""FastrAPI: what its server can carry is handed over, and everything else is named before it starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset
from crossorigin.errors import IncompatibleOptionsError, UnknownOptionError
from crossorigin.integrations.fastrapi import CORSMiddleware, install
from processes import serve_program
from servers import Answer, ask, ask_preflight

if TYPE_CHECKING:
    from pathlib import Path

APP = "https://app.example"
EVIL = "https://evil.example"
FOUR = ["accept", "accept-language", "content-language", "content-type"]
DOCUMENTED = {
    "allow_origins": [],
    "allow_methods": ["GET", "POST", "PUT", "DELETE"],
    "allow_headers": [],
    "expose_headers": [],
    "allow_credentials": False,
    "max_age": 600,
}


def test_documented_defaults() -> None:
    carried = CORSMiddleware()
    assert carried.kwargs == DOCUMENTED
    assert carried.cls.__name__ == "CORSMiddleware"


@pytest.mark.parametrize(
    ("options", "carried"),
    [
        ({"allow_origins": {APP}}, {"allow_origins": [APP]}),
        ({"allow_origins": (APP,)}, {"allow_origins": [APP]}),
        ({"allow_origins": (origin for origin in [APP])}, {"allow_origins": [APP]}),
        ({"allow_origins": APP}, {"allow_origins": [APP]}),
        ({"allow_origins": "*", "allow_headers": "*"}, {"allow_origins": ["*"], "allow_headers": ["*"]}),
        ({"allow_methods": ["GET", "OPTIONS"]}, {"allow_methods": ["GET", "OPTIONS"]}),
        ({"allow_headers": ["Content-Type"]}, {"allow_headers": ["Content-Type"]}),
        ({"max_age": 0, "allow_credentials": True}, {"max_age": 0, "allow_credentials": True}),
        ({"allow_origins": [APP], "dangerously_allow_null_origin": True}, {"allow_origins": [APP, "null"]}),
        ({"preflight_status": 200, "websockets": "ignore", "debug": False}, {}),
    ],
)
def test_options_are_carried_as_lists(options: dict[str, Any], carried: dict[str, Any]) -> None:
    """Where the server reads only lists, whatever was written becomes one."""
    assert CORSMiddleware(**options).kwargs == {**DOCUMENTED, **carried}


@pytest.mark.parametrize(
    ("policy", "carried"),
    [
        (Policy(), {"allow_methods": ["GET", "HEAD", "POST"], "allow_headers": FOUR}),
        (Policy(allow_origins="*", allow_headers="*"), {"allow_origins": ["*"], "allow_headers": ["*"]}),
        (Policy(allow_headers=["X-Custom"]), {"allow_headers": [*FOUR, "x-custom"]}),
        (Ruleset([Rule(["/*"], Policy(allow_origins=[APP]))]), {"allow_origins": [APP], "allow_headers": FOUR}),
        (Policy(allow_origins=[APP], dangerously_allow_null_origin=True), {"allow_origins": [APP, "null"]}),
        (Policy(allow_origins="*", dangerously_allow_null_origin=True), {"allow_origins": ["*"]}),
    ],
)
def test_a_policy_is_carried_exactly(policy: Policy | Ruleset, carried: dict[str, Any]) -> None:
    """The four names that a policy always allows are listed, because the server allows only what is."""
    kwargs = CORSMiddleware(policy=policy).kwargs
    assert {name: kwargs[name] for name in carried} == carried


UNCARRIED: dict[str, Any] = {
    "allow_origins": ["https://*.app.example"],
    "allow_origin_regex": r"https://.*\.app\.example",
    "max_age": None,
    "deny_origins": [EVIL],
    "deny_headers": ["X-No"],
    "origin_validator": str.isascii,
    "require_origin": True,
    "enforce": "all",
    "websockets": "warn",
    "own_hosts": ["api.example"],
    "preflight_status": 202,
    "error_status": 400,
    "error_messages": {"origin-not-allowed": "No."},
    "allow_private_network": True,
    "debug": True,
    "dangerously_allow_nested_repeats": True,
}


@pytest.mark.parametrize("as_policy", [True, False])
def test_what_the_server_cannot_carry_is_named(as_policy: bool) -> None:
    """All at once, in the order they were written, each with what to write instead."""
    with pytest.raises(PolicyError) as caught:
        CORSMiddleware(policy=Policy(**UNCARRIED)) if as_policy else CORSMiddleware(**UNCARRIED)
    mistakes = caught.value.mistakes
    assert {mistake.option for mistake in mistakes} == set(UNCARRIED)
    assert {mistake.reason for mistake in mistakes} == {"server-cannot-carry"}
    assert all(isinstance(mistake, IncompatibleOptionsError) and mistake.fix for mistake in mistakes)


@pytest.mark.parametrize("name", ["allow_origins", "allow_methods", "allow_headers", "expose_headers"])
def test_any_with_credentials_never_reaches_the_server(name: str) -> None:
    """It would end its process."""
    with pytest.raises(PolicyError) as caught:
        CORSMiddleware(allow_credentials=True, **{name: ["*"]})  # type: ignore[arg-type]  # name is an option
    assert [(mistake.option, mistake.reason) for mistake in caught.value.mistakes] == [
        (name, "wildcard-with-credentials")
    ]


def test_any_with_credentials_that_a_policy_may_say() -> None:
    """A policy names what was asked for where it says ``*``; the server would send the ``*`` itself."""
    with pytest.raises(PolicyError, match="allow_headers"):
        CORSMiddleware(policy=Policy(allow_origins=[APP], allow_headers="*", allow_credentials=True))


def test_mistakes_of_all_kinds_come_together() -> None:
    with pytest.raises(PolicyError) as caught:
        CORSMiddleware(allow_origin=[APP], enforce="all", max_age="long")
    assert [mistake.option for mistake in caught.value.mistakes] == ["enforce", "Policy", "max_age"]
    unknown = caught.value.mistakes[1]
    assert isinstance(unknown, UnknownOptionError)
    assert "allow_origins" in unknown.fix


def test_several_rules() -> None:
    rules = Ruleset([Rule(["/*"], Policy(debug=True)), Rule(["/a", "/b/*"], Policy(enforce="all"))])
    with pytest.raises(PolicyError) as caught:
        CORSMiddleware(policy=rules)
    found = [(mistake.option, mistake.value) for mistake in caught.value.mistakes]
    assert found == [("paths", "/a"), ("paths", "/b/*"), ("debug", True), ("enforce", "all")]
    with pytest.raises(PolicyError, match="paths"):
        CORSMiddleware(policy=Ruleset([]))


def test_what_has_no_effect_is_dropped_with_a_warning() -> None:
    with pytest.warns(PolicyWarning) as caught:
        kwargs = CORSMiddleware(allow_origins=[APP, f"{APP}/"], allow_methods=["GET", "TRACE"], max_age=-1).kwargs
    assert kwargs == {**DOCUMENTED, "allow_origins": [APP], "allow_methods": ["GET"], "max_age": 0}
    assert len(caught) == 3
    assert {warning.filename for warning in caught} == {__file__}


@pytest.mark.parametrize(("policy", "options"), [(Policy(), {"max_age": 5}), ([APP], {})])
def test_either_a_policy_or_options(policy: Any, options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="either"):
        CORSMiddleware(policy=policy, **options)


def test_install_checks_before_it_hands_over() -> None:
    calls: list[Any] = []

    class App:
        def add_middleware(self, kind: type, **options: Any) -> None:
            calls.append((kind.__name__, options))

    with pytest.raises(PolicyError):
        install(App(), allow_origins=["*"], allow_credentials=True)
    assert calls == []
    install(App(), allow_origins=[APP])
    assert calls == [("CORSMiddleware", {**DOCUMENTED, "allow_origins": [APP]})]


PROGRAM = """
import sys
from fastrapi import FastrAPI
from crossorigin import Policy
from crossorigin.integrations.fastrapi import CORSMiddleware, install

options = dict(allow_origins=["https://app.example"], allow_methods=["GET", "PUT"], allow_headers=["X-Custom"],
               expose_headers=["X-Total"], allow_credentials=True, max_age=60)
{app}

@app.get("/items")
def read_items():
    return [1]

@app.get("/raise")
def fail():
    raise RuntimeError("the handler has failed")

app.serve("127.0.0.1", int(sys.argv[1]))
"""
WAYS = {
    "middleware=": "app = FastrAPI(middleware=[CORSMiddleware(**options)])",
    "install": "app = FastrAPI()\ninstall(app, **options)",
    "policy": "app = FastrAPI()\ninstall(app, Policy(**options))",
    "add_middleware": "app = FastrAPI()\napp.add_middleware(CORSMiddleware, **options)",
}


def _names(answer: Answer) -> list[str]:
    return sorted(answer.cors["access-control-allow-headers"].split(","))


@pytest.mark.parametrize("way", WAYS)
def test_the_real_server(tmp_path: Path, way: str) -> None:
    """Whatever way a policy takes, the server answers with it: errors and unknown paths too."""
    program = tmp_path / "main.py"
    program.write_text(PROGRAM.format(app=WAYS[way]))
    with serve_program(program) as port:
        for path, status in {"/items": 200, "/nowhere": 404, "/raise": 500}.items():
            answer = ask(port, "GET", path, [("Origin", APP)])
            assert (answer.status, answer.cors["access-control-allow-origin"]) == (status, APP)
            assert answer.cors["access-control-expose-headers"] == "x-total"
            assert "origin" in answer.cors["vary"]
            assert "access-control-allow-origin" not in ask(port, "GET", path, [("Origin", EVIL)]).cors
        answer = ask_preflight(port, APP, "PUT", "x-custom")
        assert answer.status == 200
        assert answer.cors["access-control-allow-methods"] == "GET,PUT"
        assert answer.cors["access-control-max-age"] == "60"
        assert _names(answer) == (["x-custom"] if way != "policy" else [*FOUR, "x-custom"])
        assert "access-control-allow-origin" not in ask_preflight(port, EVIL, "PUT").cors


def test_a_refusal_comes_before_the_server_starts(tmp_path: Path) -> None:
    """The program ends with the mistakes, not with the server's abort."""
    program = tmp_path / "main.py"
    wrong = 'app = FastrAPI(middleware=[CORSMiddleware(allow_origins=["*"], allow_credentials=True)])'
    program.write_text(PROGRAM.format(app=wrong))
    with pytest.raises(AssertionError) as caught, serve_program(program):
        pass
    assert re.search(r"PolicyError.*\n\s*\|?\s*\n?.*allow_origins", str(caught.value))
    assert "panicked" not in str(caught.value)
