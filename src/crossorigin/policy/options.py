"""The types of a policy's options, for type checkers and editors."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Literal, TypedDict

Regexes = str | re.Pattern[str] | Iterable[str | re.Pattern[str]]
Enforce = Literal["browser", "unsafe-methods", "all"]
WebSockets = Literal["check", "warn", "ignore"]
OriginValidator = Callable[[str], bool | Awaitable[bool]]


class OwnOptions(TypedDict, total=False):
    """The options that only a Policy has, and no package that it replaces."""

    deny_origins: Iterable[object]
    deny_headers: Iterable[str]
    origin_validator: OriginValidator | None
    require_origin: bool
    enforce: Enforce
    websockets: WebSockets
    own_hosts: Iterable[str] | None
    preflight_status: int
    error_status: int
    error_messages: Mapping[str, str]
    debug: bool
    dangerously_allow_any_origin_with_credentials: bool
    dangerously_allow_null_origin: bool
    dangerously_allow_public_suffix_subdomains: bool
    dangerously_allow_nested_repeats: bool


class Options(OwnOptions, total=False):
    """All options of a Policy."""

    allow_origins: Iterable[object]
    allow_origin_regex: Regexes | None
    allow_methods: Iterable[str]
    allow_headers: Iterable[str]
    allow_credentials: bool
    expose_headers: Iterable[str]
    max_age: int | None
    allow_private_network: bool
