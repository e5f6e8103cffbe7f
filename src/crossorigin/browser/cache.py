"""The CORS-preflight cache: which methods and headers a server has already agreed to. "Now" is an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.standard.headers import NON_WILDCARD_NAMES

if TYPE_CHECKING:
    from crossorigin.browser.profiles import Keeping

_ANY = "*"


class Asker(NamedTuple):
    """Of a request, what entries are kept for: the serialized origin, the URL, and whether it has credentials.

    And when it is made, and how its engine keeps them.
    """

    origin: str
    url: str
    has_credentials: bool
    now: float
    keeping: Keeping

    def fits(self, entry: _Entry) -> bool:
        """Tell whether an entry is for this request.

        "entry's credentials is true", or "entry's credentials is false and request's credentials mode is not
        "include"".
        """
        return (entry.credentials, self.has_credentials) in self.keeping.matches

    def minds_wildcard(self, entry: _Entry) -> bool:
        """Tell whether ``*`` in an entry means any name."""
        return (entry.credentials, self.has_credentials) in self.keeping.wildcards


class _Entry:
    """One method, or one header name in lower case, that may be used until its time is over."""

    __slots__ = ("credentials", "header_name", "max_age", "method", "stored")

    def __init__(self, asker: Asker, max_age: int, method: str | None, header_name: str | None) -> None:
        self.credentials = asker.has_credentials
        self.stored = asker.now
        self.max_age = max_age
        self.method = method
        self.header_name = header_name

    @property
    def key(self) -> tuple[str | None, str | None]:
        """What it is about: the method, or the header name."""
        return self.method, self.header_name

    def is_fresh(self, now: float) -> bool:
        """Tell whether the seconds of its max-age have not passed yet."""
        return now - self.stored < self.max_age


class PreflightCache:
    """The preflight cache of one browser, for calls that follow each other.

    It is changed by each walk that it is given to. A walk without one begins with an empty cache.

    Spec: https://fetch.spec.whatwg.org/#cors-preflight-cache
    """

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], list[_Entry]] = {}

    def clear(self, asker: Asker) -> None:
        """Forget what is kept for an origin and a URL.

        Spec: https://fetch.spec.whatwg.org/#concept-cache-clear
        """
        self._entries.pop(asker[:2], None)

    def covers(self, asker: Asker, method: str | None, header_names: list[str]) -> bool:
        """Tell whether *method*, unless it is None, and all *header_names*, in lower case, have been agreed to."""
        entries = self._find(asker)
        is_covered = bool(entries) and (
            method is None or any(_covers_method(entry, asker, method) for entry in entries)
        )
        is_covered = is_covered and all(
            any(_covers_name(entry, asker, name) for entry in entries) for name in header_names
        )
        if asker.keeping.is_single and not is_covered:
            self.clear(asker)
        return is_covered

    def store(self, asker: Asker, methods: list[str], header_names: list[str], max_age: int) -> None:
        """Keep what a preflight's answer lists.

        Spec: https://fetch.spec.whatwg.org/#concept-cache-create-entry
        """
        if asker.keeping.is_single:
            self.clear(asker)
        # Why: an answer may list tens of thousands of names, so each is looked up, and not compared with all others.
        matching: dict[tuple[str | None, str | None], list[_Entry]] = {}
        for entry in self._find(asker):
            matching.setdefault(entry.key, []).append(entry)
        new = [_Entry(asker, max_age, method, None) for method in methods]
        new += [_Entry(asker, max_age, None, name.lower()) for name in header_names]
        # Why: an engine that asks again for a redirect's target may ask for nothing, and remembers the answer.
        new += [_Entry(asker, max_age, None, None)]
        for entry in new:
            near = [one for key in _list_keys(entry) for one in matching.get(key, ())]
            known = [one for one in near if _covers(one, asker, entry)]
            # "for which there is a method cache entry match using request, set matching entry's max-age to max-age."
            for one in known:
                one.max_age = max_age
            if not known:
                matching.setdefault(entry.key, []).append(entry)
                self._entries.setdefault(asker[:2], []).append(entry)

    def _find(self, asker: Asker) -> list[_Entry]:
        """Return the entries that there is a match for, those that are over removed."""
        kept = [entry for entry in self._entries.get(asker[:2], ()) if entry.is_fresh(asker.now)]
        if kept:
            self._entries[asker[:2]] = kept
        else:
            self._entries.pop(asker[:2], None)
        return [entry for entry in kept if asker.fits(entry)]


def _covers_method(entry: _Entry, asker: Asker, method: str) -> bool:
    """Spec: https://fetch.spec.whatwg.org/#concept-cache-match-method."""
    return entry.method == method or (entry.method == _ANY and asker.minds_wildcard(entry))


def _covers_name(entry: _Entry, asker: Asker, name: str) -> bool:
    """Spec: https://fetch.spec.whatwg.org/#concept-cache-match-header."""
    if entry.header_name != _ANY:
        return entry.header_name == name
    is_wild = asker.keeping.is_authorization_wild or name not in NON_WILDCARD_NAMES
    return name == _ANY or (is_wild and asker.minds_wildcard(entry))


def _covers(entry: _Entry, asker: Asker, new: _Entry) -> bool:
    if new.header_name is not None:
        return _covers_name(entry, asker, new.header_name)
    return new.method is not None and _covers_method(entry, asker, new.method)


def _list_keys(new: _Entry) -> list[tuple[str | None, str | None]]:
    """Return the keys of the entries that may say what *new* says: those of its own, and of the wildcard."""
    if new.header_name is not None:
        return [(None, name) for name in {new.header_name, _ANY}]
    return [] if new.method is None else [(method, None) for method in {new.method, _ANY}]
