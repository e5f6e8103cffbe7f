"""``crossorigin check``, over real sockets: what it sends, what it says, and what it cannot judge."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from broken_server import serve_bytes
from crossorigin.cli import main
from processes import find_free_port

if TYPE_CHECKING:
    from collections.abc import Sequence

DOCS = Path(__file__).parents[2] / "docs" / "check.md"
APP = "https://app.example"
OF_PAGE = ["--origin", APP]


def answer(status: int, *lines: str, body: str = "") -> bytes:
    """Write an answer as a server does."""
    head = "\r\n".join([f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *lines])
    return f"{head}\r\n\r\n{body}".encode("latin-1")


ORIGIN = f"Access-Control-Allow-Origin: {APP}"
SHARED = answer(200, ORIGIN, "Vary: Origin")
SILENT = answer(200)
METHODS = "Access-Control-Allow-Methods: PUT"
NAMES = "Access-Control-Allow-Headers: X-A, Content-Type"
ALLOWED = answer(204, ORIGIN, METHODS, NAMES)


def run(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(["check", *arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def run_json(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status, out, _ = run([*arguments, "--json"], capsys)
    found: dict[str, Any] = json.loads(out)
    assert found["status"] == status
    return found


ROWS = [
    ("realistic: a shared answer", [SHARED], [], "readable", None, ["GET"]),
    ("realistic: no header", [SILENT], [], "blocked", ("request", "allow-origin-missing"), ["GET"]),
    ("realistic: an allowed preflight", [ALLOWED, SHARED], ["-X", "PUT"], "readable", None, ["OPTIONS", "PUT"]),
    (
        "realistic: a login before the preflight",
        [answer(401)],
        ["-X", "PUT"],
        "blocked",
        ("preflight", "preflight-not-ok"),
        ["OPTIONS"],
    ),
    (
        "realistic: a redirected preflight",
        [answer(307, "Location: /b")],
        ["-X", "PUT"],
        "blocked",
        ("preflight", "preflight-redirected"),
        ["OPTIONS"],
    ),
    (
        "realistic: a method in lower case",
        [ALLOWED],
        ["-X", "patch"],
        "blocked",
        ("preflight", "method-not-listed"),
        ["OPTIONS"],
    ),
    (
        "realistic: a header that is not listed",
        [ALLOWED],
        ["-H", "X-B: 1"],
        "blocked",
        ("preflight", "header-not-listed"),
        ["OPTIONS"],
    ),
    ("realistic: a redirect", [answer(302, "Location: /b", ORIGIN), SHARED], [], "readable", None, ["GET", "GET"]),
    (
        "realistic: a redirect to a file",
        [answer(302, "Location: file:///b", ORIGIN)],
        [],
        "blocked",
        ("redirect", "redirect-to-other-scheme"),
        ["GET"],
    ),
    (
        "realistic: a redirect without headers",
        [answer(302, "Location: /b"), SHARED],
        [],
        "blocked",
        ("request", "allow-origin-missing"),
        ["GET"],
    ),
    (
        "realistic: two layers",
        [answer(200, ORIGIN, ORIGIN)],
        [],
        "blocked",
        ("request", "allow-origin-multiple"),
        ["GET"],
    ),
    (
        "realistic: * with credentials",
        [answer(200, "Access-Control-Allow-Origin: *")],
        ["--credentials", "include"],
        "blocked",
        ("request", "allow-origin-wildcard-with-credentials"),
        ["GET"],
    ),
    ("realistic: a body of text needs no preflight", [SHARED], ["-d", "hi"], "readable", None, ["POST"]),
    (
        "realistic: a body of JSON",
        [ALLOWED, SHARED],
        ["-d", "{}", "-H", "Content-Type: application/json"],
        "readable",
        None,
        ["OPTIONS", "POST"],
    ),
    (
        "hostile: redirects without end",
        [answer(302, "Location: /items", ORIGIN)],
        [],
        "blocked",
        ("redirect", "too-many-redirects"),
        ["GET"] * 21,
    ),
    (
        "hostile: terminal codes in a header",
        [answer(200, "Access-Control-Allow-Origin: \x1b[2J\xe9")],
        [],
        "blocked",
        ("request", "allow-origin-mismatch"),
        ["GET"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_verdicts(row: tuple[Any, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict and the failing step are the browser's, each exchange is made once, and a block is explained."""
    _, answers, options, verdict, where, methods = row
    with serve_bytes(answers) as wire:
        found = run_json([wire.url, *OF_PAGE, *options], capsys)
        assert [head.split(" ")[0] for head in wire.heads] == methods
    assert (found["verdict"], found["status"], found["agrees"]) == (
        verdict,
        {"readable": 0, "blocked": 1}[verdict],
        True,
    )
    assert {(engine["step"], engine["reason"]) for engine in found["engines"].values()} == {where or (None, None)}
    assert bool(found["explanation"]) is (where is not None)
    with serve_bytes(answers) as wire:
        status, out, err = run([wire.url, *OF_PAGE, *options], capsys)
    assert (status, err) == (found["status"], "")
    assert all(" " <= mark <= "~" or mark in "\n│─├┤▶◀✗✓" for mark in out)
    assert max(map(len, out.splitlines())) <= 80 or "add_middleware" in out
    assert where is None or (where[1] in out and "Fix (" in out and f"docs/reasons.md#{where[1]}" in out)


