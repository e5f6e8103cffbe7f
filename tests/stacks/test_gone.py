"""Edges whose app is not there: their own error is one that a script may read, as an answer of the app would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crossorigin import Policy
from crossorigin.browser import Call
from crossorigin.dialects import find_form, write
from processes import find_free_port
from stacks import comparing
from stacks.all import TARGETS
from stacks.calls import BASE, EVIL

if TYPE_CHECKING:
    from stacks.target import Target

EDGES = [target for target in TARGETS if find_form(target.dialect) == "edge"]
APP = "https://app.example"


@pytest.mark.stacks
@pytest.mark.parametrize("target", EDGES, ids=[target.name for target in EDGES])
def test_its_own_error_can_be_read(target: Target) -> None:
    """By an origin that is allowed, and by no other."""
    target.require()
    port, gone = find_free_port(), find_free_port()
    policy = Policy(allow_origins=[APP], allow_credentials=True)
    text = write(target.dialect, policy, upstream=f"http://127.0.0.1:{gone}", listen=f"127.0.0.1:{port}").text
    with target.serve([text], [port]) as ask:
        for origin in (APP, EVIL):
            found = comparing.observe(lambda request: ask(0, request), Call(origin, f"{BASE}/items"))
            assert found.reads == (origin == APP), found
            assert found.answers[-1].status in {502, 503, 504}
