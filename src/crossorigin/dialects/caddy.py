"""A whole Caddyfile, in front of the app: it is written only.

Each condition is an expression of CEL about the values of the request, joined where a header has several lines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from crossorigin.dialects import DialectError, Written
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
_VALUES = {
    STEP_METHOD: "{http.request.method}",
    PATH: "{http.request.uri}",
    names.HOST: _HOST,
    names.ORIGIN: _header(names.ORIGIN),
}
_ERROR = 400
#: Characters of an expression, of 100,000, with what Caddy makes of it.
_LONGEST = 90_000


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
# Start it: caddy run --config Caddyfile --adapter caddyfile. Check it: write validate in the place of run.

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
    yield f"\t\t# {part.title}\n"
    path = Condition(PATH, regexes=tuple(rf"{regex}(?:\?.*)?" for regex in part.paths))
    yield f"\t\t@cors_{number} expression {_quote(_write_condition(path))}\n"
    yield f"\t\thandle @cors_{number} {{\n\t\t\troute {{\n"
    for at, step in enumerate(part.steps, 1):
        yield from _write_step("\t\t\t\t", f"{number}_{at}", step)
    yield "\t\t\t}\n\t\t}\n"


def _write_step(indent: str, name: str, step: Step) -> Iterator[str]:
    matcher = f"@cors_{name} " if step.conditions else ""
    yield f"{indent}# {step.name}\n"
    if matcher:
        yield f"{indent}{matcher}{{\n"
        yield from (f"{indent}\t{line}\n" for line in _write_conditions(step))
        yield f"{indent}}}\n"
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


def _write_conditions(step: Step) -> Iterator[str]:
    """Yield the lines of a matcher, all of which must match."""
    # Why: names of origins may be more than an expression can have. No step has two such lines without a "not", of
    # which one would be enough.
    # Tempting: vars_regexp. Older releases match it with "<nil>", too, and with what a value names in the environment.
    listed = [one for one in step.conditions if one.subject == names.ORIGIN and one.texts]
    for one in listed:
        yield f"{'' if one.is_met else 'not '}vars {_VALUES[names.ORIGIN]} {' '.join(map(_quote, one.texts))}"
    expression = " && ".join(_write_condition(one) for one in step.conditions if one not in listed)
    if len(expression) > _LONGEST:
        raise DialectError(NAME, "an expression for origins is longer than Caddy reads", fix="Write fewer patterns")
    if expression:
        yield f"expression {_quote(expression)}"


def _match_whole(regexes: tuple[str, ...]) -> str:
    return f"^(?:{'|'.join(regexes)})$"


def _quote(expression: str) -> str:
    """Write an expression as a word that nothing in it can end, and in which nothing is put from the environment."""
    return "`" + expression.replace("`", r"\u0060").replace("{$", r"{\u0024") + "`"


def _write_condition(condition: Condition) -> str:
    if condition.subject == OWN:
        return f"({_OWN})"
    value = _VALUES.get(condition.subject, _header(condition.subject))
    if condition.texts:
        found = f"{value} in {json.dumps(condition.texts)}"
    elif condition.regexes:
        found = f"{value}.matches({json.dumps(_match_whole(condition.regexes))})"
    else:
        found = f"header({{{json.dumps(condition.subject)}: '*'}})"
    return found if condition.is_met else f"!({found})"


_ORIGIN = _VALUES[names.ORIGIN]
_OWN = f"{_ORIGIN} in ['http://' + {_HOST}, 'https://' + {_HOST}]" + "".join(
    f" || {_ORIGIN} + ':{port}' == '{scheme}://' + {_HOST}" for scheme, port in (("http", 80), ("https", 443))
)
