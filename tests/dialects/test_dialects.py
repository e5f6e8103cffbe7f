"""The laws of all dialects: what is written is read again, and no text ends in another error than a DialectError."""

from __future__ import annotations

import re
import tomllib
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import crossorigin
import strategies
from crossorigin import Policy, PolicyWarning, Rule, Ruleset
from crossorigin.dialects import (
    DialectError,
    Translation,
    find_form,
    guess_dialect,
    list_dialects,
    list_readable,
    read,
    write,
)
from crossorigin.policy.habits import Habits
from dialects.test_packages import near

ROOT = Path(__file__).parents[2]
#: Every package but our own files leaves handshakes alone, which no browser model sees.
STANDING = "websockets='check'"
#: Those whose text says what was written: what is only a program is not read again.
SETTINGS = [name for name in list_readable() if find_form(name) != "code"]

paths = st.sampled_from(("/*", "/items", "/public/*", "/a/b/*", "/a.b/*", "/a(b)", "/a(b)/*", "/é"))
near_policies = near.map(strategies._make).filter(lambda policy: policy is not None)
policies: st.SearchStrategy[Any] = st.one_of(near_policies, strategies.policies)
rulesets = st.builds(
    lambda rules: Ruleset([Rule([path], policy) for path, policy in rules.items()]),
    st.dictionaries(paths, policies, min_size=1, max_size=3),
)


def read_quietly(dialect: str, text: str) -> Translation:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        return read(dialect, text)


def has_losses(found: Translation) -> bool:
    return any(loss.what != STANDING for loss in found.losses)


@pytest.mark.parametrize("dialect", SETTINGS)
@settings(max_examples=150, deadline=None)
@given(rules=st.one_of(rulesets, policies.map(lambda policy: Ruleset([Rule(["/*"], policy)]))), dangerous=st.booleans())
@example(
    rules=Ruleset([Rule(["/a(b)/c"], Policy(allow_origins=["http://[::1]"])), Rule(["/a(b)/*"], Policy())]),
    dangerous=True,
)
def test_what_is_written_is_read_again(dialect: str, rules: Ruleset, *, dangerous: bool) -> None:
    """Where nothing is lost, it is the same; and whatever is lost, it can be read."""
    try:
        written = write(dialect, rules, accept_dangerous=dangerous)
    except DialectError:
        # It takes plain paths only, and says so where there is none.
        assert dialect == "ingress-nginx"
        assert not any(re.fullmatch("[a-z/.*]+", path) for rule in rules.rules for path in rule.paths)
        return
    found = read_quietly(dialect, written.text)
    if not has_losses(written):
        assert found.ruleset == rules
        assert not found.losses
    if not dangerous and not any(loss.how_bad == "widens" for loss in written.losses):
        assert not found.findings


@pytest.mark.parametrize("dialect", ["toml", "env", "fastapi", "flask-cors", "django"])
def test_much_can_be_said_by_all(dialect: str) -> None:
    """The law above is not empty: a policy with everything that is usual is no loss anywhere."""
    policy = Policy(
        allow_origins=["https://app.example", "https://*.example.com", "http://localhost:*"],
        allow_origin_regex=r"https://pr-[0-9]+\.example\.org",
        allow_methods=["GET", "HEAD", "POST", "PUT"],
        allow_headers=["Authorization", "X-Test"],
        allow_credentials=True,
        expose_headers=["X-Total"],
        max_age=3600,
        allow_private_network=True,
    )
    written = write(dialect, policy)
    assert not has_losses(written)
    assert read(dialect, written.text).ruleset.only_policy == policy


SEEDS = [
    write(dialect, policy, accept_dangerous=True).text
    for dialect in list_dialects()
    for policy in (
        Policy(allow_origins="*"),
        Policy(allow_origins=["https://a.example"], allow_origin_regex="https://b"),
    )
]
FRAGMENTS = (
    *("kind: Ingress\n", "kind: HTTPRoute\n", "filters:\n", "- type: CORS\n", "  cors:\n", "&a ", "*a", "? ", "---\n"),
    *('"AllowedOrigins": ', '"CORSRules": [', '"AllowOrigins": ["*"]', "NaN", "\t", "|", "!!a ", "{", "}"),
    *(
        "cors_config = ",
        "allow_cors(",
        "Kui(cors_config=",
        "CorsConfig(",
        "config.cors['allow_origins'] = ",
        "import kui\n",
    ),
    *("CORS(app", "app.add_middleware(CORSMiddleware", ", allow_origins=", ", origins=", "resources=", "re.compile("),
    *(
        "from flask_cors import CORS\n",
        "CORS_ALLOWED_ORIGINS = ",
        "CORS_URLS_REGEX = ",
        "CORS_ALLOW_ORIGINS=",
        "[[rule]]\n",
    ),
    *(
        "allow_origins = ",
        "app.config['CORS_METHODS'] = ",
        "'https://a.example'",
        "max_age",
        "None",
        "lambda: 0",
        "1" * 5000,
    ),
    *"[](){}\"'*,=\n\\\0\ud800é#x+:-1",
)
hostile = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("".join),
    st.builds(
        lambda text, at, more: text[:at] + more, st.sampled_from(SEEDS), st.integers(0, 600), st.sampled_from(FRAGMENTS)
    ),
    st.builds(lambda text, at: text[:at] + text[at + 1 :], st.sampled_from(SEEDS), st.integers(0, 600)),
)


