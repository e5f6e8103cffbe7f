"""The remarks on what a browser does before it comes to CORS, and on what was read of a call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crossorigin.browser import Call
from crossorigin.cli.draft import Draft, make_call, read_page
from crossorigin.cli.judging import judge
from crossorigin.cli.printing import CannotJudgeError
from crossorigin.cli.reading import draft_message, read_given
from crossorigin.cli.remarks import find_remarks
from crossorigin.explanation import ConsoleMessage
from crossorigin.messages import Response
from crossorigin.standard.ports import BAD_PORTS

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    ("https://app.example", "http://api.example/", "mixed content"),
    ("https://app.example", "http://192.168.1.2/", "mixed content"),
    ("https://app.example", "http://192.168.1.2/", "Local Network Access"),
    ("https://app.example", "https://10.0.0.1/", "Local Network Access"),
    ("https://app.example", "https://172.31.0.1/", "Local Network Access"),
    ("https://app.example", "https://169.254.0.1/", "Local Network Access"),
    ("https://app.example", "https://[fd00::1]/", "Local Network Access"),
    ("https://app.example", "https://[fe80::1]/", "Local Network Access"),
    ("https://app.example", "https://printer.local/", "Local Network Access"),
    ("https://app.example", "http://localhost:8000/", "Local Network Access"),
    ("https://app.example", "https://api.example:6000/", "does not connect to port 6000"),
    ("null", "https://api.example:25/", "does not connect to port 25"),
]
SILENT = [
    ("https://app.example", "https://api.example/"),
    ("http://app.example", "http://api.example/"),
    ("http://localhost:3000", "http://127.0.0.1:8000/"),
    ("http://192.168.1.2", "http://192.168.1.3/"),
    ("https://app.example", "https://172.32.0.1/"),
    ("https://app.example", "https://[2001:db8::1]/"),
    ("null", "http://api.example/"),
]


def remark(page: str, url: str) -> str:
    call = Call(page, url)
    walk = judge(call, lambda _: Response(200, [("Access-Control-Allow-Origin", "*")])).shown
    return " ".join(find_remarks(call, walk, has_cookie=False, is_live=True))


@pytest.mark.parametrize(("page", "url", "text"), ROWS)
def test_what_comes_before(page: str, url: str, text: str) -> None:
    """A browser blocks it, or asks, before it comes to CORS."""
    assert text in remark(page, url)


@pytest.mark.parametrize(("page", "url"), SILENT)
def test_what_does_not(page: str, url: str) -> None:
    """Where nothing comes before CORS, nothing is said."""
    assert remark(page, url) == ""


def test_bad_ports() -> None:
    """The list has the ports that people meet, and none that they serve from."""
    assert {6000, 5060, 10080} <= BAD_PORTS
    assert not BAD_PORTS & {80, 443, 3000, 5000, 5173, 8000, 8080, 8443}


@pytest.mark.parametrize(
    ("text", "origin", "note"),
    [
        ("https://app.example", "https://app.example", ""),
        ("https://app.example/", "https://app.example", "The origin of"),
        ("HTTPS://App.Example:443/a?b#c", "https://app.example", "The origin of"),
        ("null", "null", ""),
        ("file:///home/me/page.html", "null", "from a file"),
        ("chrome-extension://abc", "chrome-extension://abc", ""),
    ],
)
def test_pages(text: str, origin: str, note: str) -> None:
    """A page may be named by its origin or by any of its URLs; what was made of it is said."""
    notes: list[str] = []
    assert read_page(text, notes) == origin
    assert note in " ".join(notes)
    assert bool(notes) is bool(note)


def test_a_url_without_scheme() -> None:
    """A browser would take it for a path, whatever curl takes it for."""
    with pytest.raises(CannotJudgeError, match=r"write https://api\.example/a"):
        make_call(Draft("curl", "api.example/a", page="https://app.example"))


def test_messages() -> None:
    """What a message tells of the call is taken from it."""
    message = ConsoleMessage("firefox", url="https://a.example/", header_name="x-a", is_preflight=True)
    draft = draft_message(message)
    assert (draft.method, draft.headers, draft.notes) == (None, [("x-a", "1")], [])
    draft = draft_message(ConsoleMessage("webkit", url="https://a.example/", method="PUT", is_preflight=True))
    assert (draft.method, draft.headers) == ("PUT", [])


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large, or cannot be read, is said to be; a HAR is known by what it holds."""
    path = tmp_path / "saved"
    path.write_text("\ufeff" + json.dumps({"log": {"entries": []}}))
    assert read_given(str(path)) == []
    monkeypatch.setattr("crossorigin.cli.reading._MOST_BYTES", 3)
    with pytest.raises(CannotJudgeError, match="is larger"):
        read_given(str(path))
    monkeypatch.undo()

    def fail(*_: object) -> None:
        raise PermissionError(13, "no leave")

    monkeypatch.setattr("pathlib.Path.read_text", fail)
    with pytest.raises(CannotJudgeError, match="no leave"):
        read_given(str(path))


def test_what_is_no_name_of_a_file() -> None:
    """A text that no file can be called is a text."""
    for text in ("x" * 5000, "a\0b"):
        with pytest.raises(CannotJudgeError, match="is no URL"):
            read_given(text)
