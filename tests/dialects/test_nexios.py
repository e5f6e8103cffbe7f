"""Nexios' settings: what each form of source means."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin import Policy
from crossorigin.dialects import guess_dialect, write
from dialects.rows import Bad, Row, check, check_bad

START = "from nexios.middleware.cors import CorsConfig\n"
CLASS: dict[str, Any] = {
    "allow_methods": ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"],
    "allow_credentials": True,
}
SECTION: dict[str, Any] = {
    "allow_methods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
    "allow_credentials": True,
}
APP = {"allow_origins": ["https://app.example"]}
ORIGIN = "allow_origins=['https://app.example']"


def call(arguments: str) -> str:
    return f"{START}cors = CorsConfig({arguments})"


ROWS = [
    Row(
        "realistic: after the seed document, a section of a config",
        """from nexios import MakeConfig
from nexios.middleware.cors import CORSMiddleware
config = MakeConfig({
    "cors": {
        "allow_origins": ["https://example.com"],
    "allow_methods": ["GET", "POST"],
    "allow_headers": ["Authorization", "X-Requested-With"],
    "allow_credentials": True,
    "max_age": 600,
    "debug": True
    }
})
app = NexiosApp(config = config)
""",
        {
            "/*": {
                "allow_origins": ["https://example.com"],
                "allow_methods": ["GET", "POST"],
                "allow_headers": ["Authorization", "X-Requested-With"],
                "allow_credentials": True,
            }
        },
    ),
    Row(
        "realistic: after the seed document, what is assigned to a section",
        """import nexios
config.cors["allow_origins"] = ["https://example.com", "https://another-site.com"]
config.cors["blacklist_origins"] = ["https://bad-actor.com"]
config.cors["allow_methods"] = ["GET", "POST", "PUT"]
config.cors["blacklist_headers"] = ["X-Disallowed-Header"]
config.cors["allow_origin_regex"] = r"https://.*\\.trusted-site\\.com"
config.cors["expose_headers"] = ["X-Response-Time"]
config.cors["strict_origin_checking"] = True
config.cors["custom_error_status"] = 401
config.cors["custom_error_messages"] = {"disallowed_origin": "This origin is not allowed."}
config.cors.max_age = 60
config.other["max_age"] = 61
config[0] = other.max_age = 62
""",
        {
            "/*": {
                "allow_origins": ["https://example.com", "https://another-site.com"],
                "allow_origin_regex": [r"https://.*\.trusted-site\.com"],
                "allow_methods": ["GET", "POST", "PUT"],
                "allow_credentials": True,
                "expose_headers": ["X-Response-Time"],
                "max_age": 60,
                "deny_origins": ["https://bad-actor.com"],
                "deny_headers": ["X-Disallowed-Header"],
                "require_origin": True,
                "error_status": 401,
            }
        },
        (("cosmetic", 10, 40), ("narrows", 5, 36), ("narrows", 8, 41)),
    ),
    Row("realistic: the class, with its defaults", call(ORIGIN), {"/*": {**APP, **CLASS}}),
    Row(
        "realistic: a section by name, that is changed",
        f"from nexios.config import MakeConfig\nconfig = MakeConfig(cors=dict({ORIGIN}))\nconfig.cors['max_age'] = 5",
        {"/*": {**APP, **SECTION, "max_age": 5}},
    ),
    Row(
        "realistic: every origin, whose default is with credentials",
        call("allow_origins=['*']"),
        {"/*": {"allow_origins": ["*"], "allow_methods": CLASS["allow_methods"]}},
        (("narrows", 2, 8),),
    ),
    Row(
        "realistic: every origin without, and every method and name",
        call(
            "allow_origins='*', allow_credentials=False, allow_methods=['*'], allow_headers=['*'],"
            " blacklist_headers=['x-a']"
        ),
        {"/*": {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"], "deny_headers": ["x-a"]}},
        (("widens", 2, 77),),
    ),
    Row(
        "hostile: every origin by an expression, with credentials",
        call("allow_origin_regex='.*', allow_methods=[]"),
        {
            "/*": {
                "allow_origins": ["*"],
                **CLASS,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "realistic: a validator, in the place of the list",
        call(f"{ORIGIN}, dynamic_origin_validator=lambda origin: True, allow_methods=['get', 'post']"),
        {"/*": {"allow_methods": ["GET", "POST"], "allow_credentials": True}},
        (("narrows", 2, 83), ("cosmetic", 2, 33)),
    ),
    Row(
        "synthetic: no validator, stars, no age, values that are known later",
        call(
            f"x, {ORIGIN[:-1]}, 'https://*.example'], dynamic_origin_validator=None, blacklist_origins=['https://*.b.example'],"
            " max_age=0, custom_error_status=99, allow_headers=[y], **more"
        ),
        {"/*": {**APP, "allow_methods": []}},
        (
            ("narrows", 2, 19),
            ("narrows", 2, 206),
            ("narrows", 2, 212),
            ("widens", 2, 212),
            ("cosmetic", 2, 131),
            ("cosmetic", 2, 36),
            ("cosmetic", 2, 164),
        ),
    ),
]
ROWS += [
    Row(
        "realistic: denied origins and names that are known later",
        call(f"{ORIGIN}, blacklist_origins=x, blacklist_headers=[y]"),
        {"/*": {**APP, **CLASS}},
        (("widens", 2, 76), ("widens", 2, 98)),
    ),
    Row(
        "synthetic: a section that is known later",
        "import nexios\nc = MakeConfig({'cors': load()})",
        {"/*": {"allow_methods": []}},
        (("narrows", 2, 25), ("widens", 2, 25)),
    ),
]
BAD = [
    Bad("realistic: none", "import nexios", "there are no CORS settings of Nexios here", 1, 1),
    Bad("realistic: two", f"{call('')}\n{call('')}", "these are second CORS settings", 4, 8),
    Bad("synthetic: no regex", call("allow_origin_regex='('"), "allow_origin_regex cannot be used", 2, 38),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("nexios", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("nexios", bad)


@pytest.mark.parametrize("text", ["nexios = (", "import nexios", "CorsConfig()  # nexios", "x"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


def test_what_is_changed_later_is_known() -> None:
    assert guess_dialect("import nexios\nconfig.cors['max_age'] = 1") == "nexios"


A = ["https://a.example"]


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_origins=[*A, "https://*.b.example"], deny_origins=A, error_status=400), set()),
        (Policy(allow_origins="*", deny_origins=A, deny_headers=["Content-Type"]), set()),
        (Policy(allow_origins="*", deny_origins=["https://*.a.example"]), {"widens"}),
        (Policy(allow_origin_regex=["(a)\\1", "https://b"]), {"narrows"}),
        (Policy(allow_origin_regex="[a-z:/]+"), {"widens"}),
        (Policy(allow_methods="*"), {"narrows"}),
        (Policy(allow_methods=["purge"]), {"narrows"}),
        (Policy(allow_methods=[], max_age=0), set()),
        (Policy(max_age=None), set()),
        (Policy(require_origin=True), {"widens"}),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("nexios", policy).losses} - {"cosmetic"} == wanted
