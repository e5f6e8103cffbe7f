"""Header names and values: the names CORS uses, tokens, forbidden names, lists.

The only module that spells header names.
"""

from __future__ import annotations

import re

from crossorigin.standard.methods import is_forbidden_method

# Spec: https://fetch.spec.whatwg.org/#http-access-control-allow-origin and the sections beside it.
ORIGIN = "Origin"
HOST = "Host"
VARY = "Vary"
ACCEPT = "Accept"
AUTHORIZATION = "Authorization"
LOCATION = "Location"
UPGRADE = "Upgrade"
SEC_WEBSOCKET_KEY = "Sec-WebSocket-Key"
COOKIE = "Cookie"
REFERER = "Referer"
USER_AGENT = "User-Agent"
CLEAR_SITE_DATA = "Clear-Site-Data"
CONTENT_TYPE = "Content-Type"
CONTENT_LENGTH = "Content-Length"
CONTENT_ENCODING = "Content-Encoding"
CONTENT_DISPOSITION = "Content-Disposition"
CONTENT_TYPE_OPTIONS = "X-Content-Type-Options"
RESOURCE_POLICY = "Cross-Origin-Resource-Policy"
ACCEPT_ENCODING = "Accept-Encoding"
RANGE = "Range"
CACHE_CONTROL = "Cache-Control"
EXPIRES = "Expires"
DATE = "Date"
VIA = "Via"
EXPECT = "Expect"
CONNECTION = "Connection"
TRANSFER_ENCODING = "Transfer-Encoding"
SEC_FETCH_SITE = "Sec-Fetch-Site"
SEC_FETCH_MODE = "Sec-Fetch-Mode"
SEC_FETCH_DEST = "Sec-Fetch-Dest"
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"
ALLOW_METHODS = "Access-Control-Allow-Methods"
ALLOW_HEADERS = "Access-Control-Allow-Headers"
EXPOSE_HEADERS = "Access-Control-Expose-Headers"
MAX_AGE = "Access-Control-Max-Age"
REQUEST_METHOD = "Access-Control-Request-Method"
REQUEST_HEADERS = "Access-Control-Request-Headers"

# Differs from the standard: Private Network Access was never part of Fetch, and browsers have dropped it.
# Spec: https://wicg.github.io/private-network-access/
ALLOW_PRIVATE_NETWORK = "Access-Control-Allow-Private-Network"
REQUEST_PRIVATE_NETWORK = "Access-Control-Request-Private-Network"

# By what a cache says that an answer is one it had kept; most names are of one product, and older than the standard.
# Spec: https://www.rfc-editor.org/rfc/rfc9211 (``Cache-Status``)
AGE = "Age"
CACHE_STATUSES = ("Cache-Status", "X-Cache", "X-Cache-Status", "CF-Cache-Status", "X-Proxy-Cache")

#: What a proxy tells of the client's side of a request.
FORWARDED_FOR = "X-Forwarded-For"
FORWARDED_PROTO = "X-Forwarded-Proto"
FORWARDED_HOST = "X-Forwarded-Host"

#: What all of these begin with, in lower case, and the others that proxies use to say so, or to say which path was
#: asked for.
FORWARDED_PREFIX = "x-forwarded-"
FORWARDED_NAMES = frozenset(
    {
        "cf-connecting-ip",
        "fastly-client-ip",
        "forwarded",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-host",
        "x-original-url",
        "x-real-ip",
        "x-rewrite-url",
    }
)
PROXY = "Proxy"

#: What is of one connection and not of the message, so that no proxy passes it on, in lower case.
#: Spec: https://www.rfc-editor.org/rfc/rfc9110#name-connection
HOP_BY_HOP_NAMES = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

#: What the headers of a WebSocket handshake begin with, in lower case: they are of one connection, too.
SEC_WEBSOCKET_PREFIX = "sec-websocket-"

#: What makes a request conditional, in lower case.
#: Spec: https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch
CONDITIONAL_NAMES = frozenset({"if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"})

#: The client hints that once were CORS-safelisted, in lower case.
CLIENT_HINT_NAMES = frozenset({"device-memory", "downlink", "dpr", "ect", "rtt", "viewport-width", "width"})

#: What every header of the CORS protocol begins with, in lower case.
CORS_PREFIX = "access-control-"

#: The names of "a no-CORS-safelisted request-header name", in lower case.
#: Spec: https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header-name
NO_CORS_SAFELISTED_NAMES = frozenset({"accept", "accept-language", "content-language", "content-type"})

#: Spec: https://fetch.spec.whatwg.org/#forbidden-request-header
FORBIDDEN_REQUEST_NAMES = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)

#: "starts with `proxy-` or `sec-`"
FORBIDDEN_REQUEST_PREFIXES = ("proxy-", "sec-")

#: Names of headers in which a request tells another method, that of the real request is POST.
#: They are forbidden where that method is.
#: Spec: https://fetch.spec.whatwg.org/#forbidden-request-header
METHOD_OVERRIDE_NAMES = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})

#: "A CORS non-wildcard request-header name is a header name that is a byte-case-insensitive match for
#: `Authorization`."
#: Spec: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
NON_WILDCARD_NAMES = frozenset({"authorization"})

