"""``crossorigin convert FILE --to NAME``: a policy in the words of another package or server."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossorigin.cli.printing import CannotJudgeError, print_json
from crossorigin.messages import escape

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crossorigin.dialects import Finding, Loss, Position, Translation

_EXAMPLE = """Example: crossorigin convert cors.toml --to flask-cors --output cors.py

Writes a policy in the words of another package or server, and names everything
that is lost on the way. What would widen access is an error, unless it is
accepted:

  crossorigin convert settings.py --to toml
  crossorigin convert cors.toml --to nginx --upstream http://127.0.0.1:3000

A dialect is one of (* is only written):
  toml, env (our own)
  fastapi, flask-cors, django, nexios, kui, fastrapi
  express, express-middleware*
  rack-cors, rack*, sinatra, sinatra-cross-origin
  laravel, laravel-middleware*, php*
  nginx, haproxy*, caddy*, apache*, envoy*, traefik*
  gateway-api, ingress-nginx, s3, api-gateway

FILE is read in the dialect that it is certainly of; --from names it where that
cannot be seen, and - is the standard input.
Exit status: 0 it is written, or --check holds; 1 access would be widened, or
--check does not hold; 2 the file cannot be read."""

_FINDINGS = 1
#: What is longer is not read to its end: no dialect takes as much.
_MOST_BYTES = 16_000_000
_PARSERS = ("tree_sitter", "yaml", "crossplane")
_INSTALL = "pip install 'crossorigin[convert]'"
_WORDS = {
    "widens": "WIDENS access",
    "narrows": "narrows access",
    "cosmetic": "changes no CORS access",
}


def add_to(commands: Any) -> None:  # noqa: ANN401 (argparse has no public type for it)
    """Add the subcommand."""
    parser = commands.add_parser(
        "convert",
        usage="crossorigin convert FILE --to NAME [OPTIONS]",
        help="write a policy in the words of another package or server",
        description=_EXAMPLE,
    )
    parser.add_argument("file", metavar="FILE", help="what to read; - is the standard input")
    parser.add_argument("--to", metavar="NAME", required=True, help="the dialect to write")
    parser.add_argument("--from", metavar="NAME", dest="source", help="the dialect of FILE")
    parser.add_argument("--upstream", metavar="URL", help="for a server in front of another: that one's URL")
    parser.add_argument("--listen", metavar="HOST:PORT", help="for such a server: where it listens")
    parser.add_argument("--output", metavar="FILE", help="where to write; else to the standard output")
    parser.add_argument("--check", action="store_true", help="only say whether the --output file is up to date")
    parser.add_argument("--accept-widening", action="store_true", help="write, although access is widened")
    parser.add_argument("--accept-dangerous", action="store_true", help="write what is dangerous, too")
    parser.add_argument("--json", action="store_true", help="for machines: an object")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Translate, tell what is lost, and write.

    :raises CannotJudgeError: the file cannot be read, or there is no such dialect.
    """
    from crossorigin.dialects import DialectError, find_form, read, write  # noqa: PLC0415 (--help has no need of it)

    if parsed.check and not parsed.output:
        message = "--check compares with a file: name it with --output"
        raise CannotJudgeError(message)
    text = _read_file(parsed.file)
    source = parsed.source or _guess(parsed.file, text)
    _check_names(source, parsed.to)
    addresses = {name: getattr(parsed, name) for name in ("upstream", "listen") if getattr(parsed, name) is not None}
    if addresses and find_form(parsed.to) != "edge":
        message = f"--{next(iter(addresses))} is for a server in front of another, and {parsed.to} is none"
        raise CannotJudgeError(message)
    try:
        found, notes = _read_and_listen(read, source, text)
        written = write(parsed.to, found.ruleset, accept_dangerous=parsed.accept_dangerous, **addresses)
    except DialectError as error:
        # Why: what has no place is no mistake of the file.
        place = f"{escape(parsed.file)}: " if error.line else ""
        raise CannotJudgeError(place + _escape_lines(str(error))) from error
    losses = [*found.losses, *written.losses]
    if find_form(source) != "ours":
        # Why: no other dialect speaks of handshakes, so that nothing of the source is lost.
        losses = [loss for loss in losses if not loss.what.startswith("websockets=")]
    is_refused = any(loss.how_bad == "widens" for loss in losses) and not parsed.accept_widening
    matches = _compare(parsed.output, written.text) if parsed.check else None
    _tell(losses, found.findings, notes)
    if is_refused:
        sys.stderr.write("Nothing is written, because access would be widened: --accept-widening accepts that.\n")
    elif parsed.output and matches is None:
        write_whole(parsed.output, written.text)
    if matches is False:
        what = f"{escape(parsed.output)} does not match {escape(parsed.file)}"
        sys.stderr.write(f"{what}: write it anew with the same command, without --check.\n")
    _print(parsed, source, found.findings, losses, written.text, is_refused=is_refused, matches=matches)
    return _FINDINGS if is_refused or matches is False else 0


