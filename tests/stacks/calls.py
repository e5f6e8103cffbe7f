"""What is asked of a target and of its policy: calls that scripts make, and requests that no browser sends."""

from __future__ import annotations

import contextlib
import random
import warnings
from typing import TYPE_CHECKING, Literal, NamedTuple

from conformance.rows import ROWS, Row
from conformance.test_served import travels
from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset
from crossorigin.browser import Call
from crossorigin.messages import Request, get_values
from dialects.features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVIL = "https://evil.example"
BASE = "https://api.example"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "patch", "PURGE")
NAMES: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("X-Test", "1"),),
    (("Authorization", "a"),),
    (("Content-Type", "application/json"),),
    (("X-Test", "1"), ("X-Other", "1")),
)

Probe = Call | Request
Credentials = Literal["omit", "include"]


class Case(NamedTuple):
    """Rules, and what is asked under them."""

    sentence: str
    rules: Ruleset
    probes: tuple[Probe, ...]


def list_conformance_cases(*, has_hostile: bool = True) -> list[Case]:
    """Return the rows of the conformance table, those of one policy together: as calls where a browser makes them.

    :param has_hostile: with those that no browser and no script of good will brings about.
    """
    found: dict[str, list[Row]] = {}
    for row in ROWS:
        # Why: a preflight that no call brings about is none that a browser sends.
        is_usual = row.label != "hostile" and (row.method != "OPTIONS" or isinstance(_make_probe(row), Call))
        if travels(row, joins_lines=True) and (has_hostile or is_usual):
            found.setdefault(repr(row.policy), []).append(row)
    return [
        Case("; ".join(row.sentence for row in rows), _make_rules(rows[0]), tuple(map(_make_probe, rows)))
        for rows in found.values()
    ]


def _make_rules(row: Row) -> Ruleset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        return Ruleset([Rule(["/*"], Policy(**row.policy))])


def _make_probe(row: Row) -> Probe:
    """Turn a request into the call that brings it about, where there is one."""
    request = Request(row.method, f"{BASE}/items", row.headers)
    origins = get_values(row.headers, "origin")
    methods = get_values(row.headers, "access-control-request-method")
    names = ",".join(get_values(row.headers, "access-control-request-headers"))
    if len(origins) == 1 and get_values(row.headers, "sec-fetch-site") == []:
        method = methods[0] if methods and row.method == "OPTIONS" else row.method
        credentials: Credentials = "include" if row.policy.get("allow_credentials") else "omit"
        headers = [(name.strip(), "1") for name in names.split(",") if name.strip()]
        with contextlib.suppress(ValueError):
            return Call(origins[0], f"{BASE}/items", method, headers, credentials)
    return request


def list_feature_cases() -> list[Case]:
    """Return what a policy can say, one thing at a time."""
    return [
        Case(name, rules if isinstance(rules, Ruleset) else Ruleset([Rule(["/*"], rules)]), ())
        for name, rules in FEATURES.items()
    ]


_ORIGINS = (
    *("https://app.example", "https://admin.example:8443", "http://localhost:3000", "http://127.0.0.1:5173"),
    *("https://*.example.com", "https://pr-*.preview.example", "http://localhost:*", "https://*.shop.example:8443"),
)
_REGEXES = (
    *(r"[a-z:/.]+", r"https://pr-[0-9]+\.example\.com", r"https://(?:a|b)\.example"),
    *(r"https://[a-z]+-x\.example(?::\d+)?", r"https://(?!evil)[a-z]+\.example", r"(?i:HTTPS)://A\.example|http://b"),
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "PURGE")
_HEADERS = ("Authorization", "X-Test", "X-Other", "Content-Type", "If-Match")
_PATHS = ("/*", "/items", "/public/*", "/api/v1/*", "/api/*", "/a.b/*", "/status")


def list_random_cases(seed: int, count: int) -> list[Case]:
    """Return policies of every kind, the same for the same seed."""
    chance = random.Random(seed)
    found: list[Case] = []
    while len(found) < count:
        paths = chance.sample(_PATHS, chance.choice((2, 3))) if chance.random() < 0.4 else ["/*"]
        policies = [_draw_policy(chance) for _ in paths]
        if all(policies):
            rules = Ruleset([Rule([path], policy) for path, policy in zip(paths, policies, strict=True) if policy])
            found.append(Case(f"number {len(found)} of seed {seed}", rules, ()))
    return found


#: How often an option is set, and how its value is drawn.
_DRAWN: tuple[tuple[float, str, Callable[[random.Random], object]], ...] = (
    (0.2, "allow_origins", lambda _: "*"),
    (0.3, "allow_origin_regex", lambda chance: chance.choice(_REGEXES)),
    (0.7, "allow_methods", lambda chance: chance.sample(_METHODS, chance.randint(1, 5))),
    (0.15, "allow_methods", lambda _: "*"),
    (0.7, "allow_headers", lambda chance: chance.sample(_HEADERS, chance.randint(1, 3))),
    (0.2, "allow_headers", lambda _: "*"),
    (0.4, "allow_credentials", lambda _: True),
    (0.4, "expose_headers", lambda _: ["X-Total"]),
    (0.5, "max_age", lambda chance: chance.choice((None, 0, 60, 3600))),
    (
        0.15,
        "deny_origins",
        lambda chance: [chance.choice((*_ORIGINS[:2], "https://a.example.com", "https://*.example"))],
    ),
    (0.15, "deny_headers", lambda _: ["X-Other"]),
    (0.15, "enforce", lambda chance: chance.choice(("unsafe-methods", "all"))),
    (0.1, "require_origin", lambda _: True),
    (0.1, "dangerously_allow_null_origin", lambda _: True),
)


