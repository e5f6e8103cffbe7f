"""Kui's settings: what each form of source means."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crossorigin import Policy
from crossorigin.dialects import guess_dialect, write
from dialects.rows import Bad, Row, check, check_bad

START = "import re\nfrom kui.asgi import Kui, allow_cors\n"
REST: dict[str, Any] = {"allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]}
ANY = {"allow_origins": ["*"], **REST}
APP = {"allow_origins": ["https://app.example"], **REST}
ORIGIN = r"'allow_origins': [re.compile('https://app\\.example')]"


def kui(settings: str) -> str:
    return f"{START}app = Kui(cors_config={{{settings}}})"


ROWS = [
    Row(
        "realistic: after the seed document, the app's settings",
        f"""{START}
app = Kui(
    cors_config={{
        "allow_origins": [re.compile(r"https://example\\.com")],
        "allow_methods": ["GET", "POST", "PUT", "DELETE"],
        "allow_headers": ["Authorization", "Content-Type"],
        "expose_headers": ["X-Request-Id"],
        "allow_credentials": False,
        "max_age": 600,
    }}
)
""",
        {
            "/*": {
                "allow_origins": ["https://example.com"],
                "allow_methods": ["GET", "POST", "PUT", "DELETE", "HEAD"],
                "allow_headers": ["Authorization", "Content-Type"],
                "expose_headers": ["X-Request-Id"],
            }
        },
    ),
    Row("realistic: every origin", kui("'allow_origins': [re.compile('.*')]"), {"/*": ANY}),
    Row(
        "realistic: every origin with credentials",
        kui(
            "'allow_origins': [re.compile('^.*$')], 'allow_credentials': True, 'allow_headers': ['*'],"
            " 'allow_methods': ['*']"
        ),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_methods": ["*"],
                "allow_headers": ["*"],
                "deny_headers": ["Authorization"],
            }
        },
        (("narrows", 3, 84),),
    ),
    Row(
        "realistic: expressions of each kind, and a text",
        kui(
            r"'allow_origins': [re.compile('https://a[0-9]'), re.compile('(?i)http://b'), re.compile('null'), 'https://c.example']"
        ),
        {
            "/*": {
                "allow_origins": ["https://c.example"],
                "allow_origin_regex": ["https://a[0-9]", "(?i)http://b"],
                "dangerously_allow_null_origin": True,
                **REST,
            }
        },
        (("widens", 3, 41),),
        ("dangerously_allow_null_origin",),
    ),
    Row(
        "hostile: every origin with credentials, as it is written where it is meant",
        kui("'allow_origins': [re.compile('(?s:.*)')], 'allow_credentials': True"),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
                **REST,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "synthetic: stars that are names, with credentials, and an age that is none",
        kui(
            f"{ORIGIN}, 'allow_methods': ['*'], 'allow_headers': ['*', 'X-A'], 'allow_credentials': True,"
            " 'max_age': None"
        ),
        {
            "/*": {
                "allow_origins": ["https://app.example"],
                "allow_headers": ["X-A"],
                "allow_credentials": True,
                "max_age": None,
            }
        },
        (("narrows", 3, 97), ("narrows", 3, 121)),
    ),
    Row(
        "hostile: what is no name, beside a star",
        kui(f"{ORIGIN}, 'allow_methods': ['*', 'A B'], 'allow_headers': ['x y', '*']"),
        {
            "/*": {
                "allow_origins": ["https://app.example"],
                "allow_methods": ["*"],
                "allow_headers": ["*"],
                "deny_headers": ["Authorization"],
            }
        },
        (("widens", 3, 97), ("widens", 3, 128)),
    ),
    Row(
        "realistic: settings with a name, and a route of its own",
        f"{START}cors_config = dict(allow_origins=[re.compile('https://app.example', re.I)], allow=1)\n"
        "app = Kui(cors_config=cors_config)\nroute = HttpRoute('/', view) @ allow_cors()",
        {"/*": {"allow_origin_regex": ["https://app.example"], **REST}},
        (("widens", 5, 32), ("narrows", 5, 32), ("cosmetic", 3, 83)),
    ),
    Row(
        "realistic: after the seed document, a group of routes",
        f"{START}routes = Routes(http_middlewares=[allow_cors()])",
        {"/*": ANY},
        (("widens", 3, 35),),
    ),
    Row(
        "realistic: a route, by position",
        f"{START}cors = allow_cors([re.compile(r'https://.*\\.example')], ['PUT'], max_age=3600)",
        {
            "/*": {
                "allow_origin_regex": [r"https://.*\.example"],
                "allow_methods": ["PUT", "GET", "HEAD", "POST"],
                "max_age": 3600,
            }
        },
        (("widens", 3, 8),),
    ),
    Row(
        "synthetic: settings that are known later",
        f"{START}app = Kui(cors_config=load())\n",
        {"/*": {"max_age": None}},
        (("narrows", 3, 23),),
    ),
    Row(
        "synthetic: names and settings that are known later",
        kui("**more, 'allow_origins': [re.compile(x)], 'allow_credentials': y, x: 1"),
        {"/*": {"max_age": None}},
        (("narrows", 3, 26), ("narrows", 3, 61), ("narrows", 3, 87), ("narrows", 3, 93), ("widens", 3, 93)),
    ),
]
BAD = [
    Bad("realistic: none", "import kui", "there are no CORS settings of Kui here", 1, 1),
    Bad("realistic: two", f"{START}allow_cors()\nallow_cors()", "these are second CORS settings", 4, 1),
    Bad("synthetic: no regex", kui("'allow_origins': [re.compile('(')]"), "this is no regular expression", 3, 42),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("kui", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("kui", bad)


@pytest.mark.parametrize("text", ["cors_config = (", "cors_config = {}", "import kui  # allow_cors", "x"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


A = ["https://a.example"]


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_origins=["http://[::1]", "https://*.a.example:*"], max_age=None), set()),
        (Policy(allow_origin_regex=["(?i)https://a", "(a)\\1"]), set()),
        (Policy(allow_origin_regex=re.compile("https://a", re.VERBOSE)), set()),
        (Policy(allow_origin_regex="[a-z:/]+"), {"widens"}),
        (Policy(allow_origins="*", deny_origins=A), {"widens"}),
        (Policy(allow_methods="*", allow_headers="*"), set()),
        (Policy(allow_headers="*", deny_headers=["Authorization"]), set()),
        (Policy(allow_headers="*", deny_headers=["Content-Type"]), {"widens"}),
        (Policy(deny_headers=["Content-Type"]), {"widens"}),
        (Policy(allow_origins=A, allow_methods="*", allow_headers="*", allow_credentials=True), {"narrows"}),
        (
            Policy(allow_origins=A, allow_headers="*", deny_headers=["Content-Type"], allow_credentials=True),
            {"narrows", "widens"},
        ),
        (Policy(allow_methods=["PUT"]), {"widens"}),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("kui", policy).losses} - {"cosmetic"} == wanted
