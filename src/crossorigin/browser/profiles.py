"""Where Chromium, Firefox and WebKit differ from the standard, and from each other, as observed."""

from __future__ import annotations

from collections.abc import Callable, Mapping  # noqa: TC003 (fields of a tuple)
from types import MappingProxyType
from typing import Literal, NamedTuple

from crossorigin.browser import ages, safelists
from crossorigin.standard import safelist
from crossorigin.standard.headers import CLEAR_SITE_DATA, CLIENT_HINT_NAMES, USER_AGENT
from crossorigin.standard.methods import SAFELISTED_METHODS

#: An entry of the preflight cache, and a request, each with credentials or without them.
_BOTH, _ENTRY_ONLY, _NEITHER = (True, True), (True, False), (False, False)


class Keeping(NamedTuple):
    """What an engine does with the answers to preflights that it keeps.

    ``matches``: whether an entry and a request have credentials, where they fit together.
    ``wildcards``: the same, where a kept ``*`` stands for any name.
    ``is_authorization_wild``: a kept ``*`` stands for Authorization, too.
    ``is_single``: of an origin and a URL only the last answer is kept, and until the first one that it does not cover.
    ``simple_methods``: those that need not be among the methods that are kept.
    ``keeps_refusals``: an answer is kept even if it does not give leave for what was asked.
    ``forgets_failures``: what is kept is forgotten when a preflighted request fails.
    ``forgets_simple_failures``: and when one fails that needed no preflight.
    ``ignores_conditional``: a conditional request is asked for, whatever is kept.
    ``longest_url``: how many characters a URL may have, with its fragment, for which anything is kept, or None.
    ``knows_null``: it keeps what is for the origin "null", and not only for one call of a page that has it; what an
        engine keeps for a redirect, see ``Profile``.
    """

    matches: frozenset[tuple[bool, bool]] = frozenset({_BOTH, _ENTRY_ONLY, _NEITHER})
    wildcards: frozenset[tuple[bool, bool]] = frozenset({_BOTH, _ENTRY_ONLY, _NEITHER})
    is_authorization_wild: bool = False
    is_single: bool = False
    simple_methods: frozenset[str] = SAFELISTED_METHODS
    keeps_refusals: bool = False
    forgets_failures: bool = True
    forgets_simple_failures: bool = False
    ignores_conditional: bool = False
    longest_url: int | None = None
    knows_null: bool = True


class Profile(NamedTuple):
    """What the standard leaves to an engine, and where an engine leaves the standard.

    ``max_age_limit``: the "imposed limit on max-age", in seconds, or None.
    ``read_age``: how many seconds a max-age is; or None, and the answer changes nothing that is kept.
    ``is_authorization_wild``: ``*`` in Access-Control-Allow-Headers stands for Authorization, too.
    ``safelist``: what decides for each name whether its value is safelisted.
    ``own_names``: what a script cannot set, though the standard does not forbid it.
    ``override_spaces``: what stands around the methods in X-HTTP-Method and its like, where a list of them is split at
        each comma, and not but at those outside of quotes: a header with a forbidden one is none.
    ``combines_headers``: a header that a script sets twice is one value when it is judged, with all whitespace or
        without that at its end; or None, and each is judged for itself.
    ``repeats_names``: a preflight asks as often for a name as the script has set it.
    ``asks_again``: where a request has needed a preflight, or has a header that is not safelisted, the target of a
        redirect is asked, too: for the names that were asked for "first", or for what this redirect has "left" of them.
    ``asks_for_page``: a preflight after a redirect has the page's origin, where the request itself has "null"; and
        the page's own origin need not share its answer.
    ``isolates_tainted``: what is kept for "null" after a redirect, is kept for this call alone.
    ``doubts_redirects``: a call of the own origin, whose credentials mode is "same-origin", is redirected from
        another one only by an answer that allows credentials; it fails when the next preflight has been sent.
    ``redirects_delete``: a redirect to another origin turns DELETE into GET.
    ``dropped_names``: headers that no redirect takes along, but one to the page's own origin.
    ``hidden_names``: headers that no script can read, though the standard does not forbid it.
    ``exposes_leniently``: a ``*`` in Access-Control-Expose-Headers counts, if what is no name stands behind it.
    ``follows_userinfo``: a redirect may lead to a URL of the page's own origin that has a user name or password.
    ``empty_location``: an empty Location is "none", or "fails"; or it leads to the same URL, as the standard has it.
    ``escapes_location``: what is escaped of a Location before it is read: "bytes" that are not ASCII, which else are
        letters; or "odd" ones, too, which else are left out or end what is read: tabs and other control characters.
    ``empty_fragment``: a ``#`` with nothing behind it "stays" behind at a redirect, and may even be "dropped" from the
        URL that a script calls; else it counts for what is kept of preflights, as any fragment does.
    ``repeated_location``: a Location that is there twice is one if both say the same, or what both say, "joined".
    ``asks_before_userinfo``: a redirect to another origin's URL that has a user name or password fails only when the
        preflight for it has been sent.
    ``follows_odd_statuses``: a status from 309 to 399 is that of a redirect.
    ``keeps_origin``: a call that had an Origin has it after a redirect, too, though a GET needs none.
    ``merges_lines``: of lines with one name, those without a value do not count; but Access-Control-Allow-Origin
        must not be there twice.
    ``replaces_bytes``: bytes of an answer's values that are no UTF-8 become U+FFFD, one each.
    ``limits_total``: so many safelisted headers may be sent without a preflight, and no more.
    """

    name: str
    max_age_limit: int | None = None
    read_age: Callable[[str], int | None] = ages.read_standard
    is_authorization_wild: bool = False
    safelist: Mapping[str, Callable[[str], bool]] = safelist.CHECKS
    own_names: frozenset[str] = frozenset()
    override_spaces: str | None = None
    # Differs from the standard: its header list keeps what a script sets twice apart, and judges each for itself. A
    # Call combines them, as XMLHttpRequest does, and two engines of three.
    combines_headers: Literal["whole", "trimmed"] | None = "whole"
    repeats_names: bool = False
    asks_again: Literal["first", "left"] | None = None
    asks_for_page: bool = False
    isolates_tainted: bool = False
    doubts_redirects: bool = False
    redirects_delete: bool = False
    dropped_names: frozenset[str] = frozenset()
    hidden_names: frozenset[str] = frozenset()
    exposes_leniently: bool = False
    follows_userinfo: bool = True
    empty_location: Literal["none", "fails"] | None = None
    escapes_location: Literal["bytes", "odd"] | None = "bytes"
    empty_fragment: Literal["dropped", "stays"] | None = None
    repeated_location: Literal["once", "joined"] | None = None
    asks_before_userinfo: bool = False
    follows_odd_statuses: bool = False
    keeps_origin: bool = False
    merges_lines: bool = False
    replaces_bytes: bool = False
    limits_total: bool = True
    keeping: Keeping = Keeping()