def _draw_policy(chance: random.Random) -> Policy | None:
    options: dict[str, object] = {"allow_origins": chance.sample(_ORIGINS, chance.randint(1, 4))}
    for share, name, draw in _DRAWN:
        if chance.random() < share:
            options[name] = draw(chance)
    if options["allow_origins"] == "*" and options.get("allow_credentials"):
        options["dangerously_allow_any_origin_with_credentials"] = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        try:
            return Policy(**options)  # type: ignore[arg-type]  # a table of options
        except PolicyError:
            return None


def list_probes(case: Case, seed: int = 0, count: int = 24) -> list[Probe]:
    """Return what a case brings, or else what is likely to show a difference; the same for the same seed."""
    if case.probes:
        return [*case.probes]
    chance = random.Random(f"{seed} {case.sentence}")
    origins = [*_list_origins(case.rules)]
    urls = [f"{BASE}{path}" for path in dict.fromkeys(path for rule in case.rules.rules for path in _list_paths(rule))]
    probes: list[Probe] = [
        Call(origin, urls[0], "GET", (), credentials) for origin in origins for credentials in ("include", "omit")
    ]
    probes += [Call(origins[0], urls[0], method, (), "omit") for method in METHODS]
    probes += [
        Call(origins[0], urls[0], "PUT", headers, credentials)
        for headers in NAMES
        for credentials in ("omit", "include")
    ]
    probes += [Call(chance.choice(origins[:3]), url, "POST", (), "omit") for url in urls]
    probes += [
        Call(
            chance.choice(origins),
            chance.choice(urls),
            chance.choice(METHODS),
            chance.choice(NAMES),
            chance.choice(("omit", "include")),
        )
        for _ in range(count)
    ]
    for rule in case.rules.rules:
        probes += _list_rule_probes(rule, origins)
    return probes


def _list_rule_probes(rule: Rule, origins: list[str]) -> Iterator[Probe]:
    """Yield what shows of one rule what a package leaves to browsers, or to the app."""
    url = f"{BASE}{_list_paths(rule)[0]}"
    allowed = next(iter(_list_origins(Ruleset([rule]))))
    # Why: what is denied, and what a browser lets pass by itself, is asked for where a preflight asks.
    for name in sorted(rule.policy.deny_headers):
        yield Call(allowed, url, "GET", ((name, "1/"),), "omit")
    for method in ("GET", "HEAD", "POST"):
        yield Call(allowed, url, method, NAMES[3], "omit")
    for origin in ("null", *_list_denied(rule)):
        yield Call(origin, url, "GET", (), "omit")
    if not rule.paths[0].endswith("/*"):
        yield from (Call(allowed, f"{url}/", "GET", headers, "omit") for headers in (NAMES[0], NAMES[3]))
    yield Request("GET", url, [("Host", "api.example")])
    yield from (Request(method, url, [("Host", "api.example"), ("Origin", EVIL)]) for method in ("POST", "DELETE"))
    yield Request("OPTIONS", url, [("Host", "api.example"), ("Origin", origins[0])])


def _list_denied(rule: Rule) -> Iterator[str]:
    """Yield an origin for each that is denied."""
    yield from (text.replace("//*.", "//a.b.", 1) for text in rule.policy.deny_origins)


def _list_origins(rules: Ruleset) -> Iterator[str]:
    """Yield origins that are allowed, origins that nearly are, and others."""
    texts = dict.fromkeys(text for rule in rules.rules for text in rule.policy.allow_origins if text != "*")
    allowed = [text.replace("//*.", "//a.b.", 1).replace(":*", ":8080").replace("*", "17", 1) for text in texts]
    yield from allowed or ["https://app.example"]
    yield from ("https://pr-17.example.com", "https://a.example", "https://foo-x.example:99", EVIL, "null")
    for text in allowed[:3]:
        scheme, _, rest = text.partition("://")
        if not rest[0].isdecimal():
            yield f"{scheme}://{rest.partition(':')[0]}.evil.example"
            yield f"{scheme}://evil{rest}"
        yield f"{'http' if scheme == 'https' else 'https'}://{rest}"
    yield from ("https://a.example.com", "https://app.example:444", BASE)


def _list_paths(rule: Rule) -> list[str]:
    """Return paths that a rule serves, and such that it does not."""
    found: list[str] = []
    for path in rule.paths:
        bare = path.removesuffix("/*")
        found += [f"{bare}/deep/er", bare or "/", f"{bare}x"] if path.endswith("/*") else [path, f"{path}/x"]
    return [*dict.fromkeys(found)]
