"""What a server and a policy make of the same question, held against each other but for the losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.browser import Call, simulate
from crossorigin.messages import Request, get_values
from crossorigin.standard.headers import ALLOW_ORIGIN, CORS_PREFIX, MAX_AGE, ORIGIN, REQUEST_METHOD, VARY
from stacks.upstream import EXTRA

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.dialects import Loss
    from crossorigin.messages import Response
    from stacks.calls import Probe

    Network = Callable[[Request], Response]


class Facts(NamedTuple):
    """What could be seen: whether a script may read, which of the app's headers, and whether the app has run."""

    reads: bool
    names: frozenset[str]
    ran: bool
    #: The answers that were given, and the headers that must not be kept for another origin and yet lack ``Vary``.
    answers: tuple[Response, ...]
    why: str = ""
    #: Those that a cache may keep: "Responses to the OPTIONS method are not cacheable."
    kept: tuple[Response, ...] = ()
    #: What the answers to its preflights say of their age.
    ages: tuple[tuple[str, ...], ...] = ()


def observe(network: Network, probe: Probe) -> Facts:
    """Ask, as a browser or as something else, and see."""
    if isinstance(probe, Call):
        verdict = simulate(probe, network)
        answers = tuple(answer for _, answer in verdict.exchanges)
        names = frozenset(name.lower() for name, _ in verdict.readable_headers) & {name.lower() for name in EXTRA}
        # Why: a preflight is not the app's affair, whoever answers it.
        ran = any(_has_run(answer) for request, answer in verdict.exchanges if not _is_preflight(request))
        kept = tuple(answer for request, answer in verdict.exchanges if request.method != "OPTIONS")
        why = verdict.reason.id if verdict.reason else ""
        preflights = [answer for request, answer in verdict.exchanges if _is_preflight(request)]
        ages = tuple(tuple(get_values(answer.headers, MAX_AGE)) for answer in preflights)
        return Facts(verdict.outcome == "readable", names, ran, answers, why, kept, ages)
    answer = network(probe)
    origins, told = get_values(probe.headers, ORIGIN), get_values(answer.headers, ALLOW_ORIGIN)
    reads = len(told) == 1 and bool(origins) and told[0] in {"*", origins[0]}
    kept = (answer,) if probe.method != "OPTIONS" else ()
    return Facts(reads, frozenset(), _has_run(answer) and not _is_preflight(probe), (answer,), kept=kept)


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and bool(get_values(request.headers, REQUEST_METHOD))


def _has_run(answer: Response) -> bool:
    return get_values(answer.headers, "X-Ran") == ["yes"]


def find_widened(policy: Facts, server: Facts) -> list[str]:
    """Say what the server gives, and the policy does not."""
    found = []
    if server.reads and not policy.reads:
        found.append(f"the server lets the script read, the policy does not: {policy.why}")
    if server.reads and policy.reads and server.names - policy.names:
        found.append(f"the server exposes {sorted(server.names - policy.names)}")
    if server.ran and not policy.ran:
        found.append("the server runs the app, the policy does not")
    return found


def find_narrowed(policy: Facts, server: Facts) -> list[str]:
    """Say what the policy gives, and the server does not."""
    found = []
    if policy.reads and not server.reads:
        found.append(f"the policy lets the script read, the server does not: {server.why}")
    if policy.reads and server.reads and policy.names - server.names:
        found.append(f"the server does not expose {sorted(policy.names - server.names)}")
    if policy.ran and not server.ran:
        found.append("the policy runs the app, the server does not")
    return found


def find_faults(policy: Facts, server: Facts, losses: tuple[Loss, ...], *, varies_preflights: bool = True) -> list[str]:
    """Say what differs and is no loss, and what is wrong with the answers whatever the policy is.

    :param varies_preflights: whether the answer to a preflight must say that it depends on the origin, too.
    """
    said = {loss.how_bad for loss in losses}
    found = [] if "widens" in said else find_widened(policy, server)
    found += [] if "narrows" in said else find_narrowed(policy, server)
    lost = {loss.what.partition("=")[0] for loss in losses}
    # Why: what differs in access may be another rule's answer, which has another age.
    is_same = policy.reads and server.reads and not said & {"widens", "narrows"}
    if is_same and policy.ages != server.ages and "max_age" not in lost:
        found.append(f"the ages of the preflights are {server.ages}, not {policy.ages}")
    for answer in server.answers:
        names = [name.lower() for name, _ in answer.headers if name.lower().startswith(CORS_PREFIX)]
        if len(names) > len(set(names)):
            found.append(f"a header is doubled: {answer.headers}")
        if answer not in server.kept and not varies_preflights:
            continue
        told = get_values(answer.headers, ALLOW_ORIGIN)
        if told and told != ["*"] and not _varies(answer) and "Vary" not in lost:
            found.append(f"what is told to one origin only may be kept for all: {answer.headers}")
    answers = server.answers if varies_preflights else server.kept
    wants_vary = bool(policy.answers) and _varies(policy.answers[-1]) and bool(answers)
    # Why: what everyone is told may be kept for everyone, whatever the policy would have refused.
    wants_vary = wants_vary and get_values(answers[-1].headers, ALLOW_ORIGIN) != ["*"]
    if wants_vary and not _varies(answers[-1]) and "Vary" not in lost:
        found.append(f"the answer depends on the origin, and does not say so: {answers[-1].headers}")
    return found


def _varies(answer: Response) -> bool:
    values = ",".join(get_values(answer.headers, VARY)).split(",")
    return any(value.strip().lower() in {"origin", "*"} for value in values)
