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

    def fits_any(self, entry: _Entry) -> bool:
        """Tell whether an entry of ``*`` is for this request, whatever it asks for."""
        return self.fits(entry) and (entry.credentials, self.has_credentials) in self.keeping.wildcards


class _Entry:
    """That a server has agreed to something, until its time is over."""

    __slots__ = ("credentials", "max_age", "stored")

    def __init__(self, asker: Asker, max_age: int) -> None:
        self.credentials = asker.has_credentials
        self.stored = asker.now
        self.max_age = max_age

    def is_fresh(self, now: float) -> bool:
        """Tell whether the seconds of its max-age have not passed yet."""
        return now - self.stored < self.max_age


#: What an entry is about: a method, or a header name in lower case, or nothing, which is that there was an answer.
_Key = tuple[str | None, str | None]
_ANY_METHOD: _Key = (_ANY, None)
_ANY_NAME: _Key = (None, _ANY)
_ANSWERED: _Key = (None, None)


class PreflightCache:
    """The preflight cache of one browser, for calls that follow each other.

    It is changed by each walk that it is given to. A walk without one begins with an empty cache.

    Spec: https://fetch.spec.whatwg.org/#cors-preflight-cache
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        # Why: an answer may list tens of thousands of names, so each is looked up, and not compared with all others.
        self._kept: dict[tuple[str, str], dict[_Key, list[_Entry]]] = {}

    def clear(self, asker: Asker) -> None:
        """Forget what is kept for an origin and a URL.

        Spec: https://fetch.spec.whatwg.org/#concept-cache-clear
        """
        self._kept.pop(asker[:2], None)

    def covers(self, asker: Asker, method: str | None, header_names: list[str]) -> bool:
        """Tell whether *method*, unless it is None, and all *header_names*, in lower case, have been agreed to."""
        kept = self._kept.get(asker[:2])
        if kept is None:
            return False
        keys: list[_Key] = [] if method is None else [(method, None)]
        keys += [(None, name) for name in header_names]
        is_covered = all(_find(kept, asker, key) for key in keys or [_ANSWERED])
        if asker.keeping.is_single and not is_covered:
            self.clear(asker)
        return is_covered

    def store(self, asker: Asker, methods: list[str], header_names: list[str], max_age: int) -> None:
        """Keep what a preflight's answer lists.

        Spec: https://fetch.spec.whatwg.org/#concept-cache-create-entry
        """
        longest = asker.keeping.longest_url
        if longest is not None and len(asker.url) > longest:
            return
        if asker.keeping.is_single:
            self.clear(asker)
        kept = self._kept.setdefault(asker[:2], {})
        keys: list[_Key] = [(method, None) for method in methods]
        keys += [(None, name.lower()) for name in header_names]
        for key in keys:
            known = _find(kept, asker, key)
            # "for which there is a method cache entry match using request, set matching entry's max-age to max-age."
            for entry in known:
                entry.max_age = max_age
            if not known:
                kept.setdefault(key, []).append(_Entry(asker, max_age))
        # Why: an engine that asks again for a redirect's target may ask for nothing, and remembers the answer.
        kept.setdefault(_ANSWERED, []).append(_Entry(asker, max_age))
        _sweep(kept, _ANSWERED, asker.now)


def _find(kept: dict[_Key, list[_Entry]], asker: Asker, key: _Key) -> list[_Entry]:
    """Return the entries that there is a match for, those that are over removed."""
    found = [entry for entry in _sweep(kept, key, asker.now) if asker.fits(entry)] if key in kept else []
    method, name = key
    if method is not None and method != _ANY and _ANY_METHOD in kept:
        found += [entry for entry in _sweep(kept, _ANY_METHOD, asker.now) if asker.fits_any(entry)]
    is_wild = asker.keeping.is_authorization_wild or name not in NON_WILDCARD_NAMES
    if name is not None and name != _ANY and is_wild and _ANY_NAME in kept:
        found += [entry for entry in _sweep(kept, _ANY_NAME, asker.now) if asker.fits_any(entry)]
    return found


def _sweep(kept: dict[_Key, list[_Entry]], key: _Key, now: float) -> list[_Entry]:
    kept[key] = [entry for entry in kept[key] if entry.is_fresh(now)]
    return kept[key]
