"""What is read of an Express app is what the app does, on real Express with the real package, but for the losses."""

from __future__ import annotations

import functools
import random
import warnings
from typing import TYPE_CHECKING

import pytest

from crossorigin import PolicyWarning
from crossorigin.browser import Call
from crossorigin.dialects import read
from crossorigin.dialects._javascript import METHODS as KNOWN
from crossorigin.messages import Request
from crossorigin.probe.policy import PolicyNetwork
from processes import find_free_ports
from stacks import comparing, node
from stacks.calls import BASE, EVIL, METHODS, NAMES
from stacks.upstream import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.dialects import Translation
    from stacks.calls import Probe

APP = "https://app.example"
SEED = 20261126
COUNT = 90
HEAD = "const express = require('express');\nconst cors = require('cors');\nconst app = express();\n"
TAIL = "\nmodule.exports = app;\n"

ORIGINS = (
    "'*'",
    "true",
    "false",
    f"'{APP}'",
    "['*']",
    f"['{APP}', 'https://a.example']",
    r"/\.example$/",
    r"[/^https:\/\/[a-z]+\.app\.example$/, 'null']",
    "/app/",
    "/^https:/i",
    r"['https://*.example.com', /^https:\/\/(?:[a-z0-9_-]+\.)+example\.com$/]",
    "[[], 0, 'https://a.example']",
    "process.env.NO_SUCH_ORIGIN",
)
FUNCTIONS = (
    "(origin, callback) => { if (LIST.includes(origin)) callback(null, true); else callback(new Error('no')); }",
    (
        "function (origin, callback) { if (LIST.indexOf(origin) !== -1 || !origin) { callback(null, true) }"
        " else { callback(new Error('no')) } }"
    ),
    "(origin, callback) => callback(null, LIST.includes(origin))",
    "(origin, callback) => LIST.includes(origin) ? callback(null, origin) : callback(null, false)",
    (
        "(origin, callback) => { if (!origin) return callback(null, true);"
        " if (LIST.indexOf(origin) === -1) return callback(new Error('no'), false); return callback(null, true); }"
    ),
    "(origin, callback) => callback(LIST.includes(origin) || !origin ? null : new Error('no'), origin)",
)
DELEGATES = (
    (
        "(req, callback) => { let o; if (LIST.indexOf(req.header('Origin')) !== -1) { o = YES } else { o = NO }"
        " callback(null, o); }"
    ),
    "(req, callback) => LIST.includes(req.headers.origin) ? callback(null, YES) : callback(new Error('no'))",
)
PARAMETERS = (
    "/api/:version/x",
    "/public/:id",
    "/public/:id/:more",
    "/:a",
    "/items{/:id}",
    "/api{/:version}/x",
    "/pub:lic/a",
)
OPTIONS: dict[str, tuple[str, ...]] = {
    "origin": ORIGINS,
    "methods": ("'*'", "'GET,PUT'", "['PATCH', 'DELETE']", "[]", "'patch'", "['*', 'PURGE']"),
    "allowedHeaders": ("'*'", "['X-Test']", "'Authorization, content-type'", "[]", "''", "['*', 'Authorization']"),
    "headers": ("['X-Other', 'X-Test']",),
    "exposedHeaders": ("'*'", "['X-Total']", "'ETag,X-Total'", "''"),
    "credentials": ("true", "'true'", "false"),
    "maxAge": ("0", "'60'", "600 * 2", "null"),
    "preflightContinue": ("true", "false"),
    "optionsSuccessStatus": ("200", "204"),
}
VALUES: dict[str, tuple[str, ...]] = {
    "Access-Control-Allow-Origin": ("'*'", f"'{APP}'", "req.headers.origin || '*'", "req.get('origin') || '*'"),
    "Access-Control-Allow-Methods": ("'*'", "'GET, PUT, DELETE'", "'PATCH'"),
    "Access-Control-Allow-Headers": (
        "'*'",
        "'X-Test, Content-Type'",
        "req.headers['access-control-request-headers'] || ''",
    ),
    "Access-Control-Expose-Headers": ("'*'", "'X-Total'"),
    "Access-Control-Allow-Credentials": ("'true'", "'false'"),
}


def draw_pairs(chance: random.Random) -> list[str]:
    return [f"{name}: {chance.choice(values)}" for name, values in OPTIONS.items() if chance.random() < 0.45]


def draw_options(chance: random.Random) -> str:
    return f"{{ {', '.join(draw_pairs(chance))} }}"


def draw_lines(chance: random.Random) -> str:
    lines = [
        f"  res.{chance.choice(('setHeader', 'set', 'header'))}('{name}', {chance.choice(values)});\n"
        for name, values in VALUES.items()
        if name.endswith("Origin") or chance.random() < 0.75
    ]
    chance.shuffle(lines)
    end = "  if (req.method === 'OPTIONS') return res.sendStatus(204);\n"
    at = chance.randrange(len(lines) + 1)
    lines[at:at] = [end] if chance.random() < 0.6 else []
    return "".join(lines)


