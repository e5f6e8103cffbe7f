"""Under which names anyone can register one, and where the list comes from."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from publicsuffixlist import PublicSuffixList

from crossorigin.origins import suffixes
from crossorigin.origins.suffixes import is_public_suffix

TOOL = Path(__file__).parents[2] / "tools" / "generate_suffixes.py"

ROWS = [
    ("a rule of one label", "com", True),
    ("a rule of two labels", "co.uk", True),
    ("a name under a rule", "example.co.uk", False),
    ("a name under a rule of one label", "example.com", False),
    ("the private section", "github.io", True),
    ("the private section", "vercel.app", True),
    ("a name in the private section", "me.github.io", False),
    ("a rule in another script", "xn--p1ai", True),
    ("a wildcard rule", "ck", True),
    ("what a wildcard rule matches", "anything.ck", True),
    ("a name under what a wildcard rule matches", "site.anything.ck", False),
    ("an exception to a wildcard rule", "www.ck", False),
    ("a name under an exception", "a.www.ck", False),
    ("the parent of a wildcard rule in the private section", "compute.amazonaws.com", True),
    ("what that rule matches", "eu-west-1.compute.amazonaws.com", True),
    ("a name under it", "ec2.eu-west-1.compute.amazonaws.com", False),
    ("the parent of an exception", "kobe.jp", True),
    ("an exception of three labels", "city.kobe.jp", False),
    ("a label that no rule knows", "unknown-tld", True),
    ("a label that no rule knows", "localhost", True),
    ("a name under it", "app.unknown-tld", False),
    ("a name that only ends like a rule", "notco.uk", False),
    ("nothing", "", True),
]


@pytest.mark.parametrize(
    ("domain", "is_suffix"), [row[1:] for row in ROWS], ids=[f"{row[0]}: {row[1]}" for row in ROWS]
)
def test_rows(domain: str, is_suffix: bool) -> None:
    """A public suffix is a name under which anyone can register one.

    "If no rules match, the prevailing rule is "*"." "If more than one rule matches, the prevailing rule is the one
    which is an exception rule."

    Spec: https://github.com/publicsuffix/list/wiki/Format#algorithm
    """
    assert is_public_suffix(domain) is is_suffix


def test_against_the_package() -> None:
    """Every rule, and every name right above and below one, is judged as the package that has the list judges it."""
    package = PublicSuffixList()
    names = set()
    for rule in suffixes._RULES:
        name = rule.lstrip("!*").lstrip(".")
        names |= {name, f"a.{name}", f"a.b.{name}", name.partition(".")[2] or name}
    # The parent of a wildcard rule counts here, too: whoever has a pattern over it has everything under it.
    parents = {rule[2:] for rule in suffixes._RULES if rule.startswith("*.")}
    wrong = [name for name in names - parents if is_public_suffix(name) is not package.is_public(name)]
    assert not wrong
    assert all(map(is_public_suffix, parents))


def test_the_module_is_what_the_tool_writes() -> None:
    """The committed module is what the tool makes of the list that the tests have, letter by letter."""
    spec = importlib.util.spec_from_file_location("generate_suffixes", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.generate() == Path(suffixes.__file__).read_text("utf-8")
