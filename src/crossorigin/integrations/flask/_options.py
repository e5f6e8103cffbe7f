"""The types of the options, for type checkers and editors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from crossorigin.policy.options import OwnOptions

if TYPE_CHECKING:
    from datetime import timedelta

Pattern = str | re.Pattern[str]
Resource = Pattern | Iterable[Pattern] | Mapping[str, Mapping[str, Any]] | Mapping[Pattern, Mapping[str, Any]]


class ViewOptions(OwnOptions, total=False):
    """The options of ``cross_origin``, and our own beside them."""

    origins: Pattern | Iterable[Pattern]
    methods: Iterable[str]
    allow_headers: Pattern | Iterable[Pattern]
    expose_headers: Iterable[str] | None
    supports_credentials: bool
    max_age: timedelta | int | str | None
    send_wildcard: bool
    vary_header: bool
    automatic_options: bool
    always_send: bool
    allow_private_network: bool


class AppOptions(ViewOptions, total=False):
    """The options of ``CORS``, and our own beside them."""

    resources: Resource
    intercept_exceptions: bool
