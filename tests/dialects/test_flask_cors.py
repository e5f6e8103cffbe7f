"""The arguments and configuration of flask-cors: what each form of source means."""

from __future__ import annotations

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import guess_dialect, read, write
from dialects.rows import Bad, Row, check, check_bad

METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]
REST = {"allow_methods": METHODS, "allow_headers": ["*"], "max_age": None}
ANY = {"allow_origins": ["*"], **REST}
APP = {"allow_origins": ["https://app.example"], **REST}
DENIED = ["accept", "accept-language", "content-language", "content-type"]
START = "from flask_cors import CORS\n"


def call(arguments: str) -> str:
    return f"{START}CORS(app, {arguments})"


ROWS = [
    Row("realistic: all defaults", f"{START}CORS(app)", {"/*": ANY}),
    Row("realistic: one origin", call("origins='https://APP.example'"), {"/*": APP}),
    Row("realistic: paths", call("resources={r'/api/*': {'origins': '*'}}"), {"/api/*": ANY}, (("narrows", 2, 22),)),
    Row("realistic: by its name", f"{START}CORS(app=app)", {"/*": ANY}),
    Row("synthetic: only a path that a policy has not", call("resources=r'/[a-z]'"), {}, (("narrows", 2, 21),)),
    Row("realistic: one path", call("resources='/items'"), {"/items": ANY}),
    Row("realistic: a list of paths", call("resources=['/items', r'^/api(/.*)?$']"), {"/items": ANY, "/api/*": ANY}),
    Row("realistic: options by dict()", call("resources={'/a': dict(origins=['https://app.example'])}"), {"/a": APP}),
    Row(
        "realistic: the configuration, then the arguments",
        f"{START}app.config['CORS_ORIGINS'] = 'https://b.example'\napp.config['CORS_MAX_AGE'] = '60'\n"
        "app.config.update(CORS_METHODS=['GET'], DEBUG=True, **more)\napp.config[x] = 1\n"
        "cors = CORS(max_age=0)\ncors.init_app(app, origins='https://app.example')\nother.init_app(app)",
        {"/*": {**APP, "allow_methods": ["GET"]}},
    ),
    Row(
        "realistic: options that change no access, or are none",
        call("send_wildcard=True, supports_credential=True"),
        {"/*": ANY},
        (("cosmetic", 2, 25), ("cosmetic", 2, 51)),
    ),
    Row(
        "realistic: every origin with credentials",
        call("supports_credentials=True"),
        {"/*": ANY},
        (("narrows", 2, 32),),
    ),
    Row(
        "realistic: unanchored, as an expression",
        call(r"origins=[r'https://.*\.example', re.compile('https://a$', re.I | re.S)]"),
        {"/*": {**REST, "allow_origin_regex": [r"https://.*\.example", "https://a$"]}},
        (("narrows", 2, 19),),
    ),
    Row(
        "realistic: names of headers",
        call("allow_headers=['X-A', 'content-type'], expose_headers='X-B, X-C', methods='get, put'"),
        {
            "/*": {
                **ANY,
                "allow_methods": ["GET", "PUT"],
                "allow_headers": ["X-A"],
                "deny_headers": [name for name in DENIED if name != "content-type"],
                "expose_headers": ["X-B", "X-C"],
            }
        },
    ),
    Row(
        "synthetic: expressions for names, a star for methods",
        call("allow_headers=['X-.*', 'X-[ab]'], methods=['*', 'GET']"),
        {"/*": {"allow_origins": ["*"], "allow_methods": ["GET"], "deny_headers": DENIED, "max_age": None}},
        (("cosmetic", 2, 53), ("narrows", 2, 53), ("narrows", 2, 25)),
    ),
    Row(
        "realistic: values that are known later",
        call("origins=[x, 'https://app.example'], methods=y, max_age=timedelta(1), **more"),
        {"/*": {"allow_methods": [], "deny_headers": DENIED, "max_age": None}},
        (
            ("narrows", 2, 82),
            ("narrows", 2, 20),
            ("narrows", 2, 55),
            ("cosmetic", 2, 66),
            ("narrows", 2, 82),
            ("narrows", 2, 82),
            ("narrows", 2, 82),
        ),
    ),
    Row(
        "synthetic: items of other types",
        call("origins=[1, 'https://app.example']"),
        {"/*": APP},
        (("narrows", 2, 19),),
    ),
    Row("realistic: an age that is none", call("max_age=None"), {"/*": ANY}),
    Row("synthetic: nothing", call("origins=None, max_age='soon'"), {"/*": REST}, (("cosmetic", 2, 33),)),
    Row(
        "synthetic: a path twice, and one that a policy has not",
        call("resources=[r'/a/.*', '^/a/', r'/[a-z]', r'/b/*']"),
        {"/a/*": ANY, "/b/*": ANY},
        (
            ("widens", 2, 22),
            ("widens", 2, 32),
            ("cosmetic", 2, 32),
            ("narrows", 2, 40),
            ("widens", 2, 40),
            ("narrows", 2, 51),
            ("widens", 2, 51),
        ),
    ),
    Row(
        "realistic: a view of its own, a blueprint",
        f"{START}bp = Blueprint('a', __name__)\nCORS(bp)\n@cross_origin()\ndef f(): ...\n",
        {"/*": ANY},
        (("narrows", 4, 2), ("widens", 4, 2), ("widens", 3, 1)),
    ),
]
VIEWS = "from flask_cors import CORS, cross_origin\n"


