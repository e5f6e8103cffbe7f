"""What a browser's console says, read back: which engine, page, URL and reason a pasted message names."""

from __future__ import annotations

import re
from typing import NamedTuple


class ConsoleMessage(NamedTuple):
    """A message of a browser's console about CORS, or about what looks like it.

    ``engine`` is "chromium", "firefox" or "webkit". ``reason`` is the id of the likeliest reason, and
    ``alternatives`` are others for which the engine says the same; None and none where it is no matter of CORS, such
    as a refused connection or Local Network Access. Whatever the message does not say is None.
    """

    engine: str
    page_origin: str | None = None
    url: str | None = None
    reason: str | None = None
    alternatives: tuple[str, ...] = ()
    method: str | None = None
    header_name: str | None = None
    status: int | None = None
    is_preflight: bool = False


class _Form(NamedTuple):
    """One form of what follows the URL: a pattern and what it means."""

    pattern: re.Pattern[str]
    reason: str | None
    alternatives: tuple[str, ...] = ()
    is_preflight: bool = False


#: A longer text is not read.
_LONGEST = 10_000
_REDIRECTS = range(300, 400)
#: Typographic quotation marks, and what becomes of them.
_QUOTE = "[\u2018\u2019'\"`]"
_NAME = f"{_QUOTE}?(?P<header>[^\\s\u2018\u2019'\"`]+?){_QUOTE}?"

_LISTED_METHOD = ("methods-wildcard-with-credentials",)
_LISTED_NAME = ("headers-wildcard-with-credentials", "authorization-not-listed")


def _form(pattern: str, reason: str | None, *alternatives: str, preflight: bool = False) -> _Form:
    return _Form(re.compile(pattern.replace("QUOTE", _QUOTE).replace("NAME", _NAME)), reason, alternatives, preflight)


#: Where an engine checks a preflight's headers before its status, a preflight that is not ok has their message.
_CHROMIUM_FORMS = (
    _form("must not be the wildcard", "allow-origin-wildcard-with-credentials"),
    _form(
        "wildcard '\\*' cannot be used in the 'Access-Control-Allow-Origin'", "allow-origin-wildcard-with-credentials"
    ),
    _form("preflight request.*No 'Access-Control-Allow-Origin' header", "allow-origin-missing", "preflight-not-ok"),
    _form("No 'Access-Control-Allow-Origin' header", "allow-origin-missing"),
    _form("'Access-Control-Allow-Origin' header contains multiple values", "allow-origin-multiple"),
    _form("'Access-Control-Allow-Origin' header contains the invalid value", "allow-origin-mismatch"),
    _form("'Access-Control-Allow-Origin' header has a value '[^']*' that is not equal", "allow-origin-mismatch"),
    _form("'Access-Control-Allow-Credentials' header in the response is", "allow-credentials-missing"),
    _form("does not have HTTP ok status", "preflight-not-ok", preflight=True),
    _form("preflight has invalid HTTP status code (?P<status>[0-9]{3})", "preflight-not-ok", preflight=True),
    _form("Redirect is not allowed for a preflight request", "preflight-redirected", preflight=True),
    _form("Cannot parse Access-Control-Allow-Methods", "allow-methods-malformed", preflight=True),
    _form("Cannot parse Access-Control-Allow-Headers", "allow-headers-malformed", preflight=True),
    _form(
        "Method (?P<method>\\S+) is not allowed by Access-Control-Allow-Methods",
        "method-not-listed",
        *_LISTED_METHOD,
        preflight=True,
    ),
    _form(
        "Request header field (?P<header>\\S+) is not allowed by Access-Control-Allow-Headers",
        "header-not-listed",
        *_LISTED_NAME,
        preflight=True,
    ),
    _form("Redirect location '[^']*' contains a username and password", "redirect-with-userinfo"),
    _form("redirected from.*only supported for (?:protocol|HTTP|these)", "redirect-to-other-scheme"),
    _form("", None),
)

