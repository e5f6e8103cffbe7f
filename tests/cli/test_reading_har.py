"""A HAR file: what was recorded is judged, without any network."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from crossorigin.cli import main
from crossorigin.cli.reading_har import Entries, find_calls, read_har

if TYPE_CHECKING:
    from pathlib import Path

APP, URL = "https://app.example", "https://api.example/items"
ALLOW = ("access-control-allow-origin", APP)
BROWSERS = [("user-agent", "Mozilla/5.0"), ("accept", "*/*"), ("sec-fetch-mode", "cors"), (":method", "PUT")]


def entry(
    method: str = "GET", url: str = URL, sent: Any = (), status: int = 200, got: Any = (), **more: Any
) -> dict[str, Any]:
    def lines(pairs: Any) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in pairs]

    request = {
        "method": method,
        "url": url,
        "headers": lines([*BROWSERS, ("origin", APP), *sent]),
        **more.pop("request", {}),
    }
    return {"request": request, "response": {"status": status, "headers": lines(got), **more}}


def preflight(method: str = "PUT", names: str = "", url: str = URL, **more: Any) -> dict[str, Any]:
    asked = [("access-control-request-method", method), *([("access-control-request-headers", names)] if names else [])]
    return entry("OPTIONS", url, asked, **more)


PAGE = {"request": {"method": "GET", "url": f"{APP}/", "headers": []}, "response": {"status": 200, "headers": []}}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "create_connection", refuse)


def write(tmp_path: Path, *entries: Any) -> str:
    path = tmp_path / "saved.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    return str(path)


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status = main(["check", *arguments, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["status"] == status
    return found


def test_a_recorded_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its preflight says which headers are the script's; those that were left out are named as such."""
    allowed = [ALLOW, ("access-control-allow-methods", "PUT"), ("access-control-allow-headers", "authorization, x-a")]
    sent = [("x-a", "1"), ("x-tracing", "2")]
    put = entry("PUT", sent=sent, got=[ALLOW], request={"postData": {"text": "{}"}})
    found = run([write(tmp_path, PAGE, preflight(names="authorization,x-a", got=allowed), put)], capsys)
    assert (found["verdict"], found["source"], found["entry"]) == ("readable", "har", 3)
    assert found["call"]["headers"][0] == ["x-a", "1"]
    assert ["authorization", "(left out of the recording)"] in found["call"]["headers"]
    assert found["call"]["body"] == "{}"
    assert [exchange["step"] for exchange in found["exchanges"]] == ["preflight", "request"]


def test_a_blocked_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A preflight that was answered 403 is the failing step, whatever the browser kept of the call itself."""
    recorded = [preflight(status=403), entry("PUT", status=0)]
    found = run([write(tmp_path, *recorded)], capsys)
    assert (found["verdict"], found["explanation"]["reason"]["id"]) == ("blocked", "preflight-not-ok")


def test_a_preflight_that_is_not_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is taken as passed, which is said; what was not answered is not judged."""
    file = write(tmp_path, entry("PUT", got=[ALLOW]))
    found = run([file], capsys)
    assert found["verdict"] == "readable"
    assert "No preflight is recorded" in " ".join(found["notes"])
    file = write(tmp_path, entry("PUT", status=0, _error="net::ERR_FAILED"))
    found = run([file], capsys)
    assert (found["verdict"], found["error"]["kind"]) == ("not-judged", "not-recorded")
    assert "net::ERR_FAILED" in found["error"]["message"]


def test_a_preflight_stands_for_its_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People name the red line; and some browsers show nothing else."""
    file = write(tmp_path, preflight(status=403), entry("PUT", status=0), preflight("DELETE", "x-a", status=405))
    assert run([file, "--entry", "1"], capsys)["entry"] == 2
    found = run([file, "--entry", "3"], capsys)
    assert (found["entry"], found["verdict"], found["call"]["method"]) == (3, "blocked", "DELETE")
    assert found["call"]["headers"] == [["x-a", "(left out of the recording)"]]
    assert [call["entry"] for call in run([file], capsys)["calls"]] == [2, 3]
    allowed = [ALLOW, ("access-control-allow-methods", "*")]
    found = run([write(tmp_path, preflight("DELETE", got=allowed))], capsys)
    assert (found["verdict"], found["error"]["kind"]) == ("not-judged", "not-recorded")


def test_redirects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are followed to the entries that come later."""
    moved = entry(status=302, got=[ALLOW, ("location", "https://b.example/x#y")])
    other = entry(url="https://b.example/x", got=[("access-control-allow-origin", "*")])
    found = run([write(tmp_path, other, moved, other), "--entry", "2"], capsys)
    assert (found["verdict"], len(found["exchanges"])) == ("readable", 2)
    assert run([write(tmp_path, moved, other)], capsys)["entry"] == 1, "what it leads to is the same call"
    assert [call["entry"] for call in run([write(tmp_path, other, moved, other)], capsys)["calls"]] == [1, 2]
    assert run([write(tmp_path, moved, other), "--entry", "2"], capsys)["entry"] == 2
    found = run([write(tmp_path, moved)], capsys)
    assert found["error"]["kind"] == "not-recorded"
    again = entry(status=302, got=[ALLOW, ("location", URL)])
    found = run([write(tmp_path, again, again, entry(got=[ALLOW]))], capsys)
    assert (found["verdict"], found["entry"], len(found["exchanges"])) == ("readable", 1, 3)
    assert run([write(tmp_path, again)], capsys)["engines"]["webkit"]["reason"] == "too-many-redirects"


