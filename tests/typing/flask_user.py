"""What users of Flask write; a line that must be an error says which one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from crossorigin import Policy, Rule, Ruleset
from crossorigin.integrations.flask import CORS, cross_origin

if TYPE_CHECKING:
    from flask import Blueprint, Flask

APP = "https://app.example"


def use_cors(app: Flask, blueprint: Blueprint) -> None:
    CORS(app)
    CORS(blueprint, origins=[APP, re.compile(r"https://.*\.example")], supports_credentials=True)
    CORS(app, origins=APP, methods="GET", max_age=timedelta(minutes=1), deny_origins=[APP], websockets="check")
    CORS(app, resources={r"/api/*": {"origins": "*"}, r"/admin": {"origins": [APP], "max_age": 5}})
    CORS(app, resources={re.compile("/api"): {"origins": "*"}})
    CORS(app, resources=["/api", re.compile("/admin")], intercept_exceptions=False)
    CORS(app, policy=Ruleset([Rule(["/*"], Policy())]))
    CORS(max_age="5").init_app(app, expose_headers=None, allow_headers={"X-A"})


def misuse_cors(app: Flask) -> None:
    CORS(app, orgins="x")  # type: ignore[call-arg]
    CORS(app, max_age=[1])  # type: ignore[arg-type]
    CORS(app, websockets="never")  # type: ignore[arg-type]
    CORS(app, origins=5)  # type: ignore[arg-type]
    CORS().init_app(app, headers="x")  # type: ignore[call-arg]
    CORS().init_app(app, methods=[1])  # type: ignore[list-item]


@cross_origin(origins=APP, automatic_options=False, enforce="all")
def show(name: str) -> str:
    return name


@cross_origin(policy=Policy())
async def show_later(name: str) -> str:
    return name


def misuse_cross_origin() -> None:
    show(5)  # type: ignore[arg-type]
    cross_origin(orgins="x")  # type: ignore[call-arg]
    cross_origin(resources="/api")  # type: ignore[call-arg]
    cross_origin(policy=Ruleset([]))  # type: ignore[arg-type]