_FIREFOX_FORMS = (
    _form("Access-Control-Allow-OriginQUOTE? missing", "allow-origin-missing", "preflight-not-ok"),
    _form("Multiple CORS header QUOTE?Access-Control-Allow-Origin", "allow-origin-multiple"),
    _form("Access-Control-Allow-OriginQUOTE? does not match", "allow-origin-mismatch", "allow-origin-multiple"),
    _form("Credential is not supported", "allow-origin-wildcard-with-credentials"),
    _form("expected QUOTE?trueQUOTE? in CORS header", "allow-credentials-missing"),
    _form("CORS preflight (?:response|channel) did not succeed", "preflight-not-ok", preflight=True),
    _form("CORS request external redirect not allowed", "preflight-redirected", preflight=True),
    _form("invalid token .*Access-Control-Allow-Methods", "allow-methods-malformed", preflight=True),
    _form("invalid token .*Access-Control-Allow-Headers", "allow-headers-malformed", preflight=True),
    _form("Did not find method in CORS header", "method-not-listed", *_LISTED_METHOD, preflight=True),
    _form("missing token NAME in CORS header", "header-not-listed", *_LISTED_NAME, preflight=True),
    _form(
        "header NAME is not allowed according to header QUOTE?Access-Control-Allow-Headers",
        "header-not-listed",
        *_LISTED_NAME,
        preflight=True,
    ),
    _form(
        "the QUOTE?(?P<header>Authorization)QUOTE? header is not covered", "authorization-not-listed", preflight=True
    ),
    _form("CORS request not http", None, "redirect-to-other-scheme"),
    _form(
        "CORS request did not succeed", None, "redirect-with-userinfo", "redirect-to-invalid-url", "too-many-redirects"
    ),
    _form("", None),
)

_WEBKIT_FORMS = (
    _form("Cannot use wildcard in Access-Control-Allow-Origin", "allow-origin-wildcard-with-credentials"),
    _form("Access-Control-Allow-Origin cannot contain more than one origin", "allow-origin-multiple"),
    _form("is not allowed by Access-Control-Allow-Origin", "allow-origin-missing", "allow-origin-mismatch"),
    _form("Access-Control-Allow-Credentials is not QUOTE?true", "allow-credentials-missing"),
    _form("Preflight response is not successful", "preflight-not-ok", preflight=True),
    _form("Header Access-Control-Allow-Methods has an invalid value", "allow-methods-malformed", preflight=True),
    _form("Header Access-Control-Allow-Headers has an invalid value", "allow-headers-malformed", preflight=True),
    _form(
        "Method (?P<method>\\S+) is not allowed by Access-Control-Allow-Methods",
        "method-not-listed",
        *_LISTED_METHOD,
        preflight=True,
    ),
    _form(
        "Request header field (?P<header>\\S+) is not allowed by Access-Control-Allow-Headers",
        "header-not-listed",
        *_LISTED_NAME,
        preflight=True,
    ),
    _form("redirection with non CORS scheme", "redirect-to-other-scheme", "redirect-to-invalid-url"),
    _form("redirection URL \\S+ has credentials", "redirect-with-userinfo"),
    _form("cannot follow more than 20 redirections", "too-many-redirects"),
    _form("", None),
)

#: How each engine begins, and the forms of what follows. The older forms of Chromium end with the origin.
_CHROMIUM = re.compile(
    r"Access to .{1,60}? at '(?P<last>[^']*)' (?P<rest>(?:\(redirected from '(?P<first>[^']*)'\) )?"
    r"from origin '(?P<origin>[^']*)' has been blocked by CORS policy.*?)(?=Access to|$)"
)
_OLD_CHROMIUM = re.compile(
    r"(?:cannot load|Failed to load) (?P<url>[a-z]+:\S+?)[.:] (?P<rest>.*Origin '(?P<origin>[^']*)' is therefore not.*)"
)
_CHROMIUM_LOOP = re.compile(r"(?P<method>[A-Z]+) (?P<url>[a-z]+:\S+) net::ERR_TOO_MANY_REDIRECTS")
_FIREFOX = re.compile(
    rf"Cross-Origin Request (?:Blocked|Warning): .{{1,60}} reading the remote resource at {_QUOTE}?(?P<url>[a-z]+:\S+?)"
    rf"{_QUOTE}?(?: soon)?\. \(Reason: (?P<rest>.*?)(?=Cross-Origin Request|$)"
)
_WEBKIT = re.compile(
    r"is not allowed by Access-Control-Allow-(?:Origin|Methods|Headers)\.|due to access control checks"
    r"|Preflight response is not successful|Cannot use wildcard in Access|cannot contain more than one origin"
    r"|Credentials flag is true, but|Header Access-Control-Allow-\w+ has an invalid|CORS redirection with non CORS"
    r"|redirection URL \S+ has credentials|cannot follow more than 20 redirections"
)
_WEBKIT_URLS = (
    re.compile(r"[Cc]annot load (?:image )?(?P<url>[a-z]+:\S+?)(?: due to access control|\.? ?$|\. )"),
    re.compile(r"Cross-origin redirection to (?P<url>\S+) denied"),
)
_WEBKIT_ORIGIN = re.compile(r"Origin (?P<origin>\S+) is not allowed by")
_STATUS = re.compile(r"Status code: (?P<status>[0-9]{3})")


