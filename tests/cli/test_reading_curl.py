"""A curl command as a call: as bash and cmd write it, and what is said of what a browser does not do."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import pytest

from crossorigin.cli.printing import CannotJudgeError
from crossorigin.cli.reading_curl import is_curl, read_curl

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://api.example/items"
FORM = ("Content-Type", "application/x-www-form-urlencoded")

BASH = """curl 'https://api.example/items?a=b%20c' \\
  -X 'PUT' \\
  -H 'accept: */*' \\
  -H 'accept-language: de,en;q=0.9' \\
  -H 'authorization: Bearer x' \\
  -H 'cache-control: no-cache' \\
  -H 'content-type: application/json' \\
  -b 'a=b; c=d' \\
  -H 'origin: https://app.example' \\
  -H 'priority: u=1, i' \\
  -H 'referer: https://app.example/page' \\
  -H 'sec-fetch-mode: cors' \\
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \\
  -H 'x-empty;' \\
  --data-raw $'{"a":"it\\'s \\u00e9\\n!"}'"""

CMD = r"""curl ^"https://api.example/items?a=b^%^20c^" ^
  -X ^"PUT^" ^
  -H ^"accept: */*^" ^
  -H ^"authorization: Bearer x^" ^
  -H ^"content-type: application/json^" ^
  -b ^"a=b; c=d^" ^
  -H ^"origin: https://app.example^" ^
  -H ^"user-agent: Mozilla/5.0^" ^
  --data-raw ^"^{^\^"a^\^":^\^"it's é^

!^\^"^}^"
"""


@pytest.mark.parametrize("text", [BASH, BASH.replace("\n", "\r\n"), f"$ {BASH}", CMD, CMD.replace("\n", "\r\n")])
def test_as_browsers_copy_it(text: str) -> None:
    """The script's headers are told from the browser's own, the page is its Origin, and the body is what was sent."""
    draft = read_curl(text)
    assert (draft.url, draft.method, draft.page) == ("https://api.example/items?a=b%20c", "PUT", "https://app.example")
    assert [pair for pair in draft.headers if pair[0] != "x-empty"] == [
        ("authorization", "Bearer x"),
        ("content-type", "application/json"),
    ]
    assert draft.cookie == "a=b; c=d"
    assert isinstance(draft.body, bytes)
    assert draft.body.decode().replace("\\n", "\n") == '{"a":"it\'s é\n!"}'
    assert {name for name, _ in draft.own_lines} <= {"accept-language", "cache-control", "priority", "user-agent"}
    assert draft.own_lines
    assert draft.notes == []


ROWS = [
    ("a URL", URL, {}),
    ("a URL by name", f"--url {URL}", {}),
    ("a method", f"-X PUT {URL}", {"method": "PUT"}),
    ("a method, joined", f"-XPUT {URL}", {"method": "PUT"}),
    ("flags in one", f"-sSLk {URL}", {"is_insecure": True}),
    ("a flag before a value", f"-sXPUT {URL}", {"method": "PUT"}),
    ("what curl prints", f"-sS -o x -w y --compressed -i --http2 {URL}", {}),
    ("head", f"-I {URL}", {"method": "HEAD"}),
    ("data", f"{URL} -d a=b -d c", {"method": "POST", "body": b"a=b&c", "headers": [FORM]}),
    (
        "data, its type named",
        f"{URL} -d x -H 'content-type: text/plain'",
        {"method": "POST", "body": b"x", "headers": [("content-type", "text/plain")]},
    ),
    ("raw data", f"{URL} --data-raw @x", {"method": "POST", "body": b"@x", "headers": [FORM]}),
    (
        "encoded data",
        f"{URL} --data-urlencode 'a=b c' --data-urlencode 'd e'",
        {"method": "POST", "body": b"a=b%20c&d%20e", "headers": [FORM]},
    ),
    ("data in the query", f"-G {URL}?x -d a=b", {"url": f"{URL}?x&a=b"}),
    ("data in the query of a URL with a fragment", f"-G {URL}#f -d a=b", {"url": f"{URL}?a=b#f"}),
    (
        "JSON",
        f"{URL} --json {{}}",
        {
            "method": "POST",
            "body": b"{}",
            "headers": [("Content-Type", "application/json"), ("Accept", "application/json")],
        },
    ),
    ("a header taken out", f"{URL} -H 'Accept:'", {}),
    (
        "a program's headers are the script's",
        f"{URL} -H 'User-Agent: x' -H 'Accept: */*'",
        {"headers": [("User-Agent", "x"), ("Accept", "*/*")]},
    ),
    ("forbidden headers", f"{URL} -H 'Host: x' -H 'Accept-Encoding: br'", {}),
    ("a user agent", f"{URL} -A x", {"own_lines": [("User-Agent", "x")]}),
    ("cookies", f"{URL} -b a=b", {"cookie": "a=b"}),
    ("cookies twice", f"{URL} -b a=b -H 'Cookie: c=d'", {"cookie": "c=d; a=b"}),
    ("a page", f"{URL} -e https://app.example/x", {"page": "https://app.example"}),
    ("a space that does not break", f"\u00a0{URL}\u00a0-H\u00a0'X-A: 1'", {"headers": [("X-A", "1")]}),
    ("quotes within a word", f"{URL} -H X-A:' b 'c", {"headers": [("X-A", "b c")]}),
    ("a word on two lines", f"{URL} -H X-A:\\\nb \\\r\n \\\n", {"headers": [("X-A", "b")]}),
    ("an empty word", f"{URL} -d ''", {"method": "POST", "body": b"", "headers": [FORM]}),
    (
        "bytes of a shell",
        f"{URL} -d '\udcff' -d $'\udcfe'",
        {"method": "POST", "body": b"\xff&\xfe", "headers": [FORM]},
    ),
    (
        "bytes of a shell, encoded",
        f"{URL} --data-urlencode a=\udcff",
        {"method": "POST", "body": b"a=%FF", "headers": [FORM]},
    ),
    ("double quotes", f'"{URL}" -H "X-A: \\"b\\""', {"headers": [("X-A", '"b"')]}),
    ("a dollar in quotes", f"{URL} -H 'X-A: a$' -H 'X-B: b'", {"headers": [("X-A", "a$"), ("X-B", "b")]}),
    ("escapes", f"{URL} -H $'X-A: \\x41\\102\\t\\u00e9\\\\'", {"headers": [("X-A", "AB\té\\")]}),
    ("curl.exe", None, {"method": "PUT"}),
]


