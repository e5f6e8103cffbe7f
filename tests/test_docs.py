"""What the docs say is so: their code runs, their lists are complete, their paths and links lead somewhere.

The blocks of one page run in their order in one namespace, in which ``app`` is an ASGI app and ``wsgi_app`` a
WSGI app. The first word after the three backquotes says what a block is:

- ``python``: it runs. ``python raises``: its last statement raises. ``python tab``: it runs, and leaves no names.
  A statement with ``# wrong`` at its end raises a ``PolicyError`` with the mistake that the heading names.
- ``text``: what the block of Python before it prints, or the error it raises. ``text of a report``: not compared.
- ``pycon``: a doctest. ``toml``: a policy file, of the name behind it. ``shell``: for the reader, not run.
- ``console``: one ``curl`` and its answer, from the page's ``app`` (port 8000) or ``application`` (port 8001); or our
  own command and what it prints, for which the page is the module ``main``, and ``app`` is served on port 8000.
- ``log``: lines that the page's requests have logged. ``diagram``: a drawing.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import doctest
import io
import logging
import re
import shlex
import socket
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

import pytest

import crossorigin
from crossorigin import Policy, PolicyError, Rule, Ruleset, load
from crossorigin.cli import main
from crossorigin.dialects import list_dialects, list_readable
from crossorigin.errors import MISTAKES
from crossorigin.policy import DEFAULTS
from crossorigin.reasons import REASONS
from servers import serve_asgi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.testing.plugin import OpenPage

ROOT = Path(__file__).parents[1]
PACKAGE = Path(crossorigin.__file__).parent
DOCS = sorted((ROOT / "docs").rglob("*.md"))
WITH_CODE = [ROOT / "README.md", *DOCS]
PAGES = sorted({*ROOT.glob("*.md"), *DOCS})
IDS = [str(path.relative_to(ROOT)) for path in WITH_CODE]
ALL_IDS = [str(path.relative_to(ROOT)) for path in PAGES]

LANGUAGES = {"python", "pycon", "text", "toml", "shell", "console", "log", "diagram"}
#: What the server adds, not we.
OF_THE_SERVER = {"connection", "date", "server", "transfer-encoding"}


class Fence(NamedTuple):
    """One block of a page."""

    language: str
    flag: str
    heading: str
    line: int
    text: str


def read_fences(path: Path) -> Iterator[Fence]:
    heading, start, info, lines = "", 0, "", list[str]()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            if start:
                language, _, flag = info.partition(" ")
                yield Fence(language, flag, heading, start, "\n".join(lines))
                start = 0
            else:
                start, info, lines = number, line[3:], []
        elif start:
            lines.append(line)
        elif line.startswith("#"):
            heading = line.lstrip("# ")
    assert not start, f"{path.name}:{start} is not closed"


def read_headings(path: Path, mark: str = "#+") -> list[str]:
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(rf"^{mark} (.+)$", text, re.MULTILINE)


async def items(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


def wsgi_items(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"ok"]


class Page:
    """One page, and what has happened on it so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Why: frameworks look for the names of annotations in the module.
        self.module = ModuleType(f"page_{path.stem}")
        self.names: dict[str, Any] = vars(self.module)
        self.names.update(app=items, wsgi_app=wsgi_items)
        self.output: str | None = None
        self.logged: list[str] = []
        self.wrong: dict[str, int] = defaultdict(int)

    def run(self) -> None:
        handler = logging.Handler()
        handler.emit = lambda record: self.logged.append(record.getMessage().rstrip())  # type: ignore[method-assign]
        logger = logging.getLogger("crossorigin")
        logger.addHandler(handler)
        try:
            for fence in read_fences(self.path):
                assert fence.language in LANGUAGES, f"{self.path.name}:{fence.line}"
                getattr(self, f"run_{fence.language}")(fence)
                if fence.language != "python":
                    self.output = None
        finally:
            logger.removeHandler(handler)

    def run_python(self, fence: Fence) -> None:
        names = {**self.names} if fence.flag == "tab" else self.names
        # Line breaks in front, so that a traceback names the line of the page.
        source = "\n" * fence.line + fence.text
        tree = ast.parse(source, self.path.name)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            for statement in tree.body:
                code = compile(ast.Module([statement], []), self.path.name, "exec")
                if source.splitlines()[(statement.end_lineno or 1) - 1].endswith("# wrong"):
                    with pytest.raises(PolicyError) as caught:
                        exec(code, names)
                    assert fence.heading in {mistake.reason for mistake in caught.value.mistakes}, caught.value
                    self.wrong[fence.heading] += 1
                elif fence.flag == "raises" and statement is tree.body[-1]:
                    with pytest.raises((PolicyError, AttributeError, TypeError)) as raised:
                        exec(code, names)
                    printed.write(str(raised.value))
                else:
                    exec(code, names)
        self.output = printed.getvalue()

    def run_text(self, fence: Fence) -> None:
        if fence.flag == "of a report":
            return
        assert self.output is not None, f"{self.path.name}:{fence.line} follows no Python"
        assert self.output.strip() == fence.text.strip(), f"{self.path.name}:{fence.line}"

    def run_pycon(self, fence: Fence) -> None:
        test = doctest.DocTestParser().get_doctest(fence.text, self.names, fence.heading, self.path.name, fence.line)
        report: list[str] = []
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=report.append, clear_globs=False)
        assert not report, "".join(report)
        self.names = test.globs

    def run_toml(self, fence: Fence) -> None:
        Path(fence.flag).write_text(fence.text)
        load(fence.flag)

    def run_shell(self, fence: Fence) -> None:
        """Nothing: it is for the reader."""

    run_diagram = run_shell

    def run_console(self, fence: Fence) -> None:
        command, _, expected = fence.text.partition("\n")
        if command.startswith("$ crossorigin "):
            self.run_command(shlex.split(command)[2:], expected)
            return
        head, _, body = expected.partition("\n\n")
        status, *lines = head.splitlines()
        answer = curl(command, self.names)
        assert int(status.split()[1]) == answer[0]
        assert read_headers(lines) == sorted(answer[1])
        assert body.strip() == answer[2].strip()

    def run_command(self, arguments: list[str], expected: str) -> None:
        module, printed = ModuleType("main"), io.StringIO()
        vars(module).update(self.names)
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(printed),
            contextlib.ExitStack() as stack,
        ):
            if arguments[0] == "check":
                stack.enter_context(self.serve(patch))
            patch.setitem(sys.modules, "main", module)
            patch.setattr(sys, "path", [*sys.path])
            main(arguments)
        assert printed.getvalue().strip() == expected.strip()

    @contextlib.contextmanager
    def serve(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """Serve the page's app on a free port, which stands for port 8000."""
        connect = socket.create_connection
        with serve_asgi(self.names["app"]) as port:

            def connect_to(place: tuple[str, int], *rest: Any) -> socket.socket:
                return connect((place[0], port if place[1] == 8000 else place[1]), *rest)

            patch.setattr(socket, "create_connection", connect_to)
            yield

    def run_log(self, fence: Fence) -> None:
        assert set(fence.text.splitlines()) <= set(self.logged)


def read_headers(lines: list[str]) -> list[tuple[str, str]]:
    pairs = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
    return sorted(pair for pair in pairs if pair[0] not in OF_THE_SERVER)


def curl(command: str, names: dict[str, Any]) -> tuple[int, list[tuple[str, str]], str]:
    """Ask the page's app what the command asks its server; return status, headers and body."""
    _prompt, program, *words = shlex.split(command)
    assert program == "curl"
    method, url, headers = "GET", "", []
    for word in (left := iter(words)):
        if word == "-X":
            method = next(left)
        elif word == "-H":
            name, _, value = next(left).partition(": ")
            headers.append((name.lower(), value))
        elif not word.startswith("-"):
            url = word
    parts = urlsplit(url)
    headers.append(("host", parts.netloc))
    ask = {8000: ask_asgi, 8001: ask_wsgi}[parts.port or 0]
    return ask(names, method, parts.path, headers)


def ask_asgi(
    names: dict[str, Any], method: str, path: str, headers: list[tuple[str, str]]
) -> tuple[int, list[tuple[str, str]], str]:
    sent: list[dict[str, Any]] = []
    pairs = [(name.encode(), value.encode()) for name, value in headers]

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": pairs}
    asyncio.run(names["app"](scope, receive, send))
    decoded = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    return sent[0]["status"], decoded, b"".join(message["body"] for message in sent[1:]).decode()


def ask_wsgi(
    names: dict[str, Any], method: str, path: str, headers: list[tuple[str, str]]
) -> tuple[int, list[tuple[str, str]], str]:
    started: list[Any] = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path}
    environ.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers})
    setup_testing_defaults(environ)
    body = b"".join(names["application"](environ, lambda *args: started.extend(args)))
    return int(started[0].split()[0]), [(name.lower(), value) for name, value in started[1]], body.decode()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:pkg_resources is deprecated")  # some frameworks warn
