"""The options of the cors package, and headers that are set by hand in Express: what each form of source means."""

from __future__ import annotations

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import guess_dialect, read, write
from crossorigin.dialects.express._source import Expression, NotLiteralError, read_source
from dialects.rows import Bad, Row, check, check_bad

METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]
SAFE = ["GET", "HEAD", "POST"]
DENIED = ["accept", "accept-language", "content-language", "content-type"]
REST = {"allow_methods": METHODS, "allow_headers": ["*"], "max_age": None}
ANY = {"allow_origins": ["*"], **REST}
APP = {"allow_origins": ["https://app.example"], **REST}
#: What is known of nothing.
NONE = {"deny_headers": DENIED, "max_age": None}
CREDENTIALS = {"dangerously_allow_any_origin_with_credentials"}
START = "const cors = require('cors');\n"


def call(options: str) -> str:
    return f"{START}app.use(cors({options}));"


def by_hand(body: str, before: str = "") -> str:
    return f"{before}app.use((req, res, next) => {{\n{body}\nnext(); }});"


HAND = {"allow_origins": ["https://app.example"], "deny_headers": DENIED, "max_age": None, "preflight_status": 200}
ANSWERED = {key: value for key, value in HAND.items() if key != "preflight_status"}
ORIGIN = "res.setHeader('Access-Control-Allow-Origin', 'https://app.example');\n"
BOTH = ("widens", "narrows")
CASED = "app.set('case sensitive routing', true); "
LIST = f"{START}const list = ['https://app.example'];\n"
#: Where all else gets an error in the place of an answer.
ERRORS = {"enforce": "all", "own_hosts": frozenset()}
LATER = (("narrows", 3, 24),)

