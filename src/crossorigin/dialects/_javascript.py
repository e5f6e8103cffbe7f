"""JavaScript, written: literals that hold any value, and what finds the rule of a path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crossorigin.dialects._flavours import to_flavour
from crossorigin.dialects._plans import AMBIGUOUS_PATHS
from crossorigin.dialects._translation import Loss
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crossorigin.dialects._plans import Plan
    from crossorigin.policy import Policy

_WIDTH = 100

#: The methods that Node's parser knows: it answers every other with 400, whatever the program.
METHODS = frozenset(
    [
        "ACL",
        "BIND",
        "CHECKOUT",
        "CONNECT",
        "COPY",
        "DELETE",
        "GET",
        "HEAD",
        "LINK",
        "LOCK",
        "M-SEARCH",
        "MERGE",
        "MKACTIVITY",
        "MKCALENDAR",
        "MKCOL",
        "MOVE",
        "NOTIFY",
        "OPTIONS",
        "PATCH",
        "POST",
        "PROPFIND",
        "PROPPATCH",
        "PURGE",
        "PUT",
        "QUERY",
        "REBIND",
        "REPORT",
        "SEARCH",
        "SOURCE",
        "SUBSCRIBE",
        "TRACE",
        "UNBIND",
        "UNLINK",
        "UNLOCK",
        "UNSUBSCRIBE",
    ]
)


class Raw(str):
    """A text that is JavaScript already."""

    __slots__ = ()


def write_text(text: str) -> str:
    r"""Write a text in single quotes, in ASCII alone.

    >>> print(write_text("it's\n</script>é"))
    'it\'s\n<\/script>\u00e9'
    """
    inner = json.dumps(text)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner.replace('</', '<' + chr(92) + '/')}'"


def write_regex(regex: str) -> str | None:
    r"""Write a regular expression that matches the same origins, and only as a whole; None where it has no words.

    >>> print(write_regex(r"https://[a-z]+\.example"))
    /^https:\/\/[a-z]+\.example$/
    """
    source = to_flavour(regex, 0, "javascript")
    return None if source is None else f"/{source}/"


def write_value(value: Any, indent: str = "") -> str:  # noqa: ANN401 (whatever JSON can say, and Raw)
    """Write a value; what is too long for a line has a line for each of its items.

    >>> print(write_value({"origin": ["https://a.example"], "maxAge": None}))
    { origin: ['https://a.example'], maxAge: null }
    """
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, str):
        return write_text(value)
    if isinstance(value, dict):
        return _write_block("{", value, "}", indent)
    if isinstance(value, list | tuple):
        return _write_block("[", value, "]", indent)
    return json.dumps(value)


def _write_block(begin: str, value: Mapping[str, Any] | Sequence[Any], end: str, indent: str) -> str:
    deeper = indent + "  "
    if isinstance(value, dict):
        items = [f"{_write_key(name)}: {write_value(item, deeper)}" for name, item in value.items()]
        space = " " if items else ""
    else:
        items = [write_value(item, deeper) for item in value]
        space = ""
    line = f"{begin}{space}{', '.join(items)}{space}{end}"
    if "\n" not in line and len(indent) + len(line) <= _WIDTH:
        return line
    return f"{begin}\n{''.join(f'{deeper}{item},{chr(10)}' for item in items)}{indent}{end}"


def _write_key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else write_text(name)


def list_paths(plan: Plan) -> list[str]:
    """Return the paths of a plan as a rule has them."""
    return [*plan.paths, *(f"{prefix}/*" for prefix in plan.prefixes)]


def write_pairs(pairs: Sequence[tuple[Sequence[str], Policy, Raw]]) -> str:
    """Write the beginning of ``rules``: of paths, their policy, and what is for it, once for each policy."""
    several = [
        policy for number, (_, policy, _) in enumerate(pairs) if any(policy is one for _, one, _ in pairs[:number])
    ]
    named: dict[int, str] = {}
    head: list[str] = []
    lines: list[str] = []
    for paths, policy, written in pairs:
        called: str = written.replace("\n", "\n  ")
        if any(policy is one for one in several):
            if id(policy) not in named:
                named[id(policy)] = f"policy{len(named) + 1}"
                head.append(f"const {named[id(policy)]} = {written};\n")
            called = named[id(policy)]
        lines.append(f"  [{write_value(paths)}, {called}],\n")
    return f"{''.join(head)}{chr(10) if head else ''}const rules = [\n{''.join(lines)}"


def list_unjoined(plans: Sequence[Plan], then: str) -> list[Loss]:
    """Return the loss for a path whose readings have different rules, of which a policy allows what they all allow."""
    if all(plan.policy is plans[0].policy for plan in plans):
        return []
    why = f"rules are not joined: where the readings of a path such as /a//b have different ones, {then}"
    return [Loss(AMBIGUOUS_PATHS, why, "narrows")]


def list_unknown_methods(policy: Policy) -> list[Loss]:
    """Return the loss for methods that never get as far as a program."""
    unknown = [method for method in policy.allow_methods if method not in {*METHODS, ANY}]
    if not unknown:
        return []
    why = "Node's parser does not know it, and answers it with 400 before a program sees it"
    return [Loss(f"the method {', '.join(unknown)}", why, "narrows")]


#: Finds the rule of a request in ``rules``, a list of pairs: paths, and what is for them, the most specific first.
CHOOSE = r"""// A rule's path is compared decoded and with case; '/public/*' stands for '/public' and all below it.
function serves(pattern, path) {
  if (!pattern.endsWith('/*')) return path === pattern;
  const base = pattern.slice(0, -'/*'.length);
  return path === base || path.startsWith(`${base}/`);
}

function decode(path) {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replace(/%/g, ''), 'hex').toString());
}

// What servers and routers may make of a path such as '/a//b', '/a%2Fb', '/a;x/b' or '/a/../b'.
function listReadings(path) {
  let found = [decode(path.replace(/%(2f|5c)/gi, '%25$1')), decode(path), decode(decode(path))];
  const changes = [
    (one) => one.replace(/\\/g, '/'),
    (one) => one.replace(/;[^/]*/g, ''),
    (one) => one.replace(/\/{2,}/g, '/'),
    resolveDots,
  ];
  for (const change of changes) found = [...new Set([...found, ...found.map(change)])];
  return found;
}

function resolveDots(path) {
  const kept = [];
  const segments = path.split('/').slice(1);
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  if (['.', '..'].includes(segments[segments.length - 1])) kept.push('');
  return `/${kept.join('/')}`;
}

// Returns what each reading of the request's path is served by: one rule, or several where they differ.
function findRules(req) {
  const path = req.originalUrl.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] || '/';
  const isAmbiguous = /\/\.{1,2}(?=\/|$)|\/\/|[;\\]|%(?:2[ef]|5c)/i;
  const readings = isAmbiguous.test(path) || isAmbiguous.test(decode(path)) ? listReadings(path) : [];
  const find = (reading) => (rules.find(([paths]) => paths.some((one) => serves(one, reading))) || [])[1];
  return [...new Set([decode(path), ...readings].map(find))];
}
"""
