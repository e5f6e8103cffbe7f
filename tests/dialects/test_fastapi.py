"""FastAPI's and Starlette's arguments: what each form of source means."""

from __future__ import annotations

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import guess_dialect, write
from dialects.rows import Bad, Row, check, check_bad

ALL = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"]
GET = {"allow_methods": ["GET"]}
APP = {"allow_origins": ["https://app.example"], **GET}


def call(arguments: str) -> str:
    return f"app.add_middleware(CORSMiddleware, {arguments})"


ROWS = [
    Row(
        "realistic: the tutorial's, where every origin has credentials: it means every origin without",
        """from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
""",
        {"/*": {"allow_origins": ["*"], "allow_methods": ALL, "allow_headers": ["*"]}},
        (("narrows", 8, 23),),
    ),
    Row("realistic: a list with a name", f'o = ["https://app.example"]\n{call("allow_origins=o")}', {"/*": APP}),
    Row(
        "realistic: an annotated one", f'o: list[str] = ["https://app.example"]\n{call("allow_origins=o")}', {"/*": APP}
    ),
    Row(
        "realistic: by Middleware",
        'x = [Middleware(m.CORSMiddleware, allow_origins=("https://app.example",))]',
        {"/*": APP},
    ),
    Row(
        "realistic: around an app", 'app = CORSMiddleware(app=app, allow_origins={"https://app.example"})', {"/*": APP}
    ),
    Row("synthetic: by position", call('["https://app.example"], ["PUT"]'), {"/*": {**APP, "allow_methods": ["PUT"]}}),
    Row("synthetic: too many of them", call('[], ["GET"], [], False, None, True'), {"/*": GET}, (("narrows", 1, 66),)),
    Row("synthetic: with a star", call("*x, ['https://evil.example']"), {"/*": GET}, (("narrows", 1, 36),)),
    Row(
        "realistic: from the environment; the column counts letters, not bytes",
        call('allow_headers=["é"], allow_origins=["https://app.example", os.environ["X"]]').replace('"é"', '"X"'),
        {"/*": {**APP, "allow_headers": ["X"]}},
        (("narrows", 1, 95),),
    ),
    Row(
        "realistic: whole options that are known later",
        call("allow_origins=x, allow_methods=x, allow_credentials=x, max_age=x, allow_origin_regex=x"),
        {"/*": {"allow_methods": []}},
        (("narrows", 1, 50), ("narrows", 1, 67), ("narrows", 1, 88), ("cosmetic", 1, 99), ("narrows", 1, 121)),
    ),
    Row("realistic: a mapping", call("**x"), {"/*": {"allow_methods": []}}, (("narrows", 1, 38),)),
    Row("synthetic: an argument that is none", call("origins=[]"), {"/*": GET}, (("narrows", 1, 44),)),
    Row("realistic: a text that is everything", call('allow_origins="*"'), {"/*": {**GET, "allow_origins": ["*"]}}),
    Row(
        "realistic: a text in place of a list",
        call('allow_origins="https://app.example"'),
        {"/*": APP},
        (("narrows", 1, 50),),
    ),
    Row(
        "realistic: a text of methods",
        call('allow_methods="PUT"'),
        {"/*": {"allow_methods": []}},
        (("narrows", 1, 50),),
    ),
    Row("synthetic: items of other types", call("allow_origins=[1]"), {"/*": GET}, (("narrows", 1, 50),)),
    Row("synthetic: a regex of another type", call("allow_origin_regex=1"), {"/*": GET}, (("narrows", 1, 55),)),
    Row(
        "synthetic: an age of another type",
        call("max_age='1'"),
        {"/*": {**GET, "max_age": None}},
        (("cosmetic", 1, 44),),
    ),
    Row("synthetic: an age beyond a day", call("max_age=-1"), {"/*": {**GET, "max_age": 0}}, (("cosmetic", 1, 44),)),
    Row(
        "realistic: a star that is none",
        call('allow_origins=["https://*.example"]'),
        {"/*": GET},
        (("cosmetic", 1, 50),),
    ),
    Row(
        "realistic: a star of our own class, and an option of ours",
        "from crossorigin.integrations.fastapi import CORSMiddleware\n"
        + call('allow_origins=["https://*.example.com"], deny_headers=["X-A"]'),
        {"/*": {**GET, "allow_origins": ["https://*.example.com"], "deny_headers": ["X-A"]}},
    ),
    Row(
        "hostile: null, and a regex of everyone with credentials",
        call("allow_origins=['null'], allow_origin_regex='https://.*', allow_credentials=True"),
        {
            "/*": {
                **GET,
                "allow_origin_regex": ["https://.*"],
                "allow_credentials": True,
                "dangerously_allow_null_origin": True,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials", "dangerously_allow_null_origin"),
    ),
    Row(
        "hostile: a regex that nests, one for null",
        call("allow_origin_regex='(https://a+)+|null'"),
        {
            "/*": {
                **GET,
                "allow_origin_regex": ["(https://a+)+|null"],
                "dangerously_allow_null_origin": True,
                "dangerously_allow_nested_repeats": True,
            }
        },
        (),
        ("dangerously_allow_null_origin", "dangerously_allow_nested_repeats"),
    ),
    Row(
        "hostile: names that spoil the whole list in the browser",
        call("allow_headers=['x y'], expose_headers=['*'], allow_origins=['file://'], allow_credentials=True"),
        {"/*": {**GET, "allow_credentials": True}},
        (("narrows", 1, 95), ("widens", 1, 50), ("narrows", 1, 74)),
    ),
]
BAD = [
    Bad("synthetic: no Python", "a = (\n", "this is not Python: '(' was never closed", 1, 5),
    Bad("hostile: a null byte", "a\0", "this is not Python", 1, 1),
    Bad("realistic: none", "import fastapi", "there is no CORSMiddleware here", 1, 1),
    Bad("realistic: two", f"{call('')}\n\n{call('')}", "this is a second CORSMiddleware", 3, 1),
    Bad("synthetic: no regex", call("allow_origin_regex='('"), "allow_origin_regex cannot be used", 1, 55),
    Bad(
        "synthetic: an option of ours that is no literal",
        f"from crossorigin.integrations.fastapi import CORSMiddleware\n{call('deny_headers=x')}",
        "this option of ours is no literal",
        2,
        49,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("fastapi", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("fastapi", bad)


@pytest.mark.parametrize("text", ["CORSMiddleware = (", "CORSMiddleware", "x"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


A, B = Policy(allow_origins=["https://a.example"]), Policy(allow_origins=["https://b.example"])


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ([Rule(["/*"], A), Rule(["/b"], B)], ["widens", "narrows", "cosmetic"]),
        ([Rule(["/*"], A), Rule(["/b"], A)], ["cosmetic", "cosmetic"]),
        ([Rule(["/b"], B)], ["widens", "cosmetic"]),
    ],
)
def test_one_policy_for_all_paths(rules: list[Rule], wanted: list[str]) -> None:
    """What holds for other paths is lost, in both directions; the last loss is that of handshakes."""
    assert [loss.how_bad for loss in write("fastapi", Ruleset(rules)).losses] == wanted


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_methods="*"), {"narrows"}),
        (Policy(max_age=None), set()),
        (Policy(websockets="ignore", enforce="all", require_origin=True), {"widens"}),
        (Policy(origin_validator=bool), {"narrows"}),
        (Policy(allow_origins=["https://a.example"], deny_origins=["https://a.example"]), set()),
        (Policy(allow_origins=["https://*.a.example"], deny_origins=["https://b.example"]), set()),
        (Policy(allow_origins=["https://*.a.example"], deny_origins=["https://b.a.example"]), {"widens"}),
        (Policy(allow_origins=["https://*.a.example"], deny_origins=["https://*.b.a.example"]), {"widens"}),
        (Policy(allow_origin_regex="https://[ab]", deny_origins=["https://b"]), {"widens"}),
        (Policy(allow_origin_regex="https://[ab]", deny_origins=["https://c"]), set()),
        (Policy(allow_origins="*", deny_origins=["https://a.example"]), {"widens"}),
        (Policy(allow_headers=["X-A", "X-B"], deny_headers=["x-a"]), set()),
        (Policy(allow_headers=["X-A"], deny_headers=["accept"]), {"widens"}),
        (Policy(allow_headers="*", deny_headers=["x-a"]), {"widens"}),
        (Policy(allow_origin_regex=["(a)\\1", "https://b"]), {"narrows"}),
        (Policy(allow_origin_regex="[a-z:/]+"), {"widens"}),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("fastapi", policy).losses} - {"cosmetic"} == wanted
