"""The origins that a policy takes, and those that it refuses because of its other settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import ParseResult, urlparse, urlsplit

import pytest

from crossorigin import Policy, PolicyError, PolicyWarning
from crossorigin.errors import IncompatibleOptionsError, InvalidOriginError, InvalidRegexError, WrongTypeError
from crossorigin.policy import is_loopback

APP = "https://app.example"


def find(**options: Any) -> list[tuple[Any, ...]]:
    """Return the mistakes: kind, option, value, reason, at, item, fix."""
    with pytest.raises(PolicyError) as raised:
        Policy(**options)
    return [(type(one), one.option, one.value, one.reason, one.at, one.item, one.fix) for one in raised.value.mistakes]


class PydanticUrl:
    """Like pydantic's AnyHttpUrl: a text that ends in a slash, and parts."""

    scheme = "https"

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class BytesUrl:
    """Like the result of splitting bytes."""

    scheme = b"https"

    def geturl(self) -> bytes:
        return b"https://app.example"


ACCEPTED: list[tuple[str, Any, tuple[str, ...]]] = [
    ("a list", [APP, "http://localhost:3000"], (APP, "http://localhost:3000")),
    ("a tuple", (APP,), (APP,)),
    ("a set", {APP}, (APP,)),
    ("nothing", [], ()),
    (
        "ports that are no default",
        ["tauri://localhost:1", "https://app.example:80"],
        ("tauri://localhost:1", "https://app.example:80"),
    ),
    ("any, as a text", "*", ("*",)),
    ("any, in a list", ["*"], ("*",)),
    ("any, twice", ["*", "*"], ("*",)),
    ("names before patterns", ["https://*.b.example", APP, APP], (APP, "https://*.b.example")),
    ("a split URL", [urlsplit("https://app.example")], (APP,)),
    ("a split URL with a slash", [urlsplit("https://app.example/")], (APP,)),
    ("a parsed URL", [urlparse("http://localhost:3000/")], ("http://localhost:3000",)),
    ("parts", [ParseResult("https", "app.example", "", "", "", "")], (APP,)),
    ("a URL object with the slash that pydantic adds", [PydanticUrl("https://app.example/")], (APP,)),
    ("a URL object without it", [PydanticUrl("https://app.example:8443")], ("https://app.example:8443",)),
    ("a URL object that is a pattern", [PydanticUrl("https://*.b.example/")], ("https://*.b.example",)),
]


BOTH = [("allow_origins", *row) for row in ACCEPTED]
BOTH += [("deny_origins", *row) for row in ACCEPTED if row[2] != ("*",)]


@pytest.mark.parametrize(("name", "sentence", "value", "origins"), BOTH, ids=[f"{row[0]}: {row[1]}" for row in BOTH])
def test_accepted(name: str, sentence: str, value: Any, origins: tuple[str, ...]) -> None:
    """Origins and patterns are taken from anything that can be gone through, and URL objects as what they mean."""
    options: dict[str, Any] = {name: value}
    assert getattr(Policy(**options), name) == origins, sentence


def test_generators() -> None:
    """A generator is gone through once."""
    policy = Policy(allow_origins=(origin for origin in [APP, "https://*.b.example"]))
    assert policy.allow_origins == (APP, "https://*.b.example")
    assert "https://a.b.example" in policy.allowed


ONE = 'Write a text, such as "https://app.example"'
PATTERN = 'Write a pattern such as "https://*.example.com" or "http://localhost:*", or list the origins'

REFUSED: list[tuple[str, Any, list[tuple[Any, ...]]]] = [
    (
        "a slash, in the second item",
        [APP, f"{APP}/"],
        [(InvalidOriginError, f"{APP}/", "origin-has-a-trailing-slash", 19, 1, f'Write "{APP}"')],
    ),
    (
        "several, in order",
        ["app.example", 5, "https://App.example", None, "https://*"],
        [
            (InvalidOriginError, "app.example", "origin-has-no-scheme", 0, 0, f'Write "{APP}"'),
            (WrongTypeError, 5, "wrong-type", None, 1, ONE),
            (InvalidOriginError, "https://App.example", "origin-has-upper-case", 8, 2, f'Write "{APP}"'),
            (WrongTypeError, None, "wrong-type", None, 3, ONE),
            (InvalidOriginError, "https://*", "wildcard-is-not-a-pattern", 8, 4, PATTERN),
        ],
    ),
    ("bytes", [b"https://app.example"], [(WrongTypeError, b"https://app.example", "wrong-type", None, 0, ONE)]),
    (
        "a split URL with a path",
        [urlsplit("https://app.example/a")],
        [(InvalidOriginError, "https://app.example/a", "origin-has-a-path", 19, 0, f'Write "{APP}"')],
    ),
    (
        "a URL object with a path that ends in a slash",
        [PydanticUrl("https://app.example/a/")],
        [(InvalidOriginError, "https://app.example/a/", "origin-has-a-path", 19, 0, f'Write "{APP}"')],
    ),
    (
        "a URL object with a default port",
        [PydanticUrl("https://app.example:443/")],
        [(InvalidOriginError, "https://app.example:443", "origin-has-a-default-port", 19, 0, f'Write "{APP}"')],
    ),
    ("a file", ["file://localhost"], [(InvalidOriginError, "file://localhost", "origin-is-a-file", 0, 0, None)]),
]


