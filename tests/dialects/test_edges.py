"""Whole configurations of servers that stand in front of an app: what is written, what is lost, and nothing else."""

from __future__ import annotations

import io
from typing import Any

import crossplane.lexer  # type: ignore[import-untyped]  # it has no types
import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import DialectError, guess_dialect, write

APP = "https://app.example"
#: Of ``geo $cors_dollar { default $; }``, two directives for odd names, and two comments.
_MORE_WORDS = 15
EDGES = ("apache", "haproxy", "nginx")

#: *hostile*: what would be a word of a configuration, and words of the same kind that are none.
HOSTILE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "header names",
        {"allow_headers": ["X-$a", "X-'b'", "X-`c`", "X|d", "X#e", "X%f"], "expose_headers": ["X-$a", "X-%b"]},
        {"allow_headers": ["X-aa", "X-bbb", "X-ccc", "X-d", "X-e", "X-f"], "expose_headers": ["X-aa", "X-bb"]},
    ),
    (
        "names that are denied",
        {"allow_headers": "*", "deny_headers": ["X-$a", "X-'b'", "X#c"]},
        {"allow_headers": "*", "deny_headers": ["X-aa", "X-bbb", "X-c"]},
    ),
    (
        "an expression",
        {"allow_origin_regex": r"https://[a\"'`#;{} $\n]+\.example"},
        {"allow_origin_regex": r"https://[a-z]+\.example"},
    ),
    (
        "an expression with a comment",
        {"allow_origin_regex": "(?x)https://a\\.example # \n; } { \" '"},
        {"allow_origin_regex": r"https://a\.example"},
    ),
]
PATHS = ('/"', "/'", "/ ", "/$", "/{", "/}", "/${HOME}", "/%{HOST}", "/\n", "/é", "/\ud800", "/\0")


def make(options: dict[str, Any], paths: tuple[str, ...] = ("/*",)) -> Ruleset:
    return Ruleset([Rule(paths, Policy(**{"allow_origins": [APP], **options}))])


def measure(dialect: str, rules: Ruleset) -> tuple[Any, ...]:
    """Return what a server would see of a text, but for the words themselves."""
    text = write(dialect, rules).text
    if dialect != "nginx":
        return tuple(line.split(" ", 1)[0] for line in text.strip().split("\n"))
    tokens = list(crossplane.lexer._lex_file_object(io.StringIO(text)))
    return tuple(token if token in {"{", "}", ";"} and not quoted else "word" for token, _, quoted in tokens)


