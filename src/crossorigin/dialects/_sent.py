"""Headers that a program puts on every answer, whoever asks: what browsers make of them, as options of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._lists import read_listed_names
from crossorigin.policy import ANY
from crossorigin.standard.headers import AUTHORIZATION, is_token
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crossorigin.dialects._translation import HowBad, Position

    Lose = Callable[[str, str, HowBad, Position], None]

_LITERAL = "with credentials, browsers take it for a name"
_SPOILT = "what is no name spoils the whole list in a browser, and the * counts for all"


class Sent(NamedTuple):
    """What is sent. Where ``echoes`` is set, whoever asks is told that its origin is allowed."""

    origins: Sequence[str]
    regexes: Sequence[str]
    echoes: bool
    methods: Sequence[str]
    names: Sequence[str]
    exposed: Sequence[str]
    has_credentials: bool
    max_age: int | None
    places: Mapping[str, Position]


def translate(sent: Sent, start: Position, lose: Lose) -> dict[str, Any]:
    """Say with our options what a browser allows that is sent all this.

    *lose* is told what, why, how bad and where.
    """
    is_any = sent.echoes or ANY in sent.origins
    options: dict[str, Any] = {
        "allow_origins": ANY if is_any else sent.origins,
        "allow_origin_regex": [] if is_any else sent.regexes,
        "allow_credentials": sent.has_credentials,
        "expose_headers": sent.exposed,
        "max_age": sent.max_age,
    }
    if sent.echoes and sent.has_credentials:
        options["dangerously_allow_any_origin_with_credentials"] = True
    # Why: every origin with credentials, where it is not echoed, is read as every origin without.
    has_any = not sent.has_credentials or (ANY in sent.origins and not sent.echoes)
    for name, words in (("allow_methods", sent.methods), ("allow_headers", sent.names)):
        place = sent.places.get(name, start)
        if ANY in words and not all(map(is_token, words)):
            lose(f"{name}: *", _SPOILT, "widens", place)
        if ANY in words and not has_any:
            lose(f"{name}: *", _LITERAL, "narrows", place)
    if ANY in sent.methods and has_any:
        options["allow_methods"] = ANY
    else:
        # Why: browsers let the three pass without being on the list.
        listed = [method for method in sent.methods if method != ANY]
        options["allow_methods"] = [*listed, *sorted(SAFELISTED_METHODS - {*listed})]
    return {**options, **_read_names(sent.names, has_any=has_any)}


def _read_names(words: Sequence[str], *, has_any: bool) -> dict[str, Any]:
    if ANY in words and has_any:
        is_listed = any(name.lower() == AUTHORIZATION.lower() for name in words)
        # "Authorization" is never covered by *.
        return {"allow_headers": ANY, "deny_headers": [] if is_listed else [AUTHORIZATION]}
    return read_listed_names([name for name in words if name != ANY])