@pytest.mark.parametrize("dialect", list_readable())
@settings(max_examples=400, deadline=None)
@given(text=hostile)
def test_no_text_ends_in_another_error(dialect: str, text: str) -> None:
    """The error names a place that the text has."""
    guess_dialect(text)
    found = attempt(dialect, text)
    if isinstance(found, Translation):
        assert all(loss.why and loss.how_bad in {"widens", "narrows", "cosmetic"} for loss in found.losses)
        return
    lines = text.removeprefix("\ufeff").split("\n")
    assert 1 <= found.line <= len(lines)
    assert 1 <= found.column <= len(found.excerpt) + 1
    assert lines[found.line - 1].rstrip("\r") == found.excerpt
    assert str(found).startswith(f"{dialect}, line {found.line}, column {found.column}: ")


def attempt(dialect: str, text: str) -> Translation | DialectError:
    try:
        return read_quietly(dialect, text)
    except DialectError as error:
        return error


@pytest.mark.parametrize("dialect", list_readable())
@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "-" * 100_000 + "1",
        "a" + ".b" * 20_000,
        "a = " + "[" * 90_000,
        "[" * 50_000 + "]" * 50_000,
        "x=" + '"' * 99_999,
    ],
    ids=["brackets", "signs", "dots", "lists", "closed", "quotes"],
)
def test_deep_texts_end_in_time(dialect: str, text: str) -> None:
    with pytest.raises(DialectError):
        read(dialect, text)


_NGINX = "events {{}}\nhttp {{\n server {{\n{}\n }}\n}}\n"
_HEADER = "add_header Access-Control-Allow-Origin"

#: *hostile*: a dialect, a text of it whose parts are each held against all the others, what is said, and where.
CROWDED = {
    "rack-cors: resources": (
        "rack-cors",
        "use Rack::Cors do\n allow do\n  origins 'https://a.example'\n"
        + "".join(f"  resource '/p{number}', methods: [:get]\n" for number in range(2001))
        + " end\nend\n",
        "there are 2001 paths here, and at most 2000 are read",
        1,
    ),
    "express: uses": (
        "express",
        "const cors = require('cors');\n" + "".join(f"app.use('/p{number}', cors());\n" for number in range(2001)),
        "there are 2001 paths here, and at most 2000 are read",
        1,
    ),
    "nginx: locations": (
        "nginx",
        _NGINX.format("\n".join(f"location /a{n}/ {{ {_HEADER} 'https://a{n}.example'; }}" for n in range(1500))),
        "it would take too long",
        4,
    ),
    "nginx: conditions": (
        "nginx",
        _NGINX.format(
            "location / {"
            + "\n".join(
                f"if ($http_origin = 'https://a{n}.example') {{ {_HEADER} $http_origin; }}" for n in range(1500)
            )
            + "}"
        ),
        "it would take too long",
        4,
    ),
    "toml: parts of a key": (
        "toml",
        "max_age = 1\n" + " . ".join(["a", '"b c"', "'d'"] * 7000) + " = 1",
        "too many",
        2,
    ),
    "toml: mistakes": ("toml", f"allow_origins = {['x'] * 5000}", "5000 settings cannot be used", 1),
}


@pytest.mark.parametrize(("dialect", "text", "what", "line"), CROWDED.values(), ids=CROWDED)
def test_crowded_texts_end_in_time(dialect: str, text: str, what: str, line: int) -> None:
    """They end with an error that can be shown."""
    with pytest.raises(DialectError, match=what) as caught:
        read(dialect, text)
    assert caught.value.line == line
    assert len(str(caught.value)) < 20_000


def test_a_text_that_is_too_long_is_of_no_dialect() -> None:
    assert guess_dialect("allow_origins = ['https://a.example']\n" + "#" * 4_000_000) is None


def test_a_text_that_nobody_has_written_is_not_read() -> None:
    with pytest.raises(DialectError, match="at most 4000000 are read"):
        read("toml", "#" * 4_000_001)


@pytest.mark.parametrize("call", [lambda: read("basic", ""), lambda: write("basic", Policy())])
def test_an_unknown_dialect_is_named(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=r"'basic' is no dialect: known are .*django, .*env, "):
        call()


