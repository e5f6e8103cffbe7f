"""JSONP in a real browser: a page of another origin loads data with script elements."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from engines.browsers import ENGINES, NAMES, find_chromium, open_browser
from proxies import serve_proxy, wait_until
from servers import serve_asgi

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

POLICY = """
allow_origins = ["https://app.example"]
[[rule]]
paths = ["/public/*"]
jsonp = "callback"
allow_origins = "*"
"""
DATA = {"name": "tea \u2028 </script> é", "list": [1.5, None, True], "constructor": 1}

#: Signs in, then loads one script after another, and tells what the functions got and which scripts failed.
PAGE = """<!doctype html><meta charset="utf-8"><script>
const told = {};
window.show = window.some = {deep: {show: data => { told["deep"] = data; }}};
window.show = data => { told["show"] = data; };
window.missing = "no function";
const load = ([name, target]) => new Promise(done => {
  const script = document.createElement("script");
  script.src = "http://localhost:PORT" + target;
  script.onload = () => done(told[name + " loaded"] = true);
  script.onerror = () => done(told[name + " loaded"] = false);
  document.head.append(script);
});
(async () => {
  await fetch("http://localhost:PORT/sign-in", {mode: "no-cors", credentials: "include"});
  for (const one of [
    ["plain", "/public/data?callback=show"],
    ["path", "/public/data?a=1&callback=some.deep.show"],
    ["missing", "/public/data?callback=missing"],
    ["program", "/public/data?callback=alert(1)"],
    ["private", "/data?callback=show"],
    ["html", "/public/html?callback=show"],
    ["gone", "/public/gone?callback=show"],
  ]) await load(one);
  const frame = document.createElement("iframe");
  frame.src = "http://localhost:PORT/frame";
  const heard = new Promise(done => addEventListener("message", event => done(event.data)));
  document.body.append(frame);
  told["workers"] = await heard;
  await fetch("/report", {method: "POST", body: JSON.stringify(told)});
})();
</script><body>"""

#: On the proxy's own origin: asks for workers that would serve the whole of it.
FRAME = """<!doctype html><script>
const ask = url => navigator.serviceWorker.register(url).then(() => true, () => false);
(async () => {
  const jsonp = await ask("/public/data?callback=importScripts");
  parent.postMessage({jsonp, plain: await ask("/worker.js")}, "*");
})();
</script>"""


def test_a_page_loads_data_as_a_script(tmp_path: Path) -> None:
    """The function gets it as it is; what is refused is an error; no cookie goes to the upstream with it."""
    chromium = find_chromium()
    if chromium is None:
        message = f"none of {', '.join(NAMES)} is installed: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    cookies: dict[str, list[str]] = {}
    reports: list[Any] = []
    ports: list[int] = []
    files = {
        "/page": (b"text/html", PAGE.encode()),
        "/frame": (b"text/html", FRAME.encode()),
        "/worker.js": (b"text/javascript", b""),
        "/public/html": (b"text/html", b"[]"),
    }

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        cookies.setdefault(scope["path"], []).append(headers.get(b"cookie", b"").decode())
        body = (await receive())["body"]
        more: list[tuple[bytes, bytes]] = []
        kind, answer = files.get(scope["path"], (b"application/json", json.dumps(DATA, ensure_ascii=False).encode()))
        if scope["path"] == "/page":
            answer = answer.replace(b"PORT", b"%d" % ports[0])
        elif scope["path"] == "/report":
            reports.append(json.loads(body))
        elif scope["path"] == "/sign-in":
            more = [(b"set-cookie", b"secret=1; Path=/")]
        status = 404 if scope["path"] == "/public/gone" else 200
        lines = [(b"content-type", kind), (b"content-length", b"%d" % len(answer)), *more]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": answer})

    with serve_asgi(app) as port, serve_proxy(tmp_path, port, policy=POLICY) as proxy:
        ports.append(proxy.port)
        with open_browser(ENGINES[0], chromium, f"http://localhost:{port}/page", tmp_path):
            wait_until(lambda: reports)
    assert reports == [
        {
            "show": DATA,
            "deep": DATA,
            "plain loaded": True,
            "path loaded": True,
            "missing loaded": True,
            "program loaded": False,
            "private loaded": False,
            "html loaded": False,
            "gone loaded": False,
            "workers": {"jsonp": False, "plain": True},
        }
    ]
    assert cookies["/data"] == ["secret=1"]
    assert cookies["/public/data"] == ["", "", ""]
