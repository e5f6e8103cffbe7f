"""The CORS annotations of ingress-nginx: what each form of an Ingress means."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import DialectError, guess_dialect, read, write
from dialects.rows import Bad, Row, check, check_bad

PREFIX = "nginx.ingress.kubernetes.io/"
METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD"]
NAMES = [
    "User-Agent",
    "X-Requested-With",
    "If-Modified-Since",
    "Cache-Control",
    "Content-Type",
    "Range",
    "Authorization",
]
DENIED = ["accept", "accept-language", "content-language"]
REST: dict[str, Any] = {
    "allow_methods": METHODS,
    "allow_headers": NAMES,
    "deny_headers": DENIED,
    "max_age": 86400,
}
ANY = {"allow_origins": ["*"], **REST}
APP = {"allow_origins": ["https://app.example"], "allow_credentials": True, **REST}
ORIGIN = "cors-allow-origin: https://app.example"


def ingress(*annotations: str, paths: str = "") -> str:
    """Write an Ingress, one annotation on each line from the fourth on."""
    lines = "".join(f"    {PREFIX}{one}\n" for one in ('enable-cors: "true"', *annotations))
    spec = f"spec: {{rules: [{{http: {{paths: [{paths}]}}}}]}}\n" if paths else ""
    return f"kind: Ingress\nmetadata:\n  annotations:\n{lines}{spec}"


def path(text: str, kind: str = "Prefix") -> str:
    return f'{{path: "{text}", pathType: {kind}}}'


ROWS = [
    Row("realistic: after kubernetes.github.io/ingress-nginx, all defaults", ingress(), {"/*": ANY}),
    Row(
        "realistic: after the same page, each annotation's example",
        ingress(
            'cors-allow-methods: "PUT, GET, POST, OPTIONS"',
            'cors-allow-headers: "X-Forwarded-For, X-app123-XPTO"',
            'cors-expose-headers: "*, X-CustomResponseHeader"',
            'cors-allow-origin: "https://origin-site.example:4443, http://origin-site.example, mine://example.org:1199"',
            'cors-allow-credentials: "false"',
            "cors-max-age: 600",
        ),
        {
            "/*": {
                "allow_origins": [
                    "https://origin-site.example:4443",
                    "http://origin-site.example",
                    "mine://example.org:1199",
                ],
                "allow_methods": ["PUT", "GET", "POST", "OPTIONS", "HEAD"],
                "allow_headers": ["X-Forwarded-For", "X-app123-XPTO"],
                "expose_headers": ["*"],
                "deny_headers": [*DENIED, "content-type"],
            }
        },
        (("cosmetic", 7, 54),),
    ),
    Row(
        "realistic: after the same page, one level of subdomains, and null",
        ingress('cors-allow-origin: "https://*.origin-site.example:4443, http://*.B.example, null"'),
        {
            "/*": {
                **REST,
                "allow_origin_regex": [
                    r"https://[a-z0-9-]+\.origin-site\.example:4443",
                    r"http://[a-z0-9-]+\.b\.example",
                ],
                "allow_credentials": True,
                "dangerously_allow_null_origin": True,
            }
        },
        (),
        ("dangerously_allow_null_origin",),
    ),
    Row(
        "realistic: every origin with credentials, and a name beside it",
        ingress('cors-allow-origin: "https://app.example, *"', 'cors-allow-credentials: "true"'),
        {"/*": ANY},
        (("cosmetic", 5, 52), ("cosmetic", 6, 57)),
    ),
    Row(
        "hostile: what is not of its form, where the default is every origin",
        ingress(
            "cors-allow-origin: https://app.example/",
            "cors-allow-methods: GET;PUT",
            'cors-allow-headers: "*"',
            "cors-allow-credentials: yes",
            "cors-max-age: 1h",
            "cors-expose-headers: 'a b$'",
        ),
        {"/*": ANY},
        (
            ("cosmetic", 5, 52),
            ("cosmetic", 6, 53),
            ("cosmetic", 7, 53),
            ("cosmetic", 10, 54),
            ("cosmetic", 8, 57),
            ("cosmetic", 9, 47),
        ),
    ),
    Row(
        "synthetic: an origin without a scheme",
        ingress("cors-allow-origin: 'a.example,'"),
        {"/*": {**REST, "allow_credentials": True}},
        (("cosmetic", 5, 52),),
    ),
    Row(
        "realistic: paths of each type, and one that comes from before the types",
        ingress(
            ORIGIN,
            paths=", ".join(
                [path("/a"), path("/b", "Exact"), path("/c", "ImplementationSpecific"), "{path: /d/}", "{backend: {}}"]
            ),
        ),
        {"/a/*": APP, "/b": APP, "/c/*": APP, "/d/*": APP, "/*": APP},
        (("narrows", 6, 102),),
    ),
    Row(
        "realistic: expressions for paths",
        ingress(ORIGIN, 'use-regex: "true"', paths=", ".join([path("/a/(.*)"), path("/"), path("/b", "Exact")])),
        {"/*": APP, "/b": APP},
        (("narrows", 7, 39), ("widens", 7, 39)),
    ),
    Row(
        "realistic: several objects, one of them without CORS, one a list",
        f"{ingress(ORIGIN, paths=path('/a'))}---\nkind: Ingress\nmetadata: {{annotations: {{{PREFIX}{ORIGIN}}}}}\n"
        f"spec: {{rules: [{{http: {{paths: [{path('/a/b')}]}}}}, {{host: x}}]}}\n"
        "---\nkind: List\nitems:\n- kind: Ingress\n---\nkind: Service\n",
        {"/a/*": APP, "/a/b/*": {}},
        (("cosmetic", 9, 73), ("narrows", 10, 39)),
    ),
]
BAD = [
    Bad("synthetic: no YAML", "kind: [", "this is not YAML", 1, 8),
    Bad("realistic: another object", "kind: Service", "no Ingress here enables CORS", 1, 1),
    Bad(
        "realistic: not enabled",
        f'kind: Ingress\nmetadata: {{annotations: {{{PREFIX}enable-cors: "no"}}}}',
        "no Ingress",
        1,
        1,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_rows(row: Row) -> None:
    check("ingress-nginx", row)


@pytest.mark.parametrize("bad", BAD, ids=[bad.sentence for bad in BAD])
def test_bad(bad: Bad) -> None:
    check_bad("ingress-nginx", bad)


@pytest.mark.parametrize(
    "text", [f"kind: Ingress # {PREFIX}", f"{PREFIX}: [", f"kind: Ingress\n{PREFIX}enable-cors: 1"]
)
def test_what_only_names_it_is_not_guessed(text: str) -> None:
    assert guess_dialect(text) is None


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(), set()),
        (Policy(allow_origins=["https://a.example"], dangerously_allow_null_origin=True), {"narrows"}),
        (Policy(allow_origins=["https://*.a.example"]), {"narrows"}),
        (Policy(allow_origins=["https://app-*.a.example", "http://localhost:*", "http://[::1]"]), {"narrows"}),
        (Policy(allow_origin_regex=r"https://[a-z0-9-]+\.a\.example"), set()),
        (Policy(allow_origin_regex=re.compile(r"https://[a-z0-9-]+\.a\.example", re.IGNORECASE)), {"narrows"}),
        (Policy(allow_origin_regex="https://a"), {"narrows"}),
        (Policy(allow_methods="*"), {"narrows"}),
        (Policy(allow_methods=["M-SEARCH"]), {"widens", "narrows"}),
        (Policy(allow_headers="*", deny_headers=["Range"]), {"narrows"}),
        (Policy(allow_headers=["X.A"]), {"narrows"}),
        (Policy(deny_headers=["accept", "accept-language", "content-language", "content-type"]), set()),
        (Policy(expose_headers=["X!"]), {"narrows"}),
        (Policy(expose_headers="*"), set()),
        (Policy(max_age=None), set()),
    ],
)
def test_what_is_lost(policy: Policy, wanted: set[str]) -> None:
    assert {loss.how_bad for loss in write("ingress-nginx", policy).losses} - {"cosmetic"} == wanted


def test_what_allows_no_name_lists_one_that_nobody_can_send() -> None:
    """No list can be empty: that would be the default."""
    policy = Policy(
        allow_origins=["https://a.example"],
        deny_headers=["accept", "accept-language", "content-language", "content-type"],
    )
    written = write("ingress-nginx", policy)
    assert 'cors-allow-headers: "DNT"' in written.text
    assert read("ingress-nginx", written.text).ruleset.only_policy == policy


@pytest.mark.parametrize("odd", ["/(b)/*", "/é", '/"', "/ b", "/\n"])
def test_a_path_that_is_not_plain_is_lost(odd: str) -> None:
    rules = Ruleset([Rule([odd, "/a.b-c_d/*"], Policy()), Rule([f"{odd[:3]}x"], Policy())])
    written = write("ingress-nginx", rules)
    assert {"widens", "narrows"} <= {loss.how_bad for loss in written.losses}
    assert [rule.paths for rule in read("ingress-nginx", written.text).ruleset.rules] == [("/a.b-c_d/*",)]
    with pytest.raises(DialectError, match="none of the paths can be written"):
        write("ingress-nginx", Ruleset([Rule([odd], Policy())]))


@pytest.mark.parametrize("name", ["allow-origin", "allow-methods", "allow-headers", "expose-headers"])
def test_a_long_annotation_is_read_in_time(name: str) -> None:
    """The forms of ingress-nginx, as they are, would take for ever here."""
    text = ingress(f"cors-{name}: {'a' * 100_000}!")
    assert [loss.how_bad for loss in read("ingress-nginx", text).losses] == ["cosmetic"]
