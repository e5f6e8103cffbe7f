"""What users of FastAPI and Starlette write; a line that must be an error says which one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware

from crossorigin import Policy, Rule, Ruleset
from crossorigin.integrations import starlette
from crossorigin.integrations.fastapi import CORSMiddleware, cors_policy, install, router_policy

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI
    from starlette.types import ASGIApp

APP = "https://app.example"


def use_middleware(app: FastAPI, inner: ASGIApp) -> None:
    app.add_middleware(CORSMiddleware)
    app.add_middleware(CORSMiddleware, allow_origins=[APP], allow_methods=["*"], allow_credentials=True, max_age=5)
    app.add_middleware(CORSMiddleware, allow_origin_regex=r"https://a\.example", websockets="check", deny_origins=[APP])
    app.add_middleware(CORSMiddleware, policy=Ruleset([Rule(["/*"], Policy())]))
    Starlette(middleware=[Middleware(starlette.CORSMiddleware, allow_origins=[APP], expose_headers=("X-A",))])
    CORSMiddleware(inner, (APP,), ("GET",), (), False).reconfigure(allow_origins=[APP])


def misuse_middleware(app: FastAPI, inner: ASGIApp) -> None:
    app.add_middleware(CORSMiddleware, orgins=[APP])  # type: ignore[call-arg]
    app.add_middleware(CORSMiddleware, max_age="5")  # type: ignore[arg-type]
    Middleware(starlette.CORSMiddleware, websockets="never")  # type: ignore[arg-type]
    CORSMiddleware(inner, alow_origins=[APP])  # type: ignore[call-arg]


def use_install(app: FastAPI, router: APIRouter) -> None:
    install(app, allow_origins=[APP], enforce="all")
    app.include_router(router, dependencies=[router_policy(allow_origins="*")])


@cors_policy(allow_origins="*")
def show(name: str) -> str:
    return name


@cors_policy(Policy(allow_origins=[APP]))
async def show_later(name: str) -> str:
    return name


def misuse_cors_policy() -> None:
    show(5)  # type: ignore[arg-type]
    cors_policy(orgins="x")  # type: ignore[call-arg]
    cors_policy(Ruleset([]))  # type: ignore[arg-type]
    router_policy(max_age="5")  # type: ignore[arg-type]