@pytest.mark.parametrize("dialect", EDGES)
@pytest.mark.parametrize(("sentence", "hostile", "plain"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_values_stay_words(dialect: str, sentence: str, hostile: dict[str, Any], plain: dict[str, Any]) -> None:
    """Whatever marks the values have, the directives are those of plain values."""
    seen, wanted = measure(dialect, make(hostile)), measure(dialect, make(plain))
    if dialect == "nginx" and sentence == "header names":
        # A variable for the dollar, and two directives for names that nginx would drop.
        assert len(seen) == len(wanted) + _MORE_WORDS
        return
    assert seen == wanted


@pytest.mark.parametrize("dialect", EDGES)
@pytest.mark.parametrize("path", PATHS)
def test_paths_stay_words(dialect: str, path: str) -> None:
    """The same holds for paths."""
    assert measure(dialect, make({}, (path, f"{path}/b/*"))) == measure(dialect, make({}, ("/a", "/a/b/*")))


#: A sentence, the options, and for each edge some lines that it writes, and how bad its losses are.
ROWS: list[tuple[str, dict[str, Any], dict[str, list[str]], dict[str, set[str]]]] = [
    (
        "origins by name",
        {},
        {
            "apache": ["""RewriteCond expr "req_novary('Origin') in {'https://app.example'}\""""],
            "haproxy": ["acl cors_named_1 var(txn.cors_origin) -m str -- 'https://app.example'"],
            "nginx": ["https://app.example $cors_asked;"],
        },
        {},
    ),
    (
        "every origin",
        {"allow_origins": "*"},
        {
            "apache": ['Header always set Access-Control-Allow-Origin "*" '],
            "haproxy": ["http-after-response set-header Access-Control-Allow-Origin '*' "],
            "nginx": ["map $cors_verdict $cors_allow_origin {", "actual *;"],
        },
        {},
    ),
    (
        "no origin",
        {"allow_origins": ()},
        {"apache": ["[E=CORS:other]"], "haproxy": ["str(other)"], "nginx": ["default refused;"]},
        {},
    ),
    (
        "a denied origin beside a pattern",
        {"allow_origins": ["https://*.example.com", APP], "deny_origins": ["https://a.example.com", APP]},
        {
            "apache": [r"!~ m#\Ahttps://a\.example\.com\z#"],
            "haproxy": [r"acl cors_denied_1 var(txn.cors_origin) -m reg -- '\Ahttps://a\.example\.com\z'"],
            "nginx": [r'"~\Ahttps://a\.example\.com\z" "";'],
        },
        {},
    ),
    (
        "every origin but one",
        {"allow_origins": "*", "deny_origins": ["https://a.example"]},
        {"apache": [r"m#\A.*\z#"], "haproxy": [r"-- '\A.*\z'"], "nginx": [r'"~\A.*\z" $cors_asked;']},
        {},
    ),
    (
        "an expression that refers to its groups",
        {"allow_origin_regex": r"https://(a|b)\1\.example"},
        {"nginx": [r"~\Ahttps://(a|b)\1\.example\z"]},
        {"haproxy": {"narrows"}},
    ),
    (
        "an expression with groups that have names",
        {"allow_origin_regex": r"https://(?P<http_host>a|b)(?P=http_host)\.example"},
        {"nginx": [r"~\Ahttps://([ab])(?:\1)\.example\z"]},
        {"haproxy": {"narrows"}},
    ),
    (
        "an expression that PCRE cannot say",
        {"allow_origin_regex": r"https://a{60000}(?:\.example){3}"},
        {},
        {"apache": {"narrows"}, "haproxy": {"narrows"}, "nginx": {"narrows"}},
    ),
    (
        "an expression that looks like a variable of Apache's",
        {"allow_origin_regex": r"https://[${a]+\.example"},
        {},
        {"apache": {"narrows"}},
    ),
    (
        "an expression that is longer than Apache reads",
        {"allow_origin_regex": "|".join(f"https://{number}\\.{'a' * 50}\\.example" for number in range(150))},
        {},
        {"apache": {"narrows"}, "nginx": {"narrows"}},
    ),
    (
        "an expression that would match null",
        {"allow_origin_regex": "[a-z:/.]+", "allow_origins": ()},
        {
            "apache": [r"!~ m#\Anull\z#"],
            "haproxy": [r"cors_denied_1 var(txn.cors_origin) -m reg -- '\Anull\z'"],
            "nginx": [r'"~\Anull\z" "";'],
        },
        {},
    ),
    (
        "the origin null",
        {"dangerously_allow_null_origin": True},
        {"apache": ["'null'"], "haproxy": ["'null'"], "nginx": ["null $cors_asked;"]},
        {},
    ),
    (
        "methods that nginx takes for none",
        {"allow_methods": ["GET", "fetch"]},
        {"nginx": [r"(?:GET|fetch)"]},
        {"nginx": {"narrows"}},
    ),
    (
        "every method",
        {"allow_methods": "*"},
        {edge: [r"\A(?!\*\z)(?!(?i:CONNECT|TRACE|TRACK)\z)"] for edge in EDGES},
        {"nginx": {"narrows"}},
    ),
    (
        "statuses",
        {"preflight_status": 200, "error_status": 400},
        {
            "apache": ["[R=204,L]", "[R=400,L]", 'ErrorDocument 400 "CORS: request refused"'],
            "haproxy": ["http-request return status 200 if", "http-request return status 400 content-type"],
            "nginx": ['return 200 "";', "return 400 "],
        },
        {},
    ),
    (
        "a status that has another meaning",
        {"error_status": 444},
        {"apache": ["[R=403,L]"], "haproxy": ["return status 444"], "nginx": ["return 403 "]},
        {},
    ),
    (
        "what is enforced",
        {"enforce": "all"},
        {
            "apache": ["[E=CORS:forbidden]", "[E=CORS_OWN:yes]"],
            "haproxy": ["str(forbidden)", "str(own)"],
            "nginx": ['"~\\Aallowed .* enforced no other\\z" forbidden;'],
        },
        {},
    ),
    (
        "what is enforced for everyone",
        {"enforce": "unsafe-methods", "allow_origins": "*", "own_hosts": ["api.example", "*.own.example"]},
        {
            edge: [r"(?i:(?:[^.*:]+\.)+own\.example|api\.example)(?::[0-9]+)?\z", r"\A(?!(?:GET|HEAD|OPTIONS|TRACE)\z)"]
            for edge in EDGES
        },
        {},
    ),
    (
        "nothing is allowed, and that is enforced, on hosts without a name",
        {"enforce": "all", "allow_origins": (), "own_hosts": (), "require_origin": True},
        {edge: [r"\A(?i:(?!))(?::[0-9]+)?\z" if edge != "nginx" else "(?i:(?!))(?::[0-9]+)?"] for edge in EDGES},
        {},
    ),
    (
        "a private network",
        {"allow_private_network": True},
        {
            "apache": ['Header always set Access-Control-Allow-Private-Network "true" '],
            "haproxy": ["http-after-response set-header Access-Control-Allow-Private-Network true if "],
            "nginx": [r'"~\Apreflight:true\z" true;'],
        },
        {},
    ),
    ("a function", {"origin_validator": lambda _: True}, {}, {edge: {"narrows"} for edge in EDGES}),
    ("no names at all", {"deny_headers": ["Accept", "Accept-Language", "Content-Language", "Content-Type"]}, {}, {}),
]


@pytest.mark.parametrize("dialect", EDGES)
@pytest.mark.parametrize(("sentence", "options", "lines", "losses"), ROWS, ids=[row[0] for row in ROWS])
def test_written(
    dialect: str, sentence: str, options: dict[str, Any], lines: dict[str, list[str]], losses: dict[str, set[str]]
) -> None:
    """What a policy says is in the text, and what the server cannot say is told."""
    written = write(dialect, make(options), accept_dangerous=True)
    assert [line for line in lines.get(dialect, []) if line not in written.text] == [], sentence
    found = {loss.how_bad for loss in written.losses} - {"cosmetic"}
    assert found == losses.get(dialect, set())


@pytest.mark.parametrize("dialect", EDGES)
def test_paths(dialect: str) -> None:
    """The most specific path comes first, equal policies are one rule, and a gap leaves the app's own headers alone."""
    one, two = Policy(allow_origins=[APP]), Policy(allow_origins="*", allow_private_network=True, enforce="all")
    rules = [Rule(["/a/*", "/a/b"], one), Rule(["/a/b/c/*"], two), Rule(["/b/*"], Policy(allow_origins=[APP]))]
    written = write(dialect, Ruleset(rules))
    places = [written.text.index(path) for path in (r"\A/a/b\z", r"\A/a/b/c(?:/", r"\A/a(?:/", r"\A/b(?:/")]
    assert places == sorted(places)
    assert {loss.how_bad for loss in written.losses} == {"narrows", "cosmetic"}
    whole = write(dialect, Ruleset([Rule(["/a", "/*"], one)]))
    assert r"\A/a" not in whole.text
    assert not [loss for loss in whole.losses if loss.how_bad != "cosmetic"]


@pytest.mark.parametrize("dialect", EDGES)
def test_addresses(dialect: str) -> None:
    """The text stands in front of what it is told, where it is told."""
    text = write(dialect, Policy(), upstream="http://[::1]:4000", listen="0.0.0.0:81").text
    assert "[::1]:4000" in text
    assert "0.0.0.0:81" in text


@pytest.mark.parametrize("dialect", EDGES)
def test_many(dialect: str) -> None:
    """Thousands of origins and many rules are written; of header names, only as many as the server reads."""
    origins = [f"https://{'a' * 60}.{'b' * 60}.{number}.example" for number in range(3000)]
    assert origins[-1] in write(dialect, Policy(allow_origins=origins)).text
    rules = [Rule([f"/{number}/*"], Policy(allow_origins=[origins[number]])) for number in range(60)]
    assert "\\A/59(?:/" in write(dialect, Ruleset(rules)).text
    names = Policy(allow_origins=[APP], allow_headers=[f"X-{number}-{'a' * 40}" for number in range(200)])
    if dialect == "haproxy":
        assert "X-199-" in write(dialect, names).text
        return
    with pytest.raises(DialectError, match="reads no"):
        write(dialect, names)


@pytest.mark.parametrize("dialect", EDGES)
def test_an_edge_is_not_taken_for_something_else(dialect: str) -> None:
    assert guess_dialect(write(dialect, Policy()).text) in {None, dialect}
