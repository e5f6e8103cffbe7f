"""The CORS filter of the Gateway API: what each form of a route means."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import guess_dialect, read, write
from dialects.rows import Bad, Row, check, check_bad

DENIED = ["accept", "accept-language", "content-language", "content-type"]
APP = {"allow_origins": ["https://app.example"], "deny_headers": DENIED, "max_age": None}
KIND = "kind: HTTPRoute\n"


def route(*rules: str) -> str:
    return f"{KIND}spec:\n  rules:\n" + "".join(f"  - {rule}\n" for rule in rules)


def cors(fields: str, more: str = "") -> str:
    return f"{{{more}filters: [{{type: CORS, cors: {{{fields}}}}}]}}"


ORIGIN = "allowOrigins: [https://app.example]"


def at(path: str, kind: str = "PathPrefix") -> str:
    return f"matches: [{{path: {{type: {kind}, value: {path}}}}}], "


def options(**more: Any) -> dict[str, Any]:
    return {**APP, **more}


ROWS = [
    Row(
        "realistic: after gateway-api.sigs.k8s.io/guides/http-cors, one origin",
        """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
spec:
  parentRefs:
  - name: gateway
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: /orders
    backendRefs:
    - name: orders
      port: 8080
    filters:
    - cors:
        allowOrigins:
        - https://app.example
        allowCredentials: false
      type: CORS
