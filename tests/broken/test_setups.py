"""Every broken set-up gets the failing step, the near miss, and a fix that makes the call work."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from broken.byhand import SharedCache, serve_handler
from broken.mend import Mend, change_call
from broken.setups import APP, OPEN, SETUPS
from crossorigin import Policy
from crossorigin.browser import Call, simulate
from crossorigin.explanation import explain
from crossorigin.messages import Response
from crossorigin.probe.live import LiveNetwork
from crossorigin.probe.policy import PolicyNetwork
from servers import serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from broken import setups
    from broken.setups import Setup
    from crossorigin.explanation import Fix

# What Starlette's own middleware, uvicorn and their dependencies warn of is theirs.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Place:
    """A set-up that runs: the app behind the port can be exchanged while it does."""

    def __init__(self, setup: Setup, tls_port: int) -> None:
        self.setup = setup
        self.tls_port = tls_port
        self.port = 0
        self.app = self.make()

    def make(self, changed: dict[str, Any] | None = None) -> Any:
        if self.setup.kind == "by hand":
            return self.setup.make()
        return self.setup.make({**(self.setup.settings or {}), **(changed or {})})

    def handle(self, request: Any) -> Response:
        response = self.app(request)
        words = {"{tls}": f"127.0.0.1:{self.tls_port}", "{port}": str(self.port)}
        headers = [(name, self._fill(value, words)) for name, value in response.headers]
        return Response(response.status, headers, response.body)

    def _fill(self, value: str, words: dict[str, str]) -> str:
        for word, text in words.items():
            value = value.replace(word, text)
        return value

    def write_call(self, written: setups.Call) -> Call:
        base = f"http://127.0.0.1:{self.port}"
        made = written._asdict()
        path, page = made.pop("path"), made.pop("page_origin").replace("{same}", base)
        return Call(page, f"{base}{path}", **made)

    def apply(self, fix: Fix, step: str) -> None:
        """Change the server as the fix says: its settings if it has a policy, else the answer of the failing step."""
        kind = self.setup.kind
        if self.setup.settings is not None and fix.settings:
            self.app = self.make(dict(fix.settings))
        elif kind == "by hand" and isinstance(self.app, SharedCache):
            self.app = SharedCache(Mend(fix, step).around_handler(self.app.upstream))
        else:
            mend = Mend(fix, step)
            around = {"by hand": mend.around_handler, "wsgi": mend.around_wsgi, "asgi": mend.around_asgi}[kind]
            self.app = around(self.app)

    @contextlib.contextmanager
    def serve(self) -> Iterator[None]:
        async def serve_now(scope: Any, receive: Any, send: Any) -> None:
            await self.app(scope, receive, send)

        if self.setup.kind == "by hand":
            server = serve_handler(lambda: self.handle)
        elif self.setup.kind == "wsgi":
            server = serve_wsgi(lambda *args: self.app(*args))  # noqa: PLW0108 (the app changes)
        else:
            server = serve_asgi(serve_now)
        with server as self.port:
            yield


@pytest.fixture(scope="module")
def tls_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve over https, with a certificate that nobody has signed but itself."""
    folder: Path = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    with serve_handler(lambda: lambda _request: Response(200, OPEN, b"[1]"), context) as port:
        yield port


@pytest.mark.parametrize("setup", SETUPS.values(), ids=list(SETUPS))
def test_the_fix_makes_the_call_work(setup: Setup, tls_port: int) -> None:
    """The browser stops where the row says, the explanation names the near miss, and its fix, applied, is enough."""
    place = Place(setup, tls_port)
    with place.serve(), LiveNetwork(verify=False) as network:
        for earlier in setup.before:
            assert simulate(place.write_call(earlier), network).is_readable
        call = place.write_call(setup.call)
        verdict = simulate(call, network)
        assert verdict.reason
        assert (verdict.step, verdict.reason.id) == (setup.step, setup.reason)

        policy = None if setup.settings is None else Policy(**setup.settings)
        explanation = explain(verdict.reason, call=call, exchanges=verdict.exchanges, policy=policy)
        assert next((miss.id for miss in explanation.near_misses), "") == setup.near
        fix = explanation.fix
        assert fix.where == setup.where
        assert bool(fix.call) is (fix.where in {"script", "page"})
        assert bool(fix.headers or fix.status or (policy and fix.settings)) is (fix.where in {"server", "network"})
        assert not any(value == "null" for _, value in fix.headers)

        if policy is None and fix.settings:
            assert simulate(call, PolicyNetwork(Policy(**fix.settings))).is_readable, "they are a whole policy"
        if fix.where in {"server", "network"}:
            place.apply(fix, setup.step)
        else:
            call = change_call(call, fix)
        again = simulate(call, network)
        assert again.is_readable, (again.reason, fix)


def test_a_fix_of_a_cache_serves_every_page() -> None:
    """What says on which header it depends, a cache keeps apart."""
    setup = SETUPS["missing-vary"]
    place = Place(setup, 0)
    with place.serve(), LiveNetwork() as network:
        for page in ("https://shop.example", APP):
            verdict = simulate(place.write_call(setup.call._replace(page_origin=page)), network)
        assert verdict.reason
        fix = explain(verdict.reason, call=place.write_call(setup.call), exchanges=verdict.exchanges).fix
        place.apply(fix, "request")
        for page in ("https://shop.example", APP, "https://shop.example"):
            assert simulate(place.write_call(setup.call._replace(page_origin=page)), network).is_readable


def test_the_set_ups_cover_every_well_known_near_miss() -> None:
    """The rows have each near miss that is looked for, but those that are named beside another."""
    beside = {"downgrade-redirect", "no-rule-for-path", "redirect-loop"}
    found = {setup.near for setup in SETUPS.values()} - {""}
    assert found >= {
        "trailing-slash", "port", "scheme", "localhost", "www", "case", "lower-case-method", "missing-authorization",
        "authorization-under-wildcard", "wildcard-with-credentials", "slash-redirect", "https-redirect",
        "preflight-needs-login", "no-options-route", "error-without-headers", "two-layers", "missing-vary", "null",
        "redirect-taint", "json-content-type", "refused-by-policy", "list-of-origins", "pattern-in-header", "path",
    }  # fmt: skip
    assert not found & beside
