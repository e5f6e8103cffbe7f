"""What Ruby makes of the texts that are written for it: nothing in a path is code there."""

from __future__ import annotations

import functools
import random
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.browser import Call, simulate
from crossorigin.dialects import read, write
from crossorigin.probe.policy import PolicyNetwork
from stacks.calls import BASE
from stacks.comparing import find_narrowed, find_widened, observe
from stacks.ruby import TARGETS
from stacks.upstream import answer

if TYPE_CHECKING:
    from stacks.target import Target

APP = "https://app.example"
OTHER = "https://other.example"
PATHS = (
    *("/it's", '/say "hi"', "/#{exit}", "/#$0", "/#@x", "/a{b", "/a}b{", "/a|b", "/(?!x)", "/[a-z]", "/a+b"),
    *("/é", "/日本/語", "/a b", "/$HOME", "/%w[a]", "/a^b$", "/\x07", "/a\nb", "/__END__", "/@PROGRAM@", "/x  #@one"),
)

pytestmark = pytest.mark.stacks


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_a_path_is_a_path(target: Target) -> None:
    """Each of these names is served by its own rule, and what is next to it by that of all others."""
    target.require()
    paths = [path for path in PATHS if _is_path(path)]
    assert len(paths) > 15
    kinds = [[path, f"{path}/"] for path in paths] + [[f"{path}/*"] for path in paths]
    rulesets = [
        Ruleset([Rule(kind, Policy(allow_origins=[APP])), Rule(["/*"], Policy(allow_origins=[OTHER]))])
        for kind in kinds
    ]
    texts = [write(target.dialect, ruleset).text for ruleset in rulesets]
    faults = []
    with target.serve(texts, []) as ask:
        for number, kind in enumerate(kinds):
            bare = kind[0].removesuffix("/*")
            for path, origin in ((bare, APP), (f"{bare}x", OTHER), (f"{bare}x/y", OTHER)):
                for asker in (APP, OTHER):
                    call = Call(asker, BASE + quote(path), "GET", (("Content-Type", "a/b"),), "omit")
                    verdict = simulate(call, functools.partial(ask, number))
                    if (verdict.outcome == "readable") != (asker == origin):
                        faults.append((kind, path, asker, verdict.reason))
    assert not faults, faults[:5]


def _is_path(path: str) -> bool:
    try:
        Rule([path], Policy())
    except ValueError:
        return False
    return True


_ORIGINS = (
    *(
        "'https://app.example'",
        "'http://localhost:3000'",
        "'localhost:3000'",
        "'app.example'",
        "'*.example.com'",
        "'null'",
    ),
    *(
        r"/\Ahttps:\/\/[a-z]+\.example\z/",
        r"/https:\/\/app\.example/",
        r"%r{^https?://(a|b)\.example$}i",
        r"/\Anull\z/",
    ),
    *("'https://APP.example'", "'https://a.example/'", r"/app\.example\z/", r"/.*/", "''", "%w[https://b.example]"),
)
_PATHS = (
    *("'*'", "'/*'", "'/items'", "'/public/*'", "'/public/a'", "'/items/'", "'/it*'", "'/public/:id'", "'/a.b/*'"),
    *("'/public/:id/:more'", "'/:name'", "'/it:rest'", "'/public/:id/*'"),
    *(r"%r{\A/public(?:/|\z)}", r"/\A\/items\z/", r"%r{^/public/}", r"%r{/items}", "'items'", r"%r{\A(?!/items\z)}"),
)
_METHODS = (":any", "[:get, :put]", "%i[get post patch]", ":put", "['put', 'PATCH']", "[]", "nil", "'*'")
_NAMES = (
    ":any",
    "'X-Test'",
    "['authorization', 'x-test']",
    "[]",
    "nil",
    "'*'",
    "%w[X-Test X-Other]",
    "'X-Test, X-Other'",
)
_ASKERS = (
    *(APP, "http://localhost:3000", "https://app.example.evil.example", "https://a.example", "https://b.example"),
    *("null", "http://app.example", "https://evil.example"),
)
_ASKED = ("/items", "/items/", "/public", "/public/a", "/publicity", "/public/a/b", "/a.b/c", "/a-b/c", "/other", "/")


def _draw_source(chance: random.Random) -> str:
    blocks = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        is_public = chance.random() < 0.2
        origins = ["'*'"] if is_public else chance.sample(_ORIGINS, chance.randint(1, 3))
        lines = [f"    origins {', '.join(origins)}"]
        for path in chance.sample(_PATHS, chance.choice((1, 1, 2, 3))):
            options = {
                "methods": chance.choice(_METHODS),
                "headers": chance.choice(_NAMES),
                "expose": chance.choice(("'X-Total'", "['X-Total', 'ETag']", "[]", "nil")),
                "credentials": "false" if is_public else chance.choice(("true", "false", "'true'")),
                "max_age": chance.choice(("60", "nil", "'5'")),
                "vary": chance.choice(("nil", "'Accept'", "['Origin']")),
            }
            chosen = [f"{name}: {value}" for name, value in options.items() if chance.random() < 0.6]
            lines.append(f"    resource {', '.join([path, *chosen])}")
        blocks.append("  allow do\n" + "\n".join(lines) + "\n  end\n")
    return "require 'rack/cors'\nuse Rack::Cors do\n" + "".join(blocks) + "end\n"


def test_what_is_read_is_what_rack_cors_does() -> None:
    """Any blocks, and any call: the verdicts differ by no more than the losses say."""
    target = TARGETS[0]
    target.require()
    chance = random.Random(20261126)
    texts = [_draw_source(chance) for _ in range(150)]
    faults = []
    readable = 0
    with target.serve(texts, []) as ask:
        for number, text in enumerate(texts):
            found = read("rack-cors", text)
            said = {loss.how_bad for loss in found.losses}
            policy = PolicyNetwork(found.ruleset, answer)
            for _ in range(40):
                call = Call(
                    chance.choice(_ASKERS),
                    BASE + chance.choice(_ASKED),
                    chance.choice(("GET", "GET", "POST", "PUT", "PATCH")),
                    chance.choice(((), (("X-Test", "1"),), (("Authorization", "1"),))),
                    chance.choice(("omit", "include")),
                )
                source, target_facts = observe(functools.partial(ask, number), call), observe(policy, call)
                readable += source.reads
                wider = [] if "widens" in said else find_widened(source, target_facts)
                narrower = [] if "narrows" in said else find_narrowed(source, target_facts)
                faults += [(text, call, one, found.losses) for one in (*wider, *narrower)]
    assert readable > 100
    assert not faults, "\n".join(map(str, faults[0]))
