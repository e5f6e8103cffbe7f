"""The options that say what a script calls, which ``check`` and ``explain`` share, and the calls they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.cli.printing import CannotJudgeError, make_scalar
from crossorigin.messages import escape

if TYPE_CHECKING:
    import argparse

    from crossorigin.browser import Call
    from crossorigin.cli.draft import Draft
    from crossorigin.cli.reading_har import Entry, Recording
    from crossorigin.explanation import ConsoleMessage

_PROFILES = ("standard", "chromium", "firefox", "webkit")
_FRAMEWORKS = ("FastAPI", "Flask", "Django", "Express", "nginx")
_CREDENTIALS = ("omit", "same-origin", "include")


class Asked(NamedTuple):
    """One call to judge, and where it comes from."""

    call: Call
    draft: Draft
    number: int | None = None
    recording: Recording | None = None
    message: ConsoleMessage | None = None


def add_call_options(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    call = parser.add_argument_group("the call")
    call.add_argument("given", metavar="URL", help='a URL, a curl command in quotes, a file or "-" with what you have')
    call.add_argument("--origin", metavar="PAGE", help="the origin, or any URL, of the page that calls")
    call.add_argument("-X", "--request", dest="method", metavar="METHOD", help="the method (GET; with --data, POST)")
    call.add_argument("-H", "--header", action="append", default=[], metavar="'NAME: VALUE'", help="a script's header")
    call.add_argument("--credentials", choices=_CREDENTIALS, help="fetch()'s option (same-origin)")
    call.add_argument("-d", "--data", metavar="BODY", help="the body; @FILE reads it from a file")
    call.add_argument("--cookie", metavar="'NAME=VALUE'", help="cookies, sent where the credentials mode lets them")
    call.add_argument("--entry", type=int, metavar="N", help="of a HAR file, the entry to judge")
    call.add_argument("--profile", choices=_PROFILES, help="judge as one engine does (all, and the standard)")
    shown = parser.add_argument_group("the report")
    shown.add_argument(
        "--framework",
        type=_spell,
        choices=_FRAMEWORKS,
        help="whose code to show for the fix (what the server seems to be)",
    )
    shown.add_argument("--json", action="store_true", help="for machines: one object; docs/check.md has its keys")


def _spell(framework: str) -> str:
    """Return a framework's name as it spells itself."""
    return next((name for name in _FRAMEWORKS if name.lower() == framework.lower()), framework)


def read_asked(parsed: argparse.Namespace) -> list[Asked]:
    """Return the calls to judge: one, or those of a recording.

    :raises CannotJudgeError: what is given cannot be read, or is no call that a browser would make.
    """
    from crossorigin.cli.draft import Draft, make_call  # noqa: PLC0415 (--help has no need of it)
    from crossorigin.cli.reading import draft_message, read_given  # noqa: PLC0415 (as above)

    given = read_given(parsed.given)
    if isinstance(given, list):
        return _read_recorded(parsed, given)
    if parsed.entry is not None:
        text = "--entry is for HAR files"
        raise CannotJudgeError(text)
    message = None if isinstance(given, Draft) else given
    draft = given if isinstance(given, Draft) else draft_message(given)
    _apply(parsed, draft)
    return [Asked(make_call(draft), draft, message=message)]


def _read_recorded(parsed: argparse.Namespace, entries: list[Entry]) -> list[Asked]:
    from crossorigin.cli import reading_har  # noqa: PLC0415 (few have a HAR)
    from crossorigin.cli.draft import make_call  # noqa: PLC0415 (as above)

    asked: list[Asked] = []
    left_out: list[str] = []
    every = reading_har.Entries(entries)
    calls = reading_har.find_calls(every, parsed.entry)
    for entry in calls:
        recording = reading_har.Recording(every, entry)
        draft = recording.make_draft()
        _apply(parsed, draft)
        try:
            asked.append(Asked(make_call(draft), draft, entry.number, recording))
        except CannotJudgeError as error:
            left_out.append(f"Entry {entry.number} is left out: {error}.")
            if len(left_out) == len(calls):
                raise
    for one in asked:
        one.draft.notes += left_out
    return asked


def _apply(parsed: argparse.Namespace, draft: Draft) -> None:
    """Put what the options say in the place of what was read."""
    lines = [_read_header(text) for text in parsed.header]
    replaced = {name.lower() for name, _ in lines}
    draft.headers = [pair for pair in draft.headers if pair[0].lower() not in replaced]
    if parsed.origin is not None:
        draft.page = parsed.origin
    draft.add_headers(lines, frozenset(replaced))
    draft.method = parsed.method or draft.method
    draft.credentials = parsed.credentials or draft.credentials
    draft.cookie = draft.cookie if parsed.cookie is None else parsed.cookie
    if parsed.data is not None:
        draft.body = _read_body(parsed.data)
        if parsed.method is None and draft.method in {None, "GET", "HEAD"}:
            draft.method = "POST"


def _read_header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        message = f"\"{escape(text)}\" is no header: write -H 'Name: value'"
        raise CannotJudgeError(message)
    return name.strip(), value.strip()


def _read_body(text: str) -> str | bytes:
    """Return the body: a text brings its Content-Type, as with fetch(); a file is bytes, which bring none."""
    if not text.startswith("@"):
        return make_scalar(text)
    from pathlib import Path  # noqa: PLC0415 (few bodies are files)

    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        message = f"the body cannot be read from {escape(text[1:])}: {error.strerror}"
        raise CannotJudgeError(message) from error
