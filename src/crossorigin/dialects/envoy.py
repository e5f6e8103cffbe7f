"""A whole static configuration of Envoy, in front of the app: it is written only.

The routes do it all, in the order in which they are tried. Envoy's own CORS filter passes the preflights that it
refuses on to the app, and sends no ``Vary``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from crossorigin.dialects import Loss, Written
from crossorigin.dialects._plans import METHOD, NAMES, ORIGIN
from crossorigin.dialects._steps import METHOD as STEP_METHOD
from crossorigin.dialects._steps import REFUSAL, plan_steps
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crossorigin.dialects import Edge
    from crossorigin.dialects._steps import Condition, Part, Step
    from crossorigin.ruleset import Ruleset

NAME = "envoy"
FORM = "edge"

_CALLED = "Envoy"

#: What stands in a value for what a request has.
_HELD = {
    ORIGIN: f"%REQ({names.ORIGIN})%",
    METHOD: f"%REQ({names.REQUEST_METHOD})%",
    NAMES: f"%REQ({names.REQUEST_HEADERS})%",
}
_PSEUDO = {STEP_METHOD: ":method", names.HOST: ":authority"}
#: Repeated where it is needed by its name, as YAML has it.
_CORS = "*cors"
_CORS_NAMES = (
    *(names.ALLOW_ORIGIN, names.ALLOW_CREDENTIALS, names.ALLOW_METHODS, names.ALLOW_HEADERS, names.EXPOSE_HEADERS),
    *(names.MAX_AGE, names.ALLOW_PRIVATE_NETWORK),
)
_ERROR = 400
_MARKS = re.compile(r"[^A-Za-z0-9/_:@~ -]")


def write(ruleset: Ruleset, edge: Edge) -> Written:
    """Write the whole configuration."""
    parts, losses = plan_steps(ruleset, _CALLED, knows_own=False)
    if any("QUERY" in part.plan.policy.allow_methods for part in parts):
        why = f"{_CALLED}: it refuses QUERY without {names.CONTENT_TYPE}, and that answer has no {names.VARY}"
        losses.append(Loss("allow_methods: QUERY", why, "narrows"))
    routes = "".join(line for part in parts for line in _write_part(part))
    text = _TEMPLATE.format(
        upstream=edge.upstream,
        kind="STATIC" if re.fullmatch(r"\[.*\]|[0-9.]+", edge.upstream_host) else "STRICT_DNS",
        upstream_host=_quote(edge.upstream_host.strip("[]")),
        upstream_port=edge.upstream_port,
        listen_host=_quote(edge.listen_host.strip("[]")),
        listen_port=edge.listen_port,
        routes=routes.replace(_CORS, f"&cors {json.dumps(_CORS_NAMES)}", 1),
    )
    return Written(text, losses)


_TEMPLATE = """\
# CORS in front of http://{upstream}, for Envoy 1.30 or newer.
# Start it: envoy -c envoy.yaml. Check it: envoy --mode validate -c envoy.yaml.

# Expressions may be longer than Envoy allows by itself: RE2 takes them in time, whatever is asked.
layered_runtime:
  layers:
  - name: cors
    static_layer: {{re2: {{max_program_size: {{error_level: 1000000, warn_level: 1000000}}}}}}

static_resources:
  listeners:
  - name: cors
    address:
      socket_address: {{address: {listen_host}, port_value: {listen_port}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: cors
          use_remote_address: true
          normalize_path: false
          http_protocol_options: {{allow_custom_methods: true}}
          server_header_transformation: PASS_THROUGH
          upgrade_configs: [{{upgrade_type: websocket}}]
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
              suppress_envoy_headers: true
          route_config:
            name: cors
            request_headers_to_add:
            - header: {{key: X-Forwarded-Host, value: "%REQ(:AUTHORITY)%"}}
              append_action: OVERWRITE_IF_EXISTS_OR_ADD
            virtual_hosts:
            - name: app
              domains: ["*"]
              # The first route whose conditions are all met is taken. Every expression must match a whole value.
              routes:
{routes}              - name: "no rule"
                match: {{prefix: /}}
                route: {{cluster: app, timeout: 0s}}
  clusters:
  - name: app
    type: {kind}
    connect_timeout: 5s
    load_assignment:
      cluster_name: app
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address: {{address: {upstream_host}, port_value: {upstream_port}}}
"""


def _quote(text: str) -> str:
    """Write a text as a scalar in double quotes, in ASCII."""
    return json.dumps(text)


def _write_part(part: Part) -> Iterator[str]:
    if part.paths:
        yield f"              # {part.title}\n"
    path = _any_of(part.paths)
    for step in part.steps:
        yield from _write_route(path, step)


def _write_route(path: str, step: Step) -> Iterator[str]:
    indent = " " * 16
    yield f"{indent[2:]}- name: {_quote(step.name)}\n"
    found = f"safe_regex: {{regex: {_quote(path)}}}" if path else "prefix: /"
    yield f"{indent}match:\n{indent}  {found}\n"
    if step.conditions:
        yield f"{indent}  headers:\n"
        for condition in step.conditions:
            yield f"{indent}  - {_write_condition(condition)}\n"
    if step.status is None:
        yield f"{indent}route: {{cluster: app, timeout: 0s}}\n"
        yield f"{indent}response_headers_to_remove: {_CORS}\n"
    else:
        body = f", body: {{inline_string: {_quote(REFUSAL)}}}" if step.status >= _ERROR else ""
        yield f"{indent}direct_response: {{status: {step.status}{body}}}\n"
    yield f"{indent}response_headers_to_add:\n"
    for name, value in step.headers:
        yield f"{indent}- {_write_header(name, value)}\n"


def _write_condition(condition: Condition) -> str:
    name = _PSEUDO.get(condition.subject, condition.subject)
    inverted = "" if condition.is_met else ", invert_match: true"
    if not condition.texts and not condition.regexes:
        return f"{{name: {_quote(name)}, present_match: true{inverted}}}"
    lacks = ", treat_missing_header_as_empty: true" if condition.may_lack or not condition.is_met else ""
    if len(condition.texts) == 1:
        match = f"{{exact: {_quote(condition.texts[0])}}}"
    else:
        regexes = condition.regexes or [_MARKS.sub(r"\\\g<0>", text) for text in condition.texts]
        match = f"{{safe_regex: {{regex: {_quote(_any_of(regexes))}}}}}"
    return f"{{name: {_quote(name)}, string_match: {match}{inverted}{lacks}}}"


def _any_of(regexes: Sequence[str]) -> str:
    return regexes[0] if len(regexes) == 1 else f"(?:{'|'.join(regexes)})" if regexes else ""


def _write_header(name: str, value: str) -> str:
    written = _HELD.get(value) or value.replace("%", "%%")
    # Why: what the app's answer varies by stays.
    action = "APPEND_IF_EXISTS_OR_ADD" if name == names.VARY else "OVERWRITE_IF_EXISTS_OR_ADD"
    return f"{{header: {{key: {_quote(name)}, value: {_quote(written)}}}, append_action: {action}}}"