def test_the_request_is_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    """Method, target, Origin, what a preflight asks for, and the script's headers are those of a browser."""
    with serve_bytes([ALLOWED, SHARED]) as wire:
        options = ["-X", "put", "-H", "X-A: 1", "-H", "x-a: 2", "--profile", "chromium"]
        run([f"{wire.url}?a=b#c", *OF_PAGE, *options], capsys)
        preflight, request = (head.split("\r\n") for head in wire.heads)
    assert preflight[0] == "OPTIONS /items?a=b HTTP/1.1"
    assert {"Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-a", f"Origin: {APP}"} <= {
        *preflight
    }
    assert request[0] == "PUT /items?a=b HTTP/1.1"
    assert {"X-A: 1, 2", f"Origin: {APP}", "Content-Length: 0", "Accept: */*"} <= {*request}


def test_cookies_go_where_they_belong(capsys: pytest.CaptureFixture[str]) -> None:
    """With credentials, to the host that was named, and never with a preflight or to another host."""
    with serve_bytes([SILENT]) as other:
        location = f"Location: http://localhost:{other.port}/"
        credentials = "Access-Control-Allow-Credentials: true"
        with serve_bytes([answer(204, ORIGIN, credentials, NAMES), answer(302, location, ORIGIN, credentials)]) as wire:
            run([wire.url, *OF_PAGE, "--cookie", "a=b", "-H", "X-A: 1"], capsys)
            assert ["Cookie: a=b" in head for head in wire.heads] == [False, True]
        assert "Cookie" not in other.heads[0]
    with serve_bytes([SHARED]) as wire:
        run([wire.url, *OF_PAGE, "--cookie", "a=b", "--credentials", "omit"], capsys)
        run([wire.url, "--origin", wire.url, "--cookie", "a=b", "--credentials", "same-origin"], capsys)
        assert ["Cookie: a=b" in head for head in wire.heads] == [False, True]


def test_what_cannot_be_decoded_is_sent_as_a_browser_would(capsys: pytest.CaptureFixture[str]) -> None:
    """A text has no lone surrogates, and cookies are written in UTF-8."""
    with serve_bytes([answer(200, ORIGIN, "Access-Control-Allow-Credentials: true")]) as wire:
        found = run_json([f"{wire.url}?\udcff", *OF_PAGE, "-d", "a\udcff", "--cookie", "a=\u20ac"], capsys)
        assert (found["verdict"], wire.bodies) == ("readable", [b"a\xef\xbf\xbd"])
        assert "POST /items?%EF%BF%BD HTTP/1.1" in wire.heads[0]
        assert "Cookie: a=\xe2\x82\xac" in wire.heads[0]


