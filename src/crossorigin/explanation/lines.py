"""The lines of code for the well-known frameworks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crossorigin.policy import ANY
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crossorigin.browser import Call

#: What each framework calls an option; FastAPI's names are ours.
_CALLED = {
    "FastAPI": {
        name: name
        for name in (
            "allow_origins",
            "allow_origin_regex",
            "allow_methods",
            "allow_headers",
            "allow_credentials",
            "expose_headers",
            "max_age",
        )
    },
    "Flask": {
        "allow_origins": "origins",
        "allow_methods": "methods",
        "allow_headers": "allow_headers",
        "allow_credentials": "supports_credentials",
        "expose_headers": "expose_headers",
        "max_age": "max_age",
    },
    "Django": {
        "allow_origins": "CORS_ALLOWED_ORIGINS",
        "allow_origin_regex": "CORS_ALLOWED_ORIGIN_REGEXES",
        "allow_methods": "CORS_ALLOW_METHODS",
        "allow_headers": "CORS_ALLOW_HEADERS",
        "allow_credentials": "CORS_ALLOW_CREDENTIALS",
        "expose_headers": "CORS_EXPOSE_HEADERS",
        "max_age": "CORS_PREFLIGHT_MAX_AGE",
    },
    "Express": {
        "allow_origins": "origin",
        "allow_methods": "methods",
        "allow_headers": "allowedHeaders",
        "allow_credentials": "credentials",
        "expose_headers": "exposedHeaders",
        "max_age": "maxAge",
    },
}


def write_lines(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the lines that make each framework answer so.

    >>> print(write_lines({"allow_origins": ["https://app.example"]})["Flask"])
    from crossorigin.integrations.flask import CORS
    CORS(app, origins=["https://app.example"])
    """
    if not settings.get("allow_origins"):
        return {}
    options = {name: _plain(value) for name, value in settings.items()}
    fastapi, flask, django, express = (_rename(called, options) for called in _CALLED.values())
    keywords = [", ".join(f"{name}={_python(value)}" for name, value in one.items()) for one in (fastapi, flask)]
    if isinstance(regex := django.get("CORS_ALLOWED_ORIGIN_REGEXES"), str):
        django["CORS_ALLOWED_ORIGIN_REGEXES"] = [regex]
    settings_lines = [f"{name} = {_python(value)}" for name, value in django.items()]
    if django["CORS_ALLOWED_ORIGINS"] == [ANY]:
        settings_lines[0] = "CORS_ALLOW_ALL_ORIGINS = True"
    settings_lines.append("# and first in MIDDLEWARE: crossorigin.integrations.django.middleware.CorsMiddleware")
    members = ", ".join(f"{name}: {json.dumps(value)}" for name, value in express.items())
    lines = {
        "FastAPI": f"from crossorigin.integrations.fastapi import CORSMiddleware\n"
        f"app.add_middleware(CORSMiddleware, {keywords[0]})",
        "Flask": f"from crossorigin.integrations.flask import CORS\nCORS(app, {keywords[1]})",
        "Django": "\n".join(settings_lines),
        "Express": f"app.use(cors({{ {members} }}));",
    }
    # Why: the package for Express takes a * inside an origin for a letter of it, and a regex has another place there
    # and in Flask.
    has_regex = "allow_origin_regex" in options
    if has_regex or any("*" in origin and origin != ANY for origin in options["allow_origins"]):
        del lines["Express"]
    if has_regex:
        del lines["Flask"]
    return lines


def write_nginx(
    headers: Sequence[tuple[str, str]], hidden: Sequence[str] = (), status: int | None = None
) -> dict[str, str]:
    """Return the directives that make nginx add *headers*, to errors as well, instead of the app's *hidden* ones.

    With a *status* nginx answers a preflight itself, before the app and its login: nothing of the app's is in it.
    """
    if not headers or any("$" in value for _, value in headers):
        return {}
    lines = []
    for name, value in headers:
        lines.append(f"add_header {name} {_nginx(names.ORIGIN if name == names.VARY else value)} always;")
    if status is None:
        hiding = [f"proxy_hide_header {name};" for name in hidden if name != names.VARY]
        return {"nginx": "\n".join([*hiding, *lines])}
    inside = "".join(f"    {line}\n" for line in lines)
    return {"nginx": f"# in the location\nif ($request_method = OPTIONS) {{\n{inside}    return {status};\n}}"}


def write_vary() -> dict[str, str]:
    """Return the lines that tell caches to keep an answer for each origin."""
    return {
        "Express": f'app.use((req, res, next) => {{ res.vary("{names.ORIGIN}"); next(); }});',
        "nginx": f"add_header {names.VARY} {names.ORIGIN} always;",
    }


def write_slashes() -> dict[str, str]:
    """Return the lines that make both forms of a route answer, without a redirect between them."""
    return {
        "FastAPI": "app = FastAPI(redirect_slashes=False)  # and declare the route as the script calls it",
        "Flask": "app.url_map.strict_slashes = False",
        "Django": "APPEND_SLASH = False  # and write the route as the script calls it",
    }


def write_proxy_trust() -> dict[str, str]:
    """Return the lines that tell an app behind a proxy that its visitors speak https."""
    return {
        "FastAPI": "uvicorn main:app --proxy-headers --forwarded-allow-ips 127.0.0.1",
        "Flask": "app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)",
        "Django": 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
        "Express": 'app.set("trust proxy", 1);',
        "nginx": "proxy_set_header X-Forwarded-Proto $scheme;",
    }


def write_fetch(call: Call, changed: Mapping[str, Any]) -> dict[str, str]:
    """Return the call that the script makes instead, without its headers and body."""
    said = {"method": call.method, "credentials": call.credentials}
    options = {name: changed.get(name, value) for name, value in said.items()}
    members = [f"{name}: {json.dumps(value)}" for name, value in options.items() if value not in ("GET", "same-origin")]
    url = json.dumps(changed.get("url", call.url))
    return {"JavaScript": f"fetch({url}, {{ {', '.join(members)} }})" if members else f"fetch({url})"}


def _rename(called: Mapping[str, str], options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: options[option] for option, name in called.items() if option in options}


def _plain(value: object) -> Any:  # noqa: ANN401 (options are of many types)
    if isinstance(value, re.Pattern):
        return value.pattern
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value


def _python(value: object) -> str:
    """Write a value as Python, its texts in double quotes."""
    if isinstance(value, list):
        return f"[{', '.join(map(_python, value))}]"
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _nginx(value: str) -> str:
    """Quote a value for nginx, in whose texts a $ begins a variable and cannot be escaped."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