def view(decorators: str, more: str = "") -> str:
    """Write one view with its decorators, from the third line on."""
    return f"{VIEWS}app = Flask(__name__)\n{decorators}\ndef show():\n    return ''\n{more}"


DECORATED = [
    Row(
        "realistic: after the documentation of flask-cors, one view for everyone",
        view('@app.route("/")\n@cross_origin() # allow all origins all methods.'),
        {"/": ANY},
    ),
    Row(
        "realistic: options, by a blueprint with a prefix of its own",
        view(
            "bp = Blueprint('a', __name__, url_prefix='/api/')\n@bp.get('/items')\n"
            "@flask_cors.cross_origin(origins='https://app.example', max_age=5)",
            "app.register_blueprint(bp)",
        ),
        {"/api/items": {**APP, "max_age": 5}},
    ),
    Row(
        "realistic: a prefix where it is registered, and a route without a path of its own",
        view(
            "bp = Blueprint('a', __name__, url_prefix='/api')\n@bp.route('')\n@bp.route(rule='/b')\n@cross_origin()",
            "app.register_blueprint(bp, url_prefix='/v1', name='b')",
        ),
        {"/v1/b": ANY, "/v1": ANY},
    ),
    Row(
        "realistic: a blueprint that is registered elsewhere",
        view("bp = Blueprint('a', __name__)\n@bp.post('/items')\n@cross_origin()"),
        {"/items": ANY},
        (("narrows", 4, 2), ("widens", 4, 2)),
    ),
    Row(
        "realistic: a converter, and the rest of the path",
        view("@app.get('/users/<int:id>/posts')\n@login\n@cross_origin()\n@cached(5)"),
        {"/users/*": ANY},
        (("widens", 3, 2),),
    ),
    Row(
        "realistic: the configuration of the app, and the app itself for all other paths",
        view(
            "@app.put('/items')\n@cross_origin(origins='https://app.example')",
            "app.config['CORS_MAX_AGE'] = 5\nCORS(app, resources={'/items': {}, '/b': {}})",
        ),
        {"/items": {**APP, "max_age": 5}, "/b": {**ANY, "max_age": 5}},
        (("cosmetic", 8, 22),),
    ),
    Row(
        "realistic: a converter, beside the app itself",
        view("@app.get('/users/<int:id>')\n@cross_origin()", "CORS(app, origins='https://app.example')"),
        {"/users/*": ANY, "/*": APP},
        (("widens", 3, 2), ("narrows", 3, 2)),
    ),
    Row(
        "realistic: the decorator above the route, where Flask does not see it; no parentheses; no decorator at all",
        view(
            "@cross_origin()\n@app.get('/a')",
            "@app.get('/b')\n@cross_origin\ndef b(): ...\n@app.get('/c')\ndef c(): ...\n@cross_origin()\ndef d(): ...\n"
            "CORS(app)",
        ),
        {"/*": ANY},
        (("cosmetic", 3, 2), ("narrows", 8, 2), ("widens", 8, 2), ("narrows", 12, 2), ("widens", 12, 2)),
    ),
    Row(
        "realistic: the decorator between two routes: the upper one has it",
        view("@app.get('/a')\n@cross_origin()\n@app.get('/b')"),
        {"/a": ANY},
    ),
    Row(
        "realistic: two views at a path",
        view("@app.get('/a')\n@cross_origin()", "@app.post('/a')\n@cross_origin(max_age=5)\nasync def b(): ...\n"),
        {"/a": ANY},
        (("narrows", 7, 2), ("widens", 7, 2)),
    ),
    *(
        Row(
            f"realistic: two views at a path, of which one is not decorated{name}",
            view("@app.get('/a')\n@cross_origin()", f"@app.post('/a')\ndef b(): ...\n{more}"),
            {"/a": ANY, **rules},
            losses,
        )
        for name, more, rules, losses in (
            ("", "", {}, (("widens", 3, 2),)),
            (", beside the app", "CORS(app)", {"/*": ANY}, (("widens", 3, 2), ("narrows", 3, 2))),
        )
    ),
    Row(
        "hostile: every origin with credentials, by an expression",
        view("@app.get('/a')\n@cross_origin(origins=['https://.*'], supports_credentials=True)"),
        {
            "/a": {
                **REST,
                "allow_origin_regex": ["https://.*"],
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (("narrows", 4, 23),),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "realistic: without an answer to preflights",
        view("@app.get('/a')\n@cross_origin(automatic_options=False)"),
        {"/a": ANY},
        (("widens", 4, 2),),
    ),
    Row(
        "realistic: with an answer to preflights, as always; and options that are none",
        view("@app.get('/a')\n@cross_origin(automatic_options=True, resources={})"),
        {"/a": ANY},
        (("cosmetic", 4, 49),),
    ),
    Row(
        "realistic: options that are known later",
        view("@app.get('/a')\n@cross_origin(**options)"),
        {"/a": {"allow_methods": [], "deny_headers": DENIED, "max_age": None}},
        (("narrows", 4, 17),) * 4,
    ),
    Row(
        "synthetic: two decorators, of which the lower one counts",
        view("@app.get('/a')\n@cross_origin(max_age=5)\n@cross_origin()"),
        {"/a": ANY},
        (("narrows", 4, 2), ("widens", 4, 2)),
    ),
    Row(
        "synthetic: paths that are none, or known later",
        view(
            "@app.get('/a')\n@app.get(path)\n@app.get()\n@app.get(5)\n@app.get('a')\n@app.get('/a/*')\n@cross_origin()",
            "@app.get(path)\n@app.get('b')\n@other\ndef b(): ...\n"
            "bp = Blueprint(url_prefix=x)\n@bp.get('/a')\ndef c(): ...",
        ),
        {"/a": ANY},
        tuple((how_bad, line, 2) for line in (8, 7, 6, 5, 4) for how_bad in ("narrows", "widens")),
    ),
]
BAD = [
    Bad("realistic: of another module", "@app.get('/a')\n@cross_origin()\ndef f(): ...", "no CORS(app) here", 1, 1),
    Bad("realistic: a view without a route", f"{VIEWS}@cross_origin()\ndef f(): ...", "no CORS(app) here", 1, 1),
    Bad("realistic: none", "import flask_cors", "there is no CORS(app) here", 1, 1),
    Bad("synthetic: of another module", "CORS(app)", "there is no CORS(app) here", 1, 1),
    Bad("realistic: two", f"{START}CORS(a)\nCORS(b)", "this is a second CORS(...)", 3, 1),
    Bad("synthetic: no regex", call("origins='(['"), "this is no regular expression", 2, 19),
    Bad(
        "synthetic: no regex that was compiled", call("origins=re.compile('(')"), "this is no regular expression", 2, 19
    ),
    Bad("realistic: paths that are known later", call("resources=[x]"), "this resource is no literal", 2, 22),
    Bad(
        "synthetic: options that are none",
        call("resources={'/a': x}"),
        "these options of a resource are no literal",
        2,
        28,
    ),
    Bad("synthetic: by **", call("resources={'/a': {**x}}"), "these options of a resource are no literal", 2, 28),
    Bad("synthetic: paths by **", call("resources={**x}"), "this resource is no literal", 2, 24),
]


@pytest.mark.parametrize("row", [*ROWS, *DECORATED], ids=lambda row: row.sentence)
def test_rows(row: Row) -> None:
    check("flask-cors", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("flask-cors", bad)


def test_each_path_is_written_as_an_expression_that_matches_it() -> None:
    """A prefix, a path, and one in which a mark stands."""
    rules = Ruleset([Rule(["/a/*", "/b", "/c$"], Policy(allow_origins=["https://a.example"]))])
    written = write("flask-cors", rules)
    assert {path for rule in read("flask-cors", written.text).ruleset.rules for path in rule.paths} == {
        "/a/*",
        "/b",
        "/c$",
    }


def test_a_view_is_guessed() -> None:
    assert guess_dialect(view("@app.get('/')\n@cross_origin()")) == "flask-cors"


@pytest.mark.parametrize("text", ["CORS = (", "CORS", "x", "@cross_origin()\ndef f(): ..."])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_methods="*"), {"narrows"}),
        (Policy(allow_methods=["purge"]), {"narrows"}),
        (Policy(allow_headers=["X^"]), {"narrows"}),
        (Policy(allow_headers="*", deny_headers=["X-A"]), {"widens"}),
        (Policy(allow_origins=["http://[::1]"], allow_origin_regex="(?i)https://a"), set()),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("flask-cors", policy).losses} - {"cosmetic"} == wanted
