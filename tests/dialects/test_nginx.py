"""Configurations of nginx: what people write by hand, what it means, and where what is lost stands."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import DialectError, Position, guess_dialect, read, write
from crossorigin.dialects.nginx._asking import SOMEONE, Asker, Place
from crossorigin.dialects.nginx._running import Maps, Pattern, compile_regex
from crossorigin.dialects.nginx._tree import parse

A = "https://a.example"
FOUR = ["accept", "accept-language", "content-language", "content-type"]
#: What no header says: browsers then keep a preflight for some seconds, and send none of the four with odd values.
PLAIN: dict[str, Any] = {"max_age": None, "deny_headers": FOUR}
SOME: dict[str, Any] = {"allow_origins": [A], **PLAIN}
ANY: dict[str, Any] = {**SOME, "allow_origins": "*"}
NOBODY: dict[str, Any] = {}
NOT_ALWAYS = ("add_header", "cosmetic", 1)

ACAO = "add_header Access-Control-Allow-Origin"

#: A sentence, with what people know it by; the text; the rules; what is lost, how bad it is, on which line.
FORMS: list[tuple[str, str, dict[str, dict[str, Any]], list[tuple[str, str, int]]]] = [
    ("realistic: every origin", f"location / {{ {ACAO} * always; }}", {"/*": ANY}, []),
    ("realistic: without always", f"location / {{ {ACAO} *; }}", {"/*": ANY}, [NOT_ALWAYS]),
    ("realistic: the origin is echoed", f"server {{ {ACAO} $http_origin always; }}", {"/*": ANY}, []),
    (
        "realistic: the origin is echoed, with credentials",
        f"location / {{ {ACAO} $http_origin always; add_header Access-Control-Allow-Credentials true always; }}",
        {"/*": {**ANY, "allow_credentials": True, "dangerously_allow_any_origin_with_credentials": True}},
        [],
    ),
    (
        "realistic: * with credentials, which no browser takes",
        f"location / {{ {ACAO} * always; add_header Access-Control-Allow-Credentials true always; }}",
        {"/*": ANY},
        [("allow_credentials with every origin", "narrows", 1)],
    ),
    (
        "realistic: a map of origins, and a preflight",
        (
            'map $http_origin $cors {\n  default "";\n  https://a.example $http_origin;\n'
            '  "~^https://[a-z]+\\.example\\.com$" $http_origin;\n  "~*^https?://x\\.example$" $http_origin;\n}\n'
            "server {\n location / {\n"
            f"  {ACAO} $cors always;\n"
            f"  if ($request_method = 'OPTIONS') {{\n   {ACAO} $cors;\n"
            '   add_header Access-Control-Allow-Methods "GET, PUT, GET";\n'
            '   add_header Access-Control-Allow-Headers "Content-Type, X-A";\n'
            "   add_header Access-Control-Max-Age 1728000;\n   return 204;\n  }\n }\n}\n"
        ),
        {
            "/*": {
                "allow_origins": [A],
                "allow_origin_regex": [r"https://[a-z]+\.example\.com", r"(?i:https?://x\.example)"],
                "allow_methods": ["GET", "PUT", "HEAD", "POST"],
                "allow_headers": ["Content-Type", "X-A"],
                "deny_headers": FOUR[:3],
                "max_age": 86400,
            }
        },
        [],
    ),
    (
        "realistic: conditions that set a variable",
        (
            "location / {\n"
            "  if ($http_origin ~* (https?://.*\\.example\\.com$)) { set $cors 'true'; }\n"
            "  if ($request_method = 'OPTIONS') { set $cors \"${cors}options\"; }\n"
            f"  if ($cors = 'true') {{ {ACAO} $http_origin; }}\n"
            f"  if ($cors = 'trueoptions') {{ {ACAO} $http_origin; add_header Access-Control-Allow-Headers 'X-A, *';\n"
            "   add_header Access-Control-Allow-Methods 'PATCH, PUT'; return 204; }\n"
            "  proxy_pass http://app;\n}\n"
        ),
        {
            "/*": {
                "allow_origin_regex": r"(?i:.*(https?://.*\.example\.com\Z))",
                "allow_methods": ["PATCH", "PUT", "GET", "HEAD", "POST"],
                "allow_headers": "*",
                "deny_headers": ["Authorization"],
                "max_age": None,
            }
        },
        [("add_header", "cosmetic", 4)],
    ),
    (
        "realistic: one origin, on one path",
        (
            f"server {{ location = /x {{ {ACAO} '{A}' always; add_header Access-Control-Allow-Methods * always; "
            "add_header Access-Control-Expose-Headers * always; } }"
        ),
        {"/x": {**SOME, "allow_methods": "*", "expose_headers": "*"}},
        [],
    ),
    (
        "realistic: every name and method, Authorization as well",
        f"{ACAO} {A} always; add_header Access-Control-Allow-Headers '*, Authorization' always;",
        {"/*": {"allow_origins": [A], "allow_headers": "*", "max_age": None}},
        [],
    ),
    (
        "realistic: whatever is asked for",
        (
            f"{ACAO} {A} always; add_header Access-Control-Allow-Headers $http_access_control_request_headers always; "
            "add_header Access-Control-Allow-Methods $http_access_control_request_method always;"
        ),
        {"/*": {"allow_origins": [A], "allow_headers": "*", "allow_methods": "*", "max_age": None}},
        [],
    ),
    (
        "synthetic: what is asked for, if an expression matches",
        (
            "map $http_access_control_request_headers $h { ~^x-a $http_access_control_request_headers; } "
            f"{ACAO} {A} always; add_header Access-Control-Allow-Headers $h always;"
        ),
        {"/*": SOME},
        [("~^x-a", "narrows", 1)],
    ),
    (
        "realistic: with credentials, * is a name",
        (
            f"{ACAO} {A} always; add_header Access-Control-Allow-Headers * always; "
            "add_header Access-Control-Allow-Methods * always; add_header Access-Control-Allow-Credentials true always;"
        ),
        {"/*": {**SOME, "allow_credentials": True, "allow_methods": ["GET", "HEAD", "POST"]}},
        [],
    ),
    (
        "realistic: a server's headers, and locations that inherit them or do not",
        (
            f"http {{ server {{ {ACAO} * always; location /api/ {{ proxy_pass http://app; }}\n"
            "location /other { add_header X-Frame-Options DENY; } location @named { return 404; } } }"
        ),
        {"/*": ANY, "/api/*": ANY, "/other/*": NOBODY},
        [("location /other", "narrows", 2)],
    ),
    (
        "realistic: headers that no location inherits",
        f"server {{ {ACAO} {A}; location / {{ add_header X-Frame-Options DENY; }} }}",
        {},
        [("add_header Access-Control-Allow-Origin", "cosmetic", 1)],
    ),
    (
        "realistic: expressions for paths",
        (
            f"location ~ ^/api/ {{ {ACAO} {A} always; }}\n"
            f"location ~* \\.(woff|ttf)$ {{ {ACAO} * always; }}\ninclude a.conf;"
        ),
        {"/api/*": SOME},
        [
            ("include a.conf", "narrows", 3),
            ("the paths ^/api/", "widens", 1),
            ("location ~* \\.(woff|ttf)$", "widens", 2),
            ("location ~* \\.(woff|ttf)$", "narrows", 2),
        ],
    ),
    (
        "realistic: two servers that tell different things, and one that tells nothing",
        f"server {{ {ACAO} {A} always; }}\nserver {{ {ACAO} * always; }}",
        {"/*": SOME},
        [("server", "widens", 2), ("server", "narrows", 2)],
    ),
    (
        "realistic: two servers that tell the same, one with a location that it says twice",
        f"server {{ location / {{ {ACAO} {A} always; }} }} server {{ location ^~ / {{ {ACAO} {A} always; }} }}",
        {"/*": SOME},
        [],
    ),
    (
        "realistic: everyone but a few",
        (
            "map $http_origin $c { default $http_origin; https://evil.example ''; "
            '"~\\Ahttps://(?:[a-z0-9_-]+\\.)+worse\\.example\\z" ""; "~^https://bad.*$" ""; '
            '"~[[:alpha:]]{2000000000}" ""; }'
            f"location / {{ {ACAO} $c always; }}"
        ),
        {"/*": {**ANY, "deny_origins": ["https://*.worse.example", "https://evil.example"]}},
        [("~^https://bad.*$", "widens", 1), ("~[[:alpha:]]{2000000000}", "widens", 1)],
    ),
    (
        "realistic: null",
        f"map $http_origin $c {{ 'null' $http_origin; {A} $http_origin; }} {ACAO} $c always;",
        {"/*": {**SOME, "dangerously_allow_null_origin": True}},
        [],
    ),
    (
        "realistic: others are turned away",
        f"location / {{ if ($http_origin != {A}) {{ return 403; }} {ACAO} {A} always; }}",
        {"/*": {**SOME, "require_origin": True, "enforce": "all"}},
        [],
    ),
    (
        "realistic: an expression that is open at its end",
        f"location / {{ if ($http_origin ~ ^https://a) {{ {ACAO} $http_origin always; }} }}",
        {"/*": {**PLAIN, "allow_origin_regex": "https://a.*"}},
        [],
    ),
    (
        "realistic: one origin is told more",
        (
            f"map $http_origin $c {{ {A} true; }} map $http_origin $o {{ {A} $http_origin; "
            "https://b.example $http_origin; }"
            f"{ACAO} $o always; add_header Access-Control-Allow-Credentials $c always;"
        ),
        {"/*": {**SOME, "allow_origins": [A, "https://b.example"], "allow_credentials": True}},
        [("Access-Control-Allow-Credentials", "widens", 1), ("Access-Control-Allow-Credentials", "narrows", 1)],
    ),
    (
        "synthetic: variables and conditions that are not known here",
        (
            f"location / {{ if (-f $request_filename) {{ return 403; }} if ($unknown) {{ return 403; }} "
            f"{ACAO} {A} always; }}"
        ),
        {"/*": SOME},
        [("if (-f $request_filename)", "narrows", 1), ("$unknown", "narrows", 1)],
    ),
    (
        "synthetic: a preflight that is always refused",
        f"location / {{ if ($request_method = OPTIONS) {{ return 405; }} {ACAO} {A} always; }}",
        {"/*": {"allow_origins": [A], "allow_methods": [], "error_status": 405}},
        [],
    ),
    (
        "synthetic: only safe methods pass",
        f"if ($request_method !~ ^(?:GET|HEAD|OPTIONS|TRACE)$) {{ return 403; }} {ACAO} {A} always;",
        {"/*": {**SOME, "enforce": "unsafe-methods"}},
        [],
    ),
    (
        "synthetic: a header twice, and one that nobody knows",
        (
            f"location / {{ {ACAO} {A} always; {ACAO} * always; "
            "add_header Access-Control-Max-Age -1 always; add_header A; }"
        ),
        {"/*": NOBODY},
        [],
    ),
    (
        "synthetic: a location that is no path",
        f"location /a/../b {{ {ACAO} {A} always; }}",
        {},
        [
            ("location /a/../b", "widens", 1),
            ("location /a/../b", "narrows", 1),
            ("add_header Access-Control-Allow-Origin", "cosmetic", 1),
        ],
    ),
    (
        "synthetic: a map of paths, one of which is no path of a rule",
        f'map $uri $c {{ "~\\A/a(?:/|\\z)" {A}; "~\\A/b\\z" {A}; "~\\.css$" {A}; }} {ACAO} $c always;',
        {"/a/*": SOME, "/b": SOME},
        [("a map of paths", "widens", 1), ("a map of paths", "narrows", 1)],
    ),
    (
        "synthetic: an expression that cannot be read",
        f"map $http_origin $c {{ {A} $http_origin; '~https://(?R)' $http_origin; }} {ACAO} $c always;",
        {"/*": SOME},
        [("~https://(?R)", "narrows", 1)],
    ),
    (
        "synthetic: an expression for paths that tells what all others are told",
        f"location / {{ {ACAO} {A} always; }} location ~ x$ {{ {ACAO} {A} always; }}",
        {"/*": SOME},
        [],
    ),
    (
        "hostile: variables that hold each other, or themselves many times",
        (
            f"map $b $a {{ default $b; }} map $a $b {{ default $a$a; }} {ACAO} $a; {ACAO} $a; "
            f"{ACAO} {A} always; map $x {{ }}"
            "set $x; return; return text; location {} add_header;"
        ),
        {"/*": {**SOME}},
        [("$b", "narrows", 1)],
    ),
]


def make(rules: dict[str, dict[str, Any]]) -> Ruleset:
    return Ruleset([Rule([path], Policy(**options)) for path, options in rules.items()])


@pytest.mark.parametrize(("sentence", "text", "rules", "losses"), FORMS, ids=[row[0] for row in FORMS])
def test_forms(sentence: str, text: str, rules: dict[str, dict[str, Any]], losses: list[tuple[str, str, int]]) -> None:
    """What is written by hand is read as nginx and a browser take it."""
    found = read("nginx", text)
    assert found.ruleset == make(rules), sentence
    assert [(loss.what, loss.how_bad, loss.position and loss.position.line) for loss in found.losses] == losses
    assert guess_dialect(text) == "nginx"


def test_findings() -> None:
    """What is dangerous is kept, and told with its place."""
    text = f"\nlocation / {{ if ($http_origin ~ a\\.example) {{ {ACAO} $http_origin always; }} }}"
    (finding,) = read("nginx", text).findings
    assert (finding.option, finding.position) == ("allow_origin_regex", Position(2, 47))
    assert "open at an end" in finding.what


@pytest.mark.parametrize(
    ("text", "position", "what"),
    [
        ("", (1, 1), "no header of CORS"),
        ("server { listen 80; }", (1, 1), "no header of CORS"),
        ("a;\n}", (2, 1), "comes too early"),
        ("a { b }", (1, 1), "comes too early"),
        ("a;\n;", (2, 1), "a directive is missing"),
        ("a {\n", (1, 1), "ends within"),
        ("a {\nb", (2, 1), "ends within"),
        ("a 'b", (1, 1), "ends within"),
        ("a {" * 50, (1, 1), "too deep"),
    ],
)
def test_errors(text: str, position: tuple[int, int], what: str) -> None:
    """What is none is refused, with its place."""
    with pytest.raises(DialectError, match=what) as caught:
        read("nginx", text)
    assert (caught.value.line, caught.value.column) == position
    assert guess_dialect(text) != "nginx"


def test_a_text_that_only_speaks_of_cors_is_not_recognized() -> None:
    assert guess_dialect("# Access-Control-Allow-Origin\n") is None
    assert guess_dialect("Access-Control-Allow-Origin {") is None


#: What is written with each of these is read again as it was.
POLICIES: list[dict[str, Any]] = [
    {"allow_origins": [A, "https://*.example.com"], "deny_origins": ["https://x.example.com", "null"]},
    {"allow_origins": "*", "deny_origins": [A, "https://*.example.com"]},
    {"allow_origins": [A], "allow_headers": ["X-$a", "X-%b", "X_c"], "expose_headers": ["X-$a"]},
    {"allow_origins": [A], "allow_headers": "*", "deny_headers": ["X-Internal", "accept"]},
    {"allow_origins": [A], "deny_headers": FOUR},
    {"allow_origins": [A], "enforce": "all", "own_hosts": ["a.example", "*.b.example"], "require_origin": True},
    {"allow_origins": [A], "enforce": "unsafe-methods", "own_hosts": []},
    {"allow_origins": [A], "allow_private_network": True, "preflight_status": 200, "error_status": 400},
    {"allow_origin_regex": re.compile("[a-z:/.]+")},
    {"allow_origin_regex": re.compile("https://[a\"'$;{}#]+\\.example")},
]


@pytest.mark.parametrize("options", POLICIES)
def test_round_trip(options: dict[str, Any]) -> None:
    """What is written is read again, and what is not is told."""
    policy = Policy(**options)
    written = write("nginx", policy)
    found = read("nginx", written.text)
    assert found.ruleset.only_policy == policy
    assert not found.losses
    assert not [loss for loss in written.losses if "websockets" not in loss.what]


@pytest.mark.parametrize(
    "rules",
    [
        {"/a/*": {"allow_origins": [A]}, "/a b/$é": {"allow_origins": "*"}, "/a/c/*": {"allow_methods": ["PUT"]}},
        {"/*": {"allow_origins": [A], "enforce": "all"}, "/x": {"allow_origins": "*", "allow_private_network": True}},
    ],
)
def test_paths_are_read_again(rules: dict[str, dict[str, Any]]) -> None:
    """The rules for paths are read again, but for what a policy without origins lists."""
    found = read("nginx", write("nginx", make(rules)).text)
    bare = {path: options if "allow_origins" in options else {} for path, options in rules.items()}
    assert found.ruleset == make(bare)


def test_a_policy_that_reads_in_another_form_is_told() -> None:
    """A list that is not in its usual order is the same, in another form."""
    losses = write("nginx", Policy(allow_origins=[A], allow_headers=["accept", "X-A"])).losses
    assert [(loss.what, loss.how_bad) for loss in losses if "allow_headers" in loss.what] == [
        ("allow_headers=('accept', 'X-A')", "cosmetic")
    ]


def test_without_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it nothing is read, and everything is written."""
    text = write("nginx", Policy(allow_origins=[A])).text
    monkeypatch.setitem(sys.modules, "crossplane", None)
    with pytest.raises(DialectError, match="not installed"):
        read("nginx", text)
    assert guess_dialect(text) is None
    assert write("nginx", Policy(allow_origins=[A])).text == text


@pytest.mark.parametrize("regex", ["(", "(a+)+", "[[:alpha:]]", "a{99999999999}"])
def test_expressions_that_are_not_asked(regex: str) -> None:
    """What Python does not take, or takes a very long time for, matches nothing here."""
    assert compile_regex(Pattern(regex, is_caseless=False)) is None


def test_an_inner_condition() -> None:
    """The last condition that holds has the say."""
    root = parse(
        "location / { if ($a) { return 201; } add_header Vary b; if ($http_origin) { set $a 1; add_header Vary c; } }"
    )
    asker = Asker(Maps(root), Place((root, root.block[0] if root.block else root), ()))
    assert asker.ask(SOMEONE).get("Vary") == "c"
    assert asker.ask("").get("Vary") == "b"
    assert asker.ask(SOMEONE, a="1").status == 201
