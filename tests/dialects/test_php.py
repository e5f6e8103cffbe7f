"""Programs in PHP: what is in them, and that nothing of a policy is more than a text there."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import write
from crossorigin.dialects._php import write_entries, write_literal, write_regex
from crossorigin.dialects._trees import parse

if TYPE_CHECKING:
    from pathlib import Path

DIALECTS = ("laravel-middleware", "php")
APP = "https://app.example"
HOSTILE = ("'];exit;//", "\\", "\\'", "$x{$y}", "?>", "é\n\r\0", "@RULES@", "{origin}", "\ud800")
#: What a path may hold: no backslash, semicolon or question mark.
PATHS = ("/'],exit(),'", "/'", '/"', "/$x{$y}", "/\u00e9\n\r\0", "/@RULES@", "/{origin}", "/\ud800", "/%3f~")
FULL = Policy(
    allow_origins=[APP, "https://*.example.com"],
    allow_origin_regex=[r"https://(a|b)\.example", "https://c~"],
    deny_origins=["https://x.example.com", "https://*.y.example.com"],
    allow_methods="*",
    allow_headers="*",
    deny_headers=["X-Internal"],
    enforce="unsafe-methods",
    require_origin=True,
    error_messages=dict.fromkeys(["origin-not-allowed"], "".join(HOSTILE[:-1])),
    allow_private_network=True,
    preflight_status=200,
)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("a'\\b$c", r"'a\'\\b$c'"),
        ("\ud800", "'?'"),
        ("'\n\0\\\"$x", r'''"'\x0a\x00\\\"\$x"'''),
        (["a", 1, True, None], "['a', 1, true, null]"),
        ({"a": {}}, "['a' => []]"),
    ],
)
def test_literals(value: object, wanted: str) -> None:
    assert write_literal(value) == wanted


def test_entries_that_are_long_have_a_line_for_each_item() -> None:
    assert write_entries({"a": ["b" * 120, "c"], "d": "e" * 120}, "  ") == (
        f"  'a' => [\n      '{'b' * 120}',\n      'c',\n  ],\n  'd' => '{'e' * 120}',\n"
    )


def test_an_expression_that_php_does_not_have() -> None:
    assert write_regex("(?<=a{2})b") is None


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("policy", "there", "not_there"),
    [
        (Policy(allow_origins=[APP]), ["'origins' => ['https://app.example'],"], ["findRule", "isOwnPage", "enforce"]),
        (Policy(allow_origins="*"), ["'origins' => '*',", "'patterns' => [],"], ["require_origin", "allow_private"]),
        (
            Policy(allow_origins=[APP], enforce="all", own_hosts=["api.example", "*.own.example"]),
            ["isOwnHost", "'own_hosts' => ['*.own.example', 'api.example'],"],
            ["error_messages"],
        ),
        (Policy(own_hosts=["api.example"]), [], ["isOwnHost", "own_hosts"]),
        (FULL, ["isOwnPage", "'denied' => ['https://x.example.com'],", "error_messages", "'methods' => null,"], []),
    ],
    ids=["plain", "open", "hosts", "hosts that nothing asks for", "full"],
)
def test_only_what_is_needed_is_written(dialect: str, policy: Policy, there: list[str], not_there: list[str]) -> None:
    """What a policy does not use is not in the program."""
    text = write(dialect, policy).text
    assert all(part in text for part in there)
    assert not any(part in text for part in not_there)
    assert "@" not in text.replace("'~\\\\A(?:[!#$%&", "").replace("/** @return", "").partition("class")[0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_origin_with_credentials_is_an_expression(dialect: str) -> None:
    """``*`` says that everyone is told the same, and here each is told its own."""
    policy = Policy(allow_origins="*", allow_credentials=True, dangerously_allow_any_origin_with_credentials=True)
    written = write(dialect, policy, accept_dangerous=True)
    assert "'origins' => ['null'],\n        'patterns' => ['~\\\\A.*\\\\z~']," in written.text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_lost(dialect: str) -> None:
    """An expression that PHP does not have, and a function."""
    strange = Policy(allow_origin_regex="https://(?<=/{2})c", origin_validator=bool)
    found = write(dialect, Ruleset([Rule(["/a/*"], strange), Rule(["/*"], Policy(allow_origins=[APP]))]))
    lost = [f"{loss.how_bad} {loss.what}" for loss in found.losses if "websockets" not in loss.what]
    assert lost == ["narrows origin_validator", "narrows allow_origin_regex='https://(?<=/{2})c'"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_of_a_policy_is_more_than_a_text(dialect: str, tmp_path: Path) -> None:
    """Whatever its paths and texts are: the program has the same parts, and PHP itself finds nothing wrong."""
    texts = [
        write(dialect, Ruleset([Rule(paths, FULL), Rule(["/*"], Policy(enforce="all", error_status=418))])).text
        for paths in ([f"/a{number}" for number in range(len(PATHS))], PATHS)
    ]
    shapes = [[node.type for node in parse("php", text, "php").walk() if node.is_named] for text in texts]
    parts = {"string_content", "escape_sequence", "encapsed_string", "string"}
    kept = [[kind for kind in shape if kind not in parts] for shape in shapes]
    assert kept[0] == kept[1]
    if shutil.which("php"):
        for number, text in enumerate(texts):
            path = tmp_path / f"{number}.php"
            path.write_text(text, encoding="utf-8", newline="")
            done = subprocess.run(["php", "-l", path], capture_output=True, check=False, timeout=30)
            assert done.returncode == 0, done.stdout