def _read_and_listen(read: Any, source: str, text: str) -> tuple[Translation, list[str]]:  # noqa: ANN401 (loaded late)
    import warnings  # noqa: PLC0415 (--help has no need of it)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read(source, text)
    return found, [str(one.message) for one in caught]


def _read_file(name: str) -> str:
    """Return the text of a file, or of the standard input.

    :raises CannotJudgeError: there is none.
    """
    try:
        if name == "-" and sys.stdin is None:
            message = "the standard input is closed: name a file"
            raise CannotJudgeError(message)
        with contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        message = f"{escape(name)} cannot be read ({error.strerror})"
        raise CannotJudgeError(message) from error
    if len(data) > _MOST_BYTES:
        message = f"{escape(name)} has more than {_MOST_BYTES} bytes: part it"
        raise CannotJudgeError(message)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{escape(name)} is not UTF-8, from byte {error.start} on: save it as UTF-8"
        raise CannotJudgeError(message) from error


def _guess(name: str, text: str) -> str:
    from crossorigin.dialects import guess_dialect, list_readable  # noqa: PLC0415 (--help has no need of it)

    found = guess_dialect(text)
    if found is None and name.endswith(".toml"):
        # Why: so the mistake in it is told, with its place.
        return "toml"
    if found is None:
        names = ", ".join(list_readable())
        hint = "name it with --from, and a mistake in the file is told"
        message = f"{escape(name)} is not certainly of one dialect: {hint}; one of {names}"
        if any(importlib.util.find_spec(parser) is None for parser in _PARSERS):
            message += f"\nJavaScript, PHP, Ruby, YAML and nginx's language are only known with parsers: {_INSTALL}"
        raise CannotJudgeError(message)
    return found


def _check_names(*names: str) -> None:
    from crossorigin.dialects import list_dialects  # noqa: PLC0415 (--help has no need of it)

    known = list_dialects()
    for name in names:
        if name not in known:
            import difflib  # noqa: PLC0415 (it takes time, and few misspell)

            near = difflib.get_close_matches(name.lower(), known, n=1)
            advice = f'did you mean "{near[0]}"? There are' if near else "write one of"
            message = f'"{escape(name)}" is no dialect: {advice} {", ".join(known)}'
            raise CannotJudgeError(message)


def _compare(name: str, text: str) -> bool:
    """Tell whether a file has a text, whatever its ends of lines are; one that is not there has not."""
    try:
        data = Path(name).read_bytes()
    except FileNotFoundError:
        return False
    return data.replace(b"\r\n", b"\n") == text.encode(errors="surrogatepass")


def write_whole(name: str, text: str) -> None:
    """Write a file all at once: it has the old text or the new one, never a half.

    :raises CannotJudgeError: its folder is not there, or takes no files.
    :raises OSError: it cannot be written.
    """
    data = text.encode(errors="surrogatepass")
    path = Path(os.path.realpath(name))
    if path.exists() and not path.is_file():
        # Why: what is not a file, such as a terminal, cannot be replaced by one.
        path.write_bytes(data)
        return
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        # Why: the user has not heard of the temporary file.
        message = f"{escape(name)} cannot be written ({error.strerror})"
        raise CannotJudgeError(message) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        else:
            # Why: a temporary file is its owner's alone; a new one is what the user's mask leaves.
            mask = os.umask(0)
            os.umask(mask)
            Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _tell(losses: Sequence[Loss], findings: Sequence[Finding], notes: Sequence[str]) -> None:
    """Say on the standard error what is lost, the worst first, and what is dangerous."""
    for how_bad, words in _WORDS.items():
        for loss in losses:
            if loss.how_bad == how_bad:
                sys.stderr.write(
                    f"{words}: {_escape_lines(loss.what)}{_place(loss.position)}: {_escape_lines(loss.why)}\n"
                )
    for finding in findings:
        sys.stderr.write(f"dangerous: {finding.option}{_place(finding.position)}: {finding.what}\n")
    for note in notes:
        sys.stderr.write(f"note: {_escape_lines(note)}\n")


def _place(position: Position | None) -> str:
    return f" (line {position.line}, column {position.column})" if position else ""


def _escape_lines(text: str) -> str:
    return "\n".join(map(escape, text.split("\n")))


def _print(  # noqa: PLR0913 (all that is to be told)
    parsed: argparse.Namespace,
    source: str,
    findings: Sequence[Finding],
    losses: Sequence[Loss],
    text: str,
    *,
    is_refused: bool,
    matches: bool | None,
) -> None:
    if not parsed.json:
        if not is_refused and not parsed.output:
            sys.stdout.write(text)
        return
    print_json(
        {
            "from": source,
            "to": parsed.to,
            "text": None if is_refused else text,
            "written": parsed.output if not is_refused and matches is None else None,
            "matches": matches,
            "losses": [_as_object(one) for one in losses],
            "findings": [_as_object(one) for one in findings],
        }
    )


def _as_object(one: Loss | Finding) -> dict[str, Any]:
    return {**one._asdict(), "position": one.position._asdict() if one.position else None}
