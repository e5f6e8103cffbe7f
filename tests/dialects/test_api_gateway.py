"""API Gateway's CORS configuration: what each form of it means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import guess_dialect, read, write
from dialects.rows import Bad, Row, check, check_bad

DENIED = ["accept", "accept-language", "content-language", "content-type"]
REST: dict[str, Any] = {"deny_headers": DENIED, "max_age": None}
APP = {"allow_origins": ["https://app.example"], **REST}
ORIGIN: dict[str, Any] = {"AllowOrigins": ["https://app.example"]}


def written(**more: Any) -> str:
    return json.dumps({**ORIGIN, **more})


ROWS = [
    Row(
        "realistic: after docs.aws.amazon.com/apigateway/latest/developerguide, an OpenAPI document",
        """{
  "openapi": "3.0.1",
  "x-amazon-apigateway-cors": {
    "allowOrigins": ["https://www.shop.example"],
    "allowCredentials": true,
    "exposeHeaders": ["x-apigateway-header", "x-amz-date"],
    "maxAge": 3600,
    "allowMethods": ["GET", "OPTIONS", "POST"],
    "allowHeaders": ["x-apigateway-header", "content-type"]
  }
}
""",
        {
            "/*": {
                "allow_origins": ["https://www.shop.example"],
                "allow_methods": ["GET", "OPTIONS", "POST", "HEAD"],
                "allow_headers": ["x-apigateway-header"],
                "allow_credentials": True,
                "expose_headers": ["x-apigateway-header", "x-amz-date"],
                "max_age": 3600,
                "deny_headers": DENIED[:3],
            }
        },
    ),
    Row(
        "realistic: after http-api-cors.html, the values of its table",
        written(
            AllowOrigins=["*"],
            AllowMethods=["GET", "POST", "DELETE", "*"],
            AllowHeaders=["authorization", "*"],
            ExposeHeaders=["date", "x-api-id", "*"],
            MaxAge=300,
        ),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_methods": ["*"],
                "allow_headers": ["*"],
                "expose_headers": ["*"],
                "max_age": 300,
            }
        },
        (("cosmetic", 1, 130),),
    ),
    Row(
        "realistic: from the command line, with every name but one",
        json.dumps({"ApiId": "a", "CorsConfiguration": {**ORIGIN, "AllowHeaders": ["*"], "MaxAge": -1}}),
        {
            "/*": {
                "allow_origins": ["https://app.example"],
                "allow_headers": ["*"],
                "deny_headers": ["Authorization"],
                "max_age": 0,
            }
        },
        (("cosmetic", 1, 112),),
    ),
    Row(
        "realistic: a template",
        json.dumps(
            {
                "Resources": {
                    "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
                    "Empty": {"Type": "AWS::ApiGatewayV2::Api"},
                    "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"CorsConfiguration": ORIGIN}},
                }
            }
        ),
        {"/*": APP},
    ),
    Row(
        "realistic: what cannot work, and what was meant",
        written(AllowOrigins=["*"], AllowCredentials=True, AllowMethods=["*"], AllowHeaders=["*"], ExposeHeaders=["*"]),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_methods": ["*"],
                "allow_headers": ["*"],
                "deny_headers": ["Authorization"],
                "expose_headers": ["*"],
                "max_age": None,
            }
        },
        (("narrows", 1, 45),),
    ),
    Row(
        "hostile: every origin of a scheme with credentials, and stars that are names then",
        written(
            AllowOrigins=["https://*", "https://app.example"],
            AllowCredentials=True,
            AllowMethods=["*", "PUT"],
            AllowHeaders=["*", "X-A"],
            Allow="x",
        ),
        {
            "/*": {
                "allow_origins": ["https://app.example"],
                "allow_origin_regex": ["https://.*"],
                "allow_methods": ["PUT", "GET", "HEAD", "POST"],
                "allow_headers": ["X-A"],
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
                **REST,
            }
        },
        (("cosmetic", 1, 151), ("narrows", 1, 98), ("narrows", 1, 128)),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "synthetic: a star inside",
        written(AllowOrigins=["https://*.app.example"]),
        {"/*": REST},
        (("cosmetic", 1, 18),),
    ),
]
OPENAPI = """openapi: 3.0.1
info:
  title: Shop