@pytest.mark.parametrize(("_sentence", "arguments", "wanted"), ROWS, ids=[row[0] for row in ROWS])
def test_options(_sentence: str, arguments: str | None, wanted: dict[str, object]) -> None:
    """Each option means what it means to curl."""
    draft = read_curl(f"curl {arguments}" if arguments else f"curl.exe {URL} -X PUT")
    defaults: dict[str, object] = {
        "url": URL,
        "method": "GET",
        "page": None,
        "headers": [],
        "body": None,
        "cookie": None,
        "is_insecure": False,
        "own_lines": [],
    }
    assert {name: getattr(draft, name) for name in defaults} == defaults | wanted


NOTES = [
    (f"-u a:b {URL}", "-u became the Authorization header"),
    (f"-x http://proxy {URL}", "-x is not imitated"),
    (f"--resolve a:1:b {URL}", "--resolve is not imitated"),
    (f"-e https://app.example/x {URL}", "taken from Referer"),
    (f"-X OPTIONS {URL} -H 'Access-Control-Request-Method: PUT'", "the PUT that it asks for"),
]


@pytest.mark.parametrize(("arguments", "text"), NOTES)
def test_notes(arguments: str, text: str) -> None:
    """What is made of something, or left out, is said."""
    assert text in " ".join(read_curl(f"curl {arguments}").notes)


def test_a_preflight_is_the_call_that_it_asks_for() -> None:
    """People copy the red line of the network panel, which is the preflight."""
    asked = "-H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: content-type,x-a'"
    draft = read_curl(f"curl {URL} -X OPTIONS {asked} -H 'Origin: https://app.example'")
    assert (draft.method, draft.page) == ("PUT", "https://app.example")
    assert draft.headers == [("content-type", "application/json"), ("x-a", "1")]


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body may be in a file: with its line breaks, or without them, as with curl."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "body").write_bytes(b"a\r\nb\n")
    assert read_curl(f"curl {URL} --data-binary @body").body == b"a\r\nb\n"
    assert read_curl(f"curl {URL} -d @body").body == b"ab"


WRONG = [
    ("no URL", "curl -X PUT", "has 0 URLs"),
    ("two URLs", f"curl {URL} {URL}", "has 2 URLs"),
    ("a quote that does not end", f"curl '{URL}", "with all its quotes"),
    ("a backslash at the end", f"curl {URL} \\", "with all its quotes"),
    ("unknown options, all named", f"curl {URL} --foo -F a=b --bar", "--foo, -F, --bar is not known here"),
    ("an option without its value", f"curl {URL} -H", "ends after -H"),
    ("headers in a file", f"curl {URL} -H @headers.txt", "-H '@headers.txt' is no header"),
    ("cookies in a file", f"curl {URL} -b jar.txt", "from a file"),
    ("a body that is not there", f"curl {URL} -d @nothing", "cannot be read from nothing"),
]


@pytest.mark.parametrize(("_sentence", "text", "said"), WRONG, ids=[row[0] for row in WRONG])
def test_what_cannot_be_read(_sentence: str, text: str, said: str) -> None:
    """Nothing is dropped silently."""
    with pytest.raises(CannotJudgeError) as caught:
        read_curl(text)
    assert said in str(caught.value)


def test_what_is_curl() -> None:
    """A prompt before it does not matter; a URL that holds the word is none."""
    assert all(map(is_curl, ["curl x", " $ curl x", "> curl.exe x", "curl\nx"]))
    assert not any(map(is_curl, ["https://curl x", "curling x", "curl"]))


@pytest.mark.parametrize(
    "begun",
    [f"curl {URL} --data-raw '{'a' * 2_000_000}'", f"curl {URL} -d " + "a''" * 300_000, "curl " + "$'\\'" * 100_000],
    ids=["a large body", "many quotes", "quotes that do not end"],
)
def test_a_long_command_takes_no_time(begun: str) -> None:
    """It may hold a file of megabytes."""
    start = time.perf_counter()
    with contextlib.suppress(CannotJudgeError):
        read_curl(begun)
    assert time.perf_counter() - start < 5
