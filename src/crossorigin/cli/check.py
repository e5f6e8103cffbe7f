"""``crossorigin check URL``: does against a live server what a browser would, and says which step fails and why."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from crossorigin.cli.calling import add_call_options, read_asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.cli.calling import Asked
    from crossorigin.cli.report import Report
    from crossorigin.messages import Request, Response

_EXAMPLE = """Example: crossorigin check https://api.example/items --origin https://app.example

Makes the requests that a browser would make for a script of the page, its
preflight included, and judges the answers as browsers do.
Says which step fails, why, and what to write instead.
Also reads a curl command ("Copy as cURL"), a HAR file, and a message of the
browser's console:

  crossorigin check "curl 'https://api.example/items' -X PUT -H 'Origin: https://app.example'"
  crossorigin check saved.har --entry 3
  crossorigin check "Access to fetch at ... has been blocked by CORS policy: ..."

Exit status: 0 the script can read the answer, 1 it is blocked,
2 it could not be judged."""

_TIME_OUT = 10.0

_NO_CORS = (
    "The message names no rule of CORS: the browser had no answer, or stopped before it came to CORS. "
    "See docs/blocked.md#what-is-no-matter-of-cors."
)
_TRUSTED = "Certificates were not checked. A browser checks them, before CORS."

#: Why: every browser has a name, and servers refuse those that have none.
_OUR_NAME = "Mozilla/5.0 (compatible; crossorigin)"


def add_to(commands: Any) -> None:  # noqa: ANN401 (argparse has no public type for it)
    """Add the subcommand."""
    parser = commands.add_parser(
        "check",
        usage="crossorigin check URL --origin PAGE [OPTIONS]",
        help="ask a live server what a browser would, and say why it is blocked",
        description=_EXAMPLE,
    )
    add_call_options(parser)
    sent = parser.add_argument_group("what is sent")
    sent.add_argument(
        "--send", action="store_true", help="send a body, or a method that may change something, to others"
    )
    sent.add_argument(
        "--timeout", type=_read_seconds, default=_TIME_OUT, metavar="S", help="seconds for each exchange (10)"
    )
    sent.add_argument("--insecure", action="store_true", help="trust every certificate")
    parser.set_defaults(run=run)


def _read_seconds(text: str) -> float:
    seconds = float(text) if re.fullmatch(r"[0-9]{0,5}\.?[0-9]{0,3}", text) and text.strip(".") else 0
    if not seconds:
        message = f'"{text}" is not a number of seconds: write --timeout 10'
        raise argparse.ArgumentTypeError(message)
    return seconds


def run(parsed: argparse.Namespace) -> int:
    """Judge the call, or the calls of a recording, and print the report.

    :raises CannotJudgeError: nothing can be judged; says what to do.
    """
    from crossorigin.cli.publishing import publish  # noqa: PLC0415 (--help has no need of it)

    return publish([_judge(parsed, asked) for asked in read_asked(parsed)], as_json=parsed.json)


def _judge(parsed: argparse.Namespace, asked: Asked) -> Report:
    from crossorigin.cli.judging import judge  # noqa: PLC0415 (--help has no need of it)
    from crossorigin.cli.remarks import NOT_IMITATED, find_remarks  # noqa: PLC0415 (as above)
    from crossorigin.cli.report import Report  # noqa: PLC0415 (as above)

    call, draft, recording = asked.call, asked.draft, asked.recording
    if recording is not None:
        judgement = judge(call, recording.find_network(call), parsed.profile)
    else:
        judgement = _ask(parsed, asked, lambda network: judge(call, network, parsed.profile))
    report = Report(call, judgement, draft.source, framework=parsed.framework, number=asked.number)
    remarks = find_remarks(call, report.walk, has_cookie=draft.cookie is not None, is_live=recording is None)
    trusted = [_TRUSTED] if recording is None and _is_insecure(parsed, asked) else []
    recorded = recording.notes if recording else []
    report.notes = [*draft.notes, *recorded, *_compare(asked, report), *trusted, *remarks]
    report.not_imitated = () if recording else NOT_IMITATED
    return report


def _ask(parsed: argparse.Namespace, asked: Asked, work: Callable[[Callable[[Request], Response]], Any]) -> Any:  # noqa: ANN401 (what work returns)
    """Judge over the network."""
    from crossorigin.cli.sending import Carrier  # noqa: PLC0415 (a recording has no need of it)
    from crossorigin.messages import get_values  # noqa: PLC0415 (as above)
    from crossorigin.probe.live import LiveNetwork  # noqa: PLC0415 (as above)
    from crossorigin.standard.headers import USER_AGENT  # noqa: PLC0415 (as above)

    draft = asked.draft
    own_lines = draft.own_lines
    if not get_values((*asked.call.headers, *own_lines), USER_AGENT):
        own_lines = [*own_lines, (USER_AGENT, _OUR_NAME)]
    with LiveNetwork(time_out=parsed.timeout, verify=not _is_insecure(parsed, asked)) as network:
        carrier = Carrier(network, asked.call, cookie=draft.cookie, own_lines=own_lines, may_send=parsed.send)
        return work(carrier)


def _is_insecure(parsed: argparse.Namespace, asked: Asked) -> bool:
    return bool(parsed.insecure or asked.draft.is_insecure)


def _compare(asked: Asked, report: Report) -> list[str]:
    """Say where the message of a console and the verdict differ."""
    message, verdict = asked.message, report.walk.verdict
    found = verdict.reason.id if verdict and verdict.reason else None
    if message is not None and message.reason is None:
        # Why: WebKit says the same of every failure, and its reason in another line.
        is_explained = found is not None and (message.engine == "webkit" or found in message.alternatives)
        return [] if is_explained else [_NO_CORS]
    if message is None or verdict is None:
        return []
    if found is None:
        text = (
            f"The message says {message.reason}, and this call is not blocked: the server was mended since, or the "
            "page's call is another (its method, headers or credentials)."
        )
        return [text]
    if found in {message.reason, *message.alternatives}:
        return []
    return [f"The message says {message.reason}: look whether the page's call has other headers or credentials."]
