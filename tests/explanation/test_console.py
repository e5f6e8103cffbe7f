"""What browsers say in their consoles, and the reason that each message stands for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin.explanation import ConsoleMessage, read_console_message
from crossorigin.reasons import BROWSER_REASONS

DOCS = Path(__file__).parents[2] / "docs"
APP = "https://app.example"
URL = "https://api.example/items"
CHROMIUM = f"Access to fetch at '{URL}' from origin '{APP}' has been blocked by CORS policy: "
PREFLIGHT = "Response to preflight request doesn't pass access control check: "
FIREFOX = (
    f"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {URL}. (Reason: "
)
WEBKIT = f"\n[Error] Fetch API cannot load {URL} due to access control checks."

LISTED_METHOD = ("methods-wildcard-with-credentials",)
LISTED_NAME = ("headers-wildcard-with-credentials",)
LISTED_TOKEN = ("headers-wildcard-with-credentials", "authorization-not-listed")


class Row(NamedTuple):
    """The end of a message, and what it means."""

    text: str
    reason: str | None
    alternatives: tuple[str, ...] = ()
    is_preflight: bool = False
    method: str | None = None
    header_name: str | None = None
    status: int | None = None


CHROMIUM_ROWS = [
    Row("No 'Access-Control-Allow-Origin' header is present on the requested resource.", "allow-origin-missing"),
    Row(
        "No 'Access-Control-Allow-Origin' header is present on the requested resource. If an opaque response serves "
        "your needs, set the request's mode to 'no-cors' to fetch the resource with CORS disabled.",
        "allow-origin-missing",
    ),
    Row(
        f"{PREFLIGHT}No 'Access-Control-Allow-Origin' header is present on the requested resource.",
        "allow-origin-missing", ("preflight-not-ok",), is_preflight=True,
    ),
    Row(
        "The 'Access-Control-Allow-Origin' header contains multiple values '*, https://app.example', but only one is "
        "allowed.",
        "allow-origin-multiple",
    ),
    Row(
        f"{PREFLIGHT}The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is "
        "allowed.",
        "allow-origin-multiple", is_preflight=True,
    ),
    Row("The 'Access-Control-Allow-Origin' header contains the invalid value 'app.example'.", "allow-origin-mismatch"),
    Row(
        "The 'Access-Control-Allow-Origin' header has a value 'https://app.example/' that is not equal to the supplied "
        "origin. Have the server send the header with a valid value.",
        "allow-origin-mismatch",
    ),
    Row(
        f"{PREFLIGHT}The 'Access-Control-Allow-Origin' header has a value 'https://a.example' that is not equal to the "
        "supplied origin.",
        "allow-origin-mismatch", is_preflight=True,
    ),
    Row(
        "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the "
        "request's credentials mode is 'include'.",
        "allow-origin-wildcard-with-credentials",
    ),
    Row(
        f"{PREFLIGHT}The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard "
        "'*' when the request's credentials mode is 'include'. The credentials mode of requests initiated by the "
        "XMLHttpRequest is controlled by the withCredentials attribute.",
        "allow-origin-wildcard-with-credentials", is_preflight=True,
    ),
    Row(
        "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when "
        "the request's credentials mode is 'include'.",
        "allow-credentials-missing",
    ),
    Row(f"{PREFLIGHT}It does not have HTTP ok status.", "preflight-not-ok", is_preflight=True),
    Row(
        f"{PREFLIGHT}Redirect is not allowed for a preflight request.", "preflight-redirected", is_preflight=True,
    ),
    Row(
        "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
        "allow-methods-malformed", is_preflight=True,
    ),
    Row(
        "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
        "allow-headers-malformed", is_preflight=True,
    ),
    Row(
        "Method patch is not allowed by Access-Control-Allow-Methods in preflight response.",
        "method-not-listed", LISTED_METHOD, is_preflight=True, method="patch",
    ),
    Row(
        "Request header field x-test is not allowed by Access-Control-Allow-Headers in preflight response.",
        "header-not-listed", LISTED_NAME, is_preflight=True, header_name="x-test",
    ),
    Row(
        "Request header field authorization is not allowed by Access-Control-Allow-Headers in preflight response.",
        "header-not-listed", LISTED_TOKEN, is_preflight=True, header_name="authorization",
    ),
    Row(
        "Redirect location 'https://me:secret@cdn.example/' contains a username and password, which is disallowed for "
        "cross-origin requests.",
        "redirect-with-userinfo",
    ),
    Row(
        "Cross origin requests are only supported for protocol schemes: chrome, chrome-untrusted, data, http, https.",
        None,
    ),
    Row("Permission was denied for this request to access the `loopback` address space.", None),
    Row(
        "Request had a target IP address space of `local` yet the resource is in address space `loopback`.", None,
    ),
]  # fmt: skip

FIREFOX_ROWS = [
    Row(
        "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.", "allow-origin-missing", status=200,
    ),
    Row(
        "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 404.",
        "allow-origin-missing", ("preflight-not-ok",), status=404,
    ),
    Row("CORS header ‘Access-Control-Allow-Origin’ missing).", "allow-origin-missing", ("preflight-not-ok",)),
    Row("Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).", "allow-origin-multiple"),
    Row(
        "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://app.example/’).",
        "allow-origin-mismatch", ("allow-origin-multiple",),
    ),
    Row(
        "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
        "allow-origin-wildcard-with-credentials",
    ),
    Row("expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).", "allow-credentials-missing"),
    Row(
        "CORS preflight response did not succeed). Status code: 405.",
        "preflight-not-ok", is_preflight=True, status=405,
    ),
    Row("CORS preflight channel did not succeed).", "preflight-not-ok", is_preflight=True),
    Row("CORS request external redirect not allowed).", "preflight-redirected", is_preflight=True),
    Row(
        "Did not find method in CORS header ‘Access-Control-Allow-Methods’).",
        "method-not-listed", LISTED_METHOD, is_preflight=True,
    ),
    Row(
        "invalid token ‘GET PUT’ in CORS header ‘Access-Control-Allow-Methods’).",
        "allow-methods-malformed", is_preflight=True,
    ),
    Row(
        "invalid token ‘a b’ in CORS header ‘Access-Control-Allow-Headers’).",
        "allow-headers-malformed", is_preflight=True,
    ),
    Row(
        "header ‘authorization’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight "
        "response).",
        "header-not-listed", LISTED_TOKEN, is_preflight=True, header_name="authorization",
    ),
    Row(
        "missing token ‘x-test’ in CORS header ‘Access-Control-Allow-Headers’ from CORS preflight channel).",
        "header-not-listed", LISTED_NAME, is_preflight=True, header_name="x-test",
    ),
    Row("CORS request not http).", None, ("redirect-to-other-scheme",)),
    Row(
        "CORS request did not succeed). Status code: (null).",
        None, ("redirect-with-userinfo", "redirect-to-invalid-url", "too-many-redirects"),
    ),
    Row("CORS disabled).", None),
    Row("CORS header ‘Origin’ cannot be added).", None),
]  # fmt: skip

WEBKIT_ROWS = [
    Row(
        "Origin https://app.example is not allowed by Access-Control-Allow-Origin. Status code: 200",
        "allow-origin-missing", ("allow-origin-mismatch",), status=200,
    ),
    Row(
        "Origin https://app.example is not allowed by Access-Control-Allow-Origin.",
        "allow-origin-missing", ("allow-origin-mismatch",),
    ),
    Row("Access-Control-Allow-Origin cannot contain more than one origin.", "allow-origin-multiple"),
    Row(
        "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
        "allow-origin-wildcard-with-credentials",
    ),
    Row('Credentials flag is true, but Access-Control-Allow-Credentials is not "true".', "allow-credentials-missing"),
    Row("Preflight response is not successful", "preflight-not-ok", is_preflight=True),
    Row(
        "Preflight response is not successful. Status code: 401", "preflight-not-ok", is_preflight=True, status=401,
    ),
    Row(
        "Preflight response is not successful. Status code: 307",
        "preflight-redirected", is_preflight=True, status=307,
    ),
    Row(
        "Method PUT is not allowed by Access-Control-Allow-Methods.",
        "method-not-listed", LISTED_METHOD, is_preflight=True, method="PUT",
    ),
    Row(
        "Request header field X-Test is not allowed by Access-Control-Allow-Headers.",
        "header-not-listed", LISTED_NAME, is_preflight=True, header_name="X-Test",
    ),
    Row(
        "Request header field Authorization is not allowed by Access-Control-Allow-Headers.",
        "header-not-listed", LISTED_TOKEN, is_preflight=True, header_name="Authorization",
    ),
    Row(
        "Header Access-Control-Allow-Methods has an invalid value: GET PUT",
        "allow-methods-malformed", is_preflight=True,
    ),
    Row(
        "Header Access-Control-Allow-Headers has an invalid value: a b",
        "allow-headers-malformed", is_preflight=True,
    ),
    Row("Load cannot follow more than 20 redirections", "too-many-redirects"),
    Row(
        "not allowed to follow a cross-origin CORS redirection with non CORS scheme",
        "redirect-to-other-scheme", ("redirect-to-invalid-url",),
    ),
    Row("redirection URL https://me:secret@cdn.example/ has credentials", "redirect-with-userinfo"),
    Row("", None),
]  # fmt: skip

ROWS = [
    *(("chromium", CHROMIUM, row, "") for row in CHROMIUM_ROWS),
    *(("firefox", FIREFOX, row, "") for row in FIREFOX_ROWS),
    *(("webkit", "[Error] ", row, WEBKIT) for row in WEBKIT_ROWS),
]


@pytest.mark.parametrize(("engine", "begin", "row", "end"), ROWS, ids=[f"{row[0]}: {row[2].text[:80]}" for row in ROWS])
def test_a_message_is_read(engine: str, begin: str, row: Row, end: str) -> None:
    """Engine, URL and reason, and whatever else the message names."""
    says_origin = engine == "chromium" or "Origin https" in row.text
    expected = ConsoleMessage(
        engine,
        APP if says_origin else None,
        URL,
        row.reason,
        row.alternatives,
        row.method,
        row.header_name,
        row.status,
        row.is_preflight,
    )
    assert read_console_message(f"{begin}{row.text}{end}") == expected


WHOLE = [
    (
        (
            f"app.js:7 Access to XMLHttpRequest at 'myapp:items' (redirected from '{URL}') from origin "
            "'null' has been blocked by CORS policy: Cross origin requests are only supported for protocol schemes: "
            "http, https."
        ),
        ConsoleMessage("chromium", "null", URL, "redirect-to-other-scheme"),
    ),
    (
        (
            f"Access to font at '{URL}' from origin '{APP}' has been\n  blocked by CORS policy: No\n"
            "  'Access-Control-Allow-Origin' header is present on the requested resource."
        ),
        ConsoleMessage("chromium", APP, URL, "allow-origin-missing"),
    ),
    (
        (
            f"XMLHttpRequest cannot load {URL}. No 'Access-Control-Allow-Origin' header is present on the requested "
            f"resource. Origin '{APP}' is therefore not allowed access."
        ),
        ConsoleMessage("chromium", APP, URL, "allow-origin-missing"),
    ),
    (
        (
            f"Failed to load {URL}: Response for preflight has invalid HTTP status code 405. Origin '{APP}' is "
            "therefore not allowed access."
        ),
        ConsoleMessage("chromium", APP, URL, "preflight-not-ok", status=405, is_preflight=True),
    ),
    (
        f"GET {URL} net::ERR_TOO_MANY_REDIRECTS",
        ConsoleMessage("chromium", None, URL, "too-many-redirects", method="GET"),
    ),
    (
        (
            "Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at "
            f"{URL} soon. (Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not "
            "covered. To include the `Authorization` header, it must be explicitly listed in CORS header "
            "`Access-Control-Allow-Headers`)."
        ),
        ConsoleMessage(
            "firefox", None, URL, "authorization-not-listed", header_name="Authorization", is_preflight=True
        ),
    ),
    (
        (
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "
            f"‘{URL}’. (Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’)."
        ),
        ConsoleMessage("firefox", None, URL, "allow-origin-wildcard-with-credentials"),
    ),
    (
        f"XMLHttpRequest cannot load {URL} due to access control checks.",
        ConsoleMessage("webkit", None, URL),
    ),
    (
        f"XMLHttpRequest cannot load {URL}. Origin {APP} is not allowed by Access-Control-Allow-Origin.",
        ConsoleMessage("webkit", APP, URL, "allow-origin-missing", ("allow-origin-mismatch",)),
    ),
    (
        (
            f"Cross-origin redirection to {URL} denied by Cross-Origin Resource Sharing policy: "
            f"Origin {APP} is not allowed by Access-Control-Allow-Origin. Status code: 302"
        ),
        ConsoleMessage("webkit", APP, URL, "allow-origin-missing", ("allow-origin-mismatch",), status=302),
    ),
]


@pytest.mark.parametrize(("text", "expected"), WHOLE)
def test_a_whole_message_is_read(text: str, expected: ConsoleMessage) -> None:
    """As it is pasted: with the place in the script, broken into lines, of an older release, of a redirect."""
    assert read_console_message(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "TypeError: Failed to fetch", "Failed to load resource: net::ERR_CONNECTION_REFUSED", f"GET {URL} 404"],
)
def test_another_message_is_none(text: str) -> None:
    assert read_console_message(text) is None


def test_the_reasons_are_known() -> None:
    """Each reason, and each alternative, is one of a browser's; all that a console can name are named."""
    rows = [row for _, _, row, _ in ROWS]
    named = {row.reason for row in rows} | {one for row in rows for one in row.alternatives}
    assert named - {None} == set(BROWSER_REASONS)


