"""Hosts as the URL Standard has them: domains, addresses, default ports."""

from __future__ import annotations

import re
import unicodedata

#: "A special scheme is an ASCII string that is listed in the first column of the following table."
#: Spec: https://url.spec.whatwg.org/#special-scheme
DEFAULT_PORTS = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}

_LABELS = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PLAIN = re.compile(r"[a-z0-9._-]+")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")

#: "A forbidden domain code point is a forbidden host code point, a C0 control, U+0025 (%), or U+007F DELETE."
#: Spec: https://url.spec.whatwg.org/#forbidden-domain-code-point
_FORBIDDEN = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")

#: Full stops of other scripts, which the mapping of UTS #46 makes of "." as well.
_STOPS = re.compile("[.\u3002\uff0e\uff61]")
_IGNORED = re.compile("[\u00ad\u200b\u2060\ufeff\u180b-\u180d\ufe00-\ufe0f]")
_KEPT = re.compile("[\u00df\u1e9e\u03c2\u200c\u200d]")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")

MAX_HOST = 253
_IPV6_PIECES = 8
_IPV4_PARTS = 4
_OCTAL, _DECIMAL, _HEXADECIMAL = 8, 10, 16
_BYTE = 256
#: Of the largest address, in octal.
_MOST_DIGITS = 11


def is_host(host: str) -> bool:
    """Tell whether *host* is a domain or an address in the one form that browsers write.

    Differs from the standard: the URL Standard also lets a domain hold marks such as ``!`` and ``$``; no
    DNS name that can be registered has one, but look-alikes of allowed origins do.

    Spec: https://url.spec.whatwg.org/#host-parsing

    >>> is_host("app.example"), is_host("127.0.0.1"), is_host("[::1]"), is_host("127.1"), is_host("a..b")
    (True, True, True, False, False)
    """
    if host.startswith("["):
        return serialize_ipv6(host[1:-1]) == host[1:-1] and host.endswith("]")
    if len(host) > MAX_HOST or not _LABELS.fullmatch(host):
        return False
    # Of a host: "If asciiDomain ends in a number, then return the result of IPv4 parsing asciiDomain."
    return _IPV4.fullmatch(host) is not None or not _NUMBER.fullmatch(host[host.rfind(".") + 1 :])


def is_address(host: str) -> bool:
    """Tell whether a host, as a browser writes it, is an IP address.

    >>> is_address("127.0.0.1"), is_address("[::1]"), is_address("app.example")
    (True, True, False)
    """
    return host.startswith("[") or _IPV4.fullmatch(host) is not None


def is_loopback(host: str) -> bool:
    """Tell whether a host, as a browser writes it, is this machine: an origin there is trustworthy without TLS.

    Spec: https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("app.localhost"), is_loopback("127.example")
    (True, True, True, False)
    """
    if is_address(host):
        return host.startswith("127.") or host == "[::1]"
    name = host.removesuffix(".")
    return name == "localhost" or name.endswith(".localhost")


def parse_host(text: str) -> str | None:
    """Return the host of an http(s) URL as a browser writes it, or None if it is none.

    Differs from the standard: of UTS #46, which maps domains that are not ASCII, the mapping is done with
    Python's Unicode tables, and the validity of labels (bidi and joiner rules, unassigned letters) is not checked.
    A domain that has to be mapped and is longer than any name of the DNS is none.

    Spec: https://url.spec.whatwg.org/#concept-host-parser

    >>> parse_host("EXAMPLE.com"), parse_host("b\u00fccher.example"), parse_host("0x7f.1"), parse_host("[0::1]")
    ('example.com', 'xn--bcher-kva.example', '127.0.0.1', '[::1]')
    >>> parse_host("a b"), parse_host("")
    (None, None)
    """
    if text.startswith("["):
        address = serialize_ipv6(text[1:-1]) if text.endswith("]") else None
        return f"[{address}]" if address is not None else None
    if _PLAIN.fullmatch(text) and "xn--" not in text:
        domain: str | None = text
    else:
        # "Let domain be the result of running UTF-8 decode without BOM on the percent-decoding of input."
        raw = _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), text.encode())
        domain = _to_ascii(raw.decode("utf-8", "replace"))
    if not domain or _FORBIDDEN.search(domain):
        return None
    last = domain.removesuffix(".").rpartition(".")[2]
    return _parse_ipv4(domain) if _NUMBER.fullmatch(last) else domain


def _to_ascii(domain: str) -> str | None:
    """Spec: https://url.spec.whatwg.org/#concept-domain-to-ascii."""
    if domain.isascii() and "xn--" not in domain.lower():
        return domain.lower()
    # Why: it names nothing, and Punycode takes a time that grows with the square of the length.
    if len(domain) > MAX_HOST:
        return None
    labels = [_label_to_ascii(_map(label)) for label in _STOPS.split(domain)]
    found = [label for label in labels if label is not None]
    return ".".join(found) if len(found) == len(labels) else None


