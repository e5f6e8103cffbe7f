"""A whole Caddyfile, in front of the app: it is written only.

Each condition is an expression of CEL about the values of the request, joined where a header has several lines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from crossorigin.dialects import Written
from crossorigin.dialects._plans import METHOD, NAMES, ORIGIN
from crossorigin.dialects._steps import METHOD as STEP_METHOD
from crossorigin.dialects._steps import OWN, PATH, REFUSAL, Condition, plan_steps
from crossorigin.standard import headers as names
from crossorigin.standard.headers import CORS_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects import Edge
    from crossorigin.dialects._steps import Part, Step
    from crossorigin.ruleset import Ruleset

NAME = "caddy"
FORM = "edge"

_CALLED = "Caddy"


def _header(name: str) -> str:
    return f"{{http.request.header.{name}}}"


#: What stands in a value for what a request has.
_HELD = {
    ORIGIN: _header(names.ORIGIN),
    METHOD: _header(names.REQUEST_METHOD),
    NAMES: _header(names.REQUEST_HEADERS),
}
_HOST = "{http.request.hostport}"
_VALUES = {STEP_METHOD: "{http.request.method}", PATH: "{http.request.uri}", names.HOST: _HOST}
_ERROR = 400


def recognizes(text: str) -> bool:  # noqa: ARG001 (the signature of every dialect)
    """Tell that no text is certainly of this dialect, which cannot be read."""
    return False


def write(ruleset: Ruleset, edge: Edge) -> Written:
    """Write the whole Caddyfile."""
    parts, losses = plan_steps(ruleset, _CALLED, knows_own=True)
    text = _TEMPLATE.format(
        upstream=edge.upstream,
        listen_host=edge.listen_host.strip("[]"),
        listen_port=edge.listen_port,
        prefix=CORS_PREFIX.title(),
        rules="".join(line for number, part in enumerate(parts, 1) for line in _write_part(number, part)),
    )
    return Written(text, losses)


_TEMPLATE = """\
# CORS in front of http://{upstream}, for Caddy 2.6 or newer.
# Start it: caddy run --config Caddyfile. Check it: caddy validate --config Caddyfile --adapter caddyfile.

{{
	admin off
	auto_https off
}}

# One authority: what the app says of CORS is left out.
(cors_app) {{
	reverse_proxy http://{upstream} {{
		header_down -{prefix}*
	}}
}}

http://:{listen_port} {{
	bind {listen_host}

	# In each block the first whose conditions are all met is taken.
	route {{
{rules}		reverse_proxy http://{upstream}
	}}
}}
"""


def _write_part(number: int, part: Part) -> Iterator[str]:
    if not part.paths:
        for at, step in enumerate(part.steps, 1):
            yield from _write_step("\t\t", f"{number}_{at}", step)
        return
    # Why: what is between {$ and } comes from the environment, in a comment as well.
    yield f"\t\t# {part.title.replace('$', '(dollar)')}\n"
    path = Condition(PATH, regexes=tuple(rf"{regex}(?:\?.*)?" for regex in part.paths))
    yield f"\t\t@cors_{number} expression {_quote(_write_condition(path))}\n"
    yield f"\t\thandle @cors_{number} {{\n\t\t\troute {{\n"
    for at, step in enumerate(part.steps, 1):
        yield from _write_step("\t\t\t\t", f"{number}_{at}", step)
    yield "\t\t\t}\n\t\t}\n"


def _write_step(indent: str, name: str, step: Step) -> Iterator[str]:
    matcher = ""
    yield f"{indent}# {step.name}\n"
    if step.conditions:
        matcher = f"@cors_{name} "
        yield f"{indent}{matcher}expression {_quote(' && '.join(map(_write_condition, step.conditions)))}\n"
    yield f"{indent}handle {matcher}{{\n"
    for header, value in step.headers:
        # Why: what the app's answer varies by stays.
        sign = "+" if header == names.VARY else ""
        written = _HELD.get(value) or f'"{value}"'
        yield f"{indent}\theader {sign}{header} {written}\n"
    if step.status is None:
        yield f"{indent}\timport cors_app\n"
    else:
        body = f'"{REFUSAL.strip()}" ' if step.status >= _ERROR else ""
        yield f"{indent}\trespond {body}{step.status}\n"
    yield f"{indent}}}\n"


def _quote(expression: str) -> str:
    """Write an expression as a word that nothing in it can end, and in which nothing is put from the environment."""
    return "`" + expression.replace("`", r"\u0060").replace("{$", r"{\u0024") + "`"


def _write_condition(condition: Condition) -> str:
    if condition.subject == OWN:
        return f"({_OWN})"
    value = _VALUES.get(condition.subject, _header(condition.subject))
    ways = []
    if condition.texts:
        ways.append(f"{value} in {json.dumps(condition.texts)}")
    if condition.regexes:
        whole = f"^(?:{'|'.join(condition.regexes)})$"
        ways.append(f"{value}.matches({json.dumps(whole)})")
    if not ways:
        ways.append(f"header({{{json.dumps(condition.subject)}: '*'}})")
    found = f"({' || '.join(ways)})" if len(ways) > 1 else ways[0]
    return found if condition.is_met else f"!({found})"


_ORIGIN = _header(names.ORIGIN)
_OWN = f"{_ORIGIN} in ['http://' + {_HOST}, 'https://' + {_HOST}]" + "".join(
    f" || {_ORIGIN} + ':{port}' == '{scheme}://' + {_HOST}" for scheme, port in (("http", 80), ("https", 443))
)