def draw_source(chance: random.Random) -> str:
    """Write an app with the package, or by hand, or with several of them."""
    kind = chance.randrange(6)
    if kind == 0:
        return f"app.use(cors({draw_options(chance)}));"
    if kind == 1:
        return f"app.use((req, res, next) => {{\n{draw_lines(chance)}  next();\n}});"
    if kind == 2:
        own = f"const own = cors({draw_options(chance)});\napp.options('/items', own);\n"
        return f"{own}app.{chance.choice(('get', 'all', 'post'))}('/items', own);\napp.use('/public', cors());"
    if kind in {3, 4}:
        return draw_function(chance) if kind == 3 else draw_parameters(chance)
    mounts = [f"app.use('{path}', cors({draw_options(chance)}));" for path in ("/public", "/api/v1", "/api")]
    return "\n".join(chance.sample(mounts, 2))


def draw_function(chance: random.Random) -> str:
    """Write an app whose package asks a function."""
    head = f"const LIST = ['{APP}', 'https://a.example'];\nconst NO = {{ origin: false }};\n"
    pairs = [pair for pair in draw_pairs(chance) if not pair.startswith("origin")]
    if chance.random() < 0.3:
        yes = f"const YES = {{ {', '.join([*pairs, 'origin: true'])} }};\n"
        return f"{head}{yes}app.use(cors({chance.choice(DELEGATES)}));"
    pairs.append(f"origin: {chance.choice(FUNCTIONS)}")
    verb = chance.choice(("use(", "use(", "all('/items', ", "get('/items', ", "use('/public/:id', "))
    return f"{head}app.{verb}cors({{ {', '.join(pairs)} }}));"


def draw_parameters(chance: random.Random) -> str:
    """Write an app whose paths have parameters, beside others."""
    lines = []
    for path in chance.sample(PARAMETERS, chance.choice((1, 1, 2))):
        verb = chance.choice(("use", "all", "get"))
        handler = f"cors({draw_options(chance)})"
        if chance.random() < 0.3:
            handler = f"(req, res, next) => {{\n{draw_lines(chance)}  next();\n}}"
        lines.append(f"app.{verb}('{path}', {handler});")
    if chance.random() < 0.4:
        lines.append(f"app.use('{chance.choice(('/api/v1', '/public', '/'))}', cors({draw_options(chance)}));")
    chance.shuffle(lines)
    # Why: it counts for what is used below it.
    return "\n".join(["app.set('case sensitive routing', true);", *lines])


def list_probes(chance: random.Random) -> list[Probe]:
    origins = (APP, APP, EVIL, "null", "https://a.example", "https://x.app.example", "https://b.example.com", BASE)
    paths = ("/items", "/public/a", "/api/v1/x", "/api/x", "/publicx", "/ITEMS")
    calls: list[Probe] = [
        Call(
            chance.choice(origins),
            BASE + chance.choice(paths),
            chance.choice([method for method in METHODS if method in KNOWN]),
            chance.choice(NAMES),
            chance.choice(("omit", "include")),
        )
        for _ in range(60)
    ]
    return [*calls, Request("GET", f"{BASE}/items", [("Host", "api.example")])]


def read_quietly(text: str) -> Translation:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        return read("express", text)


def find_faults(texts: Sequence[str], chance: random.Random) -> list[str]:
    faults = []
    with node.serve(texts, find_free_ports(len(texts))) as ask:
        for number, text in enumerate(texts):
            found = read_quietly(text)
            said = {loss.how_bad for loss in found.losses}
            policy = PolicyNetwork(found.ruleset, answer)
            for probe in list_probes(chance):
                source, target = (
                    comparing.observe(functools.partial(ask, number), probe),
                    comparing.observe(policy, probe),
                )
                differences = [] if "widens" in said else comparing.find_widened(source, target)
                differences += [] if "narrows" in said else comparing.find_narrowed(source, target)
                faults += [f"{text}\n{probe}: {one} (the policy is called the server here)" for one in differences]
    return faults


@pytest.mark.stacks
def test_what_is_read_is_what_express_does() -> None:
    """Ninety apps of every kind, the same each time."""
    node.TARGETS[0].require()
    chance = random.Random(SEED)
    texts = [HEAD + draw_source(chance) + TAIL for _ in range(COUNT)]
    faults = find_faults(texts, chance)
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults[:6])
    assert sum(not any(loss.how_bad != "cosmetic" for loss in read_quietly(text).losses) for text in texts) > COUNT / 5