#: Spec: https://fetch.spec.whatwg.org/#request-body-header-name
REQUEST_BODY_NAMES = frozenset({"content-encoding", "content-language", "content-location", "content-type"})

#: The names that a script can read without being exposed, in lower case.
#: Spec: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
SAFELISTED_RESPONSE_NAMES = frozenset(
    {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    }
)

#: Spec: https://fetch.spec.whatwg.org/#forbidden-response-header-name
FORBIDDEN_RESPONSE_NAMES = frozenset({"set-cookie", "set-cookie2"})

#: The names in which servers, frameworks, proxies and caches tell who they are, in lower case.
LAYER_NAMES = (
    "server",
    "via",
    "x-powered-by",
    "x-served-by",
    "x-cache",
    "x-varnish",
    "cf-ray",
    "x-amz-cf-id",
    "x-amz-apigw-id",
    "x-azure-ref",
    "x-vercel-id",
    "x-envoy-upstream-service-time",
    "x-kong-proxy-latency",
    "x-runtime",
    "x-aspnet-version",
)

#: The names that a browser itself puts on a page's requests and that a script could set, too, in lower case.
BROWSERS_OWN_NAMES = frozenset(
    {"accept-language", "cache-control", "pragma", "priority", "upgrade-insecure-requests", "user-agent"}
)

#: An item of a header's value, with its quoted strings.
_ITEM = re.compile(r'(?:\A|,)((?:[^",]|"(?:[^"\\]|\\.)*(?:"|\\?\Z))*)', re.DOTALL)

#: A token: what methods and header names are made of.
#: Spec: https://www.rfc-editor.org/rfc/rfc9110#name-tokens
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def is_token(text: str) -> bool:
    """Tell whether *text* can be a method or a header name.

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-tokens

    >>> is_token("X-Test"), is_token("X Test"), is_token("")
    (True, False, False)
    """
    return _TOKEN.fullmatch(text) is not None


def is_value(text: str) -> bool:
    r"""Tell whether *text*, each letter of which is a byte, can be the value of a header.

    Spec: https://fetch.spec.whatwg.org/#header-value

    >>> is_value("a b"), is_value("a\r\nb"), is_value("\u20ac")
    (True, False, False)
    """
    return not any(letter in "\0\r\n" or letter > "\xff" for letter in text)


def is_forbidden_request_name(name: str) -> bool:
    """Tell whether no script can set the request header *name*, whatever its value.

    Three more names (``X-HTTP-Method`` and its like) are forbidden with some values only.

    Spec: https://fetch.spec.whatwg.org/#forbidden-request-header

    >>> is_forbidden_request_name("Cookie"), is_forbidden_request_name("Sec-Fetch-Site")
    (True, True)
    >>> is_forbidden_request_name("Authorization")
    False
    """
    name = name.lower()
    return name in FORBIDDEN_REQUEST_NAMES or name.startswith(FORBIDDEN_REQUEST_PREFIXES)


def is_forbidden_request_header(name: str, value: str) -> bool:
    """Tell whether a browser drops this header where a script sets it.

    Spec: https://fetch.spec.whatwg.org/#forbidden-request-header

    >>> is_forbidden_request_header("X-HTTP-Method", "GET, trace"), is_forbidden_request_header("X-HTTP-Method", "GET")
    (True, False)
    """
    return is_forbidden_request_name(name) or is_override(name, split_value(value))


def split_value(value: str) -> list[str]:
    """Get, decode, and split a header's value: at its commas, but not those in a quoted string.

    Spec: https://fetch.spec.whatwg.org/#header-value-get-decode-and-split

    >>> split_value('a, "b,c" ,')
    ['a', '"b,c"', '']
    """
    return [match[1].strip(" \t") for match in _ITEM.finditer(value)]


def is_override(name: str, methods: list[str]) -> bool:
    """Tell whether a header tells one of the *methods* that is forbidden.

    Spec: https://fetch.spec.whatwg.org/#forbidden-request-header

    >>> is_override("X-HTTP-Method", ["GET", "trace"]), is_override("X-Test", ["TRACE"])
    (True, False)
    """
    return name.lower() in METHOD_OVERRIDE_NAMES and any(map(is_forbidden_method, methods))


def is_forbidden_response_name(name: str) -> bool:
    """Tell whether no script can read the response header *name*, exposed or not.

    Spec: https://fetch.spec.whatwg.org/#forbidden-response-header-name

    >>> is_forbidden_response_name("Set-Cookie")
    True
    """
    return name.lower() in FORBIDDEN_RESPONSE_NAMES


def read_header_names(value: str) -> list[str] | None:
    """Return the names in a list of header names, as they are written, or None if it is not one.

    Empty elements are passed over, as HTTP asks of a recipient.

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-collected-abnf (``#field-name``)

    >>> read_header_names("content-type, X-Test,"), read_header_names("a b")
    (['content-type', 'X-Test'], None)
    """
    names = [name for element in value.split(",") if (name := element.strip(" \t"))]
    return names if all(map(is_token, names)) else None
