"""S3's CORS rules: what each form of them means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import guess_dialect, read, write
from dialects.rows import Bad, Row, check, check_bad

DENIED = ["accept", "accept-language", "content-language", "content-type"]
REST: dict[str, Any] = {"deny_headers": DENIED, "max_age": None}
GET = {"allow_methods": ["GET"], **REST}
APP = {"allow_origins": ["https://app.example"], "allow_credentials": True}


def rules(*found: dict[str, Any]) -> str:
    return json.dumps({"CORSRules": found})


def rule(*origins: str, **more: Any) -> dict[str, Any]:
    return {"AllowedOrigins": origins, "AllowedMethods": ["GET", "HEAD", "POST"], **more}


ROWS = [
    Row(
        "realistic: after docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html, three rules",
        """[
    {
        "AllowedHeaders": ["*"],
        "AllowedMethods": ["PUT", "POST", "DELETE"],
        "AllowedOrigins": ["http://www.shop1.example"],
        "ExposeHeaders": []
    },
    {
        "AllowedHeaders": ["*"],
        "AllowedMethods": ["PUT", "POST", "DELETE"],
        "AllowedOrigins": ["http://www.shop2.example"],
        "ExposeHeaders": []
    },
    {
        "AllowedHeaders": [],
        "AllowedMethods": ["GET"],
        "AllowedOrigins": ["*"],
        "ExposeHeaders": []
    }
]
""",
        {
            "/*": {
                "allow_origins": ["http://www.shop1.example", "http://www.shop2.example"],
                "allow_methods": ["PUT", "POST", "DELETE"],
                "allow_headers": ["*"],
                "allow_credentials": True,
                "max_age": None,
            }
        },
        (("narrows", 14, 5), ("widens", 4, 27)),
    ),
    Row(
        "realistic: after the same page, with names to expose and an age",
        rules(
            rule(
                "http://www.shop.example",
                AllowedHeaders=["Authorization", "x-amz-*"],
                ExposeHeaders=["x-amz-request-id", "*"],
                MaxAgeSeconds=3000,
                ID="a",
            )
        ),
        {
            "/*": {
                "allow_origins": ["http://www.shop.example"],
                "allow_headers": ["Authorization"],
                "allow_credentials": True,
                "expose_headers": ["x-amz-request-id"],
                "max_age": 3000,
                "deny_headers": DENIED,
            }
        },
        (("cosmetic", 1, 172), ("narrows", 1, 125)),
    ),
    Row("realistic: every origin", rules(rule("*")), {"/*": {"allow_origins": ["*"], **REST}}),
    Row(
        "synthetic: every origin beside a name",
        rules(rule("https://app.example", "*")),
        {"/*": {"allow_origins": ["*"], **REST}},
    ),
    Row(
        "realistic: wildcards that are a pattern, and one that reaches over dots",
        rules(rule("http://*.shop.example", "http://shop*.example", "http://localhost:*")),
        {
            "/*": {
                "allow_origins": ["http://*.shop.example"],
                "allow_origin_regex": [r"http://shop.+\.example", "http://localhost:.+"],
                "allow_credentials": True,
                **REST,
            }
        },
    ),
    Row(
        "hostile: every secure origin",
        rules(rule("https")),
        {
            "/*": {
                "allow_origin_regex": ["https://.+"],
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
                **REST,
            }
        },
        (("widens", 1, 35),),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "realistic: a template, whose fields have other names",
        json.dumps(
            {
                "Resources": {
                    "Queue": {"Type": "AWS::SQS::Queue"},
                    "Bucket": {
                        "Type": "AWS::S3::Bucket",
                        "Properties": {
                            "CorsConfiguration": {
                                "CorsRules": [rule("https://app.example", Id="a", MaxAge=60, ExposedHeaders=["ETag"])]
                            }
                        },
                    },
                }
            }
        ),
        {"/*": {**APP, "expose_headers": ["ETag"], "max_age": 60, "deny_headers": DENIED}},
    ),
    Row(
        "synthetic: methods and fields that there are not",
        rules({"AllowedMethods": ["PATCH"], "AllowedMethod": "GET"}),
        {"/*": {"allow_methods": [], "allow_credentials": True, **REST}},
        (("cosmetic", 1, 63), ("cosmetic", 1, 35), ("widens", 1, 35)),
    ),
]
BAD = [
    Bad("synthetic: no JSON", "{", "this is not JSON", 1, 2),
    Bad("realistic: another object", "{}", "there are no CORS rules of a bucket here", 1, 1),
    Bad("realistic: no rules", '{\n"CORSRules": []}', "there are no CORS rules of a bucket here", 2, 14),
    Bad("synthetic: a rule that is none", "[1]", "a rule is an object", 1, 2),
    Bad("realistic: a text", '[{"AllowedOrigins": "*"}]', "is a list of texts", 1, 21),
    Bad("synthetic: two lists", '{"CORSRules": [1], "CorsRules": [1]}', "the rules of a second bucket", 1, 33),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("s3", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("s3", bad)


@pytest.mark.parametrize("text", ["[]", "[1]", "{", '{"CORSRules": 1}', '{"CORSRules": [{}]}'])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


A = ["https://a.example"]


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_origins="*"), set()),
        (Policy(allow_origins=A), {"widens"}),
        (Policy(), set()),
        (Policy(allow_origins=A, allow_credentials=True), set()),
        (Policy(allow_origins=["http://localhost:*"], allow_credentials=True), {"narrows"}),
        (Policy(allow_origin_regex=r"https://a.+\.example", allow_credentials=True), set()),
        (Policy(allow_origin_regex="https://a", allow_credentials=True), {"narrows"}),
        (Policy(allow_origins="*", allow_methods="*"), {"narrows"}),
        (Policy(allow_origins="*", allow_methods=["PUT", "GET"]), {"narrows"}),
        (Policy(allow_origins="*", allow_methods=["PATCH"]), {"narrows", "widens"}),
        (Policy(allow_origins="*", allow_headers="*", deny_headers=["X-A"]), {"widens"}),
        (Policy(allow_origins="*", allow_headers=[f"X-{number}" for number in range(100)]), {"narrows"}),
        (Policy(allow_origins="*", expose_headers="*"), {"narrows"}),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("s3", policy).losses} - {"cosmetic"} == wanted


def test_one_policy_for_all_paths() -> None:
    """What holds for other paths is lost."""
    written = write("s3", Ruleset([Rule(["/*"], Policy(allow_origins="*")), Rule(["/a"], Policy())]))
    assert {"widens", "narrows"} <= {loss.how_bad for loss in written.losses}


def test_everyone_with_credentials_is_nearly_everyone() -> None:
    """S3 has a word for each scheme, and it is found to be dangerous."""
    policy = Policy(allow_origins="*", allow_credentials=True, dangerously_allow_any_origin_with_credentials=True)
    written = write("s3", policy, accept_dangerous=True)
    assert {loss.how_bad for loss in written.losses} == {"cosmetic", "narrows"}
    found = read("s3", written.text)
    assert [finding.option for finding in found.findings] == ["dangerously_allow_any_origin_with_credentials"]
    only = found.ruleset.only_policy
    assert only
    assert [regex.pattern for regex in only.regexes] == ["https://.+", "http://.+"]
