"""The tabs of the README and of the docs are one text, and each makes an app that answers as the policy says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from processes import serve_program
from servers import ask, ask_preflight
from written_docs import DIALECTS, FRAMEWORKS, README, ROOT, make_pages, read_tabs

if TYPE_CHECKING:
    from pathlib import Path

    from servers import Answer

APP = "https://app.example"
EVIL = "https://evil.example"

_PORT = "import sys\nport = int(sys.argv[1])\n"
_UVICORN = f"{_PORT}import uvicorn\nuvicorn.run(app, host='127.0.0.1', port=port)\n"
_WSGI = f"{_PORT}from wsgiref.simple_server import make_server\nmake_server('127.0.0.1', port, app).serve_forever()\n"
_DJANGO = f"""\
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
urlpatterns = []
settings.configure(ROOT_URLCONF=__name__, **{{name: value for name, value in globals().items() if name.isupper()}})
django.setup()
app = get_wsgi_application()
{_WSGI}"""
_TORNADO = f"""\
{_PORT}
import asyncio
async def main():
    app.listen(port, "127.0.0.1")
    await asyncio.Event().wait()
asyncio.run(main())
"""

#: What stands before the tab and after it, to make a program of it, by the first word of its name.
_PROGRAMS = {
    "Flask": ("", _WSGI),
    "Django": ("", _DJANGO),
    "FastrAPI": ("", f"{_PORT}app.serve('127.0.0.1', port)\n"),
    "aiohttp": ("", f"{_PORT}web.run_app(app, host='127.0.0.1', port=port)\n"),
    "Tornado": ("", _TORNADO),
    "Any ASGI app": ("from starlette.applications import Starlette\napp = Starlette()\n", _UVICORN),
    "Any WSGI app": ("from bottle import Bottle\nwsgi_app = Bottle()\n", f"app = application\n{_WSGI}"),
}

POLICY, TABS = read_tabs()
NAMES = [
    "FastAPI",
    "Starlette",
    "Flask",
    "Django",
    "Nexios",
    "Kui",
    "FastrAPI",
    "aiohttp",
    "Tornado",
    "Any ASGI app",
    "Any WSGI app",
]


def test_every_framework_has_a_tab() -> None:
    assert list(TABS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_tab(name: str, tmp_path: Path) -> None:
    """The policy's page may read and ask first, with credentials; no other page may."""
    before, after = _PROGRAMS.get(name, ("", _UVICORN))
    program = tmp_path / "program.py"
    program.write_text(f"{before}{POLICY}\n{TABS[name]}\n{after}")
    with serve_program(program) as port:
        answer = ask(port, "GET", "/items", [("Origin", APP)])
        assert _is_told(answer, APP)
        assert "origin" in answer.cors["vary"].lower()
        # The first tab is a whole program.
        assert name != NAMES[0] or (answer.status, json.loads(answer.body)) == (200, ["tea", "cake"])
        assert not _is_told(ask(port, "GET", "/items", [("Origin", EVIL)]), EVIL)
        preflight = ask_preflight(port, APP, "PUT", "authorization")
        assert 200 <= preflight.status < 300
        assert _is_told(preflight, APP)
        assert "PUT" in preflight.cors["access-control-allow-methods"]
        assert "DELETE" not in preflight.cors["access-control-allow-methods"]
        assert "authorization" in preflight.cors["access-control-allow-headers"].lower()
        assert not _is_told(ask_preflight(port, EVIL, "PUT", "authorization"), EVIL)


def _is_told(answer: Answer, origin: str) -> bool:
    """Tell whether a page of the origin may read the answer, with credentials."""
    cors = answer.cors
    assert cors.get("access-control-allow-origin") != "*"
    return cors.get("access-control-allow-origin") == origin and cors.get("access-control-allow-credentials") == "true"


@pytest.mark.parametrize("path", [README, FRAMEWORKS, DIALECTS], ids=str)
def test_what_a_script_writes_is_up_to_date(path: Path) -> None:
    """``python tools/write_docs.py`` writes it anew."""
    assert (ROOT / path).read_text() == make_pages()[path]
