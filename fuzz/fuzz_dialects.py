"""Any text in any dialect is a translation or a ``DialectError`` with a place; and what is read can be written down.

Run: ``python fuzz/fuzz_dialects.py -max_total_time=60``.
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

import atheris

with atheris.instrument_imports():
    from crossorigin import Policy, PolicyWarning
    from crossorigin.dialects import DialectError, Translation, guess_dialect, list_dialects, list_readable, read, write

    # Why: a dialect's module is imported when it is first asked for.
    READABLE = list_readable()

if TYPE_CHECKING:
    from collections.abc import Callable

warnings.simplefilter("ignore", PolicyWarning)
DIALECTS = list_dialects()
#: What the fuzzer starts from, since it will not find a language by chance.
SEEDS = [
    write(dialect, policy, accept_dangerous=True).text
    for dialect in READABLE
    for policy in (Policy(allow_origins=["https://a.example"], allow_methods=["PUT"]), Policy(allow_origins="*"))
]


def check(data: bytes) -> None:
    """Read a text, or a seed into which another text was put, and write what was found."""
    provider = atheris.FuzzedDataProvider(data)
    dialect = READABLE[provider.ConsumeIntInRange(0, len(READABLE) - 1)]
    seed = SEEDS[provider.ConsumeIntInRange(0, len(SEEDS) - 1)]
    at = provider.ConsumeIntInRange(0, len(seed))
    skipped = provider.ConsumeIntInRange(0, 8)
    text = seed[:at] + provider.ConsumeUnicode(40) + seed[at + skipped :]
    guess_dialect(text)
    found = attempt(lambda: read(dialect, text))
    if isinstance(found, DialectError):
        assert 1 <= found.line <= text.count("\n") + 1
        return
    target = DIALECTS[provider.ConsumeIntInRange(0, len(DIALECTS) - 1)]
    written = attempt(lambda: write(target, found.ruleset, accept_dangerous=True))
    assert isinstance(written, Translation) or written.fix


def attempt(translate: Callable[[], Translation]) -> Translation | DialectError:
    """Return the translation, or why there is none."""
    try:
        return translate()
    except DialectError as error:
        return error


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