def test_credentials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A call with cookies had credentials; where a recording may have lost them, that is said."""
    star = [("access-control-allow-origin", "*")]
    with_cookies = entry(got=star, request={"cookies": [{"name": "a", "value": "b"}]})
    assert run([write(tmp_path, with_cookies)], capsys)["verdict"] == "blocked"
    assert run([write(tmp_path, entry(got=star, sent=[("cookie", "a=b")]))], capsys)["verdict"] == "blocked"
    found = run([write(tmp_path, entry(got=star))], capsys)
    assert (found["verdict"], "--credentials include" in " ".join(found["notes"])) == ("readable", True)
    assert run([write(tmp_path, entry(got=star)), "--credentials", "include"], capsys)["verdict"] == "blocked"


def test_many_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All are judged, the worst decides and is shown whole; what is no CORS request is passed over."""
    same = entry(url=f"{APP}/api")
    file = write(tmp_path, PAGE, same, entry(got=[ALLOW]), entry(url="https://b.example/\x1b", status=500))
    assert main(["check", file]) == 1
    out = capsys.readouterr().out
    assert "3      GET     https://api.example/items  readable\n" in out
    assert "allow-origin-missing" in out
    assert "Entry 4:" in out
    assert "\x1b" not in out
    found = run([file], capsys)
    assert [call["entry"] for call in found["calls"]] == [3, 4]
    assert found["verdict"] == "blocked"


def test_calls_that_no_browser_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are left out, which is said; where there is no other, that is the end."""
    strange = entry(sent=[("x-a", "\u20ac")])
    found = run([write(tmp_path, strange, entry(got=[ALLOW], request={"postData": {"text": "\ud800"}}))], capsys)
    assert (found["verdict"], found["entry"]) == ("readable", 2)
    assert "Entry 1 is left out: the value of x-a cannot be sent" in " ".join(found["notes"])
    assert main(["check", write(tmp_path, strange)]) == 2


WRONG = [
    ("no HAR", '{"log": 1}', [], "is no HAR file"),
    ("broken JSON", '{"log": {', [], "is no HAR file"),
    (
        "lines that are none",
        json.dumps({"log": {"entries": [{"request": {"method": "GET", "url": "x", "headers": [1]}}]}}),
        [],
        "is no HAR file",
    ),
    (
        "a status that is none",
        '{"log": {"entries": [{"request": {"method": "GET", "url": "x"}, "response": {"status": Infinity}}]}}',
        [],
        "is no HAR file",
    ),
    ("deep JSON", '{"log":' + "[" * 200_000, [], "is no HAR file"),
    ("no such entry", json.dumps({"log": {"entries": [PAGE]}}), ["--entry", "2"], "entries 1 to 1, and no 2"),
    ("no call", json.dumps({"log": {"entries": [PAGE]}}), [], "no request with an Origin of another site"),
]


@pytest.mark.parametrize(("_sentence", "text", "options", "said"), WRONG, ids=[row[0] for row in WRONG])
def test_what_cannot_be_read(
    _sentence: str, text: str, options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.har").write_text(text)
    assert main(["check", str(tmp_path / "x.har"), *options]) == 2
    assert said in capsys.readouterr().err


def test_an_empty_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to judge, which is no good news."""
    assert main(["check", write(tmp_path)]) == 2
    assert "no request with an Origin" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["\ud800", 5, ["a"]])
def test_bodies_that_are_no_texts(text: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a recording holds, the answers are what is judged."""
    recorded = entry("POST", got=[ALLOW])
    recorded["request"]["postData"] = {"text": text}
    assert run([write(tmp_path, recorded)], capsys)["verdict"] == "readable"


def test_a_long_recording_takes_no_time() -> None:
    """Thousands of calls, each with its preflight."""
    urls = [f"{URL}/{number}" for number in range(5000)]
    saved = json.dumps(
        {"log": {"entries": [*(preflight(url=url) for url in urls), *(entry("PUT", url) for url in urls)]}}
    )
    entries = read_har(saved)
    begun = time.process_time()
    every = Entries(entries)
    assert [every.find_preflight(one) for one in entries[5000:]] == entries[:5000]
    assert find_calls(every) == entries[5000:]
    assert time.process_time() - begun < 10


def test_a_recording_of_redirects_takes_no_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands of calls of one URL, each redirected to another one."""
    moved = entry(status=302, got=[ALLOW, ("location", "https://b.example/x")])
    other = entry(url="https://b.example/x", got=[("access-control-allow-origin", "*")])
    file = write(tmp_path, *[moved, other] * 1000)
    begun = time.process_time()
    found = run([file], capsys)
    assert [call["entry"] for call in found["calls"]] == list(range(1, 2000, 2))
    assert {len(call["exchanges"]) for call in found["calls"]} == {2}
    assert time.process_time() - begun < 20
