"""Evidence: what call, exchanges and policy say, gathered once, so that the rest only reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.browser.preflight import is_preflight
from crossorigin.messages import Request, Response, get_values
from crossorigin.origins.origin import NULL
from crossorigin.policy import Policy
from crossorigin.standard import headers as names
from crossorigin.standard.headers import NO_CORS_SAFELISTED_NAMES, read_header_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.browser import Call
    from crossorigin.reasons import Reason
    from crossorigin.ruleset import Ruleset

_LONGEST_SHOWN = 120


class Evidence(NamedTuple):
    """What is at hand about one failure; empty where nothing is.

    ``request`` and ``response`` are the failing step. ``origin`` is what that step sent, ``page_origin`` the page's:
    a redirect may have made them differ. ``asked`` are the header names that the preflight asks for.
    """

    reason: Reason
    call: Call | None = None
    exchanges: Sequence[tuple[Request, Response]] = ()
    policy: Policy | None = None
    has_rule: bool = True
    request: Request | None = None
    response: Response | None = None
    is_preflight: bool = False
    origin: str = ""
    page_origin: str = ""
    method: str = ""
    url: str = ""
    asked: tuple[str, ...] = ()
    needs_preflight: bool = False
    sends_credentials: bool = False

    def get(self, name: str) -> list[str]:
        """Return what the failing step's answer says in the lines called *name*."""
        return get_values(self.response.headers, name) if self.response else []

    def get_list(self, name: str) -> list[str] | None:
        """Return the names in the list that the answer has in *name*, or None if it is no list of names."""
        return read_header_names(",".join(self.get(name)))

    @property
    def status(self) -> int | None:
        """The status of the failing step's answer."""
        return self.response.status if self.response else None

    @property
    def location(self) -> str:
        """Where the failing step's answer redirects to, or nothing."""
        return (self.get(names.LOCATION) or [""])[0]


def gather(
    reason: Reason,
    call: Call | None,
    exchanges: Sequence[tuple[Request, Response]],
    policy: Policy | Ruleset | None,
) -> Evidence:
    """Gather what is at hand; what is not there stays empty."""
    request, response = exchanges[-1] if exchanges else (None, None)
    preflights = [one for one, _ in exchanges if is_preflight(one)]
    preflight = preflights[-1] if preflights else None
    page_origin = call.page_origin if call else ""
    url = request.url if request else call.url if call else ""
    judges = (policy,) if policy is None or isinstance(policy, Policy) else policy.find_judges(url)
    judge = next((one for one in judges if one is not None), None)
    origin = _first(request, names.ORIGIN) or page_origin
    method = _first(preflight, names.REQUEST_METHOD) or (call.method if call else request.method if request else "")
    return Evidence(
        reason,
        call,
        exchanges,
        judge,
        has_rule=policy is None or judge is not None,
        request=request,
        response=response,
        is_preflight=request is not None and is_preflight(request),
        origin=origin,
        page_origin=page_origin or origin,
        method=method,
        url=url,
        asked=_find_asked(call, preflight, has_exchanges=bool(exchanges)),
        needs_preflight=preflight is not None or not exchanges,
        sends_credentials=call is not None and call.credentials == "include",
    )


def quote(text: str) -> str:
    """Return *text*, which came from anywhere, so that it can be shown: in quotes, short, without control characters.

    >>> quote("https://app.example"), len(quote("a" * 1000))
    ('"https://app.example"', 122)
    """
    short = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."
    return f'"{short.encode("unicode_escape").decode()}"'


def show(text: str) -> str:
    """Return *text* as ``quote`` does, without the quotes."""
    return quote(text)[1:-1]


def list_words(words: Sequence[str], end: str = "and") -> str:
    """Join words as a sentence does.

    >>> list_words(["a", "b", "c"]), list_words(["a"])
    ('a, b and c', 'a')
    """
    if len(words) < len("ab"):
        return "".join(words)
    return f"{', '.join(words[:-1])} {end} {words[-1]}"


def is_null(evidence: Evidence) -> bool:
    """Tell whether the failing step was sent by nobody that a policy could name."""
    return evidence.origin == NULL


def _first(request: Request | None, name: str) -> str:
    return (get_values(request.headers, name) or [""])[0] if request else ""


def _find_asked(call: Call | None, preflight: Request | None, *, has_exchanges: bool) -> tuple[str, ...]:
    """Return the header names that a preflight asks for, as the script writes them."""
    written = {name.lower(): name for name, _ in call.headers} if call else {}
    if preflight is not None:
        asked = read_header_names(",".join(get_values(preflight.headers, names.REQUEST_HEADERS))) or []
    else:
        asked = [] if has_exchanges else [name for name in written if name not in NO_CORS_SAFELISTED_NAMES]
    return tuple(written.get(name.lower(), name.title()) for name in asked)
