"""``crossorigin explain``: the walk against a policy file or an app, with the server's reasons beside the browser's."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from crossorigin import PolicyWarning, load
from crossorigin.cli import main

if TYPE_CHECKING:
    from pathlib import Path

APP, URL = "https://app.example", "https://api.example/items"

POLICY = """
allow_origins = ["https://app.example"]
allow_methods = ["GET", "PUT"]
max_age = "none"

[[rule]]
paths = ["/public/*", "/open"]
allow_origins = ["*"]
"""

APPS = """
import logging
from crossorigin import Policy, Rule, Ruleset
from crossorigin.integrations import asgi, wsgi

logging.getLogger("crossorigin").addHandler(logging.NullHandler())
settings = {"allow_origins": ["https://app.example"], "allow_methods": ["GET"]}

async def items(scope, receive, send):
    assert scope["type"] == "http"
    if scope["path"] == "/boom":
        raise LookupError("no such \\x1b thing")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})

def wsgi_items(environ, start_response):
    start_response("200 OK", [("X-Cookie", environ.get("HTTP_COOKIE", "none"))])
    return [b"ok"]

async def broken(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

def any_app(*arguments):
    return wsgi_items(*arguments)

def leave(environ, start_response):
    start_response("302 Found", [("Location", "https://b.example/x")])
    return []

away = wsgi.CORSMiddleware(leave, **settings)
app = asgi.CORSMiddleware(items, **settings)
wsgi_app = wsgi.CORSMiddleware(wsgi_items, **settings)
ruled = asgi.CORSMiddleware(items, Ruleset([Rule(["/items"], Policy(**settings))]))

async def prints(scope, receive, send):
    print("noise of a request")
    await items(scope, receive, send)

def ends(environ, start_response):
    raise SystemExit(0)

loops = set()

async def validate(origin):
    import asyncio
    loops.add(asyncio.get_running_loop())
    return len(loops) == 1

bound = asgi.CORSMiddleware(items, Policy(origin_validator=validate))
slow = wsgi.CORSMiddleware(wsgi_items, Policy(origin_validator=lambda origin: __import__("time").sleep(60)))
print("noise of the module")
chosen = wsgi.CORSMiddleware(any_app, **settings)
number = 1
"""

FRAMEWORK_APPS = """
from fastapi import FastAPI
from flask import Flask
from crossorigin import Policy
from crossorigin.integrations.fastapi import CORSMiddleware
from crossorigin.integrations.flask import CORS, cross_origin
from shop_apps import items, wsgi_items

flask_app = Flask("shop")
flask_app.get("/items")(lambda: [])
answered = [("Access-Control-Allow-Origin", "https://app.example"), ("Access-Control-Allow-Methods", "PATCH")]
by_hand = Flask("by hand")
by_hand.route("/items", methods=["OPTIONS"], provide_automatic_options=False)(lambda: ("", 204, answered))
fastapi_app, wrong, slash = FastAPI(), FastAPI(), FastAPI()
slash.add_middleware(CORSMiddleware, allow_origins=["https://app.example/"])
wrong.add_middleware(CORSMiddleware, max_age="soon")

settings = {"policy": Policy(allow_origins=["https://app.example"], allow_methods=["GET", "PUT"])}
cors_app, view_app, paths_app = Flask("cors"), Flask("views"), Flask("paths")
CORS(cors_app, **settings)
CORS(view_app, **settings)
view_app.get("/items")(cross_origin(**settings)(lambda: []))
CORS(paths_app, resources={"/items": {"origins": ["https://b.example"]}, "/b/*": {"origins": "*"}})

class Wrapper:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)