@given(st.text(max_size=200), st.sampled_from((CHROMIUM, FIREFOX, WEBKIT, "cannot load a:b. ", "preflight request ")))
def test_no_text_raises(text: str, begin: str) -> None:
    """Whatever is pasted."""
    message = read_console_message(f"{begin}{text}" * 3)
    assert message is None or message.reason is None or message.reason in BROWSER_REASONS


def _read_recorded() -> list[dict[str, Any]]:
    """Return what three engines wrote into their consoles, and what the model says of the same call."""
    recorded: list[dict[str, Any]] = json.loads((Path(__file__).parent / "consoles.json").read_text())
    return recorded


@pytest.mark.parametrize("row", _read_recorded(), ids=lambda row: f"{row['engine']}: {row['case']}")
def test_a_recorded_console_is_read(row: dict[str, Any]) -> None:
    """The lines of real engines: the reason is that of the model, or among those for which the engine says the same."""
    message = read_console_message("\n".join(row["lines"]))
    assert message
    assert (message.engine, message.url) == (row["engine"], f"http://api.test/{row['case']}")
    assert message.page_origin in {None, "http://app.test"}
    if row["reason"] is None:
        assert row["lines"][0].startswith("Cross-Origin Request Warning")
    else:
        assert row["reason"] in {message.reason, *message.alternatives}


def test_the_tables_of_the_docs_are_so() -> None:
    """Each message in the docs is read as the reason beside it, and each reason has its row in one of them."""
    page = (DOCS / "blocked.md").read_text()
    rows = re.findall(r"^\| `(.+?)` \| \[`([a-z-]+)`\]\(reasons\.md#([a-z-]+)\) \|", page, re.MULTILINE)
    assert len(rows) == page.count("](reasons.md#") - page.count("(reasons.md#reasons-of")
    for text, reason, anchor in rows:
        messages = [read_console_message(f"{begin}{text}") for begin in (CHROMIUM, FIREFOX)]
        found = [message.reason for message in (*messages, read_console_message(f"{text}{WEBKIT}")) if message]
        assert reason in found, text
        assert reason == anchor
