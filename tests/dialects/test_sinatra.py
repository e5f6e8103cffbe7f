"""Sinatra: headers that are set by hand, the settings of sinatra-cross_origin, and the programs for Ruby."""

from __future__ import annotations

import re

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import DialectError, guess_dialect, read, write
from dialects.rows import Bad, Row, check, check_bad

APP = "https://app.example"
FOUR = ["accept", "accept-language", "content-language", "content-type"]
SAFE = {"max_age": None, "deny_headers": FOUR}
ONE = {"allow_origins": [APP], **SAFE}
OPEN = {"allow_origins": ["*"], **SAFE}
ROUTE = "\noptions('*') { 200 }"
ORIGIN = "Access-Control-Allow-Origin"
PREFLIGHTS = ("widens", 2, 1)


def before(*lines: str) -> str:
    """Write lines in a filter, the first as the second line, where preflights are answered."""
    return "before do\n" + "\n".join(lines) + "\nend" + ROUTE


def sent(name: str, value: str) -> str:
    """Write a filter with an origin, and a header in its third line."""
    return before(f"headers '{ORIGIN}' => '{APP}'", f"response['Access-Control-{name}'] = {value}")


BY_HAND = [
    Row("realistic: one origin", before(f"headers '{ORIGIN}' => '{APP}'"), {"/*": ONE}),
    Row(
        "realistic: in a class",
        f"class App < Sinatra::Base\n{before(f'headers {ORIGIN!r} => {APP!r}')}\nend",
        {"/*": ONE},
    ),
    Row("realistic: by the response", before(f"response.headers['{ORIGIN}'] = '{APP}'"), {"/*": ONE}),
    Row("realistic: by headers[]", before(f"headers['{ORIGIN}'] = '{APP}'"), {"/*": ONE}),
    Row("realistic: by set_header", before(f"response.set_header '{ORIGIN}', '{APP}'"), {"/*": ONE}),
    Row("realistic: merged", before(f"response.headers.merge!('{ORIGIN}' => '{APP}')"), {"/*": ONE}),
    Row("realistic: a hash of a name", f"H = {{ '{ORIGIN}' => '{APP}' }}.freeze\n" + before("headers H"), {"/*": ONE}),
    Row("realistic: in an after filter", f"after {{ headers '{ORIGIN}' => '{APP}' }}" + ROUTE, {"/*": ONE}),
    Row(
        "realistic: nothing answers preflights",
        f"before do\nheaders '{ORIGIN}' => '*'\nend",
        {"/*": OPEN},
        (PREFLIGHTS,),
    ),
    Row(
        "realistic: the filter answers preflights",
        f"before do\nheaders '{ORIGIN}' => '*'\nhalt 200 if request.request_method == 'OPTIONS'\nend",
        {"/*": OPEN},
    ),
    Row(
        "synthetic: other conditions, and a route for some paths",
        f"before do\nheaders '{ORIGIN}' => '*'\nhalt if a\nb if request.options?\nend\noptions('/a') {{ 200 }}",
        {"/*": OPEN},
        (PREFLIGHTS,),
    ),
    Row(
        "realistic: every list",
        before(
            f"headers '{ORIGIN}' => '{APP}',",
            "'Access-Control-Allow-Methods' => ['PUT', 'GET'],  # a comment",
            "'Access-Control-Allow-Headers' => 'X-A, Content-Type',",
            "'Access-Control-Expose-Headers' => 'X-B',",
            "'Access-Control-Allow-Credentials' => true,",
            "'Access-Control-Max-Age' => 60, 'X-Other' => 'a', x => 1, **y",
        ),
        {
            "/*": {
                "allow_origins": [APP],
                "allow_methods": ["PUT", "GET", "HEAD", "POST"],
                "allow_headers": ["X-A", "Content-Type"],
                "expose_headers": ["X-B"],
                "allow_credentials": True,
                "max_age": 60,
                "deny_headers": FOUR[:3],
            }
        },
    ),
    Row("realistic: a star for methods", sent("Allow-Methods", "'*'"), {"/*": {**ONE, "allow_methods": ["*"]}}),
    Row(
        "realistic: a star for names",
        sent("Allow-Headers", "'*'"),
        {"/*": {**ONE, "allow_headers": ["*"], "deny_headers": ["Authorization"]}},
    ),
    Row(
        "realistic: and the one that it does not cover",
        sent("Allow-Headers", "'*, authorization'"),
        {"/*": {"allow_origins": [APP], "allow_headers": ["*"], "max_age": None}},
    ),
    Row(
        "realistic: stars with credentials",
        before(
            f"headers '{ORIGIN}' => '{APP}', 'Access-Control-Allow-Credentials' => 'true'",
            "headers 'Access-Control-Allow-Methods' => '*', 'Access-Control-Allow-Headers' => '*'",
        ),
        {"/*": {**ONE, "allow_credentials": True}},
        (("narrows", 3, 43), ("narrows", 3, 82)),
    ),
    Row(
        "synthetic: what is no name beside a star",
        sent("Allow-Methods", "'*, a b'"),
        {"/*": {**ONE, "allow_methods": ["*"]}},
        (("widens", 3, 44),),
    ),
    Row("synthetic: no age", sent("Max-Age", "'soon'"), {"/*": ONE}, (("cosmetic", 3, 38),)),
    Row("synthetic: nothing", sent("Max-Age", "nil"), {"/*": ONE}),
    Row("realistic: known later", sent("Allow-Methods", "x"), {"/*": ONE}, (("narrows", 3, 44),)),
    Row("realistic: two origins", before(f"headers '{ORIGIN}' => 'a, b'"), {"/*": SAFE}, (("cosmetic", 2, 42),)),
    Row("synthetic: no origin", before(f"headers '{ORIGIN}' => ''"), {"/*": SAFE}),
    Row("synthetic: a pattern", before(f"headers '{ORIGIN}' => 'https://*.a'"), {"/*": SAFE}, (("cosmetic", 2, 42),)),
    Row(
        "realistic: every origin with credentials",
        before(f"headers '{ORIGIN}' => '*', 'Access-Control-Allow-Credentials' => 'true'"),
        {"/*": OPEN},
        (("narrows", 2, 85),),
    ),
    Row(
        "hostile: whoever asks, with credentials",
        before(
            f"headers '{ORIGIN}' => request.env['HTTP_ORIGIN'] || '*'",
            "headers 'Access-Control-Allow-Credentials' => 'true'",
        ),
        {"/*": {**OPEN, "allow_credentials": True, "dangerously_allow_any_origin_with_credentials": True}},
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row("hostile: whoever asks", before(f"headers '{ORIGIN}' => request.get_header('HTTP_ORIGIN')"), {"/*": OPEN}),
    Row(
        "synthetic: another header",
        before(f"headers '{ORIGIN}' => request.env['HTTP_HOST']"),
        {"/*": SAFE},
        (("narrows", 2, 42),),
    ),
    Row(
        "realistic: under a condition",
        before(f"headers '{ORIGIN}' => '{APP}' if ok", f"headers '{ORIGIN}' => '*'"),
        {"/*": OPEN},
        (("narrows", 2, 1),),
    ),
    Row(
        "realistic: a filter for some paths",
        f"before '/a/*' do\nheaders '{ORIGIN}' => '{APP}'\nend" + ROUTE,
        {"/*": ONE},
        (("widens", 2, 1),),
    ),
    Row(
        "realistic: a route that says more of preflights",
        f"before do\nheaders '{ORIGIN}' => '{APP}'\nend\noptions '*' do\n"
        "response.headers['Access-Control-Allow-Methods'] = 'PUT'\n"
        f"response.headers['{ORIGIN}'] = '{APP}'\n"
        "response.headers['Access-Control-Expose-Headers'] = 'X-A'\n"
        "response.headers['Access-Control-Max-Age'] = '5' if x\n200\nend",
        {"/*": {**ONE, "allow_methods": ["PUT", "GET", "HEAD", "POST"]}},
        (("narrows", 8, 1), ("narrows", 7, 1)),
    ),
]
NO_FILTER = "no filter sets CORS headers here"
BAD_BY_HAND = [
    Bad("realistic: in a route", f"get('/') {{ headers '{ORIGIN}' => '*' }}", NO_FILTER, 1, 1),
    Bad("synthetic: other headers", before("headers 'X-A' => 'b'"), NO_FILTER, 1, 1),
    Bad("synthetic: names that are known later", before("headers x => 'b'"), NO_FILTER, 1, 1),
    Bad("synthetic: no headers", before("headers", "a = 1", "b[1] = 2", "c.d = 3", "set_header 1"), NO_FILTER, 1, 1),
    Bad("synthetic: without a block", "before", NO_FILTER, 1, 1),
]


@pytest.mark.parametrize("row", BY_HAND, ids=[row.sentence for row in BY_HAND])
def test_by_hand(row: Row) -> None:
    check("sinatra", row)


@pytest.mark.parametrize("bad", BAD_BY_HAND, ids=[bad.sentence for bad in BAD_BY_HAND])
def test_bad_by_hand(bad: Bad) -> None:
    check_bad("sinatra", bad)


NAMES = ["Content-Type", "Accept", "AUTHORIZATION", "Cache-Control"]
#: What the gem does without any setting, but for credentials.
PLAIN = {
    "allow_methods": ["POST", "GET", "OPTIONS", "HEAD"],
    "allow_headers": ["*"],
    "expose_headers": ["Cache-Control", "Content-Language", "Content-Type", "Expires", "Last-Modified", "Pragma"],
    "max_age": 5,
}


def gem(*lines: str) -> str:
    """Write settings, the first in the fourth line; beside the defaults, an age that browsers keep, no credentials."""
    head = "register Sinatra::CrossOrigin\nenable :cross_origin\nset allow_credentials: false, max_age: 5\n"
    return head + "\n".join(lines) + ROUTE


GEM = [
    Row("realistic: whoever asks", gem(), {"/*": {"allow_origins": ["*"], **PLAIN}}),
    Row(
        "realistic: switched on by set",
        gem().replace("enable :", "set 'cross_origin', true #"),
        {"/*": {"allow_origins": ["*"], **PLAIN}},
    ),
    Row("realistic: one origin", gem(f"set :allow_origin, '{APP}'"), {"/*": {"allow_origins": [APP], **PLAIN}}),
    Row("realistic: a star", gem("set :allow_origin, '*'"), {"/*": {"allow_origins": ["*"], **PLAIN}}),
    Row("synthetic: none", gem("set :allow_origin, []"), {"/*": PLAIN}),
    Row(
        "realistic: several, and expressions",
        gem(rf"set :allow_origin, ['{APP}', /\Ahttps:\/\/[a-z]+\.b\z/, 'https://*.a', :any, x, /a(?~b)/, /c\.d\z/]"),
        {"/*": {"allow_origins": [APP], "allow_origin_regex": [r"https://[a-z]+\.b", r".*c\.d"], **PLAIN}},
        (("narrows", 4, 92), ("cosmetic", 4, 20), ("cosmetic", 4, 20), ("narrows", 4, 95), ("cosmetic", 4, 105)),
    ),
    Row("synthetic: no origin is that", gem("set :allow_origin, :some"), {"/*": PLAIN}, (("cosmetic", 4, 20),)),
    Row(
        "synthetic: every one, by an expression",
        gem("set :allow_origin, /.*/"),
        {"/*": {"allow_origins": ["*"], **PLAIN}},
        (("cosmetic", 4, 20),),
    ),
    Row("realistic: known later", gem("set :allow_origin, ENV['A']"), {"/*": PLAIN}, (("narrows", 4, 20),)),
    Row(
        "realistic: methods as symbols, and as texts",
        gem(f"set :allow_origin, '{APP}'", "set :allow_methods, [:put, 'patch', :GET]"),
        {"/*": {"allow_origins": [APP], **PLAIN, "allow_methods": ["PUT", "GET", "HEAD", "POST"]}},
        (("cosmetic", 5, 21), ("cosmetic", 5, 21)),
    ),
    Row(
        "realistic: whoever asks, with credentials",
        gem("set :allow_credentials, 'true'", "set :allow_headers, ['X-A', nil]", "set :expose_headers, []"),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_methods": PLAIN["allow_methods"],
                "allow_headers": ["X-A"],
                "allow_credentials": True,
                "max_age": 5,
                "deny_headers": FOUR,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "realistic: no age",
        gem("set :max_age, nil", "set :max_age, ''", "set :max_age, :soon", "set :max_age, x"),
        {"/*": {"allow_origins": ["*"], **PLAIN, "max_age": None}},
        (("cosmetic", 7, 15),),
    ),
    Row(
        "synthetic: no number",
        gem("set :max_age, :soon"),
        {"/*": {"allow_origins": ["*"], **PLAIN, "max_age": None}},
        (("cosmetic", 4, 15),),
    ),
    Row(
        "realistic: credentials that are known later",
        gem(
            "set :allow_credentials, x", "set :title, 'a'", "set :x do 1 end", "set a, b, c", "set **d", "set e: 1, **f"
        ),
        {"/*": {"allow_origins": ["*"], **PLAIN}},
        (("narrows", 4, 25),),
    ),
    Row(
        "realistic: not registered, no preflight, a route of its own",
        "set :cross_origin, true\nset :max_age, 5\nset :allow_credentials, false\n"
        "get '/' do\ncross_origin allow_origin: 'a'\ncross_origin\nend",
        {"/*": {"allow_origins": ["*"], **PLAIN}, "/": PLAIN},
        (
            *(("narrows", 5, 1), ("widens", 5, 1), ("widens", 1, 1), ("widens", 1, 1), ("widens", 5, 1)),
            ("cosmetic", 5, 28),
        ),
    ),
    Row(
        "realistic: names of headers by hand in the route for OPTIONS, as the gem's own documentation has it",
        gem(
            "options('*') do",
            "response.headers['Allow'] = 'GET'",
            "response.headers['Access-Control-Allow-Headers'] = 'X-A'",
            "end",
        ),
        {"/*": {"allow_origins": ["*"], **PLAIN}},
        (("narrows", 6, 19), ("widens", 6, 19)),
    ),
]
#: What the gem does in a route without any setting.
ROUTED = {
    "allow_origins": ["*"],
    **PLAIN,
    "allow_headers": ["Content-Type", "Accept", "AUTHORIZATION", "Cache-Control"],
    "allow_credentials": True,
    "max_age": 86400,
    "deny_headers": ["accept-language", "content-language"],
    "dangerously_allow_any_origin_with_credentials": True,
}
ROUTED_FINDINGS = ("dangerously_allow_any_origin_with_credentials",)
PUBLIC = {"allow_origins": ["*"], **PLAIN}


def routes(*lines: str) -> str:
    """Write routes, the first in the second line; without credentials, and with an age that browsers keep."""
    head = "register Sinatra::CrossOrigin; set allow_credentials: false, max_age: 5\n"
    return head + "\n".join(lines)


def answered(path: str) -> str:
    """Write a route that answers preflights with the headers."""
    return f"options('{path}') {{ cross_origin\n200 }}"


GEM_ROUTES = [
    Row(
        "realistic: a route, as the gem's own documentation has it",
        "register Sinatra::CrossOrigin\nget '/cross_origin' do\n  cross_origin\n"
        '  "This is available to cross-origin javascripts"\nend',
        {"/cross_origin": ROUTED},
        (("widens", 2, 1), ("widens", 2, 1), ("narrows", 2, 1), ("cosmetic", 2, 1)),
        ROUTED_FINDINGS,
    ),
    Row(
        "realistic: a route with options, as the gem's own documentation has it",
        "register Sinatra::CrossOrigin\nget '/custom' do\n  cross_origin :allow_origin => 'https://app.example',\n"
        "    :allow_methods => [:get],\n    :allow_credentials => false,\n"
        '    :max_age => "60"\n\n  "My custom cross origin response"\nend',
        {
            "/custom": {
                "allow_origins": [APP],
                "allow_headers": ["*"],
                "expose_headers": PLAIN["expose_headers"],
                "max_age": 60,
            }
        },
        (("widens", 3, 3), ("widens", 3, 3)),
    ),
    Row(
        "realistic: a route, and its preflights",
        routes("get('/a') { cross_origin }", answered("/a")),
        {"/a": PUBLIC},
        (("widens", 2, 1),),
    ),
    Row(
        "realistic: routes with the same path, and all preflights",
        routes("get('/a') { cross_origin }", "post('/a') { cross_origin() }", answered("*")),
        {"/a": PUBLIC},
        (("widens", 2, 1),),
    ),
    Row("realistic: a filter", routes("before { cross_origin }", "options('*') { 200 }"), {"/*": PUBLIC}),
    Row(
        "realistic: a filter for what is below a path",
        routes("after '/api/*' do cross_origin end", "options('*') { 200 }"),
        {"/api/*": PUBLIC},
        (("widens", 2, 7),),
    ),
    Row(
        "realistic: a filter with a condition",
        routes("before(agent: /a/) { cross_origin }", "options('*') { 200 }"),
        {"/*": PUBLIC},
        (("widens", 2, 1),),
    ),
    Row(
        "realistic: a filter, and no answer to preflights",
        routes("before { cross_origin }"),
        {"/*": PUBLIC},
        (("widens", 2, 1),),
    ),
    Row(
        "realistic: a filter, and a route that says the same",
        routes("before { cross_origin }", "get('/a') { cross_origin }", "options('*') { 200 }"),
        {"/*": PUBLIC},
    ),
    Row(
        "realistic: the same options in all routes, in a name",
        routes(
            f"OURS = {{ allow_origin: '{APP}', title: 'a' }}.freeze",
            "get('/a') { cross_origin OURS }",
            "options('/a') { cross_origin(OURS) }",
            f"get('/b') {{ cross_origin allow_origin: '{APP}' }}",
        ),
        {path: {"allow_origins": [APP], **PLAIN} for path in ("/a", "/b")},
        (("widens", 3, 13), ("widens", 5, 13), ("widens", 5, 13)),
    ),
    Row(
        "realistic: options that hold for the other routes, too",
        routes(f"get('/a') {{ cross_origin allow_origin: '{APP}' }}", "get('/b') { cross_origin }", answered("*")),
        {"/a": {"allow_origins": [APP], **PLAIN}, "/b": PUBLIC},
        (("narrows", 2, 13), ("widens", 2, 13), ("widens", 2, 13), ("widens", 3, 1)),
    ),
    Row(
        "realistic: options that are known later",
        routes("get('/a') { cross_origin(**x) }", answered("/a")),
        {"/a": PLAIN},
        (("narrows", 2, 26), ("narrows", 2, 1), ("widens", 2, 1), ("widens", 2, 1)),
    ),
    Row(
        "synthetic: options with names that are known later",
        routes("get('/a') { cross_origin x => 1, 'max_age' => 6 }"),
        {"/a": {**PLAIN, "max_age": 6}},
        (("narrows", 2, 26), ("widens", 2, 13), ("widens", 2, 13)),
    ),
    Row(
        "realistic: under a condition",
        routes("get('/a') { cross_origin if x }", answered("/a")),
        {"/a": PUBLIC},
        (("widens", 2, 13), ("widens", 2, 1)),
    ),
    Row(
        "realistic: in a block inside a route",
        routes("get('/a') { respond_to { cross_origin } }", answered("/a")),
        {"/a": PUBLIC},
        (("widens", 2, 26), ("widens", 2, 1)),
    ),
    Row(
        "realistic: under a condition, with options",
        routes("get '/a' do", f"if x then cross_origin(allow_origin: '{APP}') end", "end"),
        {"/a": {"allow_origins": [APP], **PLAIN}},
        (("widens", 3, 11), ("narrows", 3, 11), ("widens", 3, 11), ("widens", 3, 11)),
    ),
    Row(
        "realistic: in a method of its own, too",
        routes("def allow", "cross_origin", "end", "get('/a') { cross_origin }", answered("/a")),
        {"/a": PUBLIC},
        (("narrows", 3, 1), ("widens", 5, 1)),
    ),
    Row(
        "realistic: a route with a condition",
        routes("get('/a', agent: /a/) { cross_origin }", answered("/a")),
        {"/a": PUBLIC},
        (("widens", 2, 1), ("widens", 2, 1)),
    ),
    Row(
        "realistic: only preflights",
        routes(answered("/a")),
        {},
        (("narrows", 2, 1),),
    ),
    Row(
        "realistic: in a class, in a namespace",
        routes("class App", "namespace '/api' do", "get('/a') { cross_origin }", answered("/a"), "end", "end"),
        {"/api/a": PUBLIC},
        (("widens", 4, 1),),
    ),
    *(
        Row(
            f"synthetic: in a namespace that is not known: {path}",
            routes(f"namespace{path} {{ get('/a') {{ cross_origin }} }}"),
            {},
            (("narrows", 2, 1),),
        )
        for path in ("", "(x)", "('/:id')", "('a')")
    ),
    Row(
        "synthetic: in another block",
        routes("configure do", "get('/a') { cross_origin }", answered("/a"), "end"),
        {"/a": PUBLIC},
        (("widens", 3, 1),),
    ),
    Row(
        "realistic: a last slash that may be left out",
        routes("get('/a/?') { cross_origin }", answered("/a/?")),
        {"/a": PUBLIC, "/a/": PUBLIC},
        (("widens", 2, 1), ("widens", 2, 1)),
    ),
    *(
        Row(
            f"realistic: a parameter: {path}",
            routes(f"get('{path}') {{ cross_origin }}", answered("*")),
            {wanted: PUBLIC},
            (("widens", 2, 5), ("widens", 2, 1)),
        )
        for path, wanted in (
            ("/a/:id", "/a/*"),
            ("/a/:id/b/:more", "/a/*"),
            ("/a/:id.?:format?", "/a/*"),
            ("/a/{id}", "/a/*"),
            ("/say/*/to/*", "/say/*"),
            ("/file-*.*", "/*"),
            ("/:id", "/*"),
        )
    ),
    Row(
        "realistic: every path",
        routes("get('*') { cross_origin }", answered("/*")),
        {"/*": PUBLIC},
        (("widens", 2, 1),),
    ),
    *(
        Row(
            f"realistic: a path that a policy has not: {path}",
            routes(f"get({path}) {{ cross_origin }}"),
            {},
            (("narrows", 2, 5),),
        )
        for path in (
            "'/a(/:id)?'",
            "'/ab?'",
            "'/a|/b'",
            "'/:id|/b'",
            "'a'",
            "':id'",
            "'/a%20b'",
            "%r{/a/.*}",
            "x",
            "''",
        )
    ),
    Row(
        "hostile: deeper than anyone looks",
        routes(f"get('/b') {{ {'[' * 500}cross_origin(){']' * 500} }}", "get('/a') { cross_origin }", answered("*")),
        {"/a": PUBLIC},
        (("narrows", 2, 513), ("widens", 3, 1)),
    ),
]
BAD_GEM = [
    Bad("realistic: off", "register Sinatra::CrossOrigin", "is not switched on for all routes here", 1, 1),
    Bad("realistic: in no route", "def a\ncross_origin\nend\na.cross_origin", "nor called in one", 1, 1),
    Bad("synthetic: off by set", "set :cross_origin, false", "is not switched on for all routes here", 1, 1),
    Bad("realistic: no array", gem("set :allow_methods, :get"), "allow_methods is no array", 4, 21),
]


@pytest.mark.parametrize("row", [*GEM, *GEM_ROUTES], ids=[row.sentence for row in [*GEM, *GEM_ROUTES]])
def test_gem(row: Row) -> None:
    check("sinatra-cross-origin", row)


@pytest.mark.parametrize("bad", BAD_GEM, ids=[bad.sentence for bad in BAD_GEM])
def test_bad_gem(bad: Bad) -> None:
    check_bad("sinatra-cross-origin", bad)


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_origins=[APP], allow_origin_regex="https://[a-z]+", max_age=None), set()),
        (Policy(allow_origins="*"), set()),
        (Policy(allow_methods="*"), {"narrows"}),
        (Policy(allow_methods=["GET", "HEAD", "POST", "purge"]), {"narrows"}),
        (Policy(allow_methods=["GET", "HEAD", "POST", "M-SEARCH"]), set()),
        (Policy(allow_methods=["GET"]), {"widens"}),
        (Policy(allow_headers="*"), set()),
        (Policy(allow_headers="*", deny_headers=["Authorization"]), set()),
        (Policy(allow_headers="*", deny_headers=["X-A"]), {"widens"}),
        (Policy(allow_origins=[APP], allow_headers="*", allow_credentials=True), {"narrows"}),
        (Policy(allow_origin_regex="https://(?<=a)b{99999}"), {"narrows"}),
        (Ruleset([Rule(["/a/*"], Policy())]), {"widens"}),
    ],
)
def test_what_the_gem_loses(policy: Policy | Ruleset, wanted: set[str]) -> None:
    written = write("sinatra-cross-origin", policy)
    assert {loss.how_bad for loss in written.losses if loss.what != "websockets='check'"} == wanted