x-amazon-apigateway-cors:
  allowOrigins:
    - https://app.example
  allowMethods: [GET, PUT]
  allowHeaders: [authorization]
  exposeHeaders: [x-total]
  maxAge: 60
  allowCredentials: true
"""
SAID: dict[str, Any] = {
    "allow_origins": ["https://app.example"],
    "allow_methods": ["GET", "PUT", "HEAD", "POST"],
    "allow_headers": ["authorization"],
    "expose_headers": ["x-total"],
    "max_age": 60,
    "allow_credentials": True,
    "deny_headers": DENIED,
}
TEMPLATE = """AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Role:
    Type: AWS::IAM::Role
  Api:
    Type: {type}
    Properties:
      Name: !Sub "${{AWS::StackName}}-api"
{more}"""


def template(*lines: str, kind: str = "AWS::Serverless::HttpApi") -> str:
    """Write a template whose API has these properties, from the tenth line on."""
    return TEMPLATE.format(type=kind, more="".join(f"      {line}\n" for line in lines))


IN_YAML = [
    Row("realistic: an OpenAPI definition in YAML", OPENAPI, {"/*": SAID}),
    Row(
        "realistic: the same with what cannot work, in its place",
        OPENAPI.replace("https://app.example", "'*'"),
        {"/*": {name: value for name, value in SAID.items() if name != "allow_credentials"} | {"allow_origins": ["*"]}},
        (("narrows", 11, 21),),
    ),
    Row(
        "realistic: a template of SAM",
        template("CorsConfiguration:", "  AllowOrigins: [https://app.example]", "  MaxAge: 5"),
        {"/*": {**APP, "max_age": 5}},
    ),
    Row(
        "realistic: a template of CloudFormation",
        template("CorsConfiguration:", "  AllowOrigins: [https://app.example]", kind="AWS::ApiGatewayV2::Api"),
        {"/*": APP},
    ),
    Row(
        "realistic: SAM makes every origin of true",
        template("CorsConfiguration: true"),
        {"/*": {**REST, "allow_origins": ["*"]}},
    ),
    Row(
        "realistic: for all APIs of a template of SAM",
        "Globals:\n  HttpApi:\n    CorsConfiguration:\n      AllowOrigins: [https://app.example]\n" + template(),
        {"/*": APP},
    ),
    Row(
        "realistic: a definition in a template",
        template("DefinitionBody:", "  x-amazon-apigateway-cors:", "    allowOrigins: [https://app.example]"),
        {"/*": APP},
    ),
    Row(
        "realistic: a definition in a template of CloudFormation",
        template("Body:", "  x-amazon-apigateway-cors: !Ref Cors", kind="AWS::ApiGatewayV2::Api"),
        {"/*": REST},
        (("narrows", 11, 35),),
    ),
    Row(
        "realistic: functions of a template, short and long",
        template(
            "CorsConfiguration:",
            "  AllowOrigins:",
            "    - !Sub 'https://${Domain}'",
            "    - https://app.example",
            "    - Fn::ImportValue: Site",
            "    - !If [IsTest, http://localhost, !Ref AWS::NoValue]",
            "  AllowMethods: !Split [',', !Ref Methods]",
            "  AllowHeaders: !Ref Names",
            "  AllowCredentials: {Ref: Credentials}",
            "  MaxAge: !FindInMap [Ages, !Ref Stage, Cors]",
        ),
        {"/*": APP},
        (
            ("narrows", 12, 13),
            ("narrows", 14, 13),
            ("narrows", 15, 13),
            ("narrows", 16, 23),
            ("narrows", 17, 23),
            ("narrows", 18, 27),
            ("cosmetic", 19, 17),
        ),
    ),
    *(
        Row(
            f"realistic: a whole configuration by a function: {text}",
            template(f"CorsConfiguration: {text}"),
            {"/*": REST},
            (("narrows", 10, 26), *more),
        )
        for text, more in (
            ("!If [IsTest, {AllowOrigins: ['*']}, !Ref AWS::NoValue]", ()),
            ("{Ref: Cors}", ()),
        )
    ),
    Row("synthetic: a tag that says nothing", "AllowOrigins: [! 'https://app.example']\n", {"/*": APP}),
]
BAD = [
    Bad("synthetic: no YAML", "AllowOrigins: [", "this is not YAML", 1, 16),
    Bad("realistic: an empty file", "", "there is no CORS configuration of an HTTP API here", 1, 1),
    Bad(
        "realistic: a REST API, which has none",
        template("Cors: \"'*'\"", kind="AWS::Serverless::Api"),
        "there is no CORS configuration of an HTTP API here",
        1,
        1,
    ),
    Bad(
        "realistic: two in a template",
        template("CorsConfiguration: true", "DefinitionBody:", "  x-amazon-apigateway-cors: {maxAge: 1}"),
        "this is a second configuration",
        12,
        35,
    ),
    Bad("realistic: a text, in YAML", "AllowOrigins: '*'", "is a list of texts", 1, 15),
    Bad("realistic: true, where only SAM takes it", "CorsConfiguration: true", "there is no CORS configuration", 1, 1),
    Bad("synthetic: no JSON", "{", "this is not JSON", 1, 2),
    Bad("realistic: another object", "{}", "there is no CORS configuration of an HTTP API here", 1, 1),
    Bad("synthetic: two", json.dumps({"Cors": ORIGIN, "cors": ORIGIN}), "this is a second configuration", 1, 61),
    Bad("synthetic: a field in both cases", '{"MaxAge": 1,\n "maxAge": 2}', "maxAge stands here a second time", 2, 12),
    Bad("realistic: a text", '{"AllowOrigins": "*"}', "is a list of texts", 1, 18),
]


@pytest.mark.parametrize("row", [*ROWS, *IN_YAML], ids=lambda row: row.sentence)
def test_rows(row: Row) -> None:
    check("api-gateway", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("api-gateway", bad)


@pytest.mark.parametrize("row", IN_YAML[:-1], ids=lambda row: row.sentence)
def test_what_is_guessed(row: Row) -> None:
    assert guess_dialect(row.text) == "api-gateway"


@pytest.mark.parametrize("text", ["MaxAge: [", "MaxAge", "1", "[]", '{"Cors": {"a": 1}}', "{"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


A = ["https://a.example"]


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(), set()),
        (Policy(allow_origins="*", allow_methods="*", allow_headers="*"), set()),
        (Policy(allow_origins=A, allow_headers="*", deny_headers=["Authorization"]), set()),
        (Policy(allow_origins=A, allow_headers="*", deny_headers=["X-A"]), {"widens"}),
        (Policy(allow_origins=A, allow_credentials=True, allow_methods="*"), {"narrows"}),
        (Policy(allow_origins=A, allow_credentials=True, allow_headers="*", deny_headers=["X-Api-Key"]), {"narrows"}),
        (Policy(allow_origins=["https://*.a.example"]), {"narrows"}),
        (Policy(allow_origin_regex="https://.*"), set()),
        (Policy(allow_origin_regex="https://a"), {"narrows"}),
        (Policy(allow_methods=["PURGE", "PUT"]), {"narrows", "widens"}),
        (Policy(allow_origins=A, dangerously_allow_null_origin=True), {"narrows"}),
        (Policy(max_age=None), set()),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("api-gateway", policy).losses} - {"cosmetic"} == wanted


def test_null_is_no_origin_there() -> None:
    policy = Policy(allow_origins=A, dangerously_allow_null_origin=True)
    found = write("api-gateway", policy, accept_dangerous=True)
    assert {loss.how_bad for loss in found.losses} == {"cosmetic", "narrows"}
    assert "null" not in found.text


def test_one_policy_for_all_paths() -> None:
    """What holds for other paths is lost."""
    found = write("api-gateway", Ruleset([Rule(["/*"], Policy(allow_origins="*")), Rule(["/a"], Policy())]))
    assert {"widens", "narrows"} <= {loss.how_bad for loss in found.losses}
    assert read("api-gateway", found.text).ruleset.only_policy == Policy(allow_origins="*")