_CHROMIUM = Profile(
    "chromium",
    max_age_limit=7200,
    read_age=ages.read_chromium,
    is_authorization_wild=True,
    safelist=safelists.CHROMIUM,
    own_names=frozenset({USER_AGENT.lower()}),
    combines_headers="trimmed",
    dropped_names=CLIENT_HINT_NAMES,
    follows_userinfo=False,
    empty_location="none",
    empty_fragment="stays",
    repeated_location="once",
    hidden_names=frozenset({CLEAR_SITE_DATA.lower()}),
    keeping=Keeping(
        wildcards=frozenset({_NEITHER}),
        is_single=True,
        forgets_failures=False,
        ignores_conditional=True,
        longest_url=1023,
        knows_null=False,
    ),
)
_FIREFOX = Profile(
    "firefox",
    max_age_limit=86400,
    read_age=ages.read_firefox,
    is_authorization_wild=True,
    safelist=safelists.FIREFOX,
    override_spaces=" \t",
    combines_headers=None,
    repeats_names=True,
    asks_again="left",
    asks_for_page=True,
    repeated_location="once",
    escapes_location="odd",
    empty_fragment="dropped",
    exposes_leniently=True,
    merges_lines=True,
    limits_total=False,
    keeping=Keeping(
        matches=frozenset({_BOTH, _NEITHER}),
        wildcards=frozenset(),
        simple_methods=frozenset({"GET", "POST"}),
        forgets_simple_failures=True,
        ignores_conditional=True,
    ),
)
_WEBKIT = Profile(
    "webkit",
    max_age_limit=600,
    read_age=ages.read_webkit,
    is_authorization_wild=True,
    safelist=safelists.WEBKIT,
    override_spaces=" \t\v\f",
    asks_again="first",
    isolates_tainted=True,
    doubts_redirects=True,
    redirects_delete=True,
    empty_location="fails",
    escapes_location=None,
    repeated_location="joined",
    asks_before_userinfo=True,
    follows_odd_statuses=True,
    keeps_origin=True,
    replaces_bytes=True,
    keeping=Keeping(
        wildcards=frozenset({_ENTRY_ONLY, _NEITHER}),
        is_authorization_wild=True,
        is_single=True,
        keeps_refusals=True,
        forgets_failures=False,
    ),
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {profile.name: profile for profile in (Profile("standard"), _CHROMIUM, _FIREFOX, _WEBKIT)}
)


def find_profile(name: str) -> Profile:
    """Return a profile by its name.

    :raises ValueError: there is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        message = f'there is no profile "{name}": write one of {", ".join(PROFILES)}'
        raise ValueError(message) from None
