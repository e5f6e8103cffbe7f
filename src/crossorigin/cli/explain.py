"""``crossorigin explain POLICY URL``: the walk of ``check``, against a policy file or an app, with no network."""

from __future__ import annotations

import contextlib
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossorigin.cli.calling import add_call_options, read_asked
from crossorigin.cli.printing import CannotJudgeError
from crossorigin.messages import escape

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from crossorigin.browser import Call
    from crossorigin.cli.calling import Asked
    from crossorigin.cli.report import Report
    from crossorigin.decision import Decision
    from crossorigin.messages import Request, Response
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

    Network = Callable[[Request], Response]

_EXAMPLE = """Example: crossorigin explain cors.toml https://api.example/items --origin https://app.example -X PUT

Walks a call as a browser would against a policy file, or against an app in this
process, with no network.
Says which rule serves the path, what the server decides and why, and what the
browser makes of it:

  crossorigin explain main:app https://api.example/items --origin https://app.example

POLICY is a TOML file, or MODULE:APP: what an ASGI or WSGI server is given.
Behind a policy file stands an app that answers everything with 200.
Exit status: 0 the script can read the answer, 1 it is blocked,
2 it could not be judged."""

_APP = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_TIME_OUT = 10.0


def add_to(commands: Any) -> None:  # noqa: ANN401 (argparse has no public type for it)
    """Add the subcommand."""
    parser = commands.add_parser(
        "explain",
        usage="crossorigin explain POLICY URL --origin PAGE [OPTIONS]",
        help="walk a call against a policy file or an app, and say why it is blocked",
        description=_EXAMPLE,
    )
    parser.add_argument("policy", metavar="POLICY", help="a policy file, or MODULE:APP")
    add_call_options(parser)
    parser.add_argument("--interface", choices=("asgi", "wsgi"), help="what MODULE:APP is, where that cannot be seen")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Judge the call and print the report.

    :raises CannotJudgeError: nothing can be judged; says what to do.
    """
    from crossorigin.cli.publishing import publish  # noqa: PLC0415 (--help has no need of it)
    from crossorigin.errors import PolicyError  # noqa: PLC0415 (as above)

    asked = read_asked(parsed)
    try:
        if _APP.fullmatch(parsed.policy) and not Path(parsed.policy).is_file():
            reports = _ask_app(parsed, asked)
        else:
            reports = _ask_policy(parsed, asked)
    except PolicyError as error:
        raise CannotJudgeError(str(error)) from error
    return publish(reports, as_json=parsed.json)


def _ask_policy(parsed: argparse.Namespace, asked: list[Asked]) -> list[Report]:
    from crossorigin.probe.policy import PolicyNetwork  # noqa: PLC0415 (an app has no need of it)
    from crossorigin.stores.file import load  # noqa: PLC0415 (as above)

    module = parsed.policy.removesuffix(".py")
    if module != parsed.policy:
        message = f"{escape(parsed.policy)} is no policy file: write {escape(module)}:app for the app in it"
        raise CannotJudgeError(message)
    try:
        ruleset = load(parsed.policy)
    except OSError as error:
        such = f"{module if module.isidentifier() else 'main'}:app"
        what = f"{escape(parsed.policy)} cannot be read ({error.strerror})"
        message = f"{what}: name a policy file, or MODULE:APP, such as {such}"
        raise CannotJudgeError(message) from error
    reports = [_judge(parsed, one, PolicyNetwork(ruleset)) for one in asked]
    for report in reports:
        report.file = parsed.policy
        _add_policy(report, ruleset)
    return reports


def _ask_app(parsed: argparse.Namespace, asked: list[Asked]) -> list[Report]:
    from crossorigin.cli.routes import find_layer, load_app  # noqa: PLC0415 (a policy file has no need of them)
    from crossorigin.errors import PolicyWarning  # noqa: PLC0415 (as above)
    from crossorigin.probe import NoAnswerError  # noqa: PLC0415 (as above)
    from crossorigin.probe.apps import (  # noqa: PLC0415 (as above)
        Kind,
        UnknownAppError,
        find_framework,
        find_kind,
        serve_app,
    )

    app = load_app(parsed.policy)
    try:
        kind = Kind(parsed.interface.upper(), "as --interface says") if parsed.interface else find_kind(app)
    except UnknownAppError as error:
        # Why: aiohttp, Tornado and FastrAPI have no app that somebody else could call.
        what = str(error).rstrip(".")
        message = f"{parsed.policy}: {what}. What has a server of its own is for crossorigin check, while it runs"
        raise CannotJudgeError(message) from error
    with warnings.catch_warnings():
        # Why: the app warns once more when it starts.
        warnings.simplefilter("ignore", PolicyWarning)
        layer = find_layer(app)
    try:
        # Why: as while it is loaded, what an app prints must not stand in what is printed for machines.
        with contextlib.redirect_stdout(sys.stderr), serve_app(app, kind=kind.name, time_out=_TIME_OUT) as network:
            reports = [_judge(parsed, one, network) for one in asked]
            # Why: not before the first request, at which Flask's layer looks whether views have policies.
            policy = layer.policy if layer and not layer.hot[0].choose else None
    except NoAnswerError as error:
        raise CannotJudgeError(escape(f"{parsed.policy}: {error.what}. {error.advice}")) from error
    said = f"{parsed.policy} is taken for {'an' if kind.name == 'ASGI' else 'a'} {kind.name} app: {kind.how}."
    raised = [f"The app raised {type(error).__name__}: {escape(str(error))}" for error in network.errors]
    for report in reports:
        _add_policy(report, policy)
        report.seen = find_framework(app) or ("Flask" if kind.name == "WSGI" else None)
        report.notes += [said, *dict.fromkeys(raised)]
        report.facts["app"] = kind._asdict()
    return reports


def _judge(parsed: argparse.Namespace, asked: Asked, network: Network) -> Report:
    from crossorigin.cli.judging import judge  # noqa: PLC0415 (--help has no need of it)
    from crossorigin.cli.remarks import find_remarks  # noqa: PLC0415 (as above)
    from crossorigin.cli.report import Report  # noqa: PLC0415 (as above)
    from crossorigin.cli.sending import Carrier  # noqa: PLC0415 (as above)

    draft = asked.draft
    near = _stay(network, asked.call)
    carrier = Carrier(near, asked.call, cookie=draft.cookie, own_lines=draft.own_lines)
    report = Report(
        asked.call,
        judge(asked.call, carrier, parsed.profile),
        draft.source,
        framework=parsed.framework,
        number=asked.number,
    )
    remarks = find_remarks(asked.call, report.walk, has_cookie=draft.cookie is not None, is_live=False)
    report.notes = [*draft.notes, *remarks]
    return report


def _add_policy(report: Report, policy: Policy | Ruleset | None) -> None:
    """Say what the server decides, where it is known."""
    report.policy = policy
    report.decisions = [_decide(policy, *exchange) for exchange in report.walk.exchanges] if policy is not None else []


def _stay(network: Network, call: Call) -> Network:
    """Ask only for the origin that was called: what a redirect leads to elsewhere is another server's to answer."""
    from crossorigin.probe import NoAnswerError  # noqa: PLC0415 (--help has no need of it)
    from crossorigin.standard.url import parse_url  # noqa: PLC0415 (as above)

    def ask(request: Request) -> Response:
        url = parse_url(request.url)
        if url is None or url.origin != call.parsed_url.origin:
            advice = "Give its URL to crossorigin check"
            raise NoAnswerError("elsewhere", request.url, "a redirect leads to another server", advice)
        return network(request)

    return ask


def _decide(
    policy: Policy | Ruleset, request: Request, response: Response
) -> tuple[Request, Decision, tuple[str, ...]]:
    """Return what the server decides, and the paths of the rule that serves the request."""
    from crossorigin.decision import decide  # noqa: PLC0415 (--help has no need of it)
    from crossorigin.messages import get_values  # noqa: PLC0415 (as above)
    from crossorigin.policy import Policy  # noqa: PLC0415 (as above)
    from crossorigin.probe.policy import PolicyNetwork  # noqa: PLC0415 (as above)
    from crossorigin.standard.headers import ALLOW_ORIGIN  # noqa: PLC0415 (as above)

    decision = decide(policy, request)
    if decision.origin_to_ask is not None and get_values(response.headers, ALLOW_ORIGIN):
        # Why: the app has asked its validator, which may be bound to the app's loop; the answer tells what it said.
        decision = decide(policy, request, origin_allowed=True)
    elif decision.origin_to_ask is not None:
        network = PolicyNetwork(policy)
        network(request)
        decision = network.decisions[0]
    if isinstance(policy, Policy):
        return request, decision, ("/*",)
    paths = next((rule.paths for rule in policy.rules if rule.policy is decision.policy), ())
    return request, decision, paths
