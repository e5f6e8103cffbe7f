"""The packages themselves and the policies that stand for them let scripts read the same, but for the losses."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from crossorigin import PolicyWarning
from crossorigin.browser import Call
from crossorigin.dialects import read, write
from dialects.packages import EXTRA, METHODS, RUN, compare

ORIGINS = (
    "https://app.example",
    "http://localhost:3000",
    "null",
    "https://a.example",
    "https://b.a.example",
    "https://x.example.com",
    "https://app.example.evil.example",
    "http://[::1]",
    "https://example.com",
)
calls = st.builds(
    lambda call, origin: Call(
        page_origin=origin,
        url=call.url,
        method=call.method,
        headers=call.header_list,
        credentials=call.credentials,
        body=call.body,
    ),
    strategies.calls,
    st.sampled_from(ORIGINS),
)
#: What most scripts send: one header that needs a preflight, or none.
usual_calls = st.builds(
    lambda origin, method, headers, credentials: Call(
        page_origin=origin, url="https://api.example/items", method=method, headers=headers, credentials=credentials
    ),
    st.sampled_from(ORIGINS),
    st.sampled_from(("GET", "PUT", "POST", "PATCH")),
    st.sampled_from(([], [("Content-Type", "application/json")], [("X-Test", "1")], [("Authorization", "a")])),
    st.sampled_from(("omit", "include")),
)
many_calls = st.lists(st.one_of(usual_calls, usual_calls, calls), min_size=8, max_size=8)

origins = st.lists(
    st.sampled_from(
        (*ORIGINS, *ORIGINS, "*", "https://*.example.com", "https://APP.example", "file://", "https://a.example/")
    ),
    max_size=4,
)
regexes = st.sampled_from(
    (
        "https://.*",
        ".*",
        r"https://.*\.example",
        r"https://.*\.example$",
        r"https://app\.example|null",
        r"(?:a|https://a)\.example\Z",
    )
)
methods = st.lists(
    st.sampled_from(("GET", "HEAD", "POST", "PUT", "put", "TRACE", "A B", "PATCH", "patch", "DELETE", "*")), max_size=5
)
names = st.lists(
    st.sampled_from(("X-Test", "authorization", "Content-Type", "accept", "Range", "Cookie", "x y", "*")), max_size=4
)
exposed = st.lists(st.sampled_from(("X-Total", "ETag", "*")), max_size=2)
ages = st.sampled_from((0, 600, 100_000))


def _write_call(start: str, options: dict[str, Any], end: str = ")") -> str:
    return start + "".join(f", {name}={value!r}" for name, value in options.items()) + end


fastapi_sources = st.fixed_dictionaries(
    {"allow_origins": origins},
    optional={
        "allow_methods": methods,
        "allow_headers": names,
        "allow_credentials": st.booleans(),
        "allow_origin_regex": regexes,
        "expose_headers": exposed,
        "max_age": ages,
    },
).map(
    lambda options: _write_call(
        "from starlette.middleware.cors import CORSMiddleware\napp.add_middleware(CORSMiddleware", options
    )
)
flask_options = st.fixed_dictionaries(
    {},
    optional={
        "origins": st.one_of(origins, regexes, st.lists(st.one_of(st.sampled_from(ORIGINS), regexes), max_size=3)),
        "methods": methods,
        "allow_headers": names,
        "supports_credentials": st.booleans(),
        "expose_headers": exposed,
        "max_age": ages,
        "vary_header": st.booleans(),
    },
)
resources = st.dictionaries(
    st.sampled_from(
        ("/items", "/public/*", r"/public/.*", r"^/public(/.*)?$", "/*", r"/[a-z]+", r"/it/*", "/public/a")
    ),
    flask_options,
    max_size=3,
)
flask_sources = st.builds(
    lambda options, more: _write_call("from flask_cors import CORS\nCORS(app", {**options, **more}),
    flask_options,
    st.one_of(st.just({}), st.fixed_dictionaries({"resources": resources})),
)


def _write_views(views: list[tuple[str, dict[str, Any]]], call: dict[str, Any] | None) -> str:
    """Write views that answer as the app does, and CORS(app) beside them or not."""
    text = "from flask_cors import CORS, cross_origin\n"
    methods = [one for one in METHODS if one != "OPTIONS"]
    for number, (path, options) in enumerate(views):
        given = ", ".join(f"{name}={value!r}" for name, value in options.items())
        text += f"@app.route({path!r}, methods={methods!r})\n@cross_origin({given})\n"
        text += f"def view_{number}(**parts):\n    return 'ok', {EXTRA!r}\n"
    return text if call is None else text + _write_call("CORS(app", call)


flask_views = st.builds(
    _write_views,
    st.lists(
        st.tuples(
            st.sampled_from(("/items", "/items", "/public/a", "/public/<name>", "/<int:number>", "/it/<path:rest>")),
            flask_options,
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda view: view[0],
    ),
    st.one_of(st.none(), flask_options),
)
django_sources = st.fixed_dictionaries(
    {"CORS_ALLOWED_ORIGINS": origins},
    optional={
        "CORS_ALLOWED_ORIGIN_REGEXES": st.lists(regexes, max_size=2),
        "CORS_ALLOW_ALL_ORIGINS": st.booleans(),
        "CORS_ALLOW_METHODS": methods,
        "CORS_ALLOW_HEADERS": names,
        "CORS_ALLOW_CREDENTIALS": st.booleans(),
        "CORS_EXPOSE_HEADERS": exposed,
        "CORS_PREFLIGHT_MAX_AGE": ages,
        "CORS_URLS_REGEX": st.sampled_from(("^.*$", "^/items.*$", "^/public/.*$", "/public/", "^/(a|b)")),
    },
).map(lambda options: "".join(f"{name} = {value!r}\n" for name, value in options.items()))
six_options: dict[str, st.SearchStrategy[Any]] = {
    "allow_methods": methods,
    "allow_headers": names,
    "allow_credentials": st.booleans(),
    "expose_headers": exposed,
    "max_age": ages,
}
fastrapi_sources = (
    st.fixed_dictionaries({"allow_origins": origins}, optional=six_options)
    # Its server ends itself then.
    .filter(lambda options: not options.get("allow_credentials") or "'*'" not in str(options))
    .map(
        lambda options: _write_call(
            "from fastrapi.middleware import CORSMiddleware\napp.add_middleware(CORSMiddleware", options
        )
    )
)
kui_origins: st.SearchStrategy[Any] = st.lists(st.one_of(st.sampled_from(ORIGINS).map(re.escape), regexes), max_size=3)
kui_sources = st.fixed_dictionaries(
    {"allow_origins": kui_origins},
    optional=six_options,
).map(
    lambda options: (
        "import kui\nimport re\ncors_config = {"
        + "".join(f"{name!r}: {value!r}, " for name, value in options.items() if name != "allow_origins")
        + f"'allow_origins': [{', '.join(f're.compile({text!r})' for text in options['allow_origins'])}]}}"
    )
)
nexios_sources = st.fixed_dictionaries(
    {"allow_origins": origins},
    optional={
        **six_options,
        "allow_origin_regex": regexes,
        "blacklist_origins": origins,
        "blacklist_headers": names,
        "strict_origin_checking": st.booleans(),
        "custom_error_status": st.sampled_from((400, 403)),
        "dynamic_origin_validator": st.none(),
    },
).map(
    lambda options: (
        _write_call("from nexios.middleware.cors import *\ncors = CorsConfig(debug=False", options)
        + "\napp.add_middleware(CORSMiddleware(cors))"
    )
)
aws_origins = st.lists(st.sampled_from((*ORIGINS, "*", "https://*", "http://*")), max_size=3)
tokens = names.map(lambda found: [name for name in found if " " not in name])
api_gateway_sources = st.fixed_dictionaries(
    {"AllowOrigins": aws_origins},
    optional={
        "AllowMethods": st.lists(st.sampled_from(("GET", "POST", "PUT", "PATCH", "*")), max_size=4),
        "AllowHeaders": tokens,
        "AllowCredentials": st.booleans(),
        "ExposeHeaders": exposed,
        "MaxAge": st.sampled_from((-1, 0, 86400)),
    },
).map(json.dumps)
s3_rules = st.fixed_dictionaries(
    {
        "AllowedOrigins": st.lists(
            st.sampled_from((*ORIGINS, "*", "https://*.example", "https://*", "https", "http://local*")),
            min_size=1,
            max_size=3,
        ),
        "AllowedMethods": st.lists(st.sampled_from(("GET", "HEAD", "POST", "PUT", "DELETE")), min_size=1, max_size=5),
    },
    optional={
        "AllowedHeaders": st.one_of(tokens, st.just(["x-*"])),
        "ExposeHeaders": st.lists(st.sampled_from(("X-Total", "ETag")), max_size=2),
        "MaxAgeSeconds": ages,
    },
)
s3_sources = st.lists(s3_rules, min_size=1, max_size=3).map(lambda rules: json.dumps({"CORSRules": rules}))
ingress_sources = st.fixed_dictionaries(
    {},
    optional={
        "cors-allow-origin": st.one_of(
            st.just(["*"]),
            st.lists(
                st.sampled_from(("https://app.example", "https://*.a.example", "null", "a.example")),
                min_size=1,
                max_size=3,
            ),
        ),
        "cors-allow-methods": st.lists(st.sampled_from(("GET", "PUT", "patch", "POST")), min_size=1, max_size=4),
        "cors-allow-headers": st.lists(st.sampled_from(("X-Test", "authorization", "accept")), min_size=1, max_size=3),
        "cors-expose-headers": st.lists(st.sampled_from(("X-Total", "ETag", "*")), min_size=1, max_size=2),
        "cors-allow-credentials": st.sampled_from((["true"], ["false"])),
        "cors-max-age": ages.map(lambda age: [str(age)]),
    },
).map(
    lambda found: (
        "kind: Ingress\nmetadata:\n  annotations:\n    nginx.ingress.kubernetes.io/enable-cors: 'true'\n"
        + "".join(f"    nginx.ingress.kubernetes.io/{name}: {', '.join(items)!r}\n" for name, items in found.items())
    )
)
gateway_sources = st.fixed_dictionaries(
    {
        "allowOrigins": st.one_of(
            st.just(["*"]),
            st.lists(
                st.sampled_from(("https://app.example", "https://*.a.example", "https://*", "http://*:3000")),
                max_size=3,
            ),
        )
    },
    optional={
        "allowMethods": st.one_of(st.just(["*"]), st.lists(st.sampled_from(("GET", "PUT", "PATCH", "TRACE")))),
        "allowHeaders": st.one_of(st.just(["*"]), tokens.map(lambda found: [one for one in found if one != "*"])),
        "exposeHeaders": st.sampled_from((["*"], ["X-Total"], [])),
        "allowCredentials": st.booleans(),
        "maxAge": st.sampled_from((1, 600, 100_000)),
    },
).map(
    lambda cors: (
        "kind: HTTPRoute\n" + json.dumps({"spec": {"rules": [{"filters": [{"type": "CORS", "cors": cors}]}]}})[1:-1]
    )
)
SOURCES = {
    "api-gateway": api_gateway_sources,
    "gateway-api, *": gateway_sources,
    "gateway-api, echo": gateway_sources,
    "ingress-nginx": ingress_sources,
    "s3": s3_sources,
    "fastapi": fastapi_sources,
    "flask-cors": flask_sources,
    "flask-cors, views": flask_views,
    "django": django_sources,
    "fastrapi": fastrapi_sources,
    "kui": kui_sources,
    "nexios": nexios_sources,
}
SOURCES = {name: sources for name, sources in SOURCES.items() if name in RUN}
IN_PROCESS = sorted({*SOURCES} - {"fastrapi"})


def check_read(dialect: str, data: st.DataObject) -> None:
    text = data.draw(SOURCES[dialect])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        found = read(dialect.partition(",")[0], text)
    compare(dialect, found, data.draw(many_calls), reads=True)


@pytest.mark.parametrize("dialect", IN_PROCESS)
@settings(max_examples=120, deadline=None)
@given(st.data())
def test_what_is_read_is_what_the_package_does(dialect: str, data: st.DataObject) -> None:
    """For any settings and any call."""
    check_read(dialect, data)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_is_read_is_what_a_server_in_rust_does(data: st.DataObject) -> None:
    """The same, with fewer settings: each takes a process."""
    check_read("fastrapi", data)


near = st.fixed_dictionaries(
    {
        "allow_origins": st.one_of(
            st.lists(st.sampled_from(ORIGINS), max_size=4).map(lambda one: [o for o in one if o != "null"]),
            st.just("*"),
        )
    },
    optional={
        "allow_origin_regex": st.sampled_from((r"https://[a-z.]+\.example", "https://a.*", "[a-z:/.]+")),
        "allow_methods": st.sampled_from(
            (["GET", "HEAD", "POST"], ["PUT", "GET"], ["GET", "HEAD", "POST", "PATCH"], "*", ["patch"])
        ),
        "allow_headers": st.sampled_from(([], ["X-Test"], ["Authorization", "X-Test", "Range"], "*")),
        "deny_headers": st.sampled_from(([], ["Content-Type"], ["X-Test"])),
        "deny_origins": st.sampled_from(([], ["https://a.example"])),
        "allow_credentials": st.booleans(),
        "expose_headers": st.sampled_from(([], ["X-Total"])),
        "max_age": st.sampled_from((None, 0, 600)),
        "dangerously_allow_any_origin_with_credentials": st.just(True),
        "dangerously_allow_null_origin": st.booleans(),
    },
)
policies = st.one_of(near.map(strategies._make).filter(lambda policy: policy is not None), strategies.policies)


def check_written(dialect: str, data: st.DataObject) -> None:
    policy = data.draw(policies)
    assert policy
    written = write(dialect.partition(",")[0], policy, accept_dangerous=data.draw(st.booleans()))
    compare(dialect, written, data.draw(many_calls), reads=False)


@pytest.mark.parametrize("dialect", [name for name in IN_PROCESS if "views" not in name])
@settings(max_examples=120, deadline=None)
@given(st.data())
def test_what_is_written_does_what_the_policy_says(dialect: str, data: st.DataObject) -> None:
    """The written text runs as it is, for any policy and any call."""
    check_written(dialect, data)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_is_written_does_in_a_server_in_rust_what_the_policy_says(data: st.DataObject) -> None:
    """The same, with fewer policies: each takes a process."""
    check_written("fastrapi", data)