wrapped, method = Wrapper(flask_app), flask_app.wsgi_app
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cors.toml").write_text(POLICY)
    (tmp_path / "shop_apps.py").write_text(APPS)
    (tmp_path / "framework_apps.py").write_text(FRAMEWORK_APPS)
    (tmp_path / "wrong.toml").write_text('allow_origins = ["app.example"]')
    (tmp_path / "wrong_apps.py").write_text("from crossorigin import Policy\nPolicy(allow_origins='x')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("shop_apps", "framework_apps", "wrong_apps"):
        sys.modules.pop(name, None)


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status = main(["explain", *arguments, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["status"] == status
    return found


ROWS = [
    ("allowed", "cors.toml", URL, APP, [], 0, [], ["/*"]),
    ("an allowed preflight", "cors.toml", URL, APP, ["-X", "PUT"], 0, [], ["/*"]),
    ("a refused preflight", "cors.toml", URL, APP, ["-X", "DELETE"], 1, ["method-not-allowed"], ["/*"]),
    (
        "two reasons",
        "cors.toml",
        URL,
        "https://b.example",
        ["-X", "DELETE"],
        1,
        ["origin-not-allowed", "method-not-allowed"],
        ["/*"],
    ),
    ("a refused request", "cors.toml", URL, "https://b.example", [], 1, ["origin-not-allowed"], ["/*"]),
    ("another rule", "cors.toml", "https://api.example/open", "https://b.example", [], 0, [], ["/public/*", "/open"]),
    ("an ASGI app", "shop_apps:app", URL, APP, [], 0, [], ["/*"]),
    ("an ASGI app refuses", "shop_apps:app", URL, APP, ["-X", "PUT"], 1, ["method-not-allowed"], ["/*"]),
    ("a WSGI app", "shop_apps:wsgi_app", URL, APP, [], 0, [], ["/*"]),
    ("a WSGI app refuses", "shop_apps:wsgi_app", URL, "null", [], 1, ["null-origin"], ["/*"]),
    ("an app with rules", "shop_apps:ruled", URL, APP, [], 0, [], ["/items"]),
    ("an app with rules, none for the path", "shop_apps:ruled", "https://api.example/b", APP, [], 1, [], []),
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_verdicts(row: tuple[Any, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The browser's verdict, the server's reasons, and the rule that serves the path."""
    _, target, url, origin, options, status, reasons, rule = row
    found = run([target, url, "--origin", origin, *options], capsys)
    assert found["status"] == status
    last = found["server"][-1]
    assert ([reason["id"] for reason in last["reasons"]], last["rule"]) == (reasons, rule)
    assert main(["explain", target, url, "--origin", origin, *options]) == status
    out = capsys.readouterr().out
    assert all(f"{reason}: " in out for reason in reasons)
    assert (f"the rule for {', '.join(rule)}" if rule else "no rule serves the path") in " ".join(out.split())


@pytest.mark.parametrize("options", [["-X", "DELETE"], ["-H", "X-A: 1"], ["--credentials", "include"]])
def test_the_fix_is_for_the_file(options: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The lines that it shows are the file's own words, and with them the call is readable."""
    arguments = ["explain", "cors.toml", URL, "--origin", APP, *options]
    assert main(arguments) == 1
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("  cors.toml, the rule for /*:") + 1
    settings = [line.strip() for line in lines[at:] if line.startswith("    ") and " = " in line]
    names = {line.partition(" ")[0] for line in settings}
    kept = [line for line in POLICY.partition("[[rule]]")[0].splitlines() if line.partition(" ")[0] not in names]
    (tmp_path / "cors.toml").write_text("\n".join([*kept, *settings]))
    assert load("cors.toml").only_policy is not None
    assert main(arguments) == 0


def test_framework(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever wants the code of a framework gets it."""
    assert main(["explain", "cors.toml", URL, "--origin", APP, "-X", "DELETE", "--framework", "Flask"]) == 1
    assert "CORS(app, " in capsys.readouterr().out


FRAMEWORKS = [
    ("a Flask app", "flask_app", [], "Flask"),
    ("a wrapper around it", "wrapped", [], "Flask"),
    ("its method", "method", [], "Flask"),
    ("a FastAPI app", "fastapi_app", [], "FastAPI"),
    ("a WSGI app by hand", "wsgi_items", [], "Flask"),
    ("an ASGI app by hand", "items", [], "FastAPI"),
    ("what is asked for", "flask_app", ["--framework", "django"], "Django"),
    ("what there is no code for", "by_hand", ["-X", "patch", "--framework", "Django"], "JavaScript"),
]


@pytest.mark.parametrize("row", FRAMEWORKS, ids=[row[0] for row in FRAMEWORKS])
def test_the_fix_is_for_the_framework_of_the_app(row: tuple[Any, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """It is the app itself that is at hand; and only names that --framework takes are offered."""
    _, name, options, framework = row
    assert main(["explain", f"framework_apps:{name}", URL, "--origin", APP, *options]) == 1
    out = capsys.readouterr().out
    rest = "" if framework == "JavaScript" else " (what this call needs)"
    assert f"\n  {framework}{rest}:\n" in out
    assert "For :" not in out
    others = next((line for line in out.splitlines() if line.endswith(": --framework")), "")
    assert "JavaScript" not in others


def test_the_policy_of_a_flask_app(capsys: pytest.CaptureFixture[str]) -> None:
    """It is known once the app has seen a request, and then the whole of it is in the fix."""
    found = run(["framework_apps:cors_app", URL, "--origin", APP, "-X", "DELETE"], capsys)
    assert [reason["id"] for reason in found["server"][0]["reasons"]] == ["method-not-allowed"]
    assert found["explanation"]["fix"]["settings"] == {"allow_methods": ["GET", "PUT", "DELETE"]}
    found = run(["framework_apps:view_app", URL, "--origin", APP, "-X", "DELETE"], capsys)
    assert found["server"] == [], "each view may have its own"
    found = run(["framework_apps:paths_app", URL, "--origin", APP, "-X", "DELETE"], capsys)
    assert found["server"][0]["reasons"], "what paths are served is Flask's own affair"


def test_an_app_warns_once(capsys: pytest.CaptureFixture[str]) -> None:
    """What its settings are warned of when it starts is not said twice."""
    with pytest.warns(PolicyWarning) as caught:
        main(["explain", "framework_apps:slash", URL, "--origin", APP])
    assert len(caught) == 1
    assert "BLOCKED" in capsys.readouterr().out


def test_apps(capsys: pytest.CaptureFixture[str]) -> None:
    """How the kind of the app was seen is said, what it raises is an answer of 500 with the headers, and is told."""
    found = run(["shop_apps:app", "https://api.example/boom", "--origin", APP], capsys)
    assert (found["verdict"], found["engines"]["webkit"]["status"]) == ("readable", 500)
    assert found["app"] == {"name": "ASGI", "how": "its call is a coroutine function"}
    notes = " ".join(found["notes"])
    assert "shop_apps:app is taken for an ASGI app: its call is a coroutine function." in notes
    assert "The app raised LookupError: no such \\x1b thing" in notes
    found = run(["shop_apps:wsgi_app", URL, "--origin", APP, "--cookie", "a=b", "--credentials", "include"], capsys)
    assert "a WSGI app" in " ".join(found["notes"])
    assert ["X-Cookie", "a=b"] in found["exchanges"][-1]["response"]["headers"]


def test_an_app_without_a_layer_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """It is asked all the same; only what our policy decides cannot be told."""
    found = run(["shop_apps:items", URL, "--origin", APP], capsys)
    assert (found["verdict"], found["server"]) == ("blocked", [])


def test_interface(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be seen is said by an option."""
    assert main(["explain", "shop_apps:any_app", URL, "--origin", APP]) == 2
    assert "--interface" in capsys.readouterr().err
    found = run(["shop_apps:any_app", URL, "--origin", APP, "--interface", "wsgi"], capsys)
    assert found["app"]["how"] == "as --interface says"


def test_a_body_and_an_unsafe_method_go_to_the_app(capsys: pytest.CaptureFixture[str]) -> None:
    """There is nobody to be protected from it."""
    assert run(["cors.toml", URL, "--origin", APP, "-X", "PUT", "-d", "x"], capsys)["verdict"] == "readable"


def test_a_redirect_to_another_server(capsys: pytest.CaptureFixture[str]) -> None:
    """The app cannot answer for it; the walk to there is drawn."""
    assert main(["explain", "shop_apps:away", URL, "--origin", APP]) == 2
    printed = capsys.readouterr()
    assert "https://b.example/x: a redirect leads to another server. Give its URL to crossorigin check" in printed.err
    assert "Location: https://b.example/x" in printed.out


def test_curl(capsys: pytest.CaptureFixture[str]) -> None:
    """What ``check`` reads is read here, too."""
    assert run(["cors.toml", f"curl {URL} -X DELETE -H 'Origin: {APP}'"], capsys)["verdict"] == "blocked"


WRONG = [
    ("nothing.toml", "cannot be read"),
    ("shop_apps", "MODULE:APP, such as shop_apps:app"),
    ("shop_apps.py", "write shop_apps:app"),
    ("wrong.toml", "app.example"),
    ("wrong_apps:app", "bare-string"),
    ("framework_apps:wrong", "\nWrite a number from 0 to 86400"),
    ("shop_apps:nothing", "has no attribute"),
    ("shop_apps:number", "int is no app"),
    ("shop_apps:number", "is for crossorigin check, while it runs"),
    ("shop_apps:broken", "start-up failed: no database"),
    (".", "cannot be read"),
]


@pytest.mark.parametrize(("target", "text"), WRONG)
def test_what_cannot_be_judged(target: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The status is 2, and what to do is said."""
    assert main(["explain", target, URL, "--origin", APP]) == 2
    printed = capsys.readouterr()
    assert text in printed.err
    assert not printed.out


def test_what_an_app_prints_is_no_part_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed for machines can be read by them; the app's own words are on stderr."""
    status = main(["explain", "shop_apps:prints", URL, "--origin", APP, "--json"])
    printed = capsys.readouterr()
    assert json.loads(printed.out)["status"] == status
    assert "noise of a request" in printed.err


def test_an_app_that_ends_the_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its status is not that of the command."""
    assert run(["shop_apps:ends", URL, "--origin", APP], capsys)["verdict"] == "blocked"
    (tmp_path / "ending_app.py").write_text("raise SystemExit(0)")
    assert main(["explain", "ending_app:app", URL, "--origin", APP]) == 2
    assert "cannot be loaded: SystemExit" in capsys.readouterr().err


def test_validators(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the app's own loop has judged is not judged once more on another, and none is waited for without end."""
    found = run(["shop_apps:bound", URL, "--origin", APP], capsys)
    assert (found["verdict"], found["server"][0]["allowed"]) == ("readable", True)
    monkeypatch.setattr("crossorigin.probe.policy.TIME_OUT_OF_VALIDATOR", 0.1)
    found = run(["shop_apps:slow", URL, "--origin", APP], capsys)
    assert (found["verdict"], found["server"][0]["allowed"]) == ("blocked", False)
