"""What an answer's headers say, whoever sets them, in our options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._flavours import read_flavour
from crossorigin.dialects._lists import read_listed_names
from crossorigin.dialects._origins import regex_to_pattern
from crossorigin.dialects._translation import Loss, Position
from crossorigin.dialects.express._source import Expression
from crossorigin.policy import ANY
from crossorigin.standard.headers import AUTHORIZATION, is_token
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from crossorigin.dialects._translation import HowBad

UNKNOWN = "it is known only when the program runs: write it as a literal"
#: With this flag an expression begins where it stopped the last time.
_STATEFUL = "g"
_LONGEST_AGE = 12
_AUTHORIZATION = AUTHORIZATION.lower()


class Headers(NamedTuple):
    """What answers carry, as far as it is known.

    ``origins`` are those that are told that they may read: texts and expressions, or True for whoever asks; ``*`` alone
    is the header's. ``names`` is None where whatever is asked for is allowed. ``refuses`` tells whether other origins
    get an error in the place of the app's answer, ``requires`` whether those do that send none. ``places`` has our
    options' names.
    """

    origins: Any = ()
    methods: tuple[str, ...] = ()
    names: tuple[str, ...] | None = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age: int | None = None
    status: int = 204
    refuses: bool = False
    requires: bool = False
    places: dict[str, Position] = {}  # noqa: RUF012 (never changed)

    def lets_read_like(self, other: Headers) -> bool:
        """Tell whether the same scripts may read the same of two actual answers."""
        own, others = ((one.origins, one.credentials, one.exposed, one.refuses, one.requires) for one in (self, other))
        return own == others


def split_list(text: str) -> tuple[str, ...]:
    """Return the items of a header's value.

    >>> split_list("GET, PUT,")
    ('GET', 'PUT')
    """
    return tuple(word.strip() for word in text.split(",") if word.strip())


def read_age(value: object, called: str, place: Position, losses: list[Loss]) -> int | None:
    """Return an age as browsers read it, or None where it is none for them."""
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_AGE:
        return int(text)
    losses.append(
        Loss(f"{called}: {text[:40]}", "it is no number of seconds, and browsers take none", "cosmetic", place)
    )
    return None


class Reader:
    """Makes our options of what answers carry, and keeps what is lost."""

    def __init__(self, losses: list[Loss], start: Position) -> None:
        self._losses = losses
        self._start = start

    def lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        """Note a loss."""
        self._losses.append(Loss(what, why, how_bad, place))

    def translate(self, sent: Headers) -> dict[str, Any]:
        """Say with our options what the answers say to a browser."""
        options: dict[str, Any] = {
            "allow_credentials": sent.credentials,
            "expose_headers": list(sent.exposed),
            "max_age": sent.max_age,
            "preflight_status": self._read_status(sent),
        }
        options |= self._read_origins(sent)
        if sent.refuses:
            # Why: the error is the server's own pages', too, where they are not on the list.
            options |= {"enforce": "all", "own_hosts": ()}
        if sent.requires:
            options["require_origin"] = True
        is_meant = "dangerously_allow_any_origin_with_credentials" in options
        # Why: every origin with credentials is read as every origin without.
        has_any = not sent.credentials or (options["allow_origins"] == ANY and not is_meant)
        options["allow_methods"] = self._read_methods(sent, has_any=has_any)
        return options | self._read_names(sent, has_any=has_any)

    def _place(self, sent: Headers, option: str) -> Position:
        return sent.places.get(option, self._start)

    def _read_status(self, sent: Headers) -> int:
        if sent.status in range(200, 300):
            return sent.status
        why = "a browser refuses every preflight that is answered so, and a policy answers what it allows with success"
        self.lose(f"the status {sent.status}", why, "widens", self._place(sent, "preflight_status"))
        return 204

    def _read_origins(self, sent: Headers) -> dict[str, Any]:
        if sent.origins == ANY:
            return {"allow_origins": ANY}
        if sent.origins is True:
            return self._read_everyone(sent)
        place = self._place(sent, "allow_origins")
        origins: list[str] = []
        regexes: list[str] = []
        for item in sent.origins:
            if isinstance(item, Expression):
                self._read_expression(item, place, origins, regexes)
            elif ANY in item:
                self.lose(f"origin: {item}", "no origin has a * in it, and it is compared as a text", "cosmetic", place)
            else:
                origins.append(item)
        if ".*" in regexes:
            return self._read_everyone(sent)
        return {"allow_origins": origins, "allow_origin_regex": regexes}

    def _read_everyone(self, sent: Headers) -> dict[str, Any]:
        """Read that whoever asks is told that it may: with credentials, that is dangerous."""
        dangers = {"dangerously_allow_any_origin_with_credentials": True} if sent.credentials else {}
        return {"allow_origins": ANY, **dangers}

    def _read_expression(self, item: Expression, place: Position, origins: list[str], regexes: list[str]) -> None:
        what = f"origin: /{item.source}/{item.flags}"
        found = read_flavour(item.source, item.flags.replace(_STATEFUL, ""), "javascript")
        if found is None:
            self.lose(what, "a policy has no words for this regular expression", "narrows", place)
            return
        if _STATEFUL in item.flags:
            why = "with the flag g it remembers where it stopped, and refuses by turns; it is read without the flag"
            self.lose(what, why, "widens", place)
        if found.is_open:
            why = f"it need not match a whole origin, so that it means {found.regex}: write all of it, from ^ to $"
            self.lose(what, why, "cosmetic", place)
        pattern = regex_to_pattern(found.regex)
        if pattern is None:
            regexes.append(found.regex)
        else:
            origins.append(pattern)

    def _read_methods(self, sent: Headers, *, has_any: bool) -> Any:  # noqa: ANN401 (a list or "*")
        place = self._place(sent, "allow_methods")
        self._check_star(sent.methods, "methods", place)
        if ANY in sent.methods:
            if has_any:
                return ANY
            self.lose("methods: *", "with credentials, browsers take it for a name", "narrows", place)
        # Why: the answer to a preflight is always a list, and browsers let these pass without being on it.
        return [*(one for one in sent.methods if one != ANY), *sorted(SAFELISTED_METHODS - set(sent.methods))]

    def _read_names(self, sent: Headers, *, has_any: bool) -> dict[str, Any]:
        if sent.names is None:
            return {"allow_headers": ANY}
        place = self._place(sent, "allow_headers")
        self._check_star(sent.names, "allowedHeaders", place)
        if ANY in sent.names:
            if has_any:
                # "Authorization" is never covered by *.
                is_listed = any(name.lower() == _AUTHORIZATION for name in sent.names)
                return {"allow_headers": ANY, "deny_headers": [] if is_listed else [AUTHORIZATION]}
            self.lose("allowedHeaders: *", "with credentials, browsers take it for a name", "narrows", place)
        return read_listed_names([name for name in sent.names if name != ANY])

    def _check_star(self, words: tuple[str, ...], called: str, place: Position) -> None:
        if ANY in words and not all(map(is_token, words)):
            why = "what is no name spoils the whole list in a browser, and the * counts for all"
            self.lose(called, why, "widens", place)
