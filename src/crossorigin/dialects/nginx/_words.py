r"""The words of nginx: how a text is quoted, what its variables are called, and its blocks.

In quotation marks a backslash stands for itself, but before a mark, another one, or one of ``t``, ``r``, ``n``. A value
has no escape for a dollar: it is written as a variable that holds one. The keys of a ``map`` have no variables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "nginx"
CALLED = "nginx"

#: The variable for a dollar.
DOLLAR = "cors_dollar"

#: nginx reads no longer word.
_LONGEST = 4000
_PLAIN = re.compile(r"[A-Za-z0-9_$./:*-]+")


def quote(text: str) -> str:
    r"""Write a word as it is.

    :raises DialectError: it is longer than nginx reads.

    >>> quote("a b"), quote('\\A"\\n'), quote("GET")
    ('"a b"', '"\\A\\"\\\\n"', 'GET')
    """
    if not is_short(text):
        what = f"nginx reads no word of more than {_LONGEST} bytes: {text[:60]}..."
        raise DialectError(NAME, what, fix="List fewer names, or allow every one with *")
    if _PLAIN.fullmatch(text):
        return text
    return '"' + re.sub(r"\\(?=[\\\"'trn]|\Z)", r"\\\\", text).replace('"', r"\"") + '"'


def is_short(text: str) -> bool:
    """Tell whether nginx reads a word."""
    return len(text.encode("utf-8", "surrogatepass")) < _LONGEST


def unquote(word: str) -> str:
    r"""Return the text of a word, whose quotation marks are gone.

    >>> unquote("\\\\n\\A")
    '\\n\\A'
    """
    marks = {"t": "\t", "r": "\r", "n": "\n"}
    return re.sub(r"\\([\\\"'trn])", lambda found: marks.get(found[1], found[1]), word)


def hold(text: str) -> str:
    """Write a text into a value, in which a dollar begins a variable.

    >>> hold("a$b")
    'a${cors_dollar}b'
    """
    return text.replace("$", f"${{{DOLLAR}}}")


def write_map(source: str, target: str, entries: Iterable[tuple[str, str]], default: str = "") -> str:
    r"""Write a ``map``; of its keys, those that begin with ``~`` are expressions, asked in their order.

    >>> print(write_map("$http_origin", "$cors_asked", [("~\\Ahttps://a\\z", "$http_origin")]), end="")
    map $http_origin $cors_asked {
        default "";
        "~\Ahttps://a\z" $http_origin;
    }
    """
    lines = [f"    {quote(key)} {quote(value) if value else EMPTY};\n" for key, value in entries]
    head = f"    default {quote(default) if default else EMPTY};\n"
    return f"map {quote(source)} {target} {{\n{head}{''.join(lines)}}}\n"


EMPTY = '""'


def variable(name: str) -> str:
    """Return the variable that holds a header of the request.

    >>> variable("X-Test")
    'http_x_test'
    """
    return "http_" + name.lower().replace("-", "_")
