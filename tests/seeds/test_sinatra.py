"""The Sinatra examples of the document, unmodified, over HTTP and as they are read."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from crossorigin.browser import Call, simulate
from crossorigin.dialects import guess_dialect, read
from stacks.ruby import TARGETS, serve_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crossorigin.messages import Request, Response

BY_HAND = """\
require 'sinatra'

# Enable CORS for all routes
before do
  headers 'Access-Control-Allow-Origin' => '*',  # Replace '*' with specific origins
          'Access-Control-Allow-Methods' => 'GET, POST, PUT, DELETE',
          'Access-Control-Allow-Headers' => 'Content-Type, Authorization',
          'Access-Control-Allow-Credentials' => 'true'  # Enable credentials if needed
end

# Your routes here
"""
GEM = """\
require 'sinatra'
require 'sinatra/cross_origin'

configure do
  enable :cross_origin
end

# Your routes here
"""
#: What the document does not say, and without which no preflight is answered.
ROUTE = "\noptions('*') { 200 }\n"


@pytest.fixture(scope="module", params=[BY_HAND, BY_HAND + ROUTE], ids=["as it is", "with a route for OPTIONS"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, Callable[[Request], Response]]]:
    TARGETS[0].require()
    with serve_kind("sinatra_example")([request.param], []) as ask:
        yield request.param, functools.partial(ask, 0)


def _reads(network: Callable[[Request], Response], method: str, *, credentials: bool = False) -> bool:
    url = "https://api.example/items"
    call = Call("https://evil.example", url, method, (), "include" if credentials else "omit")
    return simulate(call, network).outcome == "readable"


@pytest.mark.stacks
def test_by_hand(served: tuple[str, Callable[[Request], Response]]) -> None:
    """Every origin may read, without credentials; and what needs a preflight works where OPTIONS is answered."""
    text, network = served
    assert _reads(network, "GET")
    assert _reads(network, "POST")
    assert not _reads(network, "GET", credentials=True)
    assert _reads(network, "PUT") is (ROUTE in text)
    assert not _reads(network, "PATCH")


@pytest.mark.parametrize("text", [BY_HAND, BY_HAND + ROUTE])
def test_by_hand_as_it_is_read(text: str) -> None:
    """That is what the policy says, and the losses are what the document gets wrong."""
    assert guess_dialect(text) == "sinatra"
    found = read("sinatra", text)
    policy = found.ruleset.only_policy
    assert policy
    assert policy.allow_origins == ("*",)
    assert policy.allow_methods == ("GET", "POST", "PUT", "DELETE", "HEAD")
    assert policy.allow_headers == ("Content-Type", "Authorization")
    assert not policy.allow_credentials
    told = [(loss.what, loss.how_bad, loss.position and loss.position.line) for loss in found.losses]
    preflights = [] if ROUTE in text else [("preflights", "widens", 5)]
    assert told == [*preflights, ("allow_credentials with every origin", "narrows", 8)]


def test_the_gem_as_it_is_read() -> None:
    """It answers whoever asks, with credentials: but not before it is registered, and no preflight."""
    assert guess_dialect(GEM) == "sinatra-cross-origin"
    found = read("sinatra-cross-origin", GEM)
    policy = found.ruleset.only_policy
    assert policy
    assert policy.allow_origins == ("*",)
    assert policy.allow_credentials
    assert [finding.option for finding in found.findings] == ["dangerously_allow_any_origin_with_credentials"]
    assert [loss.what for loss in found.losses if loss.how_bad == "widens"] == ["register", "preflights"]
