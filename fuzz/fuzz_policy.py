"""Any settings make a Policy or a PolicyError, never another error.

Run: ``python fuzz/fuzz_policy.py -max_total_time=60``.
"""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports():
    from crossorigin import Policy, PolicyError
    from crossorigin.policy import DEFAULTS
    from crossorigin.ruleset import parse_ruleset

warnings.simplefilter("ignore")


def check(data: bytes) -> None:
    """Read the bytes as a list of origins, as environment variables and as a file."""
    provider = atheris.FuzzedDataProvider(data)
    texts = [provider.ConsumeUnicode(40) for _ in range(3)]
    name = list(DEFAULTS)[provider.ConsumeIntInRange(0, len(DEFAULTS) - 1)]
    makers = (
        lambda: Policy(allow_origins=texts, allow_credentials=provider.ConsumeBool()),
        lambda: Policy(**{name: texts[0]}),
        lambda: Policy(**{name: texts}),
        lambda: Policy.from_env({f"CORS_{name.upper()}": texts[0]}),
        lambda: parse_ruleset(provider.ConsumeUnicode(200)),
    )
    for make in makers:
        try:
            repr(make())
        except PolicyError as error:
            str(error)


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