def test_a_route_is_guessed() -> None:
    assert guess_dialect("get('/a') { cross_origin }") == "sinatra-cross-origin"


@pytest.mark.parametrize("text", ["before do", "cross_origin", "def a\ncross_origin\nend", f"x = '{ORIGIN}'"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


FULL = Ruleset(
    [
        Rule(
            ["/a/*", "/é", "/it's"],
            Policy(
                allow_origins=[APP, "https://*.example.com"],
                deny_origins=["https://a.example.com"],
                allow_methods="*",
                allow_headers="*",
                deny_headers=["X-A"],
                error_messages={"origin-not-allowed": 'say "no" #{exit}'},
                enforce="all",
                require_origin=True,
                allow_private_network=True,
            ),
        ),
        Rule(["/*"], Policy(allow_origins="*", expose_headers=[f"X-{'A' * 60}"])),
    ]
)


@pytest.mark.parametrize("dialect", ["rack", "sinatra"])
def test_programs(dialect: str) -> None:
    """What a policy does not need is not in them, and no place is left open."""
    full, plain = write(dialect, FULL), write(dialect, Policy(allow_origins=[APP]))
    assert {loss.what for loss in full.losses} == {"websockets='check'", "paths that can be read in several ways"}
    for text in (full.text, plain.text):
        assert not re.search(r"@[A-Z_]+@|  #@|<[A-Za-z_]+>|\n\n\n| \n", text)
        assert guess_dialect(text) is None
        with pytest.raises(DialectError):
            read(dialect, text)
    for word in ("RULES", "require_origin", "enforce", "error_messages", "private_network", "AMBIGUOUS"):
        assert word in full.text
        assert word not in plain.text
    assert r"'say \"no\" #{exit}'".replace('\\"', '"') in full.text
    assert "['/a', '/it\\'s']" not in full.text
    assert "paths: [\"/é\".b, '/it\\'s']" in full.text


@pytest.mark.parametrize("dialect", ["rack", "sinatra"])
def test_names_of_the_server(dialect: str) -> None:
    """They are asked for where a refusal is enforced, and only there."""
    policy = Policy(allow_origins=[APP], enforce="all", own_hosts=["api.example", "*.own.example"])
    written = write(dialect, Ruleset([Rule(["/*"], policy), Rule(["/a"], Policy(enforce="all"))]))
    assert "own_hosts: ['*.own.example', 'api.example']," in written.text
    assert "own_hosts: nil," in written.text
    assert {loss.what for loss in written.losses} == {"websockets='check'", "paths that can be read in several ways"}
    assert "own_host" not in write(dialect, Policy(own_hosts=["api.example"])).text


@pytest.mark.parametrize("dialect", ["rack", "sinatra"])
def test_what_ruby_cannot_say(dialect: str) -> None:
    written = write(
        dialect, Policy(allow_origins="*", allow_origin_regex=["https://(?<=a)b{99999}"], origin_validator=bool)
    )
    assert {loss.how_bad for loss in written.losses} == {"narrows", "cosmetic"}
