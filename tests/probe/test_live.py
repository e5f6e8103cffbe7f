"""The live network, over real sockets: what is sent, what is kept of the answer, and what is no answer."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from broken_server import serve_bytes
from crossorigin.messages import Request
from crossorigin.probe import NoAnswerError
from crossorigin.probe.live import LiveNetwork
from processes import find_free_port
from servers import serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from pathlib import Path

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_the_request_is_sent_as_it_is() -> None:
    """Method, target, header lines and body are the request's: their order, case and repeats, and nothing added."""
    with serve_bytes([OK]) as wire, LiveNetwork() as network:
        headers = [("Host", "api.example"), ("X-b", "1"), ("x-A", "2"), ("X-b", "\xe9"), ("Content-Length", "3")]
        network(Request("patch", f"{wire.url}/a%20b?c=d?&e=%2f", headers, b"abc"))
        lines = "Host: api.example\r\nX-b: 1\r\nx-A: 2\r\nX-b: \xe9\r\nContent-Length: 3\r\n"
        assert wire.heads == [f"patch /items/a%20b?c=d?&e=%2f HTTP/1.1\r\n{lines}"]
        assert wire.bodies == [b"abc"]


@pytest.mark.parametrize(
    ("path", "target"), [("", "/"), ("/", "/"), ("?", "/?"), ("/a?", "/a?"), ("/a#b?c", "/a"), ("?a#b", "/?a")]
)
def test_target(path: str, target: str) -> None:
    """The target is the path and the query; the fragment stays in the browser."""
    with serve_bytes([OK]) as wire, LiveNetwork() as network:
        network(Request("GET", f"http://127.0.0.1:{wire.port}{path}", []))
        assert wire.heads == [f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{wire.port}\r\n"]


def test_what_a_request_has_need_of_is_added() -> None:
    """Host, and the length of a body, where the request does not bring them."""
    with serve_bytes([OK]) as wire, LiveNetwork() as network:
        network(Request("POST", wire.url, [], b"abc"))
        assert wire.heads[0].split("\r\n")[1:3] == [f"Host: 127.0.0.1:{wire.port}", "Content-Length: 3"]


HEADS = [
    (
        "realistic: repeats are kept, in their order and case",
        b"A: 1\r\nb: 2\r\nA: 3\r\n",
        [("A", "1"), ("b", "2"), ("A", "3")],
    ),
    (
        "realistic: spaces around a value are not part of it",
        b"A: \t1 \t\r\nB:2\r\nC:\r\n",
        [("A", "1"), ("B", "2"), ("C", "")],
    ),
    ("synthetic: a folded line is one value", b"A: 1\r\n  2\r\n", [("A", "1 2")]),
    ("synthetic: bytes are latin-1", b"A: \xc3\xa9\r\n", [("A", "Ã©")]),
    (
        "hostile: what is no header line is passed over",
        b"A: 1\r\nnothing\r\n: x\r\nb c: d\r\nE: f\r\n",
        [("A", "1"), ("E", "f")],
    ),
    ("hostile: a lone CR does not make a line", b"A: 1\rB: 2\r\n", [("A", "1\rB: 2")]),
]


@pytest.mark.parametrize(("_sentence", "lines", "pairs"), HEADS, ids=[row[0] for row in HEADS])
def test_the_lines_of_the_answer_are_kept(_sentence: str, lines: bytes, pairs: list[tuple[str, str]]) -> None:
    """The answer's header lines are those on the wire."""
    with serve_bytes([b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n" + lines + b"\r\n"]) as wire, LiveNetwork() as network:
        answer = network(Request("GET", wire.url, []))
        assert answer == (404, [("Content-Length", "0"), *pairs], b"")


def test_interim_answers_are_passed_over() -> None:
    """100 and 103 are no answers; the one that follows is, with its own lines only."""
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 2
    with serve_bytes([early + OK]) as wire, LiveNetwork() as network:
        assert network(Request("GET", wire.url, [])) == (200, [("Content-Length", "2")], b"ok")


def test_connections_are_kept_alive() -> None:
    """Requests to one place share a connection, and the answer may close it."""
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with serve_bytes([OK, OK, closing, OK]) as wire, LiveNetwork() as network:
        answers = [network(Request("GET", wire.url, [])).body for _ in range(5)]
        assert (answers, wire.connections) == ([b"ok"] * 5, 2)


def test_a_misdirected_request_goes_to_a_new_connection() -> None:
    """421 says that this connection is the wrong one."""
    with serve_bytes([OK.replace(b"200", b"421"), OK]) as wire, LiveNetwork() as network:
        assert [network(Request("GET", wire.url, [])).status for _ in range(2)] == [421, 200]
        assert wire.connections == 2


def test_ipv6() -> None:
    """An address in brackets is one."""
    with contextlib.ExitStack() as stack:
        try:
            sock = stack.enter_context(socket.create_server(("::1", 0), family=socket.AF_INET6))
        except OSError:
            pytest.skip("this machine has no IPv6")
        thread = threading.Thread(target=_answer_once, args=(sock,), daemon=True)
        thread.start()
        with LiveNetwork() as network:
            assert network(Request("GET", f"http://[::1]:{sock.getsockname()[1]}/", [])).body == b"ok"
        thread.join(20)


def _answer_once(server: socket.socket) -> None:
    client, _ = server.accept()
    with client:
        client.recv(1000)
        client.sendall(OK)


def test_a_connection_that_was_closed_meanwhile_is_opened_anew() -> None:
    """A server that closes an idle connection is asked again; nothing that changes something is sent twice."""
    with serve_bytes([OK, b"", OK]) as wire, LiveNetwork() as network:
        assert network(Request("GET", wire.url, [])).status == 200
        assert network(Request("GET", wire.url, [])).status == 200
        assert (len(wire.heads), wire.connections) == (3, 2)
    with serve_bytes([OK, b"", OK]) as wire, LiveNetwork() as network:
        network(Request("GET", wire.url, []))
        with pytest.raises(NoAnswerError) as caught:
            network(Request("DELETE", wire.url, []))
        assert (caught.value.kind, len(wire.heads), wire.connections) == ("closed", 2, 2)


def test_large_bodies_are_not_read_to_the_end() -> None:
    """Of a body as much is read as was asked for, and the connection is then of no more use."""
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + b"x" * 5_000_000
    with serve_bytes([large]) as wire, LiveNetwork(max_body=1000) as network:
        assert [len(network(Request("GET", wire.url, [])).body) for _ in range(2)] == [1000, 1000]
        assert wire.connections == 2


BODIES = [
    ("realistic: chunked", b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", b"ok"),
    ("realistic: until the end of the connection", b"\r\nok", b"ok"),
    ("hostile: chunks that are none", b"Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n", b""),
    ("hostile: a chunk of less than nothing", b"Transfer-Encoding: chunked\r\n\r\n-1\r\nok", b""),
    ("hostile: shorter than it says", b"Content-Length: 9\r\nConnection: close\r\n\r\nok", b"ok"),
]


@pytest.mark.parametrize(("_sentence", "rest", "body"), BODIES, ids=[row[0] for row in BODIES])
def test_bodies(_sentence: str, rest: bytes, body: bytes) -> None:
    """A broken body does not unmake the answer: its head is what is judged."""
    with serve_bytes([b"HTTP/1.1 200 OK\r\n" + rest]) as wire, LiveNetwork() as network:
        answer = network(Request("GET", wire.url, []))
        assert (answer.status, answer.body) == (200, body)


def test_a_chunk_without_end_is_not_kept() -> None:
    """A chunk that says to be shorter than nothing is not read to an end that never comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        sent: list[int] = []

        def flood() -> None:
            client, _ = server.accept()
            with client, contextlib.suppress(OSError):
                client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
                while True:
                    sent.append(client.send(b"x" * 1_000_000))

        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        with LiveNetwork() as network:
            assert network(Request("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", [])).body == b""
        thread.join(20)
        assert sum(sent) < 50_000_000


def test_a_stream_without_end_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head is enough: events that may come later are not waited for."""
    monkeypatch.setattr("crossorigin.probe.live._BODY_TIME", 0.1)
    with serve_bytes([b"HTTP/1.1 200 OK\r\nA: b\r\n\r\ndata"], stays=True) as wire, LiveNetwork() as network:
        assert network(Request("GET", wire.url, []))[:2] == (200, [("A", "b")])


def test_an_answer_before_the_body_was_read_counts() -> None:
    """A server that refuses a body unread has answered, although sending fails."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            client, _ = server.accept()
            with client:
                client.recv(1000)
                client.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                client.shutdown(socket.SHUT_WR)
                while client.recv(1 << 20):
                    pass

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        with LiveNetwork() as network:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            assert network(Request("POST", url, [], b"x" * 3_000_000)).status == 413
        thread.join(20)


BROKEN = [
    ("not HTTP", b"hello\r\n\r\n", "broken-http", "not HTTP/1.1"),
    ("nothing", b"", "closed", "closed without an answer"),
    ("TLS", b"\x15\x03\x01\x00\x02\x02\x16\r\n", "broken-http", "Write https://"),
    ("a status that is none", b"HTTP/1.1 abc OK\r\n\r\n", "broken-http", "HTTP/1.1 abc OK"),
    ("two lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok", "broken-http", "1, 2"),
    ("too many lines", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", "broken-http", "100 headers"),
    ("a head that breaks off", b"HTTP/1.1 200 OK\r\nA: b\r\n", "closed", "closed without an answer"),
    ("another protocol", b"HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n", "broken-http", "another protocol"),
    ("a line without end", b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000, "broken-http", "65536"),
]


@pytest.mark.parametrize(("_what", "answer", "kind", "text"), BROKEN, ids=[row[0] for row in BROKEN])
def test_broken_http(_what: str, answer: bytes, kind: str, text: str) -> None:
    """What is not HTTP/1.1 is no answer, and one line says what came."""
    with serve_bytes([answer]) as wire, LiveNetwork() as network:
        with pytest.raises(NoAnswerError) as caught:
            network(Request("GET", wire.url, []))
        assert (caught.value.kind, caught.value.url) == (kind, wire.url)
        assert text in str(caught.value)
        assert "\n" not in str(caught.value)


def test_nobody_listens() -> None:
    """A refused connection names the place."""
    port = find_free_port()
    with LiveNetwork() as network, pytest.raises(NoAnswerError) as caught:
        network(Request("GET", f"http://127.0.0.1:{port}/", []))
    assert (caught.value.kind, caught.value.what) == ("refused", f"nothing listens on 127.0.0.1:{port}")


@pytest.mark.parametrize("name", ["nobody.invalid", "nobody..invalid", "n" * 64])
def test_a_name_without_address(name: str) -> None:
    """A name that nobody has, or can have, is told from a server that does not answer."""
    with LiveNetwork() as network, pytest.raises(NoAnswerError) as caught:
        network(Request("GET", f"http://{name}/", []))
    assert caught.value.kind == "unknown-host"
    assert name in caught.value.what


@pytest.mark.parametrize("name", ["localhost", "localhost.", "a.b.localhost", "a.localhost."])
def test_names_below_localhost_are_this_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in browsers, whatever the resolver says: what may change something goes there unasked."""
    asked: list[object] = []
    look_up = socket.getaddrinfo

    def record(host: object, *rest: object, **more: object) -> object:
        asked.append(host)
        return look_up(host, *rest, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(socket, "getaddrinfo", record)
    with serve_bytes([OK]) as wire, LiveNetwork() as network:
        assert network(Request("GET", f"http://{name}:{wire.port}/", [])).status == 200
        assert f"Host: {name}:{wire.port}" in wire.heads[0]
    assert asked[0] == "localhost"


def test_what_cannot_be_sent() -> None:
    """It is not sent, whether the connection is a new one or not."""
    with serve_bytes([OK]) as wire, LiveNetwork() as network:
        for _ in range(2):
            with pytest.raises(NoAnswerError):
                network(Request("GET", wire.url, [("A", "b\r\nC: d")]))
            network(Request("GET", wire.url, []))
        assert len(wire.heads) == 2


def test_every_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, and the first error is the one that is told."""
    closed = find_free_port()
    with serve_bytes([OK]) as wire:
        places = [("127.0.0.1", closed), ("127.0.0.1", wire.port)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with LiveNetwork() as network:
            assert network(Request("GET", "http://api.example/", [])).body == b"ok"
        del found[1]
        with LiveNetwork() as network, pytest.raises(NoAnswerError) as caught:
            network(Request("GET", "http://api.example/", []))
        assert caught.value.kind == "refused"
        found.clear()
        with LiveNetwork() as network, pytest.raises(NoAnswerError) as caught:
            network(Request("GET", "http://api.example/", []))
        assert caught.value.kind == "unknown-host"


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nA: "])
def test_time_out(begun: bytes) -> None:
    """A server that does not end its head in time has not answered."""
    with serve_bytes([begun], stays=True) as wire, LiveNetwork(time_out=0.2) as network:
        with pytest.raises(NoAnswerError) as caught:
            network(Request("GET", wire.url, []))
        assert (caught.value.kind, caught.value.what) == ("time-out", "no answer within 0.2 seconds")


def test_a_server_that_drips_does_not_stretch_the_time() -> None:
    """The time is that of the exchange, not of each wait."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            client, _ = server.accept()
            with client:
                try:
                    for _ in range(400):
                        client.sendall(b"H")
                        time.sleep(0.05)
                except OSError:
                    pass

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with LiveNetwork(time_out=0.5) as network, pytest.raises(NoAnswerError) as caught:
            network(Request("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", []))
        assert caught.value.kind == "time-out"
        thread.join(20)
        assert not thread.is_alive()


def test_exchanges_are_counted() -> None:
    """However a server answers, there is an end."""
    with serve_bytes([OK]) as wire, LiveNetwork(max_exchanges=2) as network:
        for _ in range(2):
            network(Request("GET", wire.url, []))
        with pytest.raises(NoAnswerError) as caught:
            network(Request("GET", wire.url, []))
        assert (caught.value.kind, len(wire.heads)) == ("too-many-exchanges", 2)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for localhost that nobody has signed but itself, with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        [*command, *names, "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=60,
    )
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "certificate.pem").read_text())
    return both


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_is_not_trusted(tls: ssl.SSLContext) -> None:
    """A browser stops there, too; whoever knows better says so."""
    with serve_bytes([OK], tls=tls) as wire:
        url = f"https://127.0.0.1:{wire.port}/"
        with LiveNetwork() as network, pytest.raises(NoAnswerError) as caught:
            network(Request("GET", url, []))
        assert caught.value.kind == "tls"
        assert "self-signed" in caught.value.what
        with LiveNetwork(verify=False) as network:
            assert network(Request("GET", url, [])).body == b"ok"


def test_https_to_a_port_that_speaks_http() -> None:
    """The two halves of a wrong scheme are told apart: this is the one."""
    with serve_wsgi(lambda *_: []) as port, LiveNetwork() as network, pytest.raises(NoAnswerError) as caught:
        network(Request("GET", f"https://127.0.0.1:{port}/", []))
    assert (caught.value.kind, caught.value.advice) == ("tls", "The port speaks plain HTTP: write http://")


def test_http_to_a_port_that_speaks_tls(tls: ssl.SSLContext) -> None:
    """And this is the other."""
    with serve_bytes([OK], tls=tls) as wire, LiveNetwork() as network, pytest.raises(NoAnswerError) as caught:
        network(Request("GET", wire.url, []))
    assert caught.value.kind in {"broken-http", "closed"}


def test_a_real_server() -> None:
    """What a server of every day answers is read alike."""

    async def app(scope: dict[str, object], _receive: object, send: object) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"1"), (b"a", b"2")]})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"ok"})  # type: ignore[operator]

    with serve_asgi(app) as port, LiveNetwork() as network:
        for _ in range(3):
            answer = network(Request("GET", f"http://127.0.0.1:{port}/", [("Origin", "https://app.example")]))
            assert [pair for pair in answer.headers if pair[0] == "a"] == [("a", "1"), ("a", "2")]
            assert (answer.status, answer.body) == (200, b"ok")
