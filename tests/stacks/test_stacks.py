"""A real server that has what a dialect writes lets scripts read what the policy says, but for the losses."""

from __future__ import annotations

import contextlib
import functools
import warnings
from typing import TYPE_CHECKING, NamedTuple

import pytest

from crossorigin import PolicyWarning
from crossorigin.browser import Call
from crossorigin.dialects import Loss, Translation, find_form, write
from crossorigin.dialects._plans import AMBIGUOUS_PATHS
from crossorigin.messages import Request, get_values
from crossorigin.probe.policy import PolicyNetwork
from crossorigin.standard.paths import is_ambiguous_path, split_path
from processes import find_free_ports
from stacks import calls, comparing
from stacks.all import TARGETS
from stacks.upstream import OWN, answer, serve_upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from crossorigin.messages import Response
    from stacks.calls import Case, Probe
    from stacks.target import Target

SEED = 20261126
COUNT = 40
#: How many are drawn for one that settings can say.
_MANY = 20

pytestmark = pytest.mark.stacks
each = pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
SETTINGS = [target for target in TARGETS if find_form(target.dialect) == "settings"]


class Served(NamedTuple):
    """A case, what was written of it, and the server that has it."""

    case: Case
    written: Translation
    ask: Callable[[Request], Response]


def serve(target: Target, cases: Sequence[Case]) -> Generator[Served]:
    """Yield each case with its server, which is there until the next one is asked for."""
    target.require()
    is_edge = find_form(target.dialect) == "edge"
    with contextlib.ExitStack() as stack:
        upstream = f"http://127.0.0.1:{stack.enter_context(serve_upstream())}" if is_edge else ""
        for at in range(0, len(cases), target.at_once):
            some = cases[at : at + target.at_once]
            ports = find_free_ports(len(some))
            found = []
            for case, port in zip(some, ports, strict=True):
                more = {"upstream": upstream, "listen": f"127.0.0.1:{port}"} if is_edge else {}
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", PolicyWarning)
                    found.append((case, port, write(target.dialect, case.rules, accept_dangerous=True, **more)))
            texts = [written.text for _, _, written in found]
            with target.serve(texts, [port for _, port, _ in found]) as ask:
                for number, (case, _, written) in enumerate(found):
                    yield Served(case, written, functools.partial(ask, number))


def list_probes(target: Target, case: Case) -> list[Probe]:
    return [probe for probe in calls.list_probes(case) if not target.is_deaf_to(probe)]


def list_told(written: Translation, probe: Probe) -> tuple[Loss, ...]:
    """Return the losses that excuse a difference in what is asked: those of strange paths excuse no plain one."""
    url = probe.url if isinstance(probe.url, str) else str(probe.url)
    is_strange = is_ambiguous_path(split_path(url))
    return tuple(loss for loss in written.losses if is_strange or loss.what != AMBIGUOUS_PATHS)


def find_faults(target: Target, cases: Sequence[Case], *, sees_losses: bool = True) -> list[str]:
    """Ask each server and each policy the same, and say what differs.

    :param sees_losses: whether the cases are such that a loss that widens access, if it is told, can be seen.
    """
    faults: list[str] = []
    served = 0
    for case, written, ask in serve(target, cases):
        served += 1
        policy = PolicyNetwork(case.rules, answer)
        widened: list[str] = []
        for probe in list_probes(target, case):
            facts = comparing.observe(policy, probe), comparing.observe(ask, probe)
            widened += comparing.find_widened(*facts)
            found = comparing.find_faults(*facts, list_told(written, probe), varies_preflights=target.varies_preflights)
            faults += [f"{case.sentence}: {probe}: {fault}" for fault in found]
        told = [loss for loss in written.losses if loss.how_bad == "widens"]
        if sees_losses and told and not widened:
            faults.append(f"{case.sentence}: nothing is seen of {told}")
    assert served == len(cases)
    return faults


def show(faults: list[str]) -> str:
    return "\n".join([f"{len(faults)} faults", *faults[:12]])


@each
def test_conformance(target: Target) -> None:
    """The calls of the conformance table, under the table's policies."""
    # Why: a package leaves to browsers what no browser sends.
    cases = calls.list_conformance_cases(has_hostile=find_form(target.dialect) != "settings")
    faults = find_faults(target, cases, sees_losses=False)
    assert not faults, show(faults)


@each
def test_random_policies(target: Target) -> None:
    """Forty policies of every kind; what is told to widen access is seen to."""
    faults = find_faults(target, calls.list_random_cases(SEED, COUNT))
    assert not faults, show(faults)


@pytest.mark.parametrize("target", SETTINGS, ids=[target.name for target in SETTINGS])
def test_random_policies_that_it_can_say(target: Target) -> None:
    """Forty more of which a package loses nothing, so that no loss excuses a difference, as of most above one does."""
    faults = find_faults(target, list_exact_cases(target, COUNT))
    assert not faults, show(faults)


def list_exact_cases(target: Target, count: int) -> list[Case]:
    """Return random policies that a dialect of settings says as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        drawn = calls.list_random_cases(SEED + 1, _MANY * count)
        exact = [
            case
            for case in drawn
            if all(
                loss.how_bad == "cosmetic" or loss.what == AMBIGUOUS_PATHS
                for loss in write(target.dialect, case.rules, accept_dangerous=True).losses
            )
        ]
    assert len(exact) >= count
    return exact[:count]


@each
def test_losses_are_seen(target: Target) -> None:
    """One thing at a time: what differs is a loss, and what is told to widen access is seen to."""
    faults = find_faults(target, calls.list_feature_cases())
    assert not faults, show(faults)


@each
def test_answers_of_the_app(target: Target) -> None:
    """What the app varies by stays; its errors can be read; and its own CORS headers are taken off."""
    faults: list[str] = []
    names = {"`allow_credentials`", "every origin"}
    features = [case for case in calls.list_feature_cases() if case.sentence in names]
    for case, _, ask in serve(target, features):
        origin = "https://app.example"
        varies = ask(Request("GET", f"{calls.BASE}/vary", [("Host", "api.example"), ("Origin", origin)]))
        values = [value.strip() for line in get_values(varies.headers, "vary") for value in line.split(",")]
        if "Accept" not in values or len(values) > len({value.lower() for value in values}):
            faults.append(f"{case.sentence}: Vary is {values}")
        broken = comparing.observe(ask, Call(origin, f"{calls.BASE}/broken", credentials="omit"))
        if not broken.reads or broken.answers[-1].status != 500:
            faults.append(f"{case.sentence}: an error of the app: {broken}")
        if target.removes:
            for other in (origin, calls.EVIL):
                own = ask(Request("GET", f"{calls.BASE}/own", [("Host", "api.example"), ("Origin", other)]))
                plain = ask(Request("GET", f"{calls.BASE}/items", [("Host", "api.example"), ("Origin", other)]))
                told = [{name: get_values(one.headers, name) for name in OWN} for one in (own, plain)]
                if told[0] != told[1]:
                    faults.append(f"{case.sentence}: the app's own CORS headers are left: {own.headers}")
    assert not faults, show(faults)