def read_console_message(text: str) -> ConsoleMessage | None:
    """Read a pasted message, which may stand among other lines; None if it is no message about CORS.

    >>> message = read_console_message(
    ...     "Access to fetch at 'https://api.example/items' from origin 'https://app.example' has been blocked by CORS "
    ...     "policy: Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response."
    ... )
    >>> message.reason, message.url, message.method
    ('method-not-listed', 'https://api.example/items', 'PATCH')
    """
    line = " ".join(text[:_LONGEST].split())
    if found := _CHROMIUM.search(line):
        return _read_chromium(found, found["first"] or found["last"])
    if found := _OLD_CHROMIUM.search(line):
        return _read_chromium(found, found["url"])
    if found := _CHROMIUM_LOOP.search(line):
        return ConsoleMessage("chromium", url=found["url"], reason="too-many-redirects", method=found["method"])
    # Why: Firefox tells of one failure in up to three messages, and the last of them only that there is one.
    messages = [
        _read("firefox", one["rest"], _FIREFOX_FORMS)._replace(url=one["url"]) for one in _FIREFOX.finditer(line)
    ]
    if messages:
        first = next((message for message in messages if message.reason), messages[0])
        # Why: where a redirect leads to another scheme, that is the URL of the first message.
        return first._replace(url=next((one.url for one in messages if (one.url or "").startswith("http")), first.url))
    return _read_webkit(line) if _WEBKIT.search(line) else None


def _read_chromium(found: re.Match[str], url: str) -> ConsoleMessage:
    message = _read("chromium", found["rest"], _CHROMIUM_FORMS)
    is_preflight = message.is_preflight or "Response to preflight request" in found["rest"]
    return message._replace(url=url, page_origin=found["origin"], is_preflight=is_preflight)


def _read_webkit(line: str) -> ConsoleMessage:
    """Gather what WebKit says in two lines: the reason in one, the URL in the other."""
    found = next((found for pattern in _WEBKIT_URLS if (found := pattern.search(line))), None)
    # Why: of several messages the first is read, which ends with its URL; old releases began with it.
    first = _read("webkit", line[: found.end()] if found else line, _WEBKIT_FORMS)
    message = first if first.reason else _read("webkit", line, _WEBKIT_FORMS)
    origin = _WEBKIT_ORIGIN.search(line)
    return message._replace(url=found["url"] if found else None, page_origin=origin["origin"] if origin else None)


def _read(engine: str, text: str, forms: tuple[_Form, ...]) -> ConsoleMessage:
    """Find the form of what follows the URL."""
    form, found = next((form, found) for form in forms if (found := form.pattern.search(text)))
    groups = found.groupdict()
    status = groups.get("status") or ((match := _STATUS.search(text)) and match["status"])
    number = int(status) if status else None
    reason = "preflight-redirected" if form.reason == "preflight-not-ok" and number in _REDIRECTS else form.reason
    alternatives = form.alternatives
    if number is not None and number in range(200, 300):
        alternatives = tuple(one for one in alternatives if one != "preflight-not-ok")
    if groups.get("header") and groups["header"].lower() != "authorization":
        alternatives = tuple(one for one in alternatives if one != "authorization-not-listed")
    return ConsoleMessage(
        engine,
        reason=reason,
        alternatives=alternatives,
        method=groups.get("method"),
        header_name=groups.get("header"),
        status=number,
        is_preflight=form.is_preflight,
    )
