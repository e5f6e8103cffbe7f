"""The arguments and configuration of flask-cors: what each form of source means."""

from __future__ import annotations

import pytest

from crossorigin import Policy
from crossorigin.dialects import guess_dialect, write
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
BAD = [
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


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("flask-cors", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("flask-cors", bad)


@pytest.mark.parametrize("text", ["CORS = (", "CORS", "x"])
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
