"""What users of Nexios write; a line that must be an error says which one."""

from __future__ import annotations

from crossorigin import Policy
from crossorigin.integrations.nexios import CorsConfig, CORSMiddleware, MakeConfig, NexiosApp

APP = "https://app.example"


async def validate(origin: str) -> bool:
    return origin == APP


def use_settings() -> None:
    config = MakeConfig({"cors": {"allow_origins": [APP]}}, debug=True)
    app = NexiosApp(config=config)
    app.add_middleware(CORSMiddleware(config=CorsConfig(allow_origins=[APP], enforce="all")))
    app.add_middleware(CORSMiddleware(policy=Policy()))
    config.cors["max_age"] = 60
    CorsConfig(dynamic_origin_validator=validate, custom_error_messages={"missing_origin": "Whence?"})


def misuse_settings() -> None:
    CorsConfig(allow_origins=[5])  # type: ignore[list-item]
    CorsConfig(max_age="60")  # type: ignore[arg-type]
    CORSMiddleware(policy=5)  # type: ignore[arg-type]
    NexiosApp(policy="*")  # type: ignore[arg-type]