def test_engines_that_differ(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has a line; what some shipping engine blocks is blocked, and the standard alone blocks nobody."""
    starred = answer(200, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: *")
    options = [*OF_PAGE, "-H", "Authorization: x"]
    with serve_bytes([starred]) as wire:
        found = run_json([wire.url, *options], capsys)
        assert len(wire.heads) == 2
        assert (found["verdict"], found["agrees"]) == ("readable", False)
        assert found["engines"]["standard"]["reason"] == "authorization-not-listed"
        status, out, _ = run([wire.url, *options], capsys)
        assert status == 0
        assert re.search(r"standard: blocked.*chromium: readable.*firefox: readable.*webkit: readable", out, re.DOTALL)
        assert "To be safe in all: Name Authorization there." in out
        assert run_json([wire.url, *options, "--profile", "standard"], capsys)["verdict"] == "blocked"
        assert [*run_json([wire.url, *options, "--profile", "webkit"], capsys)["engines"]] == ["webkit"]


class TestSending:
    """Nothing that may change something goes to a host that is not this machine, unless --send says so."""

    @pytest.fixture(autouse=True)
    def _named_host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let api.example be this machine for the socket, and nobody else."""
        find = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda _name, *rest, **more: find("127.0.0.1", *rest, **more))

    def test_the_preflight_is_the_end(self, capsys: pytest.CaptureFixture[str]) -> None:
        with serve_bytes([ALLOWED]) as wire:
            url = f"http://api.example:{wire.port}/items"
            status, out, err = run([url, *OF_PAGE, "-X", "PUT"], capsys)
            assert (status, err, len(wire.heads)) == (0, "", 1)
            assert "THE PREFLIGHT PASSED: the PUT itself was not sent" in out
            assert "PUT not sent" in out
            found = run_json([url, *OF_PAGE, "-X", "PUT"], capsys)
            assert (found["verdict"], found["error"], len(wire.heads)) == ("preflight-passed", None, 2)
            run([url, *OF_PAGE, "-X", "PUT", "--send"], capsys)
            assert [head.split()[0] for head in wire.heads] == ["OPTIONS", "OPTIONS", "OPTIONS", "PUT"]

    def test_without_a_preflight_nothing_is_judged(self, capsys: pytest.CaptureFixture[str]) -> None:
        with serve_bytes([SHARED]) as wire:
            url = f"http://api.example:{wire.port}/items"
            status, out, err = run([url, *OF_PAGE, "-d", "x"], capsys)
            assert (status, out, wire.heads) == (2, "", [])
            assert "--send sends it" in err
            assert run_json([url, *OF_PAGE, "-d", "x"], capsys)["error"]["kind"] == "not-sent"
            assert run([url, *OF_PAGE, "-d", "x", "--send"], capsys)[0] == 0
            assert wire.bodies == [b"x"]

    def test_a_redirect_does_not_carry_a_body_away(self, capsys: pytest.CaptureFixture[str]) -> None:
        with serve_bytes([SHARED]) as other:
            location = f"Location: http://api.example:{other.port}/"
            with serve_bytes([answer(307, location, ORIGIN)]) as wire:
                status, _, err = run([wire.url, *OF_PAGE, "-d", "x"], capsys)
            assert (status, other.heads) == (2, [])
            assert "--send" in err

    def test_safe_methods_are_sent(self, capsys: pytest.CaptureFixture[str]) -> None:
        with serve_bytes([SHARED]) as wire:
            for method in ("GET", "HEAD"):
                assert run([f"http://api.example:{wire.port}/", *OF_PAGE, "-X", method], capsys)[0] == 0
            assert [head.split()[0] for head in wire.heads] == ["GET", "HEAD"]

    def test_remarks(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What a browser does before CORS is said."""
        with serve_bytes([SHARED]) as wire:
            out = " ".join(run([f"http://api.example:{wire.port}/", *OF_PAGE], capsys)[1].split())
            assert "mixed content" in out
            out = " ".join(run([wire.url, *OF_PAGE], capsys)[1].split())
            assert "Local Network Access" in out


CANNOT = [
    ("no page", ["https://api.example/"], "--origin https://app.example"),
    ("no scheme", ["api.example/items", *OF_PAGE], "write https://api.example/items"),
    ("no scheme, this machine", ["localhost:8000", *OF_PAGE], "write http://localhost:8000"),
    ("no scheme of the page", ["https://api.example", "--origin", "localhost:3000"], "write http://localhost:3000"),
    ("a pattern of pages", ["https://api.example", "--origin", "*"], "name one page"),
    ("a pattern of pages, with a scheme", ["https://api.example", "--origin", "https://*.a.example"], "name one page"),
    ("a path alone", ["/items", *OF_PAGE], "write https://api.example/items"),
    ("a file that is not there", ["saved.har", *OF_PAGE], "there is no file saved.har"),
    ("a file in a folder that is not there", ["no/saved.har", *OF_PAGE], "there is no file no/saved.har"),
    ("no page at all", ["https://api.example", "--origin", "a b"], "is not the origin of a page"),
    ("another scheme", ["ftp://api.example", *OF_PAGE], "not an http(s) URL"),
    ("a password", ["https://a:b@api.example", *OF_PAGE], "Authorization header"),
    ("a forbidden method", ["https://api.example", *OF_PAGE, "-X", "TRACE"], "forbidden"),
    ("no header", ["https://api.example", *OF_PAGE, "-H", "X-A"], "-H 'Name: value'"),
    ("a header with a line break", ["https://api.example", *OF_PAGE, "-H", "X-A: a\nb"], "cannot be sent"),
    ("a cookie of two lines", ["https://api.example", *OF_PAGE, "--cookie", "a=\nb"], "write it on one line"),
    ("a fetch, not a curl", ['fetch("https://api.example", {', *OF_PAGE], 'choose "Copy as cURL"'),
    ("a name with a line break", [r"curl https://api.example -A $'a\nB: c'", *OF_PAGE], "User-Agent cannot be sent"),
    ("a page of no browser", ["https://api.example", "--origin", "tauri://\u65e5"], "is not the origin of a page"),
    ("nothing known", ["hello world", *OF_PAGE], "is no URL, curl command, HAR file or message"),
    ("what a script learns", ["TypeError: Failed to fetch", *OF_PAGE], "copy the console's line about CORS"),
    ("a line without a reason", ["GET https://api.example/ net::ERR_FAILED 200 (OK)"], "that does not say why"),
    ("curl, not in quotes", ["curl", *OF_PAGE], "into quotes"),
    ("curl with options, not in quotes", ["curl", "https://api.example", "--compressed"], "into quotes"),
    ("a body that is not there", ["https://api.example", *OF_PAGE, "-d", "@/nothing"], "cannot be read"),
    ("an entry of no HAR", ["https://api.example", *OF_PAGE, "--entry", "1"], "--entry is for HAR files"),
]


@pytest.mark.parametrize(("_sentence", "arguments", "text"), CANNOT, ids=[row[0] for row in CANNOT])
def test_wrong_use(_sentence: str, arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what to write, the status is 2, and nothing is sent."""
    status, out, err = run(arguments, capsys)
    assert (status, out) == (2, "")
    assert err.startswith("crossorigin: ")
    assert text in err
    assert err.count("\n") == 1


NO_ARGUMENTS = [
    ("nothing", [], "required: URL"),
    ("no number", ["https://a.example", "--timeout", "x"], "write --timeout 10"),
    ("an unknown option", ["https://a.example", "--nothing"], "--nothing is not known"),
    ("a misspelt option", ["https://a.example", "--orign", "https://b.example"], "did you mean --origin?"),
    ("half an option", ["https://a.example", "--credential=omit"], "did you mean --credentials?"),
    ("a page without its option", ["https://a.example", "https://b.example"], "the page is named with --origin"),
]


@pytest.mark.parametrize(("_sentence", "arguments", "text"), NO_ARGUMENTS, ids=[row[0] for row in NO_ARGUMENTS])
def test_arguments_that_are_none(
    _sentence: str, arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is meant is named, and half an option is none: a longer one may come to begin like it."""
    with pytest.raises(SystemExit) as caught:
        main(["check", *arguments])
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert text in err
    assert err.startswith("usage: crossorigin check URL --origin PAGE")


NO_ANSWER = [
    ("nothing", [b""], "closed", "closed without an answer"),
    ("no HTTP", [b"hello\r\n\r\n"], "broken-http", "not HTTP/1.1"),
    ("a preflight, then nothing", [ALLOWED, b""], "closed", "closed without an answer"),
]


@pytest.mark.parametrize(("_sentence", "answers", "kind", "text"), NO_ANSWER, ids=[row[0] for row in NO_ANSWER])
def test_no_answer(
    _sentence: str, answers: list[bytes], kind: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no answer is not judged: one line, status 2; what came before it is drawn."""
    with serve_bytes(answers) as wire:
        status, out, err = run([wire.url, *OF_PAGE, "-X", "PUT"], capsys)
    assert status == 2
    assert text in err
    assert err.count("\n") == 1
    assert bool(out) is (len(answers) > 1)
    assert not out or "no answer" in out
    with serve_bytes(answers) as wire:
        found = run_json([wire.url, *OF_PAGE, "-X", "PUT"], capsys)
    assert (found["verdict"], found["error"]["kind"]) == ("not-judged", kind)


def test_no_connection(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens, no such name, no word in time: each has its line."""
    port = find_free_port()
    assert "nothing listens on" in run([f"http://127.0.0.1:{port}/", *OF_PAGE], capsys)[2]
    assert "has no address" in run(["http://nobody.invalid/", *OF_PAGE], capsys)[2]
    with serve_bytes([b""], stays=True) as wire:
        status, _, err = run([wire.url, *OF_PAGE, "--timeout", "0.2"], capsys)
        assert (status, "no answer within 0.2 seconds" in err) == (2, True)


def test_certificates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that is not trusted ends it, and --insecure, or curl's -k, goes on."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", "both.pem", "-out", "certificate.pem"]
    subprocess.run([*command, *files], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "both.pem")
    with serve_bytes([SHARED], tls=context) as wire:
        url = f"https://127.0.0.1:{wire.port}/"
        status, _, err = run([url, *OF_PAGE], capsys)
        assert (status, "--insecure" in err, "not trusted" in err) == (2, True, True)
        status, out, _ = run([url, *OF_PAGE, "--insecure"], capsys)
        assert (status, "Certificates were not checked" in out) == (0, True)
        assert run([f"curl -k {url}", *OF_PAGE], capsys)[0] == 0


def test_what_people_have_in_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL, a curl command and a console message come to the same call: as an argument, a file, or the input."""
    with serve_bytes([SILENT]) as wire:
        curl = f"curl '{wire.url}' -H 'Origin: {APP}'"
        message = (
            f"Access to fetch at '{wire.url}' from origin '{APP}' has been blocked by CORS policy: "
            "No 'Access-Control-Allow-Origin' header is present on the requested resource."
        )
        for source, text in (("curl", curl), ("message", message), ("url", wire.url)):
            page = OF_PAGE if source == "url" else []
            file = tmp_path / f"{source}.txt"
            file.write_text(text)
            for given in (text, str(file), "-"):
                monkeypatch.setattr(sys, "stdin", file.open())
                found = run_json([given, *page], capsys)
                assert (found["source"], found["verdict"]) == (source, "blocked")
                assert found["call"]["page_origin"] == APP
                assert not any("message says" in note for note in found["notes"])
                sys.stdin.close()


def test_messages_that_tell_something_else(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the check finds something else than the message says, that is said."""
    text = "Access to fetch at '{}' from origin 'https://app.example' has been blocked by CORS policy: "
    with serve_bytes([SHARED]) as wire:
        wildcard = "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*'"
        found = run_json([text.format(wire.url) + wildcard, "--credentials", "omit"], capsys)
        assert found["call"]["credentials"] == "omit"
        assert "is not blocked" in " ".join(found["notes"])
    with serve_bytes([SILENT]) as wire:
        found = run_json([text.format(wire.url) + wildcard], capsys)
        assert found["call"]["credentials"] == "include"
        assert "look whether the page's call has other headers" in " ".join(found["notes"])
    with serve_bytes([answer(500)]) as wire:
        found = run_json(
            [f"{text.format(wire.url)}Response to preflight request doesn't pass: It does not have HTTP ok status."],
            capsys,
        )
        assert (found["call"]["method"], found["engines"]["webkit"]["reason"]) == ("POST", "preflight-not-ok")
    status, _, err = run(
        ["Origin https://a.example is not allowed by Access-Control-Allow-Origin. Status code: 200"], capsys
    )
    assert (status, "does not say which URL" in err, "docs/reasons.md#allow-origin-missing" in err) == (2, True, True)
    with serve_bytes([SHARED]) as wire:
        text = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "
        found = run_json(
            [f"{text}{wire.url}. (Reason: CORS request did not succeed). Status code: (null).", *OF_PAGE], capsys
        )
        assert "names no rule of CORS" in " ".join(found["notes"])
    safari = "Fetch API cannot load {} due to access control checks."
    for answers, is_told in (([SILENT], False), ([SHARED], True)):
        with serve_bytes(answers) as wire:
            found = run_json([safari.format(wire.url), *OF_PAGE], capsys)
            assert ("names no rule of CORS" in " ".join(found["notes"])) is is_told
    with serve_bytes([answer(302, ORIGIN, "Location: http://a:b@a.example/")]) as wire:
        found = run_json(
            [f"{text}{wire.url}. (Reason: CORS request did not succeed). Status code: (null).", *OF_PAGE], capsys
        )
        assert found["engines"]["firefox"]["reason"] == "redirect-with-userinfo"
        assert "names no rule of CORS" not in " ".join(found["notes"])


REMARKS = [
    ("an origin without Vary", [answer(200, ORIGIN)], [], "Add Origin to Vary"),
    ("an error that can be read", [answer(500, ORIGIN, "Vary: Origin")], [], "is an error: status 500"),
    ("an effect", [SILENT], ["-d", "x"], "may have carried it out"),
    ("no cookie", [SHARED], ["--credentials", "include"], "--cookie 'name=value'"),
    ("cookies mean credentials", [SHARED], ["--cookie", "a=b"], 'taken to have credentials: "include"'),
    ("a forbidden header", [SHARED], ["-H", "Sec-A: b"], "A script cannot set Sec-A"),
    ("a body of GET", [SHARED], ["-X", "GET", "-d", "x"], "GET has no body"),
    (
        "a page's URL",
        [SHARED],
        ["--origin", "https://app.example/a?b"],
        "The origin of https://app.example/a?b is https://app.example",
    ),
    ("a file", [SHARED], ["--origin", "file:///a.html"], "has the origin null"),
    (
        "two layers",
        [answer(204, ORIGIN, METHODS, "Server: nginx"), answer(200, ORIGIN, "Server: uvicorn")],
        ["-X", "PUT"],
        'another layer ("nginx") than the request ("uvicorn")',
    ),
    (
        "one layer that is shy",
        [answer(204, ORIGIN, METHODS), answer(200, ORIGIN, "Server: uvicorn")],
        ["-X", "PUT"],
        "one that does not say who it is",
    ),
]


@pytest.mark.parametrize(("_sentence", "answers", "options", "text"), REMARKS, ids=[row[0] for row in REMARKS])
def test_notes(
    _sentence: str, answers: list[bytes], options: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is worth knowing beside the verdict is said, and only where it is so."""
    with serve_bytes(answers) as wire:
        notes = run_json([wire.url, *OF_PAGE, *options], capsys)["notes"]
    assert text in " ".join(notes)
    with serve_bytes([answer(200, "Access-Control-Allow-Origin: *")]) as wire:
        assert text not in " ".join(run_json([wire.url, *OF_PAGE], capsys)["notes"])


def test_same_origin(capsys: pytest.CaptureFixture[str]) -> None:
    """There CORS has no say, and that is said."""
    with serve_bytes([SILENT]) as wire:
        found = run_json([wire.url, "--origin", wire.url], capsys)
    assert found["verdict"] == "readable"
    assert "Page and URL have the same origin" in " ".join(found["notes"])


def test_layers_and_frameworks(capsys: pytest.CaptureFixture[str]) -> None:
    """The code is for what the server says it is, or for what is asked for."""
    with serve_bytes([answer(200, "X-Powered-By: Express", "Via: 1.1 varnish", "CF-Ray: 1")]) as wire:
        _, out, _ = run([wire.url, *OF_PAGE], capsys)
        assert "app.use(cors(" in out
        assert "X-Powered-By: Express, Via: 1.1 varnish, CF-Ray: 1" in out
        _, out, _ = run([wire.url, *OF_PAGE, "--framework", "Django"], capsys)
        assert "CORS_ALLOWED_ORIGINS" in out
        found = run_json([wire.url, *OF_PAGE], capsys)
        assert found["layers"] == [
            {"step": "request", "signs": {"X-Powered-By": "Express", "Via": "1.1 varnish", "CF-Ray": "1"}}
        ]


def read_keys(heading: str) -> set[str]:
    """Return the names in the first column of the table in docs/check.md that begins with *heading*."""
    table = re.search(rf"^\| {heading} \|.*\n\|-.*\n((?:\|.*\n)+)", DOCS.read_text(), re.MULTILINE)
    assert table
    return set(re.findall(r"^\| `(\w+)` ", table[1], re.MULTILINE))


def test_json_has_stable_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """The same keys, whatever the verdict: those in the docs."""
    keys = read_keys("key")
    for answers in ([SHARED], [SILENT], [b""]):
        with serve_bytes(answers) as wire:
            assert set(run_json([wire.url, *OF_PAGE], capsys)) == keys


def _run_on_terminal(command: list[str], environ: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    try:
        subprocess.run(command, stdout=theirs, env={**os.environ, "TERM": "xterm", **environ}, check=True, timeout=60)
        os.close(theirs)
        text = b""
        while chunk := _read(ours):
            text += chunk
        return text.decode()
    finally:
        os.close(ours)


def _read(file: int) -> bytes:
    try:
        return os.read(file, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("has_rich", "environ", "is_coloured"),
    [(True, {}, True), (False, {}, False), (True, {"NO_COLOR": "1"}, False), (True, {"TERM": "dumb"}, False)],
)
def test_on_a_terminal(tmp_path: Path, has_rich: bool, environ: dict[str, str], is_coloured: bool) -> None:
    """Colours are for terminals only, where rich is installed and nobody has said no; the text stays the same."""
    (tmp_path / "sitecustomize.py").write_text("" if has_rich else "import sys; sys.modules['rich'] = None")
    paths = f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"
    with serve_bytes([SHARED]) as wire:
        command = [sys.executable, "-m", "crossorigin", "check", wire.url, *OF_PAGE]
        text = _run_on_terminal(command, {"PYTHONPATH": paths, "COLUMNS": "60", "LINES": "40", **environ})
        plain = subprocess.run(
            command, env={**os.environ, "COLUMNS": "60"}, check=True, capture_output=True, timeout=60
        )
    assert bool(re.search("\x1b\\[[0-9;]*3[1-7]m", text)) is is_coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", text).replace("\r\n", "\n") == plain.stdout.decode()
    assert max(map(len, plain.stdout.decode().splitlines())) <= 60


def test_an_encoding_without_lines() -> None:
    """Where the output cannot hold the drawing's characters, it is drawn in ASCII."""
    with serve_bytes([SHARED]) as wire:
        command = [sys.executable, "-m", "crossorigin", "check", wire.url, *OF_PAGE]
        environ = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        done = subprocess.run(command, env=environ, check=True, capture_output=True, timeout=60)
    assert done.stdout.isascii()
    assert b"+- GET ------>|" in done.stdout


def test_interrupted() -> None:
    """Ctrl-C ends it at once, without a traceback."""
    with serve_bytes([b""], stays=True) as wire:
        # Why: what a shell starts in the background is started with the signal ignored, and hands that on.
        code = (
            "import runpy, signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "runpy.run_module('crossorigin', run_name='__main__', alter_sys=True)"
        )
        command = [sys.executable, "-c", code, "check", wire.url, *OF_PAGE]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            end = time.monotonic() + 30
            while not wire.heads and time.monotonic() < end:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_reader_that_leaves() -> None:
    """A pipe that is closed ends it without a traceback."""
    with serve_bytes([SHARED]) as wire:
        command = f'"{sys.executable}" -m crossorigin check {wire.url} --origin {APP} --json | true'
        done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=60)
    assert done.stderr == b""


def test_help_loads_no_engine() -> None:
    """``--help`` is quick because it loads neither the model nor the networks."""
    code = (
        "import sys\nfrom crossorigin.cli import main\ntry:\n    main(['check', '--help'])\n"
        "except SystemExit:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stderr.split())
    assert "crossorigin.cli.check" in loaded
    assert not loaded & {
        "crossorigin.browser",
        "crossorigin.explanation",
        "crossorigin.probe",
        "http.client",
        "ssl",
        "asyncio",
    }