ROWS = [
    Row("realistic: all defaults", call(""), {"/*": ANY}),
    Row("realistic: one origin", call("{ origin: 'https://app.example' }"), {"/*": APP}),
    Row(
        "realistic: exported, under another name",
        "module.exports = require('cors')({ origin: ['https://app.example'] })",
        {"/*": APP},
    ),
    Row(
        "realistic: imported",
        "import express from 'express';\nimport allow from 'cors';\n"
        "app.use(allow({ origin: ['https://app.example'] }))",
        {"/*": APP},
    ),
    Row("realistic: as JSON", '{ "origin": ["https://app.example"] }', {"/*": APP}),
    Row("realistic: only the options", "module.exports = { origin: ['https://app.example'] };", {"/*": APP}),
    Row(
        "realistic: only the options, exported by name",
        "export const corsOptions = { origin: ['https://app.example'] };",
        {"/*": APP},
    ),
    Row("realistic: only the options, as a module", "export default { origin: ['https://app.example'] };", {"/*": APP}),
    Row(
        "realistic: options in names that are set once",
        f"{START}const hosts = ['https://app.example'];\nconst own = {{ origin: hosts }};\n"
        "const corsOptions = { ...own, maxAge: 60 * 60, 'optionsSuccessStatus': 200 };\n"
        "const open = cors(corsOptions);\napp.use([open]);\napp.options('*', cors(corsOptions));",
        {"/*": {**APP, "max_age": 3600, "preflight_status": 200}},
    ),
    Row(
        "realistic: every option",
        call(
            "{ origin: ['https://app.example', /^https:\\/\\/pr-[0-9]+\\.example\\.com$/], methods: 'GET, PUT', "
            "allowedHeaders: ['X-A', 'content-type'], exposedHeaders: 'X-B,X-C', credentials: true, maxAge: '60', "
            "optionsSuccessStatus: 0xc8, preflightContinue: false }"
        ),
        {
            "/*": {
                "allow_origins": ["https://app.example"],
                "allow_origin_regex": [r"https://pr-[0-9]+\.example\.com"],
                "allow_methods": ["GET", "PUT", "HEAD", "POST"],
                "allow_headers": ["X-A"],
                "deny_headers": DENIED[:-1],
                "expose_headers": ["X-B", "X-C"],
                "allow_credentials": True,
                "max_age": 60,
                "preflight_status": 200,
            }
        },
    ),
    Row(
        "realistic: every origin with credentials, as a star",
        call("{ credentials: true }"),
        {"/*": ANY},
        (("narrows", 2, 29),),
    ),
    Row(
        "realistic: every origin with credentials, echoed",
        call("{ origin: true, credentials: true }"),
        {"/*": {**ANY, "allow_credentials": True, "dangerously_allow_any_origin_with_credentials": True}},
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row("realistic: whoever asks", call("{ origin: true }"), {"/*": ANY}),
    Row("realistic: nobody", call("{ origin: false }"), {"/*": REST}),
    Row("synthetic: a star in a list is compared", call("{ origin: ['*'] }"), {"/*": REST}, (("cosmetic", 2, 24),)),
    Row(
        "realistic: a pattern is compared, too",
        call("{ origin: 'https://*.app.example' }"),
        {"/*": REST},
        (("cosmetic", 2, 24),),
    ),
    Row("synthetic: what is true in a list is for all", call("{ origin: [['https://a.example'], 1] }"), {"/*": ANY}),
    Row(
        "synthetic: lists in lists, and what is false",
        call("{ origin: [[`https://app.example`], null, false] }"),
        {"/*": APP},
    ),
    Row(
        "realistic: an expression that is open at both ends",
        call("{ origin: /app\\.example/ }"),
        {"/*": {**REST, "allow_origin_regex": [r".*app\.example.*"]}},
        (("cosmetic", 2, 24),),
    ),
    Row(
        "realistic: an expression with a flag that remembers, and with one that is not read",
        call("{ origin: [/^https:\\/\\/app\\.example$/g, new RegExp('^https://b$', 'y')] }"),
        {"/*": {**REST, "allow_origin_regex": [r"https://app\.example"]}},
        (("widens", 2, 24), ("narrows", 2, 24)),
    ),
    Row(
        "synthetic: every origin, as an expression",
        call("{ origin: RegExp('.') }"),
        {"/*": {**REST, "allow_origin_regex": [".*..*"], "dangerously_allow_null_origin": True}},
        (("cosmetic", 2, 24),),
        ("dangerously_allow_null_origin",),
    ),
    Row(
        "synthetic: every origin, as an expression that says so",
        call("{ origin: /.*/, credentials: true }"),
        {"/*": {**ANY, "allow_credentials": True, "dangerously_allow_any_origin_with_credentials": True}},
        (("cosmetic", 2, 24),),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "realistic: a pattern of ours, as it is written",
        call(r"{ origin: [/^https:\/\/(?:[a-z0-9_-]+\.)+app\.example$/] }"),
        {"/*": {**REST, "allow_origins": ["https://*.app.example"]}},
    ),
    Row(
        "realistic: functions",
        call("{ origin: (origin, callback) => callback(null, true), methods: function () {}, maxAge() {} }"),
        {"/*": {"allow_headers": ["*"], "max_age": None}},
        (("narrows", 2, 24), ("narrows", 2, 77), ("narrows", 2, 93)),
    ),
    Row("realistic: all of them by a function", call("(req, callback) => { }"), {"/*": NONE}, (("narrows", 2, 14),)),
    *(
        Row(
            f"realistic: a function that looks in a list: {function}",
            f"{LIST}app.use(cors({{ origin: {function} }}));",
            {"/*": {**APP, **more}},
        )
        for function, more in (
            (
                (
                    "function (origin, callback) { if (list.indexOf(origin) !== -1) { callback(null, true) }"
                    " else { callback(new Error('Not allowed by CORS')) } }"
                ),
                {**ERRORS, "require_origin": True},
            ),
            (
                (
                    "(origin, callback) => { if (!origin || list.includes(origin)) callback(null, true);"
                    " else callback(new Error(`no ${origin}`)); }"
                ),
                ERRORS,
            ),
            (
                (
                    "function (origin, callback) { if (!origin) return callback(null, true); // a server\n"
                    "if (list.indexOf(origin) === -1) { const message = 'no'; console.log(message);"
                    " return callback(Error(message), false); } return callback(null, true); }"
                ),
                ERRORS,
            ),
            ("(origin, callback) => { callback(null, list.indexOf(origin) > -1) }", {}),
            ("(origin, callback) => callback(null, list.includes(origin))", {}),
            ("(origin, callback) => list.includes(origin) ? callback(null, origin) : callback(null, false)", {}),
            ("(o, done) => { let is = false; ; if ((list.indexOf(o)) >= 0) is = true; done(undefined, is); }", {}),
            ("(origin, callback) => { const all = new Set(list); callback(null, all.has(origin)); }", {}),
            ("(origin, callback) => callback(null, new Set(list).has(origin))", {}),
            ("(origin, callback) => callback(null, list.includes(origin) ? 'https://app.example' : null)", {}),
            ("(origin, callback) => callback(null, origin === 'https://app.example')", {}),
            ("(origin, callback) => callback(null, origin !== undefined && !(origin !== 'https://app.example'))", {}),
            ("(origin, callback) => callback(null, list.includes(origin) === true)", {}),
            ("(origin, callback) => { if (list.indexOf(origin) == -1) callback(null); else callback(null, true) }", {}),
        )
    ),
    Row(
        "realistic: a function that looks in a list of which not all is known",
        f"{LIST}app.use(cors({{ origin: (a, b) => b(null, ['https://app.example', process.env.A].includes(a)) }}));",
        {"/*": APP},
        (("narrows", 3, 66),),
    ),
    Row(
        "realistic: a function for some requests only refuses nothing in the others",
        f"{LIST}{CASED}app.all('/a/:id', cors({{ origin: (a, b) => list.includes(a) ? b(null, true) : b(Error()) }}));",
        {"/a/*": APP},
        (("widens", 3, 50),),
    ),
    Row(
        "realistic: a function that refuses, for paths that are compared without case",
        f"{LIST}app.use('/a', cors({{ origin: (a, b) => list.includes(a) || !a ? b(null, true) : b(Error()) }}));",
        {"/a/*": {**APP, **ERRORS}},
        (("narrows", 3, 9), ("widens", 3, 1)),
    ),
    Row(
        "realistic: options by a function that looks in a list",
        f"{LIST}const choose = function (req, callback) {{\nvar options;\n"
        "if (list.indexOf(req.header('Origin')) !== -1) {\noptions = { origin: true, maxAge: 5 };\n"
        "} else {\noptions = { origin: false };\n}\ncallback(null, options);\n};\napp.use(cors(choose));",
        {"/*": {**APP, "max_age": 5}},
    ),
    Row(
        "realistic: options by a function, with an error for all else",
        f"{LIST}const yes = {{ origin: true }};\napp.use(cors((req, callback) => {{\n"
        "if (list.includes(req.headers.origin)) callback(null, yes); else callback(new Error('no')); }));",
        {"/*": {**APP, **ERRORS, "require_origin": True}},
    ),
    Row(
        "synthetic: options by a function, for what is known later",
        f"{LIST}app.use(cors((a, b) => b(null, {{ origin: [x].includes(a.get('origin')) }})));",
        {"/*": NONE},
        (("narrows", 3, 14),),
    ),
    Row(
        "synthetic: options by a function, for a list of nothing that is known",
        f"{LIST}app.use(cors((a, b) => [x].includes(a.get('origin'))"
        " ? b(null, { origin: true }) : b(null, { origin: false })));",
        {"/*": REST},
        (("narrows", 3, 25),),
    ),
    *(
        Row(
            f"realistic: options by a function that does more: {function}",
            f"{LIST}app.use(cors({function}));",
            {"/*": NONE},
            (("narrows", 3, 14),),
        )
        for function in (
            "(a, b) => b(null, list.includes(a.get('origin')))",
            "(a, b) => b(null, { origin: list })",
            "(a, b) => b(null, {})",
            "(a, b) => b(null, [x].includes(a.get('origin')) ? { origin: false } : { origin: false })",
            "(a, b) => b(null, { ...more })",
            "(a, b) => list.includes(a.get('origin')) ? b(null, { origin: true }) : b(null, list)",
            (
                "(a, b) => b(null, a.get('origin') === 'https://a' ? { origin: true } : list.includes(a.get('origin'))"
                " ? { origin: true, maxAge: 1 } : { origin: false })"
            ),
        )
    ),
    *(
        Row(
            f"realistic: a function that does more than look in a list: {function}",
            f"{LIST}app.use(cors({{ origin: {function} }}));",
            {"/*": REST},
            LATER,
        )
        for function in (
            "(a, b) => b(null, true)",
            "(a, b) => b(null, false)",
            "(a, b) => b(null, !list.includes(a))",
            "(a, b) => b(null, list.includes(a) || /a/.test(a))",
            "(a, b) => b(null, list.includes(b))",
            "(a, b) => b(null, list.includes('x'))",
            "(a, b) => b(null, list.some(one => one === a))",
            "(a, b) => b(null, more.includes(a))",
            "(a, b) => b(null, 'x'.includes(a))",
            "(a, b) => b(null, new Set(list, 1).has(a))",
            "(a, b) => b(null, [null].includes(a))",
            "(a, b) => b(null, a == 'https://app.example')",
            "(a, b) => b(null, list.indexOf(a) + 1)",
            "(a, b) => b(null, list.includes(a) ? 'https://other.example' : 'https://app.example')",
            "(a, b) => b(null, list.includes(a) && b(null))",
            "(a, b) => b(b(null), list.includes(a))",
            "(a, b) => b(null, list.includes(a), 1)",
            "(a, b) => { b(null, list.includes(a)); b(null, true); }",
            "(a, b) => { a = 'x'; b(null, list.includes(a)); }",
            "(a, b) => { list.x = 1; b(null, list.includes(a)); }",
            "(a, b) => { for (;;) b(null, list.includes(a)); }",
            "(a, b) => { find(a); b(null, list.includes(a)); }",
            "(a, b) => { a++; b(null, list.includes(a)); }",
            "(a, b) => console.log(a) || b(null, list.includes(a))",
            "(a, b) => list.includes(a)",
            "(a) => list.includes(a)",
            "a => list.includes(a)",
            "({ a }, b) => b(null, list.includes(a))",
            "function* (a, b) { b(null, list.includes(a)); }",
            "(a, b) => ['https://a'].includes(a) ? b(null, true) : list.includes(a) ? b(Error()) : b(null, false)",
            "(a, b) => [x].includes(a) ? b(null, false) : b(null, list.includes(a))",
            f"(a, b) => b(null, {'!' * 100}list.includes(a))",
        )
    ),
    Row("synthetic: no options", call("undefined"), {"/*": ANY}),
    Row(
        "realistic: values that are known later",
        call("{ origin: [process.env.A, 'https://app.example'], methods: m, maxAge: age(), ...more, headers: [...x] }"),
        {"/*": {**NONE, "allow_origins": ["https://app.example"]}},
        (("narrows", 2, 25), ("narrows", 2, 73), ("cosmetic", 2, 84), ("narrows", 2, 91), ("narrows", 2, 113)),
    ),
    Row(
        "synthetic: what is spread is not known",
        call("{ ...more, [key]: 1, ['methods']: 'PUT', origin }"),
        {"/*": {**NONE, "allow_methods": ["PUT", *SAFE]}},
        (("narrows", 2, 16), ("narrows", 2, 32), ("narrows", 2, 55)),
    ),
    Row(
        "realistic: options that are none, or have no effect",
        call("{ orgin: 'x', credentials: 'true', maxAge: 'soon', preflightContinue: true }"),
        {"/*": ANY},
        (("cosmetic", 2, 23), ("cosmetic", 2, 84), ("cosmetic", 2, 41), ("cosmetic", 2, 57)),
    ),
    Row("synthetic: an age of nothing", call("{ maxAge: '' }"), {"/*": ANY}),
    Row(
        "realistic: a star for methods and names",
        call("{ methods: '*', allowedHeaders: '*' }"),
        {"/*": {**ANY, "allow_methods": ["*"], "deny_headers": ["Authorization"]}},
    ),
    Row(
        "synthetic: a star for names, and the one that it does not cover",
        call("{ headers: ['*', 'authorization'] }"),
        {"/*": ANY},
    ),
    Row(
        "realistic: a star for methods and names, with credentials",
        call("{ origin: 'https://app.example', methods: '*', allowedHeaders: '*', credentials: true }"),
        {"/*": {"allow_origins": ["https://app.example"], **NONE, "allow_credentials": True}},
        (("narrows", 2, 56), ("narrows", 2, 77)),
    ),
    Row(
        "synthetic: a star beside what is no name",
        call("{ methods: ['*', 'G T'] }"),
        {"/*": {**ANY, "allow_methods": ["*"]}},
        (("widens", 2, 25),),
    ),
    Row(
        "synthetic: a list of nothing",
        call("{ allowedHeaders: [] }"),
        {"/*": {"allow_origins": ["*"], "allow_methods": METHODS, **NONE}},
    ),
    Row(
        "synthetic: a text of nothing",
        call("{ allowedHeaders: '', headers: ['X-A'] }"),
        {"/*": {**ANY, "allow_headers": ["X-A"], "deny_headers": DENIED}},
    ),
    Row(
        "synthetic: no methods and no names",
        call("{ methods: null, allowedHeaders: 1, optionsSuccessStatus: 404 }"),
        {"/*": {**NONE, "allow_origins": ["*"]}},
        (("widens", 2, 25), ("widens", 2, 47), ("widens", 2, 72)),
    ),
    Row("synthetic: a status that is none", call("{ optionsSuccessStatus: 'ok' }"), {"/*": ANY}, (("widens", 2, 38),)),
    # Paths.
    Row("realistic: a prefix", f"{START}app.use('/api/', cors())", {"/api/*": ANY}, (("narrows", 2, 9),)),
    Row(
        "realistic: paths with case",
        f"{START}app.set('case sensitive routing', true);\napp.use(['/api', '/a%20b'], cors())",
        {"/api/*": ANY, "/a b/*": ANY},
    ),
    Row("realistic: every path", f"{START}app.use('/', cors()); app.options('/{{*any}}', cors())", {"/*": ANY}),
    Row(
        "realistic: routes of their own, one of them without preflights",
        f"{START}app.options('/a', cors());\napp.get('/a', cors(), list);\n"
        "app.route('/b').get(list).post(cors(), list);",
        {"/a": ANY, "/b": {"allow_origins": ["*"], **NONE}},
        (
            ("narrows", 2, 13),
            ("narrows", 3, 9),
            ("narrows", 4, 11),
            ("widens", 3, 1),
            ("widens", 4, 1),
            ("widens", 4, 1),
        ),
    ),
    Row(
        "realistic: below a prefix, in the words of releases",
        f"{START}app.all('/a/*', cors()); app.all('/b/{{*rest}}', cors())",
        {"/a/*": ANY, "/b/*": ANY},
        (("narrows", 2, 9), ("narrows", 2, 34)),
    ),
    Row(
        "realistic: paths that a policy has not",
        f"{START}app.use('/a?b', cors()); app.use(path, cors()); app.use([path, 1, /^\\/b\\/.*/, /[a-z]/], cors());",
        {"/b/*": ANY},
        (
            ("narrows", 2, 9),
            ("narrows", 2, 34),
            ("narrows", 2, 58),
            ("narrows", 2, 57),
            ("widens", 2, 57),
            ("narrows", 2, 57),
            ("narrows", 2, 57),
        ),
    ),
    Row(
        "realistic: a path with a parameter, as the package's own documentation has it",
        f"{START}app.get('/products/:id', cors({{ origin: true, credentials: true }}), list);",
        {
            "/products/*": {
                "allow_origins": ["*"],
                **NONE,
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (("widens", 2, 9), ("narrows", 2, 9), ("widens", 2, 1), ("widens", 2, 1)),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "realistic: a path with a parameter, and its preflights",
        f"{START}{CASED}app.options('/products/:id', cors()); // for DELETE\napp.del('/products/:id', cors(), list);",
        {"/products/*": ANY},
        (("widens", 2, 54), ("widens", 3, 9), ("widens", 3, 1)),
    ),
    *(
        Row(
            f"realistic: a parameter: {path}",
            f"{START}{CASED}app.use('{path}', cors());",
            {wanted: ANY},
            (("widens", 2, 50),),
        )
        for path, wanted in (
            ("/users/:id/posts/:post", "/users/*"),
            ("/users/:id?", "/users/*"),
            ("/users/:id(\\\\d+)", "/users/*"),
            ("/users{/:id}", "/users/*"),
            ("/users{/:id}/posts", "/users/*"),
            ("/users/{by-:name}", "/users/*"),
            ("/a%20b/:id.:kind", "/a b/*"),
            ("/users/by-:id", "/users/*"),
            ("/user-:id", "/*"),
            ("/:lang/about", "/*"),
        )
    ),
    *(
        Row(
            f"synthetic: no parameter, or other marks before it: {path}", f"{START}app.use('{path}', cors());", {}, lost
        )
        for path, lost in (
            (path, (("narrows", 2, 9),)) for path in (":id", "/a?b/:id", "/a*/:id", "/a\\\\:id", "/a/:", "/a//b/:id")
        )
    ),
    Row(
        "synthetic: a parameter below every path", f"{START}app.use('/:id', cors());", {"/*": ANY}, (("widens", 2, 9),)
    ),
    Row(
        "realistic: by hand, for a path with a parameter",
        f"{CASED}app.all('/a/:id', (req, res) => {{\n{ORIGIN}}});",
        {"/a/*": HAND},
        (("widens", 1, 50),),
    ),
    Row(
        "realistic: a router that is used below a parameter",
        f"{START}{CASED}const api = express.Router();\napi.use('/x', cors());\napp.use('/t/:tenant', api);",
        {"/t/*": ANY},
        (("widens", 4, 9),),
    ),
    Row(
        "realistic: parameters with the same beginning, whose preflights differ",
        f"{START}{CASED}\napp.all('/a/:id', cors());\napp.all('/a/:id/b', cors({{ methods: 'PUT' }}));",
        {"/a/*": ANY},
        (("widens", 3, 9), ("widens", 4, 9), ("widens", 4, 1), ("narrows", 4, 1)),
    ),
    Row(
        "realistic: a parameter, and a path that it may be",
        f"{START}{CASED}\napp.all('/a/:id', cors());\napp.all('/a/b', cors({{ origin: false }}));",
        {"/a/*": ANY, "/a/b": REST},
        (("widens", 3, 9), ("widens", 3, 1), ("narrows", 3, 1), ("widens", 3, 1), ("narrows", 3, 1)),
    ),
    Row(
        "realistic: only preflights",
        f"{START}app.options('/a', cors());",
        {},
        (("narrows", 2, 13), ("narrows", 2, 1)),
    ),
    Row(
        "realistic: one inside another, and they differ",
        f"{START}app.use('/api', cors({{ origin: ['https://app.example'] }}));\napp.use(cors());",
        {"/api/*": APP, "/*": ANY},
        (("narrows", 2, 9), ("widens", 3, 1), ("narrows", 3, 1)),
    ),
    Row(
        "realistic: one inside another, and they say the same",
        f"{START}app.use(cors());\napp.post('/a', cors());",
        {"/*": ANY, "/a": ANY},
        (("narrows", 3, 10),),
    ),
    Row(
        "synthetic: preflights for others",
        f"{START}app.options('*', cors({{ origin: ['https://app.example'] }}));\napp.use(cors());",
        {"/*": ANY},
        (("widens", 2, 1), ("narrows", 2, 1)),
    ),
    Row(
        "realistic: a router that is used below a path",
        f"{START}const api = express.Router();\napi.use(cors());\napp.use('/api', api);",
        {"/api/*": ANY},
        (("narrows", 4, 9),),
    ),
    Row(
        "realistic: a router that is used for all paths",
        f"{START}const api = express.Router();\napi.use(cors());\napp.use(api);",
        {"/*": ANY},
    ),
    Row(
        "realistic: a router that is used elsewhere",
        f"{START}const api = express.Router();\napi.use(cors());\nmodule.exports = api;",
        {"/*": ANY},
        (("widens", 3, 1),),
    ),
    Row(
        "synthetic: what looks like a rule, and is none",
        f"{START}module.exports = [[['x'], cors()], [[path], f()], ['a', 1]];",
        {"/*": ANY},
    ),
    # By hand.
    Row("realistic: by hand", by_hand(ORIGIN), {"/*": HAND}),
    Row(
        "realistic: by hand, in the other ways",
        by_hand(
            "res.header('Access-Control-Allow-Origin', 'https://app.example');\n"
            "res.set({ 'Access-Control-Allow-Credentials': true, 'Access-Control-Max-Age': 60, [x]: 1, 'X-A': 'b' });\n"
            "res.append('Access-Control-Expose-Headers', ['X-B', 'X-C']);\n"
            "res.append('access-control-expose-headers', 'X-D');\nres.set(x); res.set('X-A', 'b'); set('a', 'b');\n"
        ),
        {"/*": {**HAND, "allow_credentials": True, "max_age": 60, "expose_headers": ["X-B", "X-C", "X-D"]}},
    ),
    Row(
        "realistic: by hand, with an answer to preflights",
        by_hand(
            f"{ORIGIN}if (req.method === 'OPTIONS') {{\n"
            "res.setHeader('Access-Control-Allow-Methods', 'PUT');\nreturn res.sendStatus(204);\n}\n"
            "res.setHeader('Access-Control-Expose-Headers', 'X-B');"
        ),
        {"/*": {**ANSWERED, "allow_methods": ["PUT", *SAFE], "expose_headers": ["X-B"]}},
    ),
    Row(
        "realistic: by hand, with all else before",
        by_hand(
            "if ('OPTIONS' != req.method) { " + ORIGIN + "} else { " + ORIGIN + "res.status(code).end(); "
            "res.setHeader('Access-Control-Allow-Headers', 'X-A'); }"
        ),
        {"/*": {**HAND, "allow_headers": ["X-A"]}},
    ),
    Row(
        "realistic: by hand, for whoever asks, with credentials",
        by_hand(
            "res.header('Access-Control-Allow-Origin', req.headers.origin || '*');\n"
            "res.header('Access-Control-Allow-Headers', req.header('Access-Control-Request-Headers'));\n"
            "res.header('Access-Control-Allow-Credentials', 'true');"
        ),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_headers": ["*"],
                "allow_credentials": True,
                "max_age": None,
                "preflight_status": 200,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "realistic: by hand, for those in a list",
        by_hand(
            "const origin = req.headers['origin'];\nif (origin && allowed.includes(origin)) {\n"
            "res.setHeader('Access-Control-Allow-Origin', origin);\n}",
            "const allowed = ['https://app.example', 1];\n",
        ),
        {"/*": HAND},
    ),
    Row(
        "realistic: by hand, for those that are found in a list",
        by_hand(
            "const origin = req.get('Origin');\nif (allowed.indexOf(origin) > -1) {\n"
            "res.setHeader('Access-Control-Allow-Origin', origin);\n}",
            "const allowed = ['https://app.example'];\n",
        ),
        {"/*": HAND},
    ),
    *(
        Row(
            f"synthetic: by hand, under a condition that is not known: {condition}",
            by_hand(
                "const origin = req.headers.origin;\n"
                f"{condition} res.setHeader('Access-Control-Allow-Origin', origin);",
                "const a = 'x';\n",
            ),
            {"/*": {key: value for key, value in HAND.items() if key != "allow_origins"}},
            (("narrows", 4, len(condition) + 47),),
        )
        for condition in (
            "if (isAllowed(origin))",
            "if (list.includes(origin))",
            "if (a.includes(origin))",
            "if (list.indexOf(origin) >= limit)",
            "if (list.indexOf(origin) < 0)",
            "if (list.indexOf(origin) == [])",
            "if (a) if (b)",
            "if (a && list.includes(origin))",
            "if (list.includes(req.body))",
            "if (req.method > 'OPTIONS')",
            "if (!origin) ; else",
            "while (a)",
            "a &&",
        )
    ),
    Row(
        "realistic: by hand, with values that are not known",
        by_hand(
            "res.setHeader('Access-Control-Allow-Origin', origin);\nif (a) { "
            + ORIGIN
            + "}\nres.set('Access-Control-Max-Age', null);"
        ),
        {"/*": {key: value for key, value in HAND.items() if key != "allow_origins"}},
        (("narrows", 2, 46), ("narrows", 3, 55), ("narrows", 5, 35)),
    ),
    Row(
        "realistic: by hand, in a function of its own",
        f"function allow(req, res, next) {{\n{ORIGIN}next();\n}}\napp.get('/a', allow, (req, res) => res.send('b'));",
        {"/a": HAND},
        (("narrows", 5, 9), ("widens", 5, 1), ("widens", 5, 1)),
    ),
    Row(
        "realistic: by hand, in a function that is used elsewhere",
        f"module.exports = (req, res) => {{ {ORIGIN} }}",
        {"/*": HAND},
    ),
    Row("synthetic: by hand, in no function", ORIGIN, {"/*": HAND}),
    Row(
        "synthetic: by hand, in the head of an answer",
        by_hand(
            f"{ORIGIN}if (req.method == `OPTIONS`) res.writeHead(200, {{ 'Access-Control-Allow-Methods': '*' }}).end();"
        ),
        {"/*": {**HAND, "allow_methods": ["*"]}},
    ),
    Row(
        "realistic: by hand, too late for preflights",
        by_hand("if (req.method === 'OPTIONS') return res.end();\n" + ORIGIN),
        {"/*": HAND},
        (("widens", 1, 1), ("narrows", 1, 1)),
    ),
    Row(
        "synthetic: by hand, where preflights are asked for and go on, and end with what is not known",
        by_hand(
            f"{ORIGIN}if (req.method === 'OPTIONS') log();\n"
            "if (req.method === 'OPTIONS') res.status(code).status().end();"
        ),
        {"/*": HAND},
    ),
    Row(
        "hostile: by hand, deeper than anyone looks",
        by_hand("{" * 500 + ORIGIN + "}" * 500),
        {"/*": HAND},
    ),
    Row(
        "hostile: a long chain",
        START + "app" + ".a(1)" * 50 + ".get('/a', cors());",
        {"/a": {"allow_origins": ["*"], **NONE}},
        (("narrows", 2, 259), ("widens", 2, 1), ("widens", 2, 1)),
    ),
]
BAD = [
    Bad("realistic: none", "const express = require('express');", "there is no call of the cors package here", 1, 1),
    Bad("synthetic: an object of something else", "module.exports = { a: 1 };", "there is no call of the cors", 1, 1),
    Bad("realistic: no JavaScript", "app.use(cors({)", "this is not JavaScript", 1, 8),
    Bad("synthetic: no option", "{ origin: [ }", "this is not JavaScript\n", 1, 12),
    Bad("synthetic: a constant", "cors({ origin: ORIGIN maxAge: 5 })", "this is not JavaScript\n", 1, 23),
    *(
        Bad(
            f"realistic: TypeScript: {text}",
            f"app.use(cors());\n{text}",
            "Type annotations of TypeScript are not",
            2,
            at,
        )
        for text, at in (
            ("const corsOptions: CorsOptions = { origin: '*' };", 7),
            ("import cors, { type CorsOptions } from 'cors';", 16),
            ("import type { CorsOptions } from 'cors';", 8),
            ("app.use((req: Request, res: Response) => {});", 10),
            ("const options = { origin: '*' } satisfies CorsOptions;", 33),
            ("const options = { origin: '*' } as const;", 33),
            ("export interface Options { origin: string }", 26),
        )
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("express", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("express", bad)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (call(""), "express"),
        ("import cors from 'cors'; export default cors();", "express"),
        (by_hand(ORIGIN), "express"),
        ("const cors = require('cors'); // and nothing else", None),
        ("const cors = require('cors'", None),
        ("access-control-allow-origin: * # res", None),
        ("app.use(cors())", None),
    ],
)
def test_what_is_certain_is_guessed(text: str, wanted: str | None) -> None:
    assert guess_dialect(text) == wanted


LISTED = Policy(allow_origins=["https://app.example"], allow_headers=["X-A"])


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (LISTED, set()),
        (Policy(allow_methods=["GET"]), {"widens"}),
        (Policy(allow_methods="*"), set()),
        (Policy(allow_methods="*", allow_credentials=True), {"narrows"}),
        (Policy(allow_methods=["GET", "HEAD", "POST", "x-custom"]), {"narrows"}),
        (Policy(allow_headers="*", deny_headers=["X-A"]), {"widens"}),
        (Policy(allow_headers="*", deny_headers=["authorization"]), set()),
        (Policy(allow_origin_regex=r"https://(a)\1"), {"narrows"}),
        (Policy(allow_origin_regex=r"(?i)https://a"), set()),
        (Policy(allow_origins="*", require_origin=True), {"widens"}),
        (Ruleset([Rule(["/a"], LISTED), Rule(["/*"], Policy(allow_origins="*"))]), {"narrows"}),
        (Ruleset([Rule(["/a", "/b/*"], LISTED)]), set()),
    ],
)
def test_what_is_lost(policy: Policy | Ruleset, wanted: set[str]) -> None:
    """What is written is read again, as the same where nothing but the form is lost."""
    written = write("express", policy)
    found = read("express", written.text)
    assert {loss.how_bad for loss in written.losses} - {"cosmetic"} == wanted
    if not any(loss.what != "websockets='check'" for loss in written.losses):
        assert found.ruleset == written.ruleset
        assert not found.losses


def test_what_is_dangerous_is_written_where_it_is_accepted() -> None:
    policy = Policy(allow_origins="*", allow_credentials=True, dangerously_allow_any_origin_with_credentials=True)
    written = write("express", policy, accept_dangerous=True)
    assert "origin: true" in written.text
    assert read("express", written.text).ruleset.only_policy == policy


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            r"'\x41\u0042\u{43}\n\q\
'",
            "ABC\nq",
        ),
        (r"'\ud83d\ude00\ud800'", "\U0001f600\ufffd"),
        ("`a` + 'b'", "ab"),
        ("-1", -1),
        ("1_000 - 0x10 * 2", 968),
        ("9e15 * 9e15", 8.1e31),
        ("1.5", 1.5),
        ("('a')", "a"),
        ("[...['a'], ...again]", ["a", "b"]),
        ("RegExp('')", Expression("(?:)", "")),
        ("new RegExp('a', 'i')", Expression("a", "i")),
        ("/a/g", Expression("a", "g")),
        ("null", None),
        ("undefined", None),
        ("false", False),
        *(
            (text, NotLiteralError)
            for text in (
                *("`${a}`", "-'a'", "+1", "1 + 'a'", "1 / 2", "'a' - 1", "1n", "0x" + "f" * 400, "[...'ab']", "a.b"),
                *(
                    "RegExp(1)",
                    "RegExp()",
                    "RegExp('a', 'b', 'c')",
                    "f()",
                    "unknown",
                    "loop",
                    "changed",
                    "twice",
                    "item",
                ),
                *(
                    "pushed",
                    "counted",
                    "imported",
                    "[" * 45 + "]" * 45,
                    "parameter",
                    "one",
                    "two",
                    "rest",
                    "c",
                    "named",
                    "many",
                    "long",
                ),
            )
        ),
    ],
)
def test_literals(text: str, wanted: object) -> None:
    """What is known without running is read; a name counts where it is set once, to what is never changed."""
    doubled = "".join(
        f"const {name}{n + 1} = {sign};\n"
        for n in range(30)
        for name, sign in (("many", f"[...many{n}, ...many{n}]"), ("long", f"long{n} + long{n}"))
    )
    source = read_source(
        "express",
        "import imported, { a as named } from 'a';\nlet loop = again1, again1 = loop;\nconst again = ['b'];\n"
        "let changed = 1; changed = 2;\n"
        "let twice = 1; { let twice = 2; }\nconst item = []; item[0] = 1;\nconst pushed = []; pushed.push(1);\n"
        "let counted = 1; counted++;\nfunction f(parameter, { one, b: [two = 1, ...rest], c = 1 }) {}\n"
        "const g = parameter => 1;\nclass C {}\n"
        f"const many0 = [1], long0 = 'a';\n{doubled}const many = many30, long = long30;\nconst value = {text};",
    )
    if wanted is NotLiteralError:
        with pytest.raises(NotLiteralError) as caught:
            source.evaluate(source.names["value"])
        assert caught.value.position.line > 1
    else:
        assert source.evaluate(source.names["value"]) == wanted
