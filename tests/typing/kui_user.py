"""What users of Kui write; a line that must be an error says which one."""

from __future__ import annotations

import re

from kui.asgi import HttpRoute, Routes

from crossorigin import Policy, Ruleset
from crossorigin.integrations.kui import asgi, wsgi

APP = "https://app.example"
ANY = [re.compile(r"https://.*\.example")]


@asgi.allow_cors(ANY, ["GET"], max_age=60)
async def show(name: str) -> str:
    return name


@wsgi.allow_cors([APP], allow_origin_regex="https://a", websockets="check")
def show_plainly(name: str) -> str:
    return name


def use_allow_cors() -> None:
    HttpRoute("/a", show) @ asgi.allow_cors(policy=Policy())
    Routes(HttpRoute("/b", show), http_middlewares=[asgi.allow_cors()])


def misuse_allow_cors() -> None:
    show_plainly(5)  # type: ignore[arg-type]
    for allow_cors in (asgi.allow_cors, wsgi.allow_cors):
        allow_cors(alow=1)  # type: ignore[call-arg]
        allow_cors(max_age="60")  # type: ignore[arg-type]
        allow_cors(policy=Ruleset([]))  # type: ignore[arg-type]
        allow_cors(ANY, ["GET"], ["X-A"], ["X-B"], False, 5, 6)  # type: ignore[call-arg, arg-type]


def use_config() -> None:
    asgi.Kui(cors_config={"allow_origins": ANY, "allow_credentials": True, "websockets": "check"})
    wsgi.Kui(cors_config={"max_age": 5, "deny_origins": [APP]}, policy=None)


def misuse_config() -> None:
    asgi.Kui(cors_config={"alow": 1})  # type: ignore[arg-type]
    wsgi.Kui(cors_config={"alow": 1})  # type: ignore[arg-type]
    asgi.Kui(cors_config={"max_age": "5"})  # type: ignore[arg-type]
