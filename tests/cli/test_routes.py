"""``crossorigin routes``: the table, for people and for machines, and what ends it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crossorigin.cli import main
from crossorigin.cli.routes import describe
from crossorigin.policy import Policy

EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCE = """
import re
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from crossorigin import Policy, Rule, Ruleset
from crossorigin.integrations import asgi, wsgi
from crossorigin.integrations.starlette import CORSMiddleware, cors_policy

async def items(request): ...
async def socket(socket): ...
sub = asgi.CORSMiddleware(Starlette(routes=[Route("/x", items)]))
routes = [
    Route("/items", items),
    Route("/public", cors_policy(allow_origins="*")(lambda request: None), methods=["PUT"]),
    WebSocketRoute("/socket", socket),
    Mount("/sub", sub),
]
app = Starlette(routes=routes)
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example"], allow_credentials=True)
wrapped = asgi.CORSMiddleware(app, Ruleset([Rule(["/a", "/b/*"], Policy(allow_origin_regex="https://x"))]))
bare = Starlette()

class Flask:
    def __init__(self):
        self.wsgi_app = wsgi.CORSMiddleware(bare, origin_validator=lambda origin: True, own_hosts=["a"])

flask = Flask()
double = Starlette(routes=[Route("/a", items), Route("/a", routes[1].endpoint)])
double.add_middleware(CORSMiddleware)
"""

TABLE = """\
METHODS    PATH     POLICY
GET, HEAD  /items   the app's
PUT        /public  *; methods GET, HEAD, POST
WebSocket  /socket  the app's
all        /sub/*   left to the mounted app's own layer
all        /*       https://app.example; methods GET; credentials
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    (tmp_path / "broken.py").write_text("import nothing_of_that_name")
    (tmp_path / "wrong.py").write_text("from crossorigin import Policy\nPolicy(allow_origins='x')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("shop", "broken", "wrong"):
        sys.modules.pop(name, None)


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Every route with its policy; the app's own is the last."""
    assert main(["routes", "shop:app"]) == 0
    assert capsys.readouterr().out == TABLE


@pytest.mark.parametrize(
    ("target", "paths"), [("shop:wrapped", ["/a", "/b/*"]), ("shop:flask", ["/*"]), ("shop:flask.wsgi_app", ["/*"])]
)
def test_other_apps(target: str, paths: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Of an app that is wrapped, the rules are shown."""
    assert main(["routes", target, "--json"]) == 0
    assert [line["path"] for line in json.loads(capsys.readouterr().out)] == paths


@pytest.mark.parametrize("module", ["fastapi_app", "flask_app", "kui_app", "nexios_app", "quart_app", "starlette_app"])
def test_frameworks(module: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The layer is found where each framework keeps it."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    assert main(["routes", f"{module}:app"]) == 0
    assert re.search(r"https://app\\?\.example", capsys.readouterr().out)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """For machines, a list of objects with all that differs from the defaults."""
    assert main(["routes", "shop:app", "--json"]) == 0
    lines: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert lines[1] == {
        "path": "/public",
        "methods": ["PUT"],
        "served_by": "route",
        "policy": {"allow_origins": ["*"]},
    }
    assert [line["served_by"] for line in lines] == ["app", "route", "app", "another layer", "route"]
    assert main(["routes", "shop:wrapped", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["policy"] == {"allow_origin_regex": "https://x"}
    assert main(["routes", "shop:flask", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)[0]["policy"]
    assert found["own_hosts"] == ["a"]
    assert "lambda" in found["origin_validator"]


@pytest.mark.parametrize(
    ("target", "status", "text"),
    [
        ("shop", 2, "write, for the app in main.py, main:app"),
        ("shop:", 2, "MODULE:APP"),
        ("shop:nothing", 2, "has no attribute"),
        ("nothing_here:app", 2, "No module named"),
        ("broken:app", 2, "nothing_of_that_name"),
        ("shop:bare", 2, "has no CORS layer"),
        ("wrong:app", 1, "bare-string"),
        ("shop:double", 1, "two-policies-for-a-route"),
    ],
)
def test_what_ends_it(target: str, status: int, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be judged is 2, what is wrong with the policies is 1, and each says what to write."""
    assert main(["routes", target]) == status
    printed = capsys.readouterr()
    assert text in printed.err
    assert "Traceback" not in printed.err
    assert not printed.out


def test_help_names_what_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever has another framework knows before he asks."""
    with pytest.raises(SystemExit):
        main(["routes", "--help"])
    text = capsys.readouterr().out
    assert "Starlette, FastAPI, Flask and Kui" in text
    assert "Django, aiohttp, Tornado and FastrAPI are not read" in text


def test_wrong_use() -> None:
    """Wrong use is 2."""
    with pytest.raises(SystemExit) as caught:
        main(["routes"])
    assert caught.value.code == 2


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it without a traceback."""

    def interrupt(_target: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crossorigin.cli.routes.load_app", interrupt)
    assert main(["routes", "shop:app"]) == 130


@pytest.mark.parametrize("has_rich", [True, False])
def test_on_a_terminal(tmp_path: Path, has_rich: bool) -> None:
    """On a terminal the same table is printed with rich where that is installed, and without where it is not."""
    pytest.importorskip("rich", reason="the test dependencies have it")
    (tmp_path / "sitecustomize.py").write_text("" if has_rich else "import sys; sys.modules['rich'] = None")
    ours, theirs = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}", "COLUMNS": "200"}
    command = [sys.executable, "-m", "crossorigin", "routes", "shop:app"]
    subprocess.run(command, stdout=theirs, env=environ, cwd=tmp_path, check=True, timeout=60)
    os.close(theirs)
    text = os.read(ours, 65536).decode()
    os.close(ours)
    assert ("\x1b[" in text) is has_rich
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert [line.split() for line in plain.split("\r\n") if line.strip()] == [
        line.split() for line in TABLE.splitlines()
    ]


def test_describe() -> None:
    """One line says what a policy lets other origins do."""
    policy = Policy(
        allow_origins=["https://a.example"],
        allow_origin_regex="https://b",
        origin_validator=lambda _: True,
        allow_methods=[],
        allow_headers=["X-A"],
    )
    origins = "https://a.example, /https://b/, those that origin_validator allows"
    assert describe(policy) == f"{origins}; methods none; headers X-A"
    assert describe(Policy()) == "no origin; methods GET, HEAD, POST"
