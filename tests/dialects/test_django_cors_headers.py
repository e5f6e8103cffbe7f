"""The settings of django-cors-headers: what each form of source means."""

from __future__ import annotations

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import DialectError, guess_dialect, write
from dialects.rows import Bad, Row, check, check_bad

METHODS = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT", "HEAD"]
NAMES = ["authorization", "user-agent", "x-csrftoken", "x-requested-with"]
REST = {
    "allow_methods": METHODS,
    "allow_headers": NAMES,
    "deny_headers": ["accept-language", "content-language"],
    "max_age": 86400,
}
APP = {"allow_origins": ["https://app.example"], **REST}
ANY = {"allow_origins": ["*"], **REST}
FIRST = "CORS_ALLOWED_ORIGINS = ['https://app.example']\n"

ROWS = [
    Row("realistic: one origin", FIRST, {"/*": APP}),
    Row("realistic: an old name", "CORS_ORIGIN_WHITELIST = ('https://app.example',)", {"/*": APP}),
    Row("synthetic: both names", f"{FIRST}CORS_ORIGIN_WHITELIST = []", {"/*": APP}),
    Row("realistic: every origin", "CORS_ORIGIN_ALLOW_ALL = True", {"/*": ANY}),
    Row(
        "realistic: what cannot work, and what was meant",
        "CORS_ALLOWED_ORIGINS = ['*']",
        {"/*": ANY},
        (("widens", 1, 24),),
    ),
    Row(
        "realistic: every origin with credentials",
        "CORS_ALLOW_ALL_ORIGINS = True\nCORS_ALLOW_CREDENTIALS = True",
        {"/*": ANY},
        (("narrows", 2, 26),),
    ),
    Row(
        "realistic: more than the usual lists",
        f"from corsheaders.defaults import *\n{FIRST}CORS_ALLOW_HEADERS = (*default_headers, 'x-a')\n"
        "CORS_ALLOW_METHODS = list(default_methods) + ['PURGE']\nCORS_PREFLIGHT_MAX_AGE = 0",
        {
            "/*": {
                **APP,
                "allow_methods": [*METHODS[:-1], "PURGE", "HEAD"],
                "allow_headers": [*NAMES, "x-a"],
                "max_age": None,
            }
        },
    ),
    Row("synthetic: a star that is no list", f"{FIRST}CORS_EXPOSE_HEADERS = [*x]", {"/*": APP}, (("narrows", 2, 25),)),
    Row("synthetic: a star of a text", f"{FIRST}CORS_EXPOSE_HEADERS = [*'ab']", {"/*": APP}, (("narrows", 2, 24),)),
    Row(
        "realistic: expressions, anchored and not, and a slash",
        "CORS_ALLOWED_ORIGIN_REGEXES = [r'^https://\\w+\\.example$', r'https://b']\n"
        "CORS_ALLOWED_ORIGINS = ['https://app.example/', 'https://*.example']\nCORS_URLS_REGEX = r'^/api/.*$'",
        {"/api/*": {**APP, "allow_origin_regex": [r"^https://\w+\.example$", "https://b"]}},
        (("cosmetic", 2, 24), ("narrows", 1, 31), ("widens", 3, 19)),
    ),
    Row(
        "synthetic: stars in lists",
        f"{FIRST}CORS_ALLOW_METHODS = ['*']\nCORS_ALLOW_HEADERS = ['*']",
        {
            "/*": {
                **APP,
                "allow_methods": ["*"],
                "allow_headers": ["*"],
                "deny_headers": ["Authorization"],
            }
        },
    ),
    Row(
        "synthetic: stars in lists, with credentials, where they are names",
        f"{FIRST}CORS_ALLOW_METHODS = ['*']\nCORS_ALLOW_HEADERS = ['*', 'x-a']\nCORS_ALLOW_CREDENTIALS = True",
        {
            "/*": {
                "allow_origins": ["https://app.example"],
                "allow_headers": ["x-a"],
                "deny_headers": ["accept", "accept-language", "content-language", "content-type"],
                "allow_credentials": True,
                "max_age": 86400,
            }
        },
        (("narrows", 2, 22), ("narrows", 3, 22)),
    ),
    Row(
        "realistic: values that are known later, or set elsewhere",
        f"{FIRST}CORS_EXPOSE_HEADERS = env.list('X')\nCORS_PREFLIGHT_MAX_AGE = x\nCORS_REPLACE = 1\n"
        "if DEBUG:\n    CORS_ALLOW_ALL_ORIGINS = True\n",
        {"/*": APP},
        (("narrows", 2, 23), ("cosmetic", 3, 26), ("cosmetic", 4, 16), ("narrows", 6, 5), ("widens", 6, 5)),
    ),
    Row(
        "synthetic: other types",
        f"{FIRST}CORS_EXPOSE_HEADERS = 'X-A'\nCORS_PREFLIGHT_MAX_AGE = 'x'\nX: int = 1\ny: int",
        {"/*": APP},
        (("narrows", 2, 23), ("cosmetic", 3, 26)),
    ),
    Row("synthetic: paths that a policy has not", f"{FIRST}CORS_URLS_REGEX = '^/(a|b)'", {}, (("narrows", 2, 19),)),
    Row(
        "hostile: what is no name, beside a star",
        f"{FIRST}CORS_ALLOW_HEADERS = ['x y', '*', 'authorization']",
        {
            "/*": {
                "allow_origins": ["https://app.example"],
                "allow_methods": METHODS,
                "allow_headers": ["*"],
                "max_age": 86400,
            }
        },
        (("widens", 2, 22),),
    ),
    Row("synthetic: paths of another type", f"{FIRST}CORS_URLS_REGEX = 1", {}, (("narrows", 2, 19),)),
]
BAD = [
    Bad("realistic: none", "DEBUG = True", "there is no setting of django-cors-headers here", 1, 1),
    Bad("synthetic: no regex", "CORS_ALLOWED_ORIGIN_REGEXES = ['(']", "this is no regular expression", 1, 31),
    Bad("synthetic: paths that are known later", f"{FIRST}CORS_URLS_REGEX = x", "these paths are no literal", 2, 19),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("django", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("django", bad)


@pytest.mark.parametrize("text", ["CORS_ = (", "CORS_X = 1", "x"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) in {None, "env"}


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_methods="*"), set()),
        (Policy(allow_methods="*", allow_headers="*", allow_credentials=True), {"narrows"}),
        (Policy(allow_methods=["PUT"]), {"widens"}),
        (Policy(allow_headers="*", deny_headers=["X-A"]), {"widens"}),
        (Policy(allow_headers="*", deny_headers=["Authorization"]), set()),
        (Policy(allow_origin_regex="(?i)https://a"), set()),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("django", policy).losses} - {"cosmetic"} == wanted


def test_nothing_can_be_written_of_paths_that_a_policy_has_not() -> None:
    with pytest.raises(DialectError, match="there is no rule"):
        write("toml", Ruleset([]))
    two = Ruleset([Rule(["/a", "/b/*"], Policy())])
    assert "widens" in {loss.how_bad for loss in write("django", two).losses}