@pytest.mark.parametrize("dialect", sorted({*list_dialects()} - {*list_readable()}))
def test_what_is_only_written_is_not_read(dialect: str) -> None:
    with pytest.raises(DialectError, match="written in this dialect, not read"):
        read(dialect, "")


def test_rules_that_cannot_be_seen_are_not_written() -> None:
    with pytest.raises(DialectError, match="there is no rule to write") as caught:
        write("toml", Ruleset([]))
    assert (caught.value.line, str(caught.value).count("\n")) == (0, 1)


@pytest.mark.parametrize(
    ("habits", "wanted"),
    [(Habits(echoes=True), ["cosmetic"]), (Habits(folds_methods=True), ["cosmetic", "narrows"])],
)
def test_habits_are_lost(habits: Habits, wanted: list[str]) -> None:
    """What another package allows beyond its lists is narrowed; how it words its answers is cosmetic."""
    written = write("toml", Policy().with_habits(habits))
    assert [loss.how_bad for loss in written.losses] == wanted
    assert read("toml", written.text).ruleset.only_policy == Policy()


@pytest.mark.parametrize("dialect", ["toml", "env", "fastapi", "flask-cors", "django"])
def test_what_is_dangerous_is_carried_only_where_that_is_accepted(dialect: str) -> None:
    """Then it is found again; else it is named as narrowed, and nothing of it is left."""
    policy = Policy(
        allow_origins=["https://a.example", "https://*.co.uk"],
        allow_origin_regex=["https://.*", "https://(a+)+"],
        allow_credentials=True,
        dangerously_allow_any_origin_with_credentials=True,
        dangerously_allow_null_origin=True,
        dangerously_allow_public_suffix_subdomains=True,
        dangerously_allow_nested_repeats=True,
    )
    names = {name for name in policy.settings if name.startswith("dangerously_")}
    kept = read(dialect, write(dialect, policy, accept_dangerous=True).text)
    assert {finding.option for finding in kept.findings} == names
    assert all(finding.position for finding in kept.findings)
    written = write(dialect, policy)
    assert {loss.what.removesuffix("=True") for loss in written.losses if loss.how_bad == "narrows"} >= names
    safe = read(dialect, written.text).ruleset.only_policy
    assert safe
    assert not [name for name in safe.settings if name.startswith("dangerously_")]
    assert (safe.allow_origins, safe.allow_credentials) == (("https://a.example",), False)


#: What has no word for every origin with credentials, and what has one for those on http and https only.
WITHOUT_EVERYONE = {"api-gateway", "fastrapi", "gateway-api", "ingress-nginx", "s3"}


@pytest.mark.parametrize("dialect", [name for name in SETTINGS if name not in WITHOUT_EVERYONE])
def test_everyone_with_credentials_can_be_spoken_of(dialect: str) -> None:
    """What is written on purpose is read as it was meant, and found."""
    policy = Policy(
        allow_origins="*", allow_credentials=True, dangerously_allow_any_origin_with_credentials=True, max_age=5
    )
    found = read(dialect, write(dialect, policy, accept_dangerous=True).text)
    assert found.ruleset.only_policy == policy
    assert [finding.option for finding in found.findings] == ["dangerously_allow_any_origin_with_credentials"]


@pytest.mark.parametrize("dialect", sorted(WITHOUT_EVERYONE))
def test_everyone_with_credentials_is_lost_where_there_is_no_word(dialect: str) -> None:
    """Every origin has none then, or only those of some schemes; and that is found."""
    policy = Policy(allow_origins="*", allow_credentials=True, dangerously_allow_any_origin_with_credentials=True)
    written = write(dialect, policy, accept_dangerous=True)
    assert {loss.how_bad for loss in written.losses} - {"widens"} == {"narrows", "cosmetic"}
    found = read(dialect, written.text)
    only = found.ruleset.only_policy
    assert only
    assert (only.allows_any_origin, only.allow_credentials, len(found.findings)) in {(True, False, 0), (False, True, 1)}


@pytest.mark.parametrize("dialect", list_dialects())
def test_each_is_known_by_its_text(dialect: str) -> None:
    """And a text of none, or a program, is not guessed."""
    wanted = dialect if dialect in SETTINGS else None
    assert guess_dialect(write(dialect, Policy(allow_origins=["https://a.example"])).text) == wanted
    assert guess_dialect("hello") is None


def test_every_dialect_is_in_the_contract() -> None:
    """Each is in a module of its own that none of the others may import."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    listed = next(one["modules"] for one in contracts if one["name"].startswith("Dialects"))
    folder = Path(crossorigin.__file__).parent / "dialects"
    found = sorted(path.stem for path in folder.iterdir() if not path.name.startswith("_"))
    assert [f"crossorigin.dialects.{name}" for name in found] == listed
    assert len(found) == len(list_dialects())
