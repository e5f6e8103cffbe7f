"""The DSL of rack-cors: what each form of source means."""

from __future__ import annotations

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import guess_dialect, read, write
from dialects.rows import Bad, Row, check, check_bad

APP = "https://app.example"
GET = {"allow_methods": ["GET"], "max_age": 7200}
OPEN = {"allow_origins": ["*"], **GET}
ONE = {"allow_origins": [APP], **GET}
ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def blocks(*lines: str) -> str:
    """Write lines in an ``allow`` block; the first is the third line."""
    inside = "\n".join(lines)
    return f"use Rack::Cors do\nallow do\n{inside}\nend\nend\n"


def resource(options: str) -> str:
    """Write a resource in the fourth line, its options from column 15 on."""
    return blocks(f"origins '{APP}'", f"resource '*', {options}")


def origins(texts: str) -> str:
    """Write origins in the third line, from column 9 on."""
    return blocks(f"origins {texts}", "resource '*'")


def twice(first: str, second: str) -> str:
    """Write two blocks; the second's resource is in the eighth line."""
    return (
        f"use Rack::Cors do\nallow do\norigins '{APP}'\nresource {first}\nend\n"
        f"allow do\norigins '*'\nresource {second}\nend\nend\n"
    )


ROWS = [
    Row("realistic: every origin", blocks("origins '*'", "resource '*'"), {"/*": OPEN}),
    Row(
        "realistic: in Rails, with everything",
        "Rails.application.config.middleware.insert_before 0, Rack::Cors, debug: true do |config|\n"
        "  config.allow do |it|\n    it.origins 'https://app.example', 'https://b.example' # ours\n"
        "    it.resource '*', headers: :any, methods: :any, expose: 'X-Total', credentials: true, max_age: 60\n"
        "  end\nend\n",
        {
            "/*": {
                "allow_origins": [APP, "https://b.example"],
                "allow_methods": ALL,
                "allow_headers": ["*"],
                "allow_credentials": True,
                "expose_headers": ["X-Total"],
                "max_age": 60,
            }
        },
    ),
    Row("realistic: made by hand", "Rack::Cors.new(app) { allow { origins '*'; resource '*' } }", {"/*": OPEN}),
    Row("realistic: by a text", "config.middleware.use 'Rack::Cors' do allow do end end", {}),
    Row("realistic: a constant", f"A = %w[{APP}].freeze\n" + origins("*A"), {"/*": ONE}),
    Row(
        "realistic: hosts without a scheme, a constant in a constant",
        "A = ['localhost:3000']\nB = A\n" + origins("B, '', '[::1]:1'"),
        {
            "/*": {
                **GET,
                "allow_origin_regex": [r"[a-z][a-z0-9.+-]*://localhost:3000", r"[a-z][a-z0-9.+-]*://\[::1\]:1"],
            }
        },
    ),
    Row(
        "realistic: no origin is that",
        origins("'*.example.com', 'https://*.example.com', :a, 1"),
        {"/*": GET},
        (("cosmetic", 3, 1), ("cosmetic", 3, 1), ("narrows", 3, 1), ("narrows", 3, 1)),
    ),
    Row(
        "realistic: expressions",
        origins(r"/\Ahttps:\/\/[a-z]+\.example\z/, %r{https://a\.example}, /\Anull\z/"),
        {
            "/*": {
                **GET,
                "allow_origin_regex": [r"https://[a-z]+\.example", r".*https://a\.example.*"],
                "dangerously_allow_null_origin": True,
            }
        },
        (("cosmetic", 3, 42),),
        ("dangerously_allow_null_origin",),
    ),
    Row("synthetic: an expression that is not read", origins(r"/(?~a)/"), {"/*": GET}, (("narrows", 3, 9),)),
    Row(
        "realistic: a block",
        blocks("origins { |source, _| source }", "resource '*'"),
        {"/*": GET},
        (("narrows", 3, 1),),
    ),
    Row("realistic: known later", origins(f"'{APP}', ENV['A']"), {"/*": ONE}, (("narrows", 3, 32),)),
    Row(
        "synthetic: origins are replaced",
        blocks("origins 'b.example'", f"origins ['{APP}']", "resource '*'"),
        {"/*": ONE},
    ),
    Row("synthetic: none", blocks("origins", "resource '/a/*'"), {"/a/*": GET}, (("narrows", 4, 10),)),
    Row("synthetic: no origins at all", blocks("resource %r{\\A/a\\z}"), {"/a": GET, "/a/": GET}),
    Row(
        "realistic: every origin with credentials does not start",
        blocks("origins '*'", "resource '*', credentials: true"),
        {"/*": OPEN},
        (("narrows", 4, 28),),
    ),
    Row(
        "hostile: every origin, named below: that starts, and answers whoever asks",
        blocks("resource '*', credentials: true", "origins '*'"),
        {
            "/*": {
                **OPEN,
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "hostile: an expression for every origin",
        blocks("origins /.*/", "resource '*', credentials: true"),
        {"/*": {**OPEN, "allow_credentials": True, "dangerously_allow_any_origin_with_credentials": True}},
        (("cosmetic", 3, 9),),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row("realistic: methods", resource("methods: %i[get put]"), {"/*": {**ONE, "allow_methods": ["GET", "PUT"]}}),
    Row("realistic: one", resource(":methods => 'post'"), {"/*": {**ONE, "allow_methods": ["POST"]}}),
    Row("synthetic: the default", resource("methods: nil, headers: nil, vary: nil, max_age: nil"), {"/*": ONE}),
    Row("synthetic: none", resource("methods: []"), {"/*": {**ONE, "allow_methods": []}}),
    Row(
        "realistic: in upper case, no preflight is that",
        resource("methods: ['PUT', :get, '*']"),
        {"/*": ONE},
        (("cosmetic", 4, 24), ("cosmetic", 4, 24)),
    ),
    Row(
        "realistic: names",
        resource("headers: ['X-A', :'x-b', 'x c', nil]"),
        {"/*": {**ONE, "allow_headers": ["X-A", "x-b"]}},
        (("cosmetic", 4, 24),),
    ),
    Row("realistic: a star is a name", resource("headers: '*'"), {"/*": ONE}, (("narrows", 4, 24),)),
    Row(
        "realistic: the last counts",
        resource("headers: :any, headers: 'X-A'"),
        {"/*": {**ONE, "allow_headers": ["X-A"]}},
    ),
    Row("synthetic: only true is true", resource("credentials: 'true'"), {"/*": ONE}, (("cosmetic", 4, 28),)),
    Row("synthetic: false", resource("credentials: false"), {"/*": ONE}),
    Row("realistic: an age", resource("max_age: 60 * 60 + 1"), {"/*": {**ONE, "max_age": 3601}}),
    Row("synthetic: a text", resource("max_age: '5'"), {"/*": {**ONE, "max_age": 5}}),
    Row("synthetic: no age", resource("max_age: :soon"), {"/*": ONE}, (("cosmetic", 4, 24),)),
    Row("synthetic: ages", resource("max_age: [1, 2]"), {"/*": ONE}, (("cosmetic", 4, 24),)),
    Row("realistic: an age that is known later", resource("max_age: 1.hour"), {"/*": ONE}, (("cosmetic", 4, 24),)),
    Row("realistic: Vary", resource("vary: ['Accept', 'origin']"), {"/*": ONE}),
    Row("realistic: another Vary", resource("vary: 'Accept'"), {"/*": ONE}, (("cosmetic", 4, 21),)),
    Row("synthetic: a Vary that is known later", resource("vary: x"), {"/*": ONE}, (("cosmetic", 4, 21),)),
    Row("synthetic: an item of Vary", resource("vary: [x, 'Origin']"), {"/*": ONE}, (("cosmetic", 4, 21),)),
    Row("realistic: a condition", resource("if: proc { true }, methods: :any"), {"/*": {}}, (("narrows", 4, 19),)),
    Row("realistic: no such option", resource("header: :any"), {"/*": ONE}, (("cosmetic", 4, 23),)),
    Row(
        "realistic: values that are known later",
        resource("methods: x, headers: [y, 'X-A'], credentials: z, expose: w"),
        {"/*": {**ONE, "allow_methods": [], "allow_headers": ["X-A"]}},
        (("narrows", 4, 24), ("narrows", 4, 37), ("narrows", 4, 61), ("narrows", 4, 72)),
    ),
    Row(
        "realistic: options of a name", "O = {headers: :any}\n" + resource("O"), {"/*": {**ONE, "allow_headers": ["*"]}}
    ),
    Row("realistic: options that are known later", resource("**x"), {"/*": {}}, (("narrows", 4, 15),)),
    Row("synthetic: a key that is known later", resource("x => 1"), {"/*": {}}, (("narrows", 4, 15),)),
    Row("realistic: a path", blocks("origins '*'", "resource '/a'"), {"/a": OPEN, "/a/": OPEN}),
    Row("realistic: the root", blocks("origins '*'", "resource '/'"), {"/": OPEN}),
    Row("realistic: a prefix", blocks("origins '*'", "resource '/a.b/**/*'"), {"/a.b/*": OPEN}, (("narrows", 4, 10),)),
    Row(
        "realistic: a star behind letters",
        blocks("origins '*'", "resource '/a*'"),
        {"/a/*": OPEN},
        (("narrows", 4, 10),),
    ),
    Row("realistic: everything", blocks("origins '*'", "resource '/*'"), {"/*": OPEN}),
    Row("synthetic: everything, by an expression", blocks("origins '*'", "resource(/.*/)"), {"/*": OPEN}),
    Row(
        "realistic: a path that no request has",
        blocks("origins '*'", "resource '/a/'", "resource 'a'"),
        {},
        (("cosmetic", 4, 10), ("cosmetic", 5, 10)),
    ),
    Row(
        "realistic: paths that a policy has not",
        blocks("origins '*'", "resource '/*/:id'", "resource '/*/a'", "resource '/a/*/'", "resource '/[a]'"),
        {},
        tuple(("narrows", line, 10) for line in (4, 5, 6, 7)),
    ),
    *(
        Row(
            f"realistic: a parameter: {path}",
            blocks("origins '*'", f"resource '{path}'"),
            {wanted: OPEN},
            (("widens", 4, 10),),
        )
        for path, wanted in (
            ("/x/:id", "/x/*"),
            ("/x/:id/y/:more", "/x/*"),
            ("/x/:id/*", "/x/*"),
            ("/x/by-:id", "/x/*"),
            ("/a.b/c/:id.json", "/a.b/c/*"),
            ("/x-:id", "/*"),
            ("/:id", "/*"),
        )
    ),
    *(
        Row(
            f"synthetic: no parameter that can be said: {path}",
            blocks("origins '*'", f"resource '{path}'"),
            {},
            (("narrows", 4, 10),),
        )
        for path in (":id", "/x*/:id", "/x//:id", "/x/:id|/y", "/x/(a)?/:id")
    ),
    Row(
        "hostile: whoever asks, with credentials, below a parameter",
        blocks("origins /.*/", "resource '/x/:id', credentials: true"),
        {"/x/*": {**OPEN, "allow_credentials": True, "dangerously_allow_any_origin_with_credentials": True}},
        (("cosmetic", 3, 9), ("widens", 4, 10)),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "realistic: parameters that begin alike",
        blocks("origins '*'", "resource '/x/:id'", "resource '/x/:id/y'"),
        {"/x/*": OPEN},
        (("widens", 4, 10), ("widens", 5, 10)),
    ),
    Row(
        "realistic: a parameter, and others with other options for what is beside it",
        blocks("origins '*'", "resource '/x/:id'", "resource '*', methods: :put"),
        {"/x/*": OPEN, "/*": {**OPEN, "allow_methods": ["PUT"]}},
        (("widens", 4, 10), ("widens", 4, 10), ("narrows", 4, 10)),
    ),
    Row(
        "realistic: a parameter below another resource of its block",
        blocks("origins '*'", "resource '*', methods: :put", "resource '/x/:id'"),
        {"/*": {**OPEN, "allow_methods": ["PUT"]}},
        (("widens", 5, 10),),
    ),
    Row("realistic: a path that is known later", blocks("origins '*'", "resource a, b: 1"), {}, (("narrows", 4, 1),)),
    Row("synthetic: no path", blocks("origins '*'", "resource"), {}),
    Row("synthetic: no path, called", blocks("origins '*'", "resource()"), {}, (("narrows", 4, 1),)),
    Row(
        "realistic: beside others, they may be served",
        blocks("origins '*'", "resource %r{/a}", "resource(/^a/i)", "resource '/b'"),
        {"/b": OPEN, "/b/": OPEN},
        (("narrows", 4, 10), ("narrows", 5, 10), ("widens", 4, 10), ("widens", 5, 10)),
    ),
    Row(
        "realistic: an expression",
        blocks("origins '*'", r"resource %r{\A/a/.*\z}"),
        {"/a/*": OPEN},
        (("widens", 4, 10),),
    ),
    Row(
        "synthetic: an expression of bytes",
        blocks("origins '*'", r"resource(/\A\/\xC3\xA9\z/n)"),
        {"/é": OPEN, "/é/": OPEN},
    ),
    Row("synthetic: no path in one", blocks("origins '*'", r"resource(/\A\z/)"), {}, (("narrows", 4, 10),)),
    Row(
        "realistic: one block for each path",
        twice("'/a/*'", "'/b'"),
        {"/a/*": ONE, "/b": OPEN, "/b/": OPEN},
        (("narrows", 4, 10),),
    ),
    Row("realistic: the same options in two blocks", twice("'*'", "'*'"), {"/*": OPEN}),
    Row(
        "realistic: other options in two blocks",
        twice("'*', methods: :put", "'*'"),
        {"/*": {**ONE, "allow_methods": ["PUT"]}},
        (("narrows", 8, 10),),
    ),
    Row("realistic: more below", twice("'*'", "'/a'"), {"/*": ONE, "/a": OPEN, "/a/": OPEN}),
    Row(
        "realistic: others below",
        twice("'*'", "'/a', methods: :put"),
        {"/*": ONE},
        (("narrows", 8, 10), ("narrows", 8, 10)),
    ),
    Row(
        "realistic: what a prefix also matches is served from above",
        twice("'/a/*'", "'*', methods: :put"),
        {"/a/*": ONE, "/*": {**OPEN, "allow_methods": ["PUT"]}},
        (("narrows", 4, 10), ("narrows", 8, 10), ("widens", 4, 10)),
    ),
    Row(
        "synthetic: twice",
        blocks("origins '*'", "resource '*'", "resource '*', methods: :put"),
        {"/*": OPEN},
        (("cosmetic", 5, 10),),
    ),
    Row("synthetic: never reached", blocks("origins '*'", "resource '*'", "resource '/a'"), {"/*": OPEN}),
    Row(
        "synthetic: left out, and served by none",
        blocks("origins '*'", r"resource %r{\A(?!/a\z)}"),
        {"/*": OPEN, "/a": {}, "/a/": {}},
    ),
    Row(
        "realistic: under a condition, in a loop",
        "use Rack::Cors do\nallow do\norigins '*' if x\n%w[/a /b].each { |one| resource one }\nresource '*'\nend\n"
        "allow { origins 'b' } unless y\nend",
        {"/*": GET},
        (("narrows", 3, 1), ("narrows", 4, 24), ("narrows", 7, 1), ("narrows", 7, 9), ("widens", 4, 24)),
    ),
]
BAD = [
    Bad("realistic: none", "run App", "there is no Rack::Cors with a block here", 1, 1),
    Bad("realistic: without a block", "use Rack::Cors", "there is no Rack::Cors with a block here", 1, 1),
    Bad("synthetic: of another", "use Rack::Other do\nend\na { }", "there is no Rack::Cors with a block here", 1, 1),
    Bad("realistic: two", blocks() + blocks(), "this is a second Rack::Cors", 6, 1),
    Bad("synthetic: no Ruby", "use Rack::Cors do", "this is not Ruby", 1, 16),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("rack-cors", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("rack-cors", bad)


@pytest.mark.parametrize("text", ["Rack::Cors", "use Rack::Cors do", "Rack::Cors = 1"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_methods="*"), {"narrows"}),
        (Policy(allow_methods=["purge", "M-SEARCH"]), {"narrows"}),
        (Policy(allow_methods=ALL), set()),
        (Policy(allow_headers="*", deny_headers=["X-A"]), {"widens"}),
        (Policy(allow_headers=["X-A"], deny_headers=["accept"]), {"widens"}),
        (Policy(allow_headers=["X-A", "X-B"], deny_headers=["X-A"]), {"cosmetic"}),
        (Policy(max_age=None), {"cosmetic"}),
        (Policy(allow_origins=["tauri://localhost"], expose_headers=["X-A"], allow_credentials=True), set()),
        (Policy(allow_origin_regex="https://pr-[0-9]+"), set()),
        (Policy(allow_origin_regex="https://(?<=a)b{99999}"), {"narrows"}),
        (Ruleset([Rule(["/a"], Policy(allow_origins="*"))]), {"widens"}),
        (Ruleset([Rule(["/a/"], Policy(allow_origins="*"))]), {"narrows"}),
        (Ruleset([Rule(["/a"], Policy()), Rule(["/*"], Policy(allow_origins="*"))]), {"narrows", "widens"}),
        (Ruleset([Rule(["/a", "/a/"], Policy())]), set()),
        (Ruleset([Rule(["/*", "/a"], Policy())]), set()),
        (Ruleset([Rule(["/*", "/a", "/a/"], Policy())]), {"cosmetic"}),
        (Ruleset([Rule(["/a/*"], Policy()), Rule(["/a/b", "/a/b/"], Policy(allow_origins="*"))]), set()),
    ],
)
def test_what_is_lost(policy: Policy | Ruleset, wanted: set[str]) -> None:
    written = write("rack-cors", policy)
    assert {loss.how_bad for loss in written.losses if loss.what != "websockets='check'"} == wanted
    if not wanted:
        assert read("rack-cors", written.text).ruleset == written.ruleset


def test_what_is_written() -> None:
    """Short hosts stay short, and what is long is folded."""
    policy = Policy(
        allow_origins=[f"https://{'a' * 40}{number}.example" for number in range(3)],
        allow_origin_regex=r"[a-z][a-z0-9.+-]*://localhost:3000",
        allow_methods=["GET", "M-SEARCH"],
    )
    text = write("rack-cors", Ruleset([Rule(["/a b/*"], policy)])).text
    assert text.endswith(
        f"""\
  allow do
    origins 'https://{"a" * 40}0.example',
            'https://{"a" * 40}1.example',
            'https://{"a" * 40}2.example',
            'localhost:3000'
    resource %r{{\\A/a b(?:/|\\z)}}, headers: [], methods: [:get, 'm-search'], max_age: 600
  end
end
"""
    )
