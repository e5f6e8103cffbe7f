"""What a configuration of nginx tells each origin: asked as a browser would ask, one question after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects.nginx._running import Answer, Pattern, Run
from crossorigin.dialects.nginx._words import variable
from crossorigin.origins.origin import NULL, read_origin
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crossorigin.dialects.nginx._running import Maps
    from crossorigin.dialects.nginx._tree import Directive

#: An origin that nobody has named, with all that an origin may have, so that only what matches everyone matches it; and
#: the same for a method, a header name and a path.
SOMEONE = "z0+x.y-z://s0me-one_9.crossorigin.invalid:49151"
SOME_METHOD = "SOME-CROSSORIGIN-METHOD"
SOME_NAME = "x-some-crossorigin-name"
SOME_PATH = "/some-crossorigin-path"

ANY = "*"


class Place(NamedTuple):
    """Where an answer is made: the blocks around it, and expressions that match the path."""

    levels: tuple[Directive, ...]
    paths: tuple[Pattern, ...]


class Asker:
    """Asks one place; ``patterns`` are the expressions that it has asked about an origin."""

    def __init__(self, maps: Maps, place: Place) -> None:
        self.maps = maps
        self.place = place
        self.patterns: dict[Pattern, None] = {}
        self.unknown: set[str] = set()
        #: The expressions that were asked about paths, header names, and the server's own host.
        self.of_paths: dict[Pattern, None] = {}
        self.of_names: dict[Pattern, None] = {}
        self.of_hosts: dict[Pattern, None] = {}

    def ask(self, origin: str | Pattern, method: str = "GET", **given: str) -> Answer:
        """Ask as a script of an origin, or of one that an expression matches; *given* are other variables."""
        text = SOMEONE if isinstance(origin, Pattern) else origin
        assumed: Mapping[Pattern, str] = {
            **({origin: SOMEONE} if isinstance(origin, Pattern) else {}),
            **dict.fromkeys(self.place.paths, SOME_PATH),
        }
        about = {
            variable(names.ORIGIN): text,
            "request_method": method,
            "uri": SOME_PATH,
            "request_uri": SOME_PATH,
            variable(names.HOST): "host.invalid",
            variable(names.SEC_FETCH_SITE): "cross-site",
            **given,
        }
        run = Run(self.maps, about, assumed)
        answer = run.answer(self.place.levels)
        self.unknown |= run.unknown
        for pattern, asked in run.asked:
            if asked == text and text:
                self.patterns[pattern] = None
            elif asked == SOME_PATH:
                self.of_paths[pattern] = None
            elif asked == given.get(variable(names.REQUEST_HEADERS)):
                self.of_names[pattern] = None
            elif asked.endswith(" host.invalid"):
                self.of_hosts[pattern] = None
        return answer

    def ask_preflight(self, origin: str | Pattern, method: str, asked: str = "", private: str = "") -> Answer:
        """Ask as a browser does before a script's request."""
        more = {
            variable(names.REQUEST_METHOD): method,
            variable(names.REQUEST_HEADERS): asked,
            variable(names.REQUEST_PRIVATE_NETWORK): private,
        }
        return self.ask(origin, "OPTIONS", **more)

    def lets_read(self, origin: str | Pattern, answer: Answer) -> bool:
        """Tell whether a browser lets a script of the origin read an answer that is no refusal."""
        text = SOMEONE if isinstance(origin, Pattern) else origin
        return not answer.is_refusal and answer.get(names.ALLOW_ORIGIN) in {ANY, text}

    def list_patterns(self) -> list[Pattern]:
        """Return the expressions for origins, those that are asked only where another one matches as well."""
        done: set[Pattern] = set()
        self.ask(SOMEONE)
        self.ask_preflight(SOMEONE, "GET")
        while new := [pattern for pattern in self.patterns if pattern not in done]:
            for pattern in new:
                done.add(pattern)
                self.ask(pattern)
        return list(self.patterns)


def list_origins(maps: Maps, root: Directive) -> Iterator[str]:
    """Yield the origins that a configuration names: keys of maps, values of conditions and headers."""
    yield from dict.fromkeys(text for text in (*maps.list_keys(), *_list_words(root)) if _is_origin(text))


def _is_origin(text: str) -> bool:
    return text == NULL or read_origin(text) is not None


def _list_words(root: Directive) -> Iterator[str]:
    blocks = [root]
    while blocks:
        one = blocks.pop()
        yield from (word.strip("()'\"") for word in one.args)
        blocks += reversed(one.block or ())
