"""What may be sent to whom: cookies, a body, a method that may change something."""

from __future__ import annotations

import pytest

from crossorigin.browser import Call
from crossorigin.cli.judging import NotSentError
from crossorigin.cli.sending import Carrier
from crossorigin.messages import Request, Response, get_values

COOKIES = [
    ("realistic: the host that was named", "https://api.example/", "https://api.example/b", True),
    ("realistic: another port of it", "https://api.example/", "https://api.example:8443/", True),
    ("realistic: from the open to TLS", "http://api.example/", "https://api.example/", True),
    ("hostile: from TLS into the open", "https://api.example/", "http://api.example/", False),
    ("hostile: a host above", "https://api.example/", "https://example/", False),
    ("hostile: a host below", "https://api.example/", "https://a.api.example/", False),
    ("hostile: the name and a dot", "https://api.example/", "https://api.example./", False),
    ("hostile: the name as a user", "https://api.example/", "https://api.example@evil.example/", False),
    ("hostile: no URL", "https://api.example/", "https://", False),
]


@pytest.mark.parametrize(("_sentence", "named", "asked", "goes"), COOKIES, ids=[row[0] for row in COOKIES])
def test_cookies(_sentence: str, named: str, asked: str, goes: bool) -> None:
    """Cookies go to the host that was named, and never into the open from where TLS kept them."""
    sent: list[Request] = []
    call = Call("https://app.example", named, credentials="include")

    def network(request: Request) -> Response:
        sent.append(request)
        return Response(200, [])

    Carrier(network, call, cookie="a=b")(Request("GET", asked, ()))
    assert bool(get_values(sent[0].headers, "Cookie")) is goes


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1", True),
        ("2130706433", True),
        ("0x7f.1", True),
        ("[::1]", True),
        ("[0::0:1]", True),
        ("a.localhost.", True),
        ("%6cocalhost", True),
        ("localhost.evil.example", False),
        ("127.0.0.1.nip.io", False),
        ("127.evil.example", False),
        ("evil-localhost", False),
        ("localhost@evil.example", False),
        ("localhost\\@evil.example", True),
        ("[::ffff:127.0.0.1]", False),
        ("[::127.0.0.1]", False),
        ("0.0.0.0", False),
        ("0", False),
        ("api.example", False),
    ],
)
def test_what_may_change_something(host: str, is_here: bool) -> None:
    """It goes to this machine unasked, under all of its names, and to nothing that is only called so."""
    call = Call("https://app.example", "https://api.example/", "PUT")
    carrier = Carrier(lambda _: Response(200, []), call, may_send=False)
    for request in (Request("PUT", f"http://{host}/", ()), Request("OPTIONS", f"http://{host}/", (), b"x")):
        if is_here:
            assert carrier(request).status == 200
        else:
            with pytest.raises(NotSentError):
                carrier(request)