def _map(label: str) -> str:
    """Map letters as UTS #46 does: fold case and width, leave out what is ignored, keep the deviations."""
    kept = _KEPT.findall(label)
    parts = [unicodedata.normalize("NFKC", part).casefold() for part in _KEPT.split(_IGNORED.sub("", label))]
    mapped = parts[0]
    for letter, part in zip(kept, parts[1:], strict=True):
        mapped += ("\u00df" if letter == "\u1e9e" else letter) + part
    return unicodedata.normalize("NFC", mapped)


def _label_to_ascii(label: str) -> str | None:
    if not label.isascii():
        # "label must not begin with "xn--"": of UTS #46, since it is none that was decoded.
        is_valid = not label.startswith("xn--") and "\ufffd" not in label
        return f"xn--{label.encode('punycode').decode('ascii')}" if is_valid else None
    if label.startswith("xn--"):
        try:
            decoded = label[4:].encode("ascii").decode("punycode")
        except UnicodeError:
            return None
        return label if decoded and not decoded.isascii() and _map(decoded) == decoded else None
    return label


def _parse_ipv4(domain: str) -> str | None:
    """Spec: https://url.spec.whatwg.org/#concept-ipv4-parser."""
    numbers = [_parse_ipv4_number(part) for part in domain.removesuffix(".").split(".")]
    found = [number for number in numbers if number is not None]
    if len(found) < len(numbers) or len(found) > _IPV4_PARTS:
        return None
    *high, last = found
    if any(number >= _BYTE for number in high) or last >= _BYTE ** (_IPV4_PARTS + 1 - len(found)):
        return None
    address = last + sum(number * _BYTE ** (_IPV4_PARTS - 1 - at) for at, number in enumerate(high))
    return ".".join(str(byte) for byte in address.to_bytes(_IPV4_PARTS, "big"))


def _parse_ipv4_number(part: str) -> int | None:
    """Spec: https://url.spec.whatwg.org/#ipv4-number-parser."""
    base = _DECIMAL
    if part.startswith("0x"):
        base, part = _HEXADECIMAL, part[2:] or "0"
    elif len(part) > 1 and part.startswith("0"):
        base, part = _OCTAL, part[1:]
    digits = "0123456789abcdef"[:base]
    if not part or part.strip(digits):
        return None
    # Why: what has more digits is too large for any address, and Python refuses to read very many.
    part = part.lstrip("0")[:_MOST_DIGITS] or "0"
    return int(part, base)


def serialize_ipv6(text: str) -> str | None:
    """Return the IPv6 address *text* as a browser writes it, without brackets, or None if it is none.

    Spec: https://url.spec.whatwg.org/#concept-ipv6-serializer

    >>> serialize_ipv6("0:0:0:0:0:0:0:1"), serialize_ipv6("2001:db8::0:1"), serialize_ipv6("::1::")
    ('::1', '2001:db8::1', None)
    """
    pieces = _read_ipv6(text)
    if pieces is None:
        return None
    # "Let compress be an index to the first IPv6 piece in the first longest sequences of address's IPv6
    # pieces that are 0", of at least two.
    runs = "".join("0" if piece == 0 else "x" for piece in pieces)
    zeros = max(re.findall("0+", runs), key=len, default="")
    words = [f"{piece:x}" for piece in pieces]
    if len(zeros) < len("00"):
        return ":".join(words)
    at = runs.index(zeros)
    return f"{':'.join(words[:at])}::{':'.join(words[at + len(zeros) :])}"


def _read_ipv6(text: str) -> list[int] | None:
    text, is_address = _read_embedded_ipv4(text)
    if not is_address:
        return None
    head, gap, tail = text.partition("::")
    left, right = [half.split(":") if half else [] for half in (head, tail)]
    words = left + right
    if not all(re.fullmatch("[0-9A-Fa-f]{1,4}", word) for word in words):
        return None
    missing = _IPV6_PIECES - len(words)
    if missing < (1 if gap else 0) or (missing and not gap):
        return None
    return [int(word, 16) for word in [*left, *["0"] * missing, *right]]


def _read_embedded_ipv4(text: str) -> tuple[str, bool]:
    """Write the IPv4 address at the end of an IPv6 address as two pieces; tell whether that was possible."""
    before, _, last = text.rpartition(":")
    if "." not in last:
        return text, True
    if not before or not _IPV4.fullmatch(last):
        return text, False
    one, two, three, four = map(int, last.split("."))
    return f"{before}:{one:02x}{two:02x}:{three:02x}{four:02x}", True
