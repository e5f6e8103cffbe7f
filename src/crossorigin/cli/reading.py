"""What people have in hand, told apart: a URL, a curl command, a HAR file, a message of a browser's console."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crossorigin.cli.draft import Draft
from crossorigin.cli.printing import CannotJudgeError, make_scalar
from crossorigin.messages import escape

if TYPE_CHECKING:
    from crossorigin.cli.reading_har import Entry
    from crossorigin.explanation import ConsoleMessage

_MOST_BYTES = 256 * 1024 * 1024
#: What a script learns in Chromium, Firefox and Safari, whatever went wrong, and what Chromium says beside its reason.
_WITHOUT_REASON = ("Failed to fetch", "NetworkError when attempting to fetch resource", "Load failed", "net::ERR_")
_JSON = ("Content-Type", "application/json")


def read_given(given: str) -> Draft | list[Entry] | ConsoleMessage:
    """Return what *given* is: "-" reads the standard input, and a file's name the file.

    :raises CannotJudgeError: it is nothing that is known here.
    """
    text = make_scalar(given.strip())
    if text == "-":
        return _read_text(_read_stream(), "the standard input")
    if text == "curl":
        message = "put the whole curl command into quotes, or pipe it in: crossorigin check -"
        raise CannotJudgeError(message)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://\S*\Z", text):
        return Draft("url", text)
    path = _find_file(text)
    if path is not None:
        return _read_text(_read_file(path), escape(str(path)))
    return _read_text(text, "what was given")


def _find_file(text: str) -> Path | None:
    try:
        return Path(text) if "\n" not in text and Path(text).is_file() else None
    except (OSError, ValueError):
        return None


def _read_file(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            message = f"{escape(str(path))} is larger than 256 MiB: record less"
            raise CannotJudgeError(message)
        return path.read_text("utf-8", "replace")
    except OSError as error:
        message = f"{escape(str(path))} cannot be read: {error.strerror}"
        raise CannotJudgeError(message) from error


def _read_stream() -> str:
    if sys.stdin is None:
        message = "the standard input is closed: name a file, or put what you have into quotes"
        raise CannotJudgeError(message)
    if isinstance(sys.stdin, io.TextIOWrapper):
        # Why: what was saved anywhere may be in any encoding, and a file is read so, too.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return make_scalar(sys.stdin.read(_MOST_BYTES))


def _read_text(text: str, name: str) -> Draft | list[Entry] | ConsoleMessage:
    from crossorigin.cli import reading_curl, reading_har  # noqa: PLC0415 (a URL needs neither)
    from crossorigin.explanation import read_console_message  # noqa: PLC0415 (as above)

    if reading_curl.is_curl(text):
        return reading_curl.read_curl(text)
    if reading_har.is_har(text):
        return reading_har.read_har(text)
    if message := read_console_message(text):
        return message
    words = text.split()
    if len(words) == 1 and re.match(r"https?://", words[0]):
        return Draft("url", words[0])
    if any(phrase in text for phrase in _WITHOUT_REASON):
        advice = "that does not say why: copy the console's line about CORS, or give the URL and --origin"
        raise CannotJudgeError(advice)
    if len(words) == 1 and re.match(r"/[^/]", words[0]) and not words[0].lower().endswith(".har"):
        advice = f"{escape(words[0])} is not a whole URL, nor a file: write https://api.example{escape(words[0])}"
        raise CannotJudgeError(advice)
    if len(words) == 1 and re.search(r"\.har\Z|\A[^/]+\.(?:json|txt|sh|log)\Z", words[0], re.IGNORECASE):
        advice = f"there is no file {escape(words[0])}: mend its name, or the folder"
        raise CannotJudgeError(advice)
    if len(words) == 1 and re.match(r"[\w.-]+\.\w+(?::\d+)?(?:/\S*)?\Z|localhost(?::\d+)?(?:/\S*)?\Z", words[0]):
        scheme = "http" if words[0].startswith(("localhost", "127.")) else "https"
        advice = f"{escape(words[0])} is not a whole URL, nor a file that is here: write {scheme}://{escape(words[0])}"
        raise CannotJudgeError(advice)
    if re.match(r"\s*(?:await )?fetch\(|\s*Invoke-(?:WebRequest|RestMethod)|\s*\$session", text):
        advice = 'this is no curl command: in the menu of the network panel, choose "Copy as cURL"'
        raise CannotJudgeError(advice)
    advice = (
        f"{name} is no URL, curl command, HAR file or message of a browser's console about CORS: "
        "give one of these, such as https://api.example/items"
    )
    raise CannotJudgeError(advice)


def draft_message(message: ConsoleMessage) -> Draft:
    """Make of a console message the call that it tells of, as far as it does.

    :raises CannotJudgeError: it does not say which URL.
    """
    if message.url is None:
        reason = f" says {message.reason} (docs/reasons.md#{message.reason}), and" if message.reason else ""
        text = f"the message{reason} does not say which URL: give the URL itself, and the page with --origin"
        raise CannotJudgeError(text)
    draft = Draft("message", message.url, page=message.page_origin, method=message.method)
    if message.header_name:
        draft.headers.append((message.header_name, "1"))
    if "credentials" in (message.reason or ""):
        draft.credentials = "include"
        draft.notes.append("The message tells of credentials, so the call is taken to have them.")
    if message.is_preflight and not message.method and not message.header_name:
        draft.method = "POST"
        draft.headers.append(_JSON)
        draft.notes.append(
            "The message does not say why there was a preflight. Taken is the usual call, a POST of JSON; "
            "say what it is with -X and -H."
        )
    return draft
