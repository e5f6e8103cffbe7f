"""The examples of Nexios' documentation, with only their import lines changed, over HTTP, and what each option does."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from crossorigin import PolicyError, PolicyWarning
from crossorigin.integrations.nexios import CORSMiddleware, MakeConfig, NexiosApp
from servers import Answer, ask, ask_preflight, serve_asgi

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = "https://example.com"
EVIL = "https://evil.example"
ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
CREDENTIALS = "access-control-allow-credentials"


def add_route(app: Any) -> Any:
    async def items(_request: Any, response: Any) -> Any:
        return response.json({"items": []})

    app.add_route(path="/items", handler=items, methods=["GET", "POST"])
    return app


def reads(port: int, origin: str) -> bool:
    """Tell whether a page of *origin* may read an answer."""
    return ask(port, "GET", headers=[("Origin", origin)]).cors.get("access-control-allow-origin") == origin


def asks(port: int, origin: str = APP, method: str = "GET", names: str | None = None) -> bool:
    """Tell whether a preflight passes."""
    return ask_preflight(port, origin, method, names).status == 201


class Site:
    """An app under a config that changes while it runs."""

    def __init__(self) -> None:
        self.config = MakeConfig({"cors": {"allow_origins": [APP]}})
        self.app = add_route(NexiosApp(config=self.config))
        self.port = 0


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    with serve_asgi(found.app) as found.port:
        yield found


@pytest.mark.parametrize("adds_middleware", [False, True], ids=["as written", "with CORSMiddleware()"])
def test_basic_configuration(adds_middleware: bool) -> None:
    config = MakeConfig(
        {
            "cors": {
                "allow_origins": ["https://example.com"],
                "allow_methods": ["GET", "POST"],
                "allow_headers": ["Authorization", "X-Requested-With"],
                "allow_credentials": True,
                "max_age": 600,
                "debug": True,
            }
        }
    )
    app = NexiosApp(config=config)
    if adds_middleware:
        app.add_middleware(CORSMiddleware())
    with serve_asgi(add_route(app)) as port:
        assert ask(port, "GET", headers=[("Origin", APP)]).cors == {
            "access-control-allow-origin": APP,
            CREDENTIALS: "true",
            "vary": "Origin",
        }
        preflight = ask_preflight(port, APP, "POST", "authorization,x-requested-with")
        assert (preflight.status, json.loads(preflight.body)) == (201, "OK")
        assert preflight.cors["access-control-allow-methods"] == "POST"
        assert preflight.cors["access-control-allow-headers"] == "authorization, x-requested-with"
        assert preflight.cors["access-control-max-age"] == "600"
        assert ask_preflight(port, EVIL).status == ask_preflight(port, APP, "PUT").status == 400


def test_allow_origins(site: Site) -> None:
    config = site.config
    assert not reads(site.port, "https://another-site.com")
    config.cors["allow_origins"] = ["https://example.com", "https://another-site.com"]
    assert reads(site.port, APP)
    assert reads(site.port, "https://another-site.com")
    assert not reads(site.port, EVIL)
    assert not asks(site.port, EVIL)
    config.cors["allow_origins"] = ["*"]
    assert reads(site.port, EVIL)
    assert asks(site.port, EVIL)


def test_an_origin_that_is_not_listed_is_blocked(site: Site) -> None:
    """By the browser; by the server, too, with ``enforce``."""
    assert ask(site.port, "POST", headers=[("Origin", EVIL)]).status == 200
    site.config.cors["enforce"] = "unsafe-methods"
    assert ask(site.port, "POST", headers=[("Origin", EVIL)]).status == 400
    assert ask(site.port, "POST", headers=[("Origin", APP)]).status == 200


def test_blacklist_origins(site: Site) -> None:
    """Blocked even if they match ``allow_origins``."""
    config = site.config
    for origins in (["*"], [APP, "https://bad-actor.com"]):
        config.cors["allow_origins"] = origins
        assert reads(site.port, "https://bad-actor.com")
        config.cors["blacklist_origins"] = ["https://bad-actor.com"]
        assert not reads(site.port, "https://bad-actor.com")
        assert not asks(site.port, "https://bad-actor.com")
        assert reads(site.port, APP)
        config.cors["blacklist_origins"] = []


def test_allow_methods(site: Site) -> None:
    config = site.config
    assert [method for method in ALL_METHODS if not asks(site.port, method=method)] == []
    config.cors["allow_methods"] = ["GET", "POST", "PUT"]
    assert {method for method in ALL_METHODS if asks(site.port, method=method)} == {"GET", "POST", "PUT"}


def test_allow_headers(site: Site) -> None:
    config = site.config
    basic = "accept,accept-language,content-language,content-type"
    assert asks(site.port, names=basic)
    assert not asks(site.port, names="authorization")
    config.cors["allow_headers"] = ["Authorization", "X-Custom-Header"]
    assert asks(site.port, names=f"{basic},authorization,x-custom-header")
    assert not asks(site.port, names="x-other")


def test_blacklist_headers(site: Site) -> None:
    config = site.config
    config.cors["allow_headers"] = ["*"]
    assert asks(site.port, names="x-disallowed-header,x-any")
    config.cors["blacklist_headers"] = ["X-Disallowed-Header"]
    assert asks(site.port, names="x-any")
    assert not asks(site.port, names="x-disallowed-header,x-any")


def test_allow_credentials(site: Site) -> None:
    config = site.config

    def get() -> Answer:
        return ask(site.port, "GET", headers=[("Origin", APP)])

    config.cors["allow_credentials"] = True
    assert get().cors[CREDENTIALS] == "true"
    with pytest.warns(PolicyWarning, match="allow_origins: every origin, with credentials"):
        config.cors["allow_origins"] = "*"
    assert CREDENTIALS not in get().cors
    config.cors["allow_credentials"] = False
    config.cors["allow_origins"] = [APP]
    assert CREDENTIALS not in get().cors


def test_allow_origin_regex(site: Site) -> None:
    """It is matched whole."""
    config = site.config
    config.cors["allow_origin_regex"] = r"https://.*\.trusted-site\.com"
    assert reads(site.port, "https://a.b.trusted-site.com")
    assert reads(site.port, APP)
    for origin in ("https://trusted-site.com", "https://a.trusted-site.com.evil.example", "http://a.trusted-site.com"):
        assert not reads(site.port, origin)


def test_expose_headers(site: Site) -> None:
    config = site.config
    name = "access-control-expose-headers"
    assert name not in ask(site.port, "GET", headers=[("Origin", APP)]).cors
    config.cors["expose_headers"] = ["X-Response-Time"]
    assert ask(site.port, "GET", headers=[("Origin", APP)]).cors[name] == "X-Response-Time"


def test_max_age(site: Site) -> None:
    config = site.config
    assert ask_preflight(site.port, APP).cors["access-control-max-age"] == "600"
    config.cors["max_age"] = 60  # Cache for one minute
    assert ask_preflight(site.port, APP).cors["access-control-max-age"] == "60"


def test_strict_origin_checking(site: Site) -> None:
    config = site.config
    assert ask(site.port, "GET").status == 200
    config.cors["strict_origin_checking"] = True
    assert ask(site.port, "GET").status == 400
    assert ask(site.port, "GET", headers=[("Origin", APP)]).status == 200


def test_debug(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Every blocked request is logged, and no answer changes."""
    config = site.config
    before = ask_preflight(site.port, EVIL)
    config.cors["debug"] = True
    with caplog.at_level(logging.INFO, "crossorigin"):
        for _ in range(2):
            assert ask_preflight(site.port, EVIL)[:1] == before[:1]
            assert ask_preflight(site.port, EVIL).cors == before.cors
    assert caplog.text.count("preflight request refused (origin-not-allowed)") == 4


def test_custom_errors(site: Site) -> None:
    config = site.config
    config.cors["custom_error_status"] = 403
    config.cors["custom_error_messages"] = {
        "disallowed_origin": "This origin is not allowed.",
        "missing_origin": "The request is missing an origin.",
    }
    refusal = ask_preflight(site.port, EVIL)
    assert (refusal.status, json.loads(refusal.body)) == (403, "This origin is not allowed.")
    config.cors["strict_origin_checking"] = True
    missing = ask(site.port, "GET")
    assert (missing.status, json.loads(missing.body)) == (403, "The request is missing an origin.")


def test_an_invalid_assignment_keeps_the_old_policy(site: Site) -> None:
    with pytest.raises(PolicyError, match="allow_origin_regex"):
        site.config.cors["allow_origin_regex"] = "("
    assert reads(site.port, APP)
    assert not reads(site.port, EVIL)
