"""Any request gets a decision, never an exception, and nothing unchecked is echoed.

Run: ``python fuzz/fuzz_decide.py -max_total_time=60``.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports():
    from crossorigin import Policy, Rule, Ruleset, decide
    from crossorigin.messages import Request

NAMES = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Host", "Sec-Fetch-Site", "X")
POLICIES = (
    Policy(allow_origins=["https://app.example", "https://*.example.com:*", "https://a-*.b.example"]),
    Policy(allow_origins="*", deny_origins=["https://evil.example"], allow_methods="*", allow_headers="*"),
    Policy(allow_origin_regex=r"https://[a-z]+\.example", enforce="all", debug=True),
    Ruleset([Rule(["/*"], Policy.dev()), Rule(["/public/*", "/x"], Policy(allow_origins="*"))]),
)


def check(data: bytes) -> None:
    """Make a request of the bytes and decide about it with every policy."""
    provider = atheris.FuzzedDataProvider(data)
    method = provider.ConsumeUnicodeNoSurrogates(8) if provider.ConsumeBool() else "OPTIONS"
    url = provider.ConsumeUnicode(40)
    headers = [
        (NAMES[provider.ConsumeIntInRange(0, len(NAMES) - 1)], provider.ConsumeUnicode(60))
        for _ in range(provider.ConsumeIntInRange(0, 6))
    ]
    request = Request(method, url, headers)
    for policy in POLICIES:
        decision = decide(policy, request, websocket=provider.ConsumeBool())
        for name, value in decision.headers:
            assert "\r" not in value
            assert "\n" not in value
            if name == "Access-Control-Allow-Origin" and value != "*":
                assert value.isascii()
                assert value.isprintable()


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
