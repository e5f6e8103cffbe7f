"""Servers that cannot run here, as their own sources and documentation describe them: networks for the browser model.

Each answers by one configuration for every path, and shares no code with the dialect that it is held against.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from crossorigin.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Headers = dict[str, str]
APP = {"X-Total": "1", "ETag": "e"}


def _read(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers}


def _write(prefix: Headers) -> Headers:
    return {f"Access-Control-{name}": value for name, value in prefix.items() if value}


def _answer(status: int, headers: Headers) -> Response:
    return Response(status, [*headers.items()], b"")


def _serve(headers: Headers) -> Response:
    return Response(200, [*APP.items(), *headers.items()], b"ok")


@contextlib.contextmanager
def run_s3(text: str) -> Iterator[Callable[[Request], Response]]:
    """Answer by the first rule that matches origin, method and all names; only one with ``*`` has no credentials.

    After https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html and what LocalStack has measured.
    """
    rules = json.loads(text)["CORSRules"]

    def matches(rule: dict[str, Any], origin: str, method: str, names: list[str]) -> bool:
        allowed = [name.lower() for name in rule.get("AllowedHeaders", ())]
        return (
            any(
                re.fullmatch(re.escape(one).replace(r"\*", ".+"), origin) or one == "*"
                for one in rule["AllowedOrigins"]
            )
            and method in rule["AllowedMethods"]
            and all(any(fnmatch.fnmatchcase(name, one) for one in allowed) for name in names)
        )

    def ask(request: Request) -> Response:
        sent = _read(request)
        asked = sent.get("access-control-request-headers", "")
        names = [name.strip().lower() for name in asked.split(",") if name.strip()]
        method = sent.get("access-control-request-method", request.method)
        rule = next((one for one in rules if matches(one, sent.get("origin", ""), method, names)), None)
        if rule is None:
            return _answer(403, {}) if request.method == "OPTIONS" else _serve({})
        is_any = "*" in rule["AllowedOrigins"]
        headers = _write(
            {
                "Allow-Origin": "*" if is_any else sent["origin"],
                "Allow-Credentials": "" if is_any else "true",
                "Allow-Methods": ", ".join(rule["AllowedMethods"]),
                "Allow-Headers": ", ".join(names),
                "Expose-Headers": ", ".join(rule.get("ExposeHeaders", ())),
                "Max-Age": str(rule.get("MaxAgeSeconds", "")),
            }
        )
        return _answer(200, headers) if request.method == "OPTIONS" else _serve(headers)

    yield ask


@contextlib.contextmanager
def run_api_gateway(text: str) -> Iterator[Callable[[Request], Response]]:
    """Send the lists as they are.

    After https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html.
    """
    config = json.loads(text)
    origins = config.get("AllowOrigins", [])
    # "allow-credentials is not supported if 'allow-origin' is *"
    has_credentials = config.get("AllowCredentials", False) and "*" not in origins

    def ask(request: Request) -> Response:
        sent = _read(request)
        origin = sent.get("origin", "")
        is_listed = origin in origins or any(f"{origin.partition('://')[0]}://*" == one for one in origins)
        headers = {}
        if "*" in origins or is_listed:
            headers = {
                "Allow-Origin": "*" if "*" in origins else origin,
                "Allow-Credentials": "true" if has_credentials else "",
                "Expose-Headers": ",".join(config.get("ExposeHeaders", ())),
            }
        if request.method == "OPTIONS" and "access-control-request-method" in sent:
            lists = {
                "Allow-Methods": ",".join(config.get("AllowMethods", ())),
                "Allow-Headers": ",".join(config.get("AllowHeaders", ())),
                "Max-Age": str(config.get("MaxAge", "")),
            }
            return _answer(204, _write(headers | (lists if headers else {})))
        return _serve(_write(headers))

    yield ask


@contextlib.contextmanager
def run_ingress_nginx(text: str) -> Iterator[Callable[[Request], Response]]:
    """Do what the controller's template makes of the annotations: match one expression, send the lists as they are.

    After rootfs/etc/nginx/template/nginx.tmpl and internal/ingress/annotations/cors/main.go of ingress-nginx.
    """
    annotations = next(yaml.safe_load_all(text))["metadata"]["annotations"]
    found = {name.rpartition("/")[2]: str(value) for name, value in annotations.items()}
    origins = [one.strip() for one in found.get("cors-allow-origin", "*").split(",")]
    origins = [one for one in origins if one in {"*", "null"} or "://" in one]
    parts = [re.escape(one).replace(r"\*", "[A-Za-z0-9-]+") for one in origins]
    has_credentials = found.get("cors-allow-credentials", "true") == "true"

    def ask(request: Request) -> Response:
        sent = _read(request)
        origin = "*" if "*" in origins else sent.get("origin", "")
        is_allowed = "*" in origins or re.search(f"(?:{'|'.join(parts)})$", origin, re.IGNORECASE)
        if not parts or not is_allowed:
            return _serve({})
        headers = _write(
            {
                "Allow-Origin": origin,
                "Allow-Credentials": "true" if has_credentials else "",
                "Allow-Methods": found.get("cors-allow-methods", "GET, PUT, POST, DELETE, PATCH, OPTIONS"),
                "Allow-Headers": found.get(
                    "cors-allow-headers",
                    "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization",
                ),
                "Expose-Headers": found.get("cors-expose-headers", ""),
                "Max-Age": found.get("cors-max-age", "1728000"),
            }
        )
        return _answer(204, headers) if request.method == "OPTIONS" else _serve(headers)

    yield ask


def run_gateway_api(*, echoes: bool) -> Callable[[str], contextlib.AbstractContextManager[Any]]:
    """Answer by the filter of the first rule, and repeat what was asked, or send ``*``.

    After GEP 1767 of the Gateway API, which allows both where there are no credentials.
    """

    @contextlib.contextmanager
    def run(text: str) -> Iterator[Callable[[Request], Response]]:
        rule = next(yaml.safe_load_all(text))["spec"]["rules"][0]
        cors = next(one["cors"] for one in rule["filters"] if one["type"] == "CORS")
        origins = cors.get("allowOrigins", [])
        has_credentials = cors.get("allowCredentials", False)

        def choose(listed: list[str], asked: str) -> str:
            if "*" in listed:
                return asked if echoes or has_credentials else "*"
            return ", ".join(listed)

        def matches(origin: str) -> bool:
            if "*" in origins:
                return True
            ports = {"https": ":443", "http": ":80"}
            bare = [one.removesuffix(ports.get(one.partition("://")[0], "?")) for one in origins]
            return any(re.fullmatch(re.escape(one).replace(r"\*", "[^:/]+"), origin) for one in bare)

        def ask(request: Request) -> Response:
            sent = _read(request)
            origin = sent.get("origin", "")
            is_preflight = request.method == "OPTIONS" and "access-control-request-method" in sent
            if not origin or not matches(origin):
                return _answer(204, {}) if is_preflight else _serve({})
            headers = {
                "Allow-Origin": choose(["*"], origin) if "*" in origins else origin,
                "Allow-Credentials": "true" if has_credentials else "",
                "Expose-Headers": ", ".join(cors.get("exposeHeaders", ())),
            }
            if not is_preflight:
                return _serve(_write(headers))
            methods = cors.get("allowMethods", [])
            headers["Allow-Methods"] = choose(methods, sent["access-control-request-method"])
            headers["Allow-Headers"] = choose(
                cors.get("allowHeaders", []), sent.get("access-control-request-headers", "")
            )
            headers["Max-Age"] = str(cors.get("maxAge", 5))
            return _answer(204, _write(headers))

        yield ask

    return run
