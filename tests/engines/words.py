"""The words in which rows are written: the usual policies, calls and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engines.row import PAGE, Call

if TYPE_CHECKING:
    from engines.row import Options

GET = Call()
OTHER = "https://app.example"
TEXT = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}
X_TEST = {"X-Test": "1"}
BEARER = {"Authorization": "Bearer t"}

EXACT: Options = {"allow_origins": [PAGE]}
ANY: Options = {"allow_origins": "*"}
NOBODY: Options = {"allow_origins": [OTHER]}
COOKIES: Options = {"allow_origins": [PAGE], "allow_credentials": True}


def allow(**options: Any) -> Options:
    """Write a policy for the page and whatever else it allows."""
    return {**EXACT, **options}


def send(method: str, **rest: Any) -> Call:
    """Write a call with another method than GET."""
    return Call(method, **rest)


def ask(**headers: str) -> Call:
    """Write a GET with request headers; ``_`` stands for ``-``."""
    return Call(headers={name.replace("_", "-"): value for name, value in headers.items()})


WITH_COOKIES = Call(credentials="include")