@pytest.mark.parametrize("name", ["allow_origins", "deny_origins"])
@pytest.mark.parametrize(("value", "mistakes"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(name: str, value: Any, mistakes: list[tuple[Any, ...]]) -> None:
    """What no browser sends is refused, with the number of the item and the place in it."""
    found = find(**{name: value})
    assert [(kind, text, reason, at, item) for kind, _, text, reason, at, item, _ in found] == [
        mistake[:5] for mistake in mistakes
    ]
    assert all(mine[6] == theirs[5] for mine, theirs in zip(found, mistakes, strict=True) if theirs[5])
    assert {one[1] for one in found} == {name}


def test_a_url_of_bytes() -> None:
    """A URL object whose text is bytes is no origin, and no error of another kind."""
    assert [(one[0], one[3]) for one in find(allow_origins=[BytesUrl()])] == [
        (InvalidOriginError, "origin-has-an-invalid-scheme")
    ]


def test_any_beside_names() -> None:
    """``*`` beside names is a mistake, and so is what it stands for with credentials."""
    fix = f"Write allow_origins=[\"*\"], or only the names ('{APP}')"
    items = [APP, "*"]
    beside = (IncompatibleOptionsError, "allow_origins", items, "wildcard-beside-names", None, None, fix)
    assert find(allow_origins=items) == [beside]
    found = find(allow_origins=items, allow_credentials=True)
    assert found[0] == beside
    assert [one[3] for one in found] == ["wildcard-beside-names", "wildcard-with-credentials"]


def test_null() -> None:
    """``null`` is never allowed by its name; it can be denied."""
    assert [one[3:6] for one in find(allow_origins=["null"])] == [("origin-is-null", 0, 0)]
    assert Policy(deny_origins=["null"]).deny_origins == ("null",)
    assert Policy(dangerously_allow_null_origin=True).allow_origins == ()


def test_deny_any() -> None:
    """To deny every origin is to allow none, and is not written."""
    mistake = (InvalidOriginError, "deny_origins", "*", "wildcard-is-not-a-pattern", 0, 0, PATTERN)
    assert find(deny_origins="*") == [mistake]
    assert find(deny_origins=["*"]) == [mistake]


LIST_ORIGINS = (
    "List the origins, or drop allow_credentials: a bearer token in the Authorization header needs none. "
    "dangerously_allow_any_origin_with_credentials=True lets every site read what your users may read"
)
LIST_NAMES = "List the names that scripts may read"


def test_any_with_credentials() -> None:
    """A browser does not take ``*`` as an answer to a request with credentials."""
    origins = (IncompatibleOptionsError, "allow_origins", "*", "wildcard-with-credentials", None, None, LIST_ORIGINS)
    names = (IncompatibleOptionsError, "expose_headers", "*", "wildcard-with-credentials", None, None, LIST_NAMES)
    assert find(allow_origins="*", allow_credentials=True) == [origins]
    assert find(allow_origins=["*"], expose_headers="*", allow_credentials=True) == [origins, names]
    may = {"dangerously_allow_any_origin_with_credentials": True}
    assert find(allow_origins="*", expose_headers=["*"], allow_credentials=True, **may) == [names]
    Policy(allow_origins="*", expose_headers="*")
    # In methods and headers it is never sent as it stands.
    Policy(allow_origins=[APP], allow_methods="*", allow_headers="*", allow_credentials=True)


@pytest.mark.parametrize("regex", ["https://.*", ".*", r"https://[^/]+", r"(?s:.)+", r"https?://[a-z.-]+"])
def test_any_regex_with_credentials(regex: str) -> None:
    """Nor is a regex for every site a list of origins."""
    fix = 'Write the regex so that it matches only your own sites, or patterns such as "https://*.example.com"'
    mistake = (InvalidRegexError, "allow_origin_regex", regex, "regex-matches-any-origin", None, None, fix)
    assert find(allow_origin_regex=regex, allow_credentials=True) == [mistake]
    Policy(allow_origin_regex=regex)
    may: dict[str, Any] = {"dangerously_allow_any_origin_with_credentials": True}
    Policy(allow_origin_regex=regex, allow_credentials=True, **may)


SUFFIXES = [
    ("https://*.co.uk", "co.uk"),
    ("https://*.vercel.app", "vercel.app"),
    ("https://*.github.io:*", "github.io"),
    ("https://*.com:8443", "com"),
    ("https://my-team-*.vercel.app", "vercel.app"),
    ("https://*-my-team.vercel.app", "vercel.app"),
    ("https://*.compute.amazonaws.com", "compute.amazonaws.com"),
    ("https://*.anything.ck", "anything.ck"),
    ("https://*.unknown-tld", "unknown-tld"),
]


@pytest.mark.parametrize(("pattern", "base"), SUFFIXES, ids=[row[0] for row in SUFFIXES])
def test_public_suffixes(pattern: str, base: str) -> None:
    """Under a public suffix anyone can register a name that a pattern would match."""
    fix = f'List your own names under "{base}"; dangerously_allow_public_suffix_subdomains=True allows everyone\'s'
    mistake = (InvalidOriginError, "allow_origins", pattern, "wildcard-over-public-suffix", None, None, fix)
    assert find(allow_origins=[APP, pattern], allow_credentials=True) == [mistake]
    Policy(allow_origins=[pattern])
    Policy(deny_origins=[pattern], allow_origins=[APP], allow_credentials=True)
    Policy(allow_origins=[pattern], allow_credentials=True, dangerously_allow_public_suffix_subdomains=True)


@pytest.mark.parametrize(
    "pattern",
    [
        "https://*.example.com",
        "https://*.example.co.uk",
        "https://*.me.github.io",
        "https://app-*.me.vercel.app",
        "https://*.www.ck",
        "https://vercel.app:*",
        "https://*.localhost",
        "http://localhost:*",
    ],
)
def test_patterns_over_names_of_ones_own(pattern: str) -> None:
    """A pattern over a name that one owns goes with credentials, and so does any port of a name."""
    assert pattern in Policy(allow_origins=[pattern], allow_credentials=True).allow_origins


WARNING = (
    " without https, together with allow_credentials: whoever sits on the network "
    "path can put a script into that page and read what your users may read. Write https:// if the site has it"
)


@pytest.mark.parametrize(
    ("origins", "shown"),
    [
        (["http://app.example"], "http://app.example"),
        (["http://192.168.0.7:8080", APP], "http://192.168.0.7:8080"),
        (["http://*.example.com"], "http://*.example.com"),
        (["http://app-*.example.com"], "http://app-*.example.com"),
        (["http://app.example:*"], "http://app.example:*"),
        (["http://localhost.example", "http://localhost"], "http://localhost.example"),
        ([f"http://{name}.example" for name in "abc"], "http://a.example, http://b.example, http://c.example"),
        (
            [f"http://{name}.example" for name in "abcde"],
            "http://a.example, http://b.example, http://c.example and 2 more",
        ),
    ],
)
def test_plain_http_with_credentials(origins: list[str], shown: str) -> None:
    """A page without https, with credentials, works and is told of."""
    with pytest.warns(PolicyWarning) as caught:
        Policy(allow_origins=origins, allow_credentials=True)
    assert [str(one.message) for one in caught] == [f"allow_origins has {shown}{WARNING}"]
    assert caught[0].filename == __file__
    Policy(allow_origins=origins)


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "http://localhost:3000",
        "http://a.localhost",
        "http://127.0.0.1:3000",
        "http://127.1.2.3",
        "http://[::1]:3000",
        "http://localhost:*",
        "http://*.localhost",
        "http://[::1]:*",
        "https://app.example",
        "ws://app.example",
    ],
)
def test_pages_that_nobody_can_change_on_the_way(origin: str) -> None:
    """Nobody is told of loopback pages, which cross no network, nor of other schemes."""
    assert origin in Policy(allow_origins=[origin], allow_credentials=True).allow_origins


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("localhost", True),
        ("a.b.localhost", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("[::1]", True),
        ("localhost.example", False),
        ("notlocalhost", False),
        ("128.0.0.1", False),
        ("127.0.0.1.example", False),
        ("[::2]", False),
        ("", False),
    ],
)
def test_is_loopback(host: str, is_own: bool) -> None:
    """A host is this machine's own if its address or its name says so.

    "If origin's host matches one of the CIDR notations 127.0.0.0/8 or ::1/128 [RFC4632], return "Potentially
    Trustworthy"."

    Spec: https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
    """
    assert is_loopback(host) is is_own
