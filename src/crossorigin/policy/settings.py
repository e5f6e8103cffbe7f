"""One function per kind of option: check what was written, return it in its one form, note what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.errors import (
    IncompatibleOptionsError,
    InvalidHeaderNameError,
    InvalidMethodError,
    InvalidValueError,
    SettingError,
    UnknownOptionError,
    WrongTypeError,
)
from crossorigin.origins.origin import NULL, parse_origin, read_origin
from crossorigin.origins.pattern import Pattern, parse_pattern
from crossorigin.reasons import SERVER_REASONS
from crossorigin.standard.headers import is_forbidden_request_name, is_forbidden_response_name, is_token
from crossorigin.standard.hosts import DEFAULT_PORTS, is_host
from crossorigin.standard.methods import is_forbidden_method, normalize

if TYPE_CHECKING:
    from crossorigin.policy.problems import Problems

ANY = "*"


class OriginSet(NamedTuple):
    """The origins of one option: all of them, or names and patterns."""

    is_any: bool
    literals: list[str]
    patterns: list[Pattern]


def check_list(option: str, value: object, problems: Problems) -> list[object]:
    """Return the items of a list option; ``"*"`` alone stands for ``["*"]``."""
    if isinstance(value, str):
        if value != ANY:
            items = ", ".join(f'"{word}"' for word in value.replace(",", " ").split())
            problems.add(WrongTypeError, option, value, "bare-string", fix=f"Write {option}=[{items}]")
            return []
        return [ANY]
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | Mapping):
        return list(value)
    problems.wrong_type(option, value, fix=f"Write a list of texts, such as {option}=[]")
    return []


def check_origins(option: str, value: object, problems: Problems, *, may_be_any: bool) -> OriginSet:
    """Check ``allow_origins`` or ``deny_origins``."""
    items = check_list(option, value, problems)
    is_any = may_be_any and ANY in items
    if is_any:
        if any(item != ANY for item in items):
            _add_beside(option, items, problems)
        items = [item for item in items if item != ANY]
    found = OriginSet(is_any=is_any, literals=[], patterns=[])
    for number, item in enumerate(items):
        text = item if isinstance(item, str) else _read_url_object(item)
        if text is None:
            problems.wrong_type(option, item, fix='Write a text, such as "https://app.example"', item=number)
        elif "*" in text:
            if pattern := problems.catch(option, number, parse_pattern, text):
                found.patterns.append(pattern)
        elif _is_plain(text) or (text == NULL and not may_be_any):
            found.literals.append(text)
        else:
            problems.catch(option, number, parse_origin, text)
    return found


def _is_plain(text: str) -> bool:
    """Tell quickly whether *text* is an origin: there may be a million of them."""
    origin = read_origin(text)
    return origin is not None and origin.scheme != "file" and origin.port != DEFAULT_PORTS.get(origin.scheme, 0)


def _read_url_object(item: object) -> str | None:
    """Return the text of a URL object (pydantic, yarl, httpx, urllib) without the slash that it adds."""
    if not hasattr(item, "scheme"):
        return None
    text = item.geturl() if hasattr(item, "geturl") else str(item)
    return text.removesuffix("/") if isinstance(text, str) and text.count("/") <= len("///") else str(text)


def check_methods(value: object, problems: Problems) -> tuple[str, ...]:
    """Check ``allow_methods``."""
    option = "allow_methods"
    items = check_list(option, value, problems)
    if ANY in items and any(item != ANY for item in items):
        _add_beside(option, items, problems)
    for number, item in enumerate(items):
        if not isinstance(item, str):
            problems.wrong_type(option, item, fix='Write a text, such as "GET"', item=number)
        elif item != ANY:
            _check_method(option, item, number, problems)
    return tuple(dict.fromkeys(item for item in items if isinstance(item, str)))


def _check_method(option: str, method: str, number: int, problems: Problems) -> None:
    if not is_token(method):
        fix, reason = 'Write one method per item, such as ["GET", "PUT"]', "method-not-a-token"
    elif is_forbidden_method(method):
        fix, reason = "Leave it out", "method-forbidden"
    elif normalize(method) != method:
        fix, reason = f'Write "{normalize(method)}"', "method-not-normalized"
    else:
        if method != "PATCH" and method.upper() == "PATCH":
            problems.warnings.append(
                f'allow_methods has "{method}". Methods are compared with case, and nearly every script '
                f'sends "PATCH": write that, unless yours really sends "{method}"'
            )
        return
    problems.add(InvalidMethodError, option, method, reason, fix=fix, item=number)


def check_names(option: str, value: object, problems: Problems, *, may_be_any: bool = True) -> tuple[str, ...]:
    """Check ``allow_headers``, ``deny_headers`` or ``expose_headers``."""
    items = check_list(option, value, problems)
    if may_be_any and ANY in items:
        if all(item == ANY for item in items):
            return (ANY,)
        _add_beside(option, items, problems)
        items = [item for item in items if item != ANY]
    is_forbidden = is_forbidden_response_name if option == "expose_headers" else is_forbidden_request_name
    kept: dict[str, None] = {}
    for number, item in enumerate(items):
        if not isinstance(item, str):
            problems.wrong_type(option, item, fix='Write a text, such as "X-Request-Id"', item=number)
        elif item == ANY or not is_token(item):
            fix = 'Write one name per item, such as ["X-Request-Id", "X-Total"]'
            problems.add(InvalidHeaderNameError, option, item, "header-name-not-a-token", fix=fix, item=number)
        elif is_forbidden(item):
            fix = (
                "Leave it out"
                if item.lower() != "cookie"
                else "Leave it out; allow_credentials=True lets cookies through"
            )
            problems.add(InvalidHeaderNameError, option, item, "header-name-forbidden", fix=fix, item=number)
        else:
            kept[item] = None
    return tuple(kept)


def _add_beside(option: str, items: list[object], problems: Problems) -> None:
    names = ", ".join(repr(item) for item in items if item != ANY)
    fix = f'Write {option}=["*"]' + (f", or only the names ({names})" if names else "")
    problems.add(IncompatibleOptionsError, option, items, "wildcard-beside-names", fix=fix)


def check_flag(option: str, value: object, problems: Problems) -> bool:
    """Check an option that is True or False."""
    if not isinstance(value, bool):
        problems.wrong_type(option, value, fix=f"Write {option}=True or {option}=False")
    return value is True


def check_choice(option: str, value: object, choices: tuple[str, ...], problems: Problems) -> str:
    """Check an option that takes one of a few words."""
    if isinstance(value, str) and value in choices:
        return value
    fix = f"Write one of {', '.join(map(repr, choices))}"
    problems.add(InvalidValueError, option, value, "not-a-choice", fix=fix)
    return choices[0]


def check_number(option: str, value: object, problems: Problems, *, allowed: range, reason: str) -> int:
    """Check an option that is a number within a range."""
    if not isinstance(value, int) or isinstance(value, bool):
        problems.wrong_type(option, value, fix=f"Write a number from {allowed[0]} to {allowed[-1]}")
        return allowed[0]
    if value not in allowed:
        fix = f"Write a number from {allowed[0]} to {allowed[-1]}"
        problems.add(InvalidValueError, option, value, reason, fix=fix)
    return value


def check_messages(option: str, value: object, problems: Problems) -> Mapping[str, str]:
    """Check ``error_messages``: reason ids and the texts to answer with."""
    if not isinstance(value, Mapping):
        problems.wrong_type(option, value, fix='Write a dict, such as {"origin-not-allowed": "Not from there."}')
        return MappingProxyType({})
    for key, text in value.items():
        if key not in SERVER_REASONS:
            problems.mistakes.append(unknown_name(option, str(key), SERVER_REASONS))
        elif not isinstance(text, str) or (not text.isprintable() and _has_surrogates(text)):
            problems.wrong_type(f'{option}["{key}"]', text, fix="Write a text")
    return MappingProxyType(dict(value))


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def check_hosts(option: str, value: object, problems: Problems) -> frozenset[str] | None:
    """Check ``own_hosts``: None, or names without scheme and port; ``*.name`` stands for all names below it."""
    if value is None:
        return None
    items = check_list(option, value, problems)
    for number, item in enumerate(items):
        if not isinstance(item, str) or not is_host(item.removeprefix("*.")):
            fix = 'Write the name alone, in lower case, such as "api.example", "[::1]" or "*.localhost"'
            problems.add(InvalidValueError, option, item, "origin-has-an-invalid-host", fix=fix, item=number)
    return frozenset(item for item in items if isinstance(item, str))


def unknown_name(option: str, name: str, known: Iterable[str]) -> SettingError:
    """Make the error for a name that is not known, with the nearest known one."""
    from difflib import get_close_matches  # noqa: PLC0415 (it is needed only where something is wrong)

    known = list(known)
    # Why: "origins" is as near to deny_origins as to allow_origins, and is hardly ever meant as the former.
    near = [f"allow_{name}"] if f"allow_{name}" in known else get_close_matches(name, known, n=1)
    fix = f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(sorted(known))}"
    return UnknownOptionError(option, name, "unknown-option", fix=fix)
