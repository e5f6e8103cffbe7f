"""Regular expressions of other engines, asked of the engines themselves: RE2's are asked by the edges that have it."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from crossorigin.dialects._flavours import from_flavour, to_flavour
from dialects.test_flavours import READ, WRITTEN

if TYPE_CHECKING:
    from crossorigin.dialects._flavours import Flavour

pytestmark = pytest.mark.stacks

#: Programs that read rows of an expression, its flags and texts, and write which of the texts it is found in; or null
#: where it is no expression.
_NODE = """
const rows = JSON.parse(require("fs").readFileSync(0, "utf8"));
const ask = ([source, flags, texts]) => {
  try { const regex = new RegExp(source, flags); return texts.map((text) => regex.test(text)); } catch { return null; }
};
console.log(JSON.stringify(rows.map(ask)));
"""
_RUBY = """
require "json"
kinds = { "i" => Regexp::IGNORECASE, "x" => Regexp::EXTENDED, "m" => Regexp::MULTILINE }
puts JSON.generate(JSON.parse(STDIN.read).map { |source, flags, texts|
  begin
    regex = Regexp.new(source, flags.chars.sum { |flag| kinds.fetch(flag, 0) })
    texts.map { |text| regex.match?(text) }
  rescue RegexpError
    nil
  end
})
"""
_PHP = r"""
$ask = function ($row) {
    [$source, $flags, $texts] = $row;
    $regex = "~" . str_replace("~", "\\~", $source) . "~" . $flags;
    $found = array_map(fn ($text) => @preg_match($regex, $text), $texts);
    return in_array(false, $found, true) ? null : array_map(fn ($one) => $one === 1, $found);
};
echo json_encode(array_map($ask, json_decode(stream_get_contents(STDIN))));
"""
ENGINES: dict[Flavour, list[str]] = {
    "javascript": ["node", "-e", _NODE],
    "ruby": ["ruby", "-W0", "-e", _RUBY],
    "pcre": ["php", "-r", _PHP],
}


def make_texts() -> list[str]:
    """Return texts that could be origins, and shorter ones that the tables' expressions meet."""
    chance = random.Random(20261126)
    texts = ["".join(chance.choices("aabbccdABzn19-_./:#{}]&~\\", k=chance.randint(1, 5))) for _ in range(200)]
    hosts = ("a.example", "x.a.example", "a.example.evil.example", "evil-a.example", "ab.example", "A.example")
    return [*dict.fromkeys([*texts, *(f"{scheme}://{host}" for scheme in ("https", "http") for host in hosts)])]


def ask(flavour: Flavour, rows: list[tuple[str, str]]) -> list[list[bool] | None]:
    command = ENGINES[flavour]
    if not shutil.which(command[0]):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"it needs {command[0]}")
    asked = json.dumps([(source, flags, make_texts()) for source, flags in rows])
    answer = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=60)
    found: list[list[bool] | None] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize("flavour", ENGINES)
def test_what_is_written_matches_the_same(flavour: Flavour) -> None:
    """By searching, as Python matches the whole."""
    written = [(regex, flags, to_flavour(regex, flags, flavour)) for regex, flags, *_ in WRITTEN]
    rows = [(regex, flags, text) for regex, flags, text in written if text is not None]
    answers = ask(flavour, [(text, "") for _, _, text in rows])
    wanted = [[bool(re.fullmatch(regex, text, flags)) for text in make_texts()] for regex, flags, _ in rows]
    assert [(row, answer) for row, answer in zip(rows, answers, strict=True)] == [*zip(rows, wanted, strict=True)]
    assert len(rows) > len(WRITTEN) / 2


@pytest.mark.parametrize("flavour", ENGINES)
def test_what_is_read_matches_the_same(flavour: Flavour) -> None:
    """As the whole, as the engine finds by searching; and no expression is read that the engine does not take."""
    read = [(source, flags, from_flavour(source, flags, flavour)) for _, source, flags, _ in READ]
    rows = [(source, flags, regex) for source, flags, regex in read if regex is not None]
    answers = ask(flavour, [(source, flags) for source, flags, _ in rows])
    wanted = [[bool(re.fullmatch(regex, text)) for text in make_texts()] for _, _, regex in rows]
    assert [*zip(rows, answers, strict=True)] == [*zip(rows, wanted, strict=True)]
    assert len(rows) > len(READ) / 2