@pytest.mark.parametrize("path", WITH_CODE, ids=IDS)
def test_code_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: OpenPage) -> None:
    """Tests that a page has are run with the fixture that it tells of."""
    monkeypatch.chdir(tmp_path)
    page = Page(path)
    monkeypatch.setitem(sys.modules, page.module.__name__, page.module)
    page.run()
    for name, test in [*page.names.items()]:
        if name.startswith("test_"):
            test(browser)
    if path.name == "reasons.md":
        assert list(page.wrong) == list(MISTAKES), "each mistake has an example of it, marked # wrong"


def test_every_reason_and_mistake_has_a_heading() -> None:
    """The headings are what messages link to: exactly the ids, in the order of the source."""
    assert read_headings(ROOT / "docs" / "reasons.md", "##") == [*REASONS, *MISTAKES]


def test_every_option_has_a_heading_and_its_default() -> None:
    page = ROOT / "docs" / "options.md"
    assert read_headings(page, "###") == list(DEFAULTS)
    defaults = re.findall(r"^Default: `(.+)`\.$", page.read_text(), re.MULTILINE)
    assert [ast.literal_eval(default) for default in defaults] == list(DEFAULTS.values())


def read_table(path: Path, first: str) -> Iterator[list[list[str]]]:
    """Return what stands in backquotes in each cell of the table whose first column is called so."""
    table = re.search(rf"^\| {first} \|.*\n\|-.*\n((?:\|.*\n)+)", path.read_text(), re.MULTILINE)
    assert table, first
    for row in table[1].splitlines():
        yield [re.findall("`([^`]+)`", cell) for cell in row.split("|")[1:-1]]


