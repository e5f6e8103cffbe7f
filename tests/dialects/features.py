"""What a policy can say, one thing at a time: docs/dialects.md tells what each dialect makes of it."""

from __future__ import annotations

from crossorigin import Policy, Rule, Ruleset

APP = "https://app.example"
_OPEN, _APP = Policy(allow_origins="*"), Policy(allow_origins=[APP])

#: What is said, and the rules that say it.
FEATURES: dict[str, Ruleset | Policy] = {
    "origins by name": _APP,
    "every origin": _OPEN,
    "patterns of origins": Policy(allow_origins=["https://*.example.com", "http://localhost:*"]),
    "one `allow_origin_regex`": Policy(allow_origin_regex=r"https://pr-[0-9]+\.example\.com"),
    "`allow_credentials`": Policy(allow_origins=[APP], allow_credentials=True),
    "methods without `HEAD`": Policy(allow_origins=[APP], allow_methods=["GET", "POST", "PUT"]),
    "every method": Policy(allow_origins=[APP], allow_methods="*"),
    "every method, with credentials": Policy(allow_origins=[APP], allow_methods="*", allow_credentials=True),
    "header names": Policy(allow_origins=[APP], allow_headers=["Authorization", "X-Test"]),
    "every header name": Policy(allow_origins=[APP], allow_headers="*"),
    "every header name, with credentials": Policy(allow_origins=[APP], allow_headers="*", allow_credentials=True),
    "`expose_headers`": Policy(allow_origins=[APP], expose_headers=["X-Total"]),
    "`max_age`": Policy(allow_origins=[APP], max_age=3600),
    "no `max_age`": Policy(allow_origins=[APP], max_age=None),
    "rules for paths": Ruleset([Rule(["/public/*"], _OPEN), Rule(["/*"], _APP)]),
    "one prefix of paths": Ruleset([Rule(["/api/*"], _APP)]),
    "`deny_origins`": Policy(allow_origins=["https://*.example.com"], deny_origins=["https://a.example.com"]),
    "`deny_headers`": Policy(allow_origins=[APP], allow_headers="*", deny_headers=["X-Internal"]),
    "`origin_validator`": Policy(origin_validator=lambda origin: origin == APP),
    "`require_origin`": Policy(allow_origins=[APP], require_origin=True),
    "`enforce`": Policy(allow_origins=[APP], enforce="all"),
    "`allow_private_network`": Policy(allow_origins=[APP], allow_private_network=True),
    "`error_status`, `error_messages`": Policy(allow_origins=[APP], error_status=400),
}