""",
        {"/orders/*": APP},
    ),
    Row(
        "realistic: after the same page, every origin",
        route(cors('allowOrigins: ["*"]')),
        {"/*": options(allow_origins=["*"])},
    ),
    Row(
        "realistic: after the same page, wildcards and all fields",
        route(
            cors(
                'allowOrigins: ["https://www.foo.example", "https://*.bar.example"], allowMethods: [GET, OPTIONS],'
                ' allowHeaders: ["*"], exposeHeaders: [x-header-3], allowCredentials: true, maxAge: 3600',
                at("/creds"),
            )
        ),
        {
            "/creds/*": {
                "allow_origins": ["https://www.foo.example", "https://*.bar.example"],
                "allow_methods": ["GET", "OPTIONS", "HEAD", "POST"],
                "allow_headers": ["*"],
                "expose_headers": ["x-header-3"],
                "allow_credentials": True,
                "max_age": 3600,
            }
        },
    ),
    Row(
        "realistic: after GEP 1767, with an age beyond a day, and names that are forbidden",
        route(cors(f"{ORIGIN}, allowHeaders: [DNT, Keep-Alive, Content-Type, Authorization], maxAge: 1728000")),
        {
            "/*": {
                **APP,
                "allow_headers": ["Content-Type", "Authorization"],
                "deny_headers": DENIED[:3],
                "max_age": 86400,
            }
        },
        (("cosmetic", 4, 87), ("cosmetic", 4, 87), ("cosmetic", 4, 143)),
    ),
    Row(
        "realistic: every origin with credentials, with every method and name",
        route(cors('allowOrigins: ["*"], allowCredentials: true, allowMethods: ["*"], allowHeaders: ["*"]')),
        {
            "/*": {
                "allow_origins": ["*"],
                "allow_methods": ["*"],
                "allow_headers": ["*"],
                "deny_headers": ["Authorization"],
                "max_age": None,
            }
        },
        (("narrows", 4, 116), ("narrows", 4, 75)),
    ),
    Row(
        "hostile: every origin of a scheme with credentials",
        route(cors('allowOrigins: ["https://*", "http://*:8080"], allowCredentials: true')),
        {
            "/*": {
                "allow_origin_regex": [
                    r"https://(?:[^/:]+|\[[0-9a-f:.]+\])",
                    r"http://(?:[^/:]+|\[[0-9a-f:.]+\]):8080",
                ],
                "allow_credentials": True,
                "deny_headers": DENIED,
                "max_age": None,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    Row(
        "synthetic: wildcards and schemes that Kubernetes refuses",
        route(cors('allowOrigins: ["https://app-*.a.example", "http://localhost:*", "tauri://a"]')),
        {"/*": {"deny_headers": DENIED, "max_age": None}},
        (("cosmetic", 4, 50), ("cosmetic", 4, 50), ("cosmetic", 4, 50)),
    ),
    Row(
        "synthetic: ports that are the usual ones, and capitals",
        route(cors('allowOrigins: ["https://APP.example:443", "http://a.example:80", "http://b.example:443"]')),
        {"/*": options(allow_origins=["https://app.example", "http://a.example", "http://b.example:443"])},
    ),
    Row(
        "realistic: whole paths, prefixes with a slash, escapes, and a prefix without CORS below one",
        route(
            cors(ORIGIN, 'matches: [{path: {type: Exact, value: "/a%20b"}}, {path: {value: /c/}}], '),
            "{matches: [{path: {value: /c/d}}]}",
            "{matches: [{path: {value: /e}}]}",
        ),
        {"/a b": APP, "/c/*": APP, "/c/d/*": {}},
        (("narrows", 5, 31),),
    ),
    Row(
        "realistic: matches by more than the path, and a path twice",
        route(
            cors(ORIGIN, "matches: [{path: {value: /a}, method: GET}], "),
            cors("allowOrigins: []", at("/a")),
            cors(ORIGIN, at("/a")),
        ),
        {"/a/*": APP},
        (("widens", 4, 16), ("narrows", 4, 16), ("widens", 5, 49), ("narrows", 5, 49)),
    ),
    Row(
        "realistic: paths by an expression, and one beside a prefix",
        route(cors(ORIGIN, at("/x/.+", "RegularExpression")), cors(ORIGIN), "{" + at('"/y?"', "Exact") + "}"),
        {"/*": APP},
        (("narrows", 4, 56), ("widens", 4, 56), ("widens", 6, 44)),
    ),
    Row(
        "synthetic: an expression alone; filters of a backend, and of other types; fields that are none",
        route(
            "{filters: [{type: RequestMirror}], backendRefs: [{filters: [{type: CORS, cors: {}}]}]}",
            cors(f"{ORIGIN}, allowOrigin: x", at("/x|y", "RegularExpression")),
            "{filters: [{type: CORS}], matches: [{path: {type: Exact, value: /z}}]}",
        ),
        {"/z": {"deny_headers": DENIED, "max_age": None}},
        (("narrows", 4, 65), ("cosmetic", 5, 145), ("narrows", 5, 56)),
    ),
    Row(
        "realistic: a list of objects, of which some are others",
        "kind: List\nitems:\n- kind: Service\n- kind: HTTPRoute\n"
        f"  spec: {{rules: [{cors(ORIGIN)}]}}\n---\nkind: Gateway\n",
        {"/*": APP},
    ),
]
BAD = [
    Bad("synthetic: no YAML", "kind: [", "this is not YAML", 1, 8),
    Bad("realistic: another object", "kind: Ingress", "there is no CORS filter here", 1, 1),
    Bad("realistic: a route without one", route("{}"), "there is no CORS filter here", 1, 1),
    Bad(
        "realistic: a route with two",
        route("{filters: [{type: CORS}, {type: CORS}]}"),
        "this is a second CORS filter",
        4,
        30,
    ),
    Bad("realistic: a text", route(cors("allowOrigins: https://app.example")), "is a list of texts", 4, 50),
    Bad("realistic: a text for a number", route(cors('maxAge: "5"')), "is a whole number", 4, 44),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("gateway-api", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("gateway-api", bad)


@pytest.mark.parametrize("text", ["kind: HTTPRoute # cors", "kind: HTTPRoute\ncors: [", "HTTPRoute: cors"])
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(allow_origins=["https://a.example"], deny_origins=["https://a.example"]), set()),
        (Policy(allow_origins="*", deny_origins=["https://a.example"]), {"widens"}),
        (Policy(allow_origins=["http://localhost:*", "tauri://localhost", "http://[::1]"]), {"narrows"}),
        (Policy(allow_origins=["https://app-*.a.example"]), {"narrows"}),
        (Policy(allow_origin_regex="https://a"), {"narrows"}),
        (Policy(allow_origin_regex=r"https://(?:[^/:]+|\[[0-9a-f:.]+\])"), set()),
        (Policy(allow_origins=[f"https://a{number}.example" for number in range(65)]), {"narrows"}),
        (Policy(allow_methods="*"), set()),
        (Policy(allow_methods=["PUT", "PURGE"]), {"widens", "narrows"}),
        (Policy(allow_headers="*"), {"narrows"}),
        (Policy(allow_headers="*", allow_origins=["https://a.example"], allow_credentials=True), set()),
        (Policy(allow_headers="*", deny_headers=["Authorization"]), {"widens"}),
        (Policy(allow_headers=[f"X-{number}" for number in range(65)]), {"narrows"}),
        (Policy(expose_headers=[f"X-{number}" for number in range(65)]), {"narrows"}),
        (Policy(max_age=0), set()),
        (Policy(max_age=None), set()),
        (Policy(enforce="all", require_origin=True), {"widens"}),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("gateway-api", policy).losses} - {"cosmetic"} == wanted


def test_many_rules_and_paths_are_parted() -> None:
    """A route takes 16 rules, and a rule 64 matches; and each path of the policy is there, with a rule for the rest."""
    rules = Ruleset(
        [
            Rule([f"/{number}/*", f"/é {number}"], Policy(allow_origins=[f"https://a{number}.example"]))
            for number in range(20)
        ]
        + [Rule([f"/x/{number}" for number in range(70)], Policy())]
    )
    written = write("gateway-api", rules)
    assert read("gateway-api", written.text).ruleset == rules
    assert written.text.count("kind: HTTPRoute") == 2
    assert written.text.endswith('value: "/"\n      backendRefs:\n        - name: app\n          port: 8080\n')
    assert "/%C3%A9%200" in written.text


def test_a_path_that_is_too_long_is_lost() -> None:
    rules = Ruleset([Rule(["/" + "é" * 300], Policy()), Rule(["/*"], Policy(allow_origins="*"))])
    written = write("gateway-api", rules)
    assert {"widens", "narrows"} <= {loss.how_bad for loss in written.losses}
    assert [rule.paths for rule in read("gateway-api", written.text).ruleset.rules] == [("/*",)]