def test_patterns_do_what_their_table_says() -> None:
    for [pattern], _meaning, permitted, refused in read_table(ROOT / "docs" / "options.md", "pattern"):
        allowed = Policy(allow_origins=[pattern]).allowed
        assert [origin for origin in permitted if origin not in allowed] == []
        assert [origin for origin in refused if origin in allowed] == []


def test_rules_serve_what_their_table_says() -> None:
    for [rule], served, others in read_table(ROOT / "docs" / "options.md", "rule"):
        rules = Ruleset([Rule([rule], Policy())])
        assert [path for path in served if rules.find_judges(path) == (None,)] == []
        assert [path for path in others if rules.find_judges(path) != (None,)] == []


def test_every_dialect_is_in_its_table() -> None:
    """Who looks for a dialect finds it, and whether it can be read."""
    page = ROOT / "docs" / "dialects.md"
    listed = [name for row in read_table(page, "you have") for name in row[1]]
    assert sorted(listed) == list_dialects()
    only_written = re.findall(r"^\| [^|]* \| `([^`]*)` \| \| ✓ \|", page.read_text(), re.MULTILINE)
    assert sorted(only_written) == sorted(set(listed) - set(list_readable()))


def test_every_public_name_is_explained() -> None:
    text = (ROOT / "docs" / "concepts.md").read_text()
    assert [name for name in crossorigin.__all__ if f"`{name}" not in text] == []


def test_every_deviation_is_listed() -> None:
    """What the code marks as differing from the standard is in docs/design.md, by its file."""
    text = (ROOT / "docs" / "design.md").read_text()
    for module in PACKAGE.rglob("*.py"):
        if "Differs from the standard:" in module.read_text():
            assert f"`src/crossorigin/{module.relative_to(PACKAGE).as_posix()}`" in text


PATH = re.compile(
    r"`((?:src|tests|docs|tools|bench|demo|fuzz)/[\w./-]*|[A-Z]\w*(?:\.md)?|pyproject\.toml|noxfile\.py)`"
)
FILES = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "SECURITY.md"}


@pytest.mark.parametrize("path", PAGES, ids=ALL_IDS)
def test_every_path_exists(path: Path) -> None:
    for name in PATH.findall(path.read_text()):
        if "/" in name or "." in name or name in FILES:
            # What is tested may be the installed package, without src.
            place = PACKAGE / name.removeprefix("src/crossorigin/") if name.startswith("src/cross") else ROOT / name
            assert place.exists(), name


@pytest.mark.parametrize("path", PAGES, ids=ALL_IDS)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if not target.startswith("https://"):
            file, _, anchor = target.partition("#")
            page = path.parent / file if file else path
            assert page.exists(), target
            headings = read_headings(page) if anchor else []
            assert not anchor or anchor in {make_anchor(heading) for heading in headings}, target


def make_anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=ALL_IDS)
def test_one_sentence_per_line(path: Path) -> None:
    """Semantic line breaks: a change of one sentence is a change of one line."""
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    lines = [line for line in text.splitlines() if not line.startswith("|")]
    assert [line for line in lines if re.search(r"[a-z`)][.?!] [A-Z]", re.sub(r"`[^`]*`", "x", line))] == []
