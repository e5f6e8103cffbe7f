"""The Rails example of the document, unmodified, over HTTP and as it is read."""

from __future__ import annotations

import functools

import pytest

from crossorigin.browser import Call, simulate
from crossorigin.dialects import guess_dialect, read
from stacks.ruby import TARGETS, serve_kind

EXAMPLE = """\
# config/application.rb

config.middleware.use Rack::Cors do
  allow do
    origins '*'  # Replace '*' with specific origins
    resource '*', headers: :any, methods: [:get, :post, :put, :delete],
              headers: ['Content-Type', 'Authorization'],
              credentials: true  # Enable credentials if needed
  end
end
"""
WITHOUT = EXAMPLE.replace(",\n              credentials: true  # Enable credentials if needed", "")
NAMED = EXAMPLE.replace("'*'  # Replace", "'https://app.example'  # Replace")


@pytest.mark.stacks
def test_it_does_not_start() -> None:
    """The gem refuses every origin with credentials."""
    TARGETS[1].require()
    with (
        pytest.raises(AssertionError, match="Allowing credentials for wildcard origins is insecure"),
        serve_kind("rails_example")([EXAMPLE], []),
    ):
        pass


@pytest.mark.stacks
@pytest.mark.parametrize(
    ("text", "origin", "has_credentials"),
    [(WITHOUT, "https://evil.example", False), (NAMED, "https://app.example", True)],
)
def test_mended(text: str, origin: str, *, has_credentials: bool) -> None:
    """As its comments say, it works; and of the names of headers, the last ones count."""
    TARGETS[1].require()
    with serve_kind("rails_example")([text], []) as ask:
        for method in ("GET", "PUT", "PATCH"):
            for name in ("Authorization", "X-Test"):
                for credentials in ("omit", "include"):
                    call = Call(origin, "https://api.example/items", method, [(name, "1")], credentials)
                    is_meant = method != "PATCH" and name != "X-Test" and (has_credentials or credentials == "omit")
                    verdict = simulate(call, functools.partial(ask, 0))
                    assert (verdict.outcome == "readable") is is_meant, call


@pytest.mark.parametrize(("text", "losses"), [(EXAMPLE, [("narrows", 8)]), (WITHOUT, []), (NAMED, [])])
def test_as_it_is_read(text: str, losses: list[tuple[str, int]]) -> None:
    """Every origin is without credentials; of an option that is given twice, the last counts."""
    assert guess_dialect(text) == "rack-cors"
    found = read("rack-cors", text)
    policy = found.ruleset.only_policy
    assert policy
    assert policy.allow_origins == (("https://app.example",) if text == NAMED else ("*",))
    assert policy.allow_credentials is (text == NAMED)
    assert policy.allow_methods == ("GET", "POST", "PUT", "DELETE")
    assert policy.allow_headers == ("Content-Type", "Authorization")
    assert [(loss.how_bad, loss.position and loss.position.line) for loss in found.losses] == losses
