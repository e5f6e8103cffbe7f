"""A ``curl`` command ("Copy as cURL", for bash or cmd) as a call."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from crossorigin.cli.draft import Draft
from crossorigin.cli.printing import CannotJudgeError
from crossorigin.messages import escape
from crossorigin.standard import headers as names

#: The options that say something of a call, by what they are called here. Those in lower case take a value.
_MEANT = {
    "-X": "method",
    "--request": "method",
    "-H": "header",
    "--header": "header",
    "-d": "data",
    "--data": "data",
    "--data-ascii": "data",
    "--data-raw": "raw",
    "--data-binary": "binary",
    "--data-urlencode": "encoded",
    "--json": "json",
    "-b": "cookie",
    "--cookie": "cookie",
    "-u": "user",
    "--user": "user",
    "--url": "url",
    "-A": "agent",
    "--user-agent": "agent",
    "-e": "referer",
    "--referer": "referer",
    "-k": "INSECURE",
    "--insecure": "INSECURE",
    "-I": "HEAD",
    "--head": "HEAD",
    "-G": "GET",
    "--get": "GET",
}

#: Flags that change nothing in what a browser would do: what curl prints, or what a browser does anyway.
_IDLE_FLAGS = frozenset(
    {
        *(
            "--compressed",
            "-s",
            "--silent",
            "-S",
            "--show-error",
            "-v",
            "--verbose",
            "-i",
            "--include",
            "-L",
            "--location",
        ),
        *("-f", "--fail", "--fail-with-body", "-g", "--globoff", "-N", "--no-buffer", "-#", "--progress-bar", "-q"),
        *(
            "--http1.1",
            "--http2",
            "--http3",
            "--path-as-is",
            "--ssl-no-revoke",
            "-4",
            "-6",
            "-O",
            "--no-progress-meter",
        ),
    }
)
_IDLE_VALUES = frozenset(
    {"-o", "--output", "-w", "--write-out", "-D", "--dump-header", "-c", "--cookie-jar", "--retry", "--max-redirs"}
    | {"-m", "--max-time", "--connect-timeout"}
)

#: Options that change where a request goes: a browser knows none of them, and they are not imitated.
_NOT_IMITATED = frozenset(
    {"-x", "--proxy", "--resolve", "--connect-to", "--cert", "-E", "--key", "--cacert", "--interface", "--unix-socket"}
)

#: What a command is made of: '...', "...", $'...', a line break that joins two lines, a letter after a backslash,
#: other letters, and the space between two words.
_PART = re.compile(
    r"""'([^']*)'|"((?:[^"\\]++|\\.)*+)"|\$'((?:[^'\\]++|\\.)*+)'|\\\r?\n|\\(.)|([^\s'"\\$]+|\$(?!'))|(\s+)""",
    re.DOTALL,
)
_IN_QUOTES = re.compile(r"""\\(["\\])""")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}
_CARET = re.compile(r"\^(\r?\n\r?\n|\r?\n|.)", re.DOTALL)
_LONGEST_SHOWN = 20
_FORM = "application/x-www-form-urlencoded"


class _Option(NamedTuple):
    kind: str
    value: str


def is_curl(text: str) -> bool:
    """Tell whether *text* begins as a curl command does, a prompt before it or not."""
    return re.match(r"\s*(?:[$>#]\s+)?curl(?:\.exe)?\s", text) is not None


def read_curl(text: str) -> Draft:
    """Read a curl command.

    :raises CannotJudgeError: it cannot be split, has no URL, or an option that is not known here.
    """
    words = _split(text)
    at = next((number for number, word in enumerate(words) if word in {"curl", "curl.exe"}), -1)
    options, idle = _read_options(words[at + 1 :])
    urls = [option.value for option in options if option.kind == "url"]
    if len(urls) != 1:
        message = f"the curl command has {len(urls)} URLs: leave one"
        raise CannotJudgeError(message)
    draft = Draft("curl", urls[0])
    draft.notes += [f"Of the curl command, {name} is not imitated." for name in idle]
    _fill(draft, options)
    return draft


def _split(text: str) -> list[str]:
    """Split the command as the shell would that it was written for."""
    # Why: cmd knows no single quotes, and a copied command begins with its URL in quotes.
    first = re.search(r"['\"]", text)
    is_bash = first is not None and first[0] == "'"
    if not is_bash and ('^"' in text or re.search(r"\^\s*$", text, re.MULTILINE)):
        text = _CARET.sub(_read_caret, text)
    words: list[list[str]] = []
    is_within, at = False, 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            begin = escape(text[at : at + _LONGEST_SHOWN])
            message = f"the curl command cannot be read (no end of {begin}): paste it whole, with all its quotes"
            raise CannotJudgeError(message)
        at = match.end()
        if match[6]:
            is_within = False
        elif match.lastindex:
            words += [] if is_within else [[]]
            words[-1].append(_read_part(match))
            is_within = True
    return ["".join(parts) for parts in words]


def _read_part(match: re.Match[str]) -> str:
    """Return what a part of a word means."""
    literal, quoted, ansi, escaped, plain = match.group(1, 2, 3, 4, 5)
    if quoted is not None:
        return _IN_QUOTES.sub(r"\1", quoted)
    if ansi is not None:
        return _unescape(ansi)
    return literal or escaped or plain or ""


def _read_caret(match: re.Match[str]) -> str:
    """In cmd, a caret takes the meaning from the next character; before a line break it joins the lines."""
    kept = match[1]
    breaks = kept.count("\n")
    return kept if not breaks else "\n" * (breaks - 1)


def _unescape(text: str) -> str:
    """Read what stands in $'...': bytes are UTF-8."""

    def read(match: re.Match[str]) -> str:
        code, short, long, octal, letter = match.groups()
        if code or octal:
            return chr(int(code, 16) if code else int(octal, 8) & 0xFF)
        if short or long:
            return chr(min(int(short or long, 16), 0x10FFFF)).encode("utf-8", "replace").decode("latin-1")
        return _LETTERS.get(letter, letter).encode().decode("latin-1")

    plain = _encode(text).decode("latin-1")
    return _ESCAPE.sub(read, plain).encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    """Return the bytes of a text that came from a shell: those that are no UTF-8 are as they were."""
    return text.encode("utf-8", "surrogateescape")


def _read_options(words: list[str]) -> tuple[list[_Option], list[str]]:
    """Return the options that mean something, the URL among them, and the names of those that are not imitated."""
    options: list[_Option] = []
    idle: list[str] = []
    unknown: list[str] = []
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        if not word.startswith("-") or word == "-":
            options.append(_Option("url", word))
            continue
        name = word
        if not word.startswith("--") and len(word) > len("-X"):
            name = word[:2]
            # Why: what follows a short option is its value, or more short options.
            rest.append(word[2:] if _takes_value(name) else f"-{word[2:]}")
        if name not in _MEANT and name not in _IDLE_FLAGS | _IDLE_VALUES | _NOT_IMITATED:
            unknown.append(name)
            continue
        if _takes_value(name) and not rest:
            message = f"the curl command ends after {name}: paste it whole"
            raise CannotJudgeError(message)
        value = rest.pop() if _takes_value(name) else ""
        if name in _MEANT:
            options.append(_Option(_MEANT[name], value))
        elif name in _NOT_IMITATED:
            idle.append(name)
    if unknown:
        message = (
            f"of the curl command, {escape(', '.join(unknown))} is not known here: leave it out, or write the call as "
            "URL, -X, -H and --data"
        )
        raise CannotJudgeError(message)
    return options, idle


def _takes_value(name: str) -> bool:
    return _MEANT.get(name, "").islower() or name in _IDLE_VALUES or name in _NOT_IMITATED


def _fill(draft: Draft, options: list[_Option]) -> None:
    kinds = {option.kind for option in options}
    lines = [_read_line(option.value) for option in options if option.kind == "header"]
    known = {name.lower() for name, _ in lines}
    for option in options:
        if option.kind == "agent":
            draft.own_lines.append((names.USER_AGENT, option.value))
        elif option.kind == "referer":
            lines.append((names.REFERER, option.value))
        elif option.kind == "user":
            lines.append((names.AUTHORIZATION, f"Basic {base64.b64encode(_encode(option.value)).decode()}"))
            draft.notes.append("Of the curl command, -u became the Authorization header that a script would set.")
        elif option.kind == "cookie":
            if "=" not in option.value:
                message = "the curl command takes its cookies from a file: write them out, -b 'name=value'"
                raise CannotJudgeError(message)
            lines.append((names.COOKIE, option.value))
        elif option.kind == "method":
            draft.method = option.value
    data = _read_data(options)
    if data is not None and "GET" in kinds:
        address, mark, fragment = draft.url.partition("#")
        draft.url = f"{address}{'&' if '?' in address else '?'}{data.decode('latin-1')}{mark}{fragment}"
        data = None
    if data is not None:
        kind = "application/json" if "json" in kinds else _FORM
        lines += [] if names.CONTENT_TYPE.lower() in known else [(names.CONTENT_TYPE, kind)]
        lines += [(names.ACCEPT, kind)] if "json" in kinds and names.ACCEPT.lower() not in known else []
        draft.body = data
    draft.method = draft.method or ("HEAD" if "HEAD" in kinds else "GET" if data is None else "POST")
    draft.is_insecure = "INSECURE" in kinds
    draft.add_headers([(name, value) for name, value in lines if name])
    turn_preflight(draft, lines)


def turn_preflight(draft: Draft, lines: list[tuple[str, str]]) -> None:
    """Make of a preflight the call that it asks for: no script sends a preflight."""
    fields = {name.lower(): value for name, value in lines}
    method = fields.get(names.REQUEST_METHOD.lower())
    if draft.method != "OPTIONS" or method is None:
        return
    asked = names.read_header_names(fields.get(names.REQUEST_HEADERS.lower(), "")) or []
    draft.method = method
    draft.headers = [
        (name, "application/json" if name.lower() == names.CONTENT_TYPE.lower() else "1") for name in asked
    ]
    draft.notes.append(f"This is a preflight: what is judged is the {escape(method)} that it asks for.")


def _read_line(text: str) -> tuple[str, str]:
    """Read the value of -H: "Name: value", "Name;" for an empty one; "Name:" takes one of curl's own out."""
    name, colon, value = text.partition(":")
    if not colon and text.endswith(";"):
        return text.removesuffix(";"), ""
    if not colon:
        message = f"of the curl command, -H '{escape(text)}' is no header: write -H 'Name: value'"
        raise CannotJudgeError(message)
    return (name.strip(), value.strip()) if value.strip() else ("", "")


def _read_data(options: list[_Option]) -> bytes | None:
    parts: list[bytes] = []
    is_json = False
    for kind, value in options:
        if kind in {"data", "binary", "json"} and value.startswith("@"):
            read = _read_file(value[1:])
            parts.append(re.sub(rb"[\r\n\0]", b"", read) if kind == "data" else read)
        elif kind in {"data", "raw", "binary", "json"}:
            parts.append(_encode(value))
        elif kind == "encoded":
            name, mark, content = _encode(value).partition(b"=")
            parts.append(name + mark + quote(content, safe="").encode() if mark else quote(name).encode())
        is_json = is_json or kind == "json"
    return (b"" if is_json else b"&").join(parts) if parts else None


def _read_file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        message = f"the body cannot be read from {escape(name)}: {error.strerror}"
        raise CannotJudgeError(message) from error
