"""The whole walk: a simple request, or a preflight and then the request, and its redirects.

The walk does no I/O. It is a generator that yields each request and is sent the answer, so that a blocking
driver, an async one and a test drive the same code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin import reasons
from crossorigin.browser import check, preflight, redirect
from crossorigin.browser.cache import Asker, PreflightCache
from crossorigin.browser.call import combine
from crossorigin.browser.metadata import list_metadata, widen_site
from crossorigin.browser.profiles import find_profile
from crossorigin.browser.reading import list_readable, merge_lines, replace_bytes
from crossorigin.browser.verdict import Exchange, Verdict
from crossorigin.messages import Request, Response
from crossorigin.origins.origin import NULL
from crossorigin.reasons import Reason
from crossorigin.standard import headers as names
from crossorigin.standard.methods import SAFELISTED_METHODS
from crossorigin.standard.safelist import list_unsafe_names

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from crossorigin.browser.call import Call
    from crossorigin.browser.profiles import Profile
    from crossorigin.browser.verdict import Step
    from crossorigin.messages import Headers
    from crossorigin.standard.url import Url

    Walk = Generator[Request, Response, Verdict]

_ACCEPT = names.ACCEPT.lower()
_ACCEPT_ANY = (names.ACCEPT, "*/*")
_WITHOUT_ORIGIN = ("GET", "HEAD")
_WITH_LENGTH = ("POST", "PUT")
_MISDIRECTED = 421


def simulate(
    call: Call,
    network: Callable[[Request], Response],
    *,
    cache: PreflightCache | None = None,
    now: float = 0.0,
    profile: str = "standard",
) -> Verdict:
    """Do what a browser would do with *call*, and return what the script gets.

    :param network: one exchange on the wire: it is given a request, and returns the answer. What it raises is
        raised here: no answer is no verdict.
    :param cache: the browser's preflight cache, which is read and changed; without one, it is empty.
    :param now: the time, in seconds.
    :param profile: "standard", "chromium", "firefox" or "webkit".
    :raises ValueError: there is no such profile.

    Spec: https://fetch.spec.whatwg.org/#concept-main-fetch

    >>> from crossorigin.browser.call import Call
    >>> def network(request):
    ...     return Response(200, [("Access-Control-Allow-Origin", "*")])
    >>> simulate(Call("https://app.example", "https://api.example/"), network).outcome
    'readable'
    >>> simulate(Call("https://app.example", "https://api.example/", credentials="include"), network).reason
    <Reason allow-origin-wildcard-with-credentials>
    """
    steps = walk(call, cache=cache, now=now, profile=profile)
    try:
        request = next(steps)
        while True:
            request = steps.send(network(request))
    except StopIteration as done:
        verdict: Verdict = done.value
        return verdict


def walk(call: Call, *, cache: PreflightCache | None = None, now: float = 0.0, profile: str = "standard") -> Walk:
    """Yield each request that a browser would send, be sent its answer, and return the verdict.

    The arguments are those of ``simulate``.
    """
    fetch = _Fetch(call, PreflightCache() if cache is None else cache, now, find_profile(profile))
    while True:
        outcome = yield from fetch.fetch_once()
        if outcome is not None:
            return outcome


class _Fetch:
    """One request of the standard, with what it keeps between its redirects."""

    __slots__ = (
        "_body",
        "_cache",
        "_dropped",
        "_exchanges",
        "_first_names",
        "_has_asked",
        "_has_credentials",
        "_headers",
        "_is_cors",
        "_is_doubtful",
        "_is_tainted",
        "_keeps_origin",
        "_late_fault",
        "_list",
        "_method",
        "_now",
        "_page_origin",
        "_profile",
        "_redirects",
        "_sent_url",
        "_site",
        "_tainted_cache",
        "_url",
        "_url_origin",
    )

    def __init__(self, call: Call, cache: PreflightCache, now: float, profile: Profile) -> None:
        knows_page = profile.keeping.knows_null or call.page_origin != NULL
        self._cache = cache if knows_page else PreflightCache()
        isolates_tainted = profile.isolates_tainted and call.page_origin != NULL
        self._tainted_cache = PreflightCache() if isolates_tainted or not knows_page else cache
        self._now = now
        self._profile = profile
        self._page_origin = call.page_origin
        self._has_credentials = call.credentials == "include"
        self._method = call.method
        self._body = call.content if call.body is not None else None
        headers, judged = call.headers, call.header_list
        if profile.override_spaces and any(name.lower() in names.METHOD_OVERRIDE_NAMES for name, _ in headers):
            judged = _drop_overrides(judged, profile.override_spaces)
            headers = combine(judged)
        # The standard: "If request's header list does not contain `Accept`, then: [...] Append (`Accept`, value)".
        has_accept = any(name.lower() == _ACCEPT for name, _ in headers)
        self._headers: Headers = tuple(headers) if has_accept else (*headers, _ACCEPT_ANY)
        judged = headers if profile.combines_headers else judged
        if profile.combines_headers == "trimmed":
            judged = tuple((name, value.rstrip(" ")) for name, value in judged)
        self._list = redirect.drop(judged, profile.own_names)
        self._first_names = self._list_unsafe_names() if profile.asks_again else []
        self._dropped: frozenset[str] = frozenset()
        self._site = "same-origin"
        self._exchanges: list[Exchange] = []
        self._redirects = 0
        self._is_cors = False
        self._is_tainted = False
        self._has_asked = False
        self._keeps_origin = False
        self._late_fault: Reason | None = None
        url = call.parsed_url
        is_dropped = url.fragment == "" and profile.empty_fragment == "dropped"
        self._go_to(url._replace(fragment=None) if is_dropped else url)
        is_own = self._url_origin == self._page_origin
        self._is_doubtful = profile.doubts_redirects and is_own and call.credentials == "same-origin"

    def _go_to(self, url: Url) -> None:
        """Make *url* the current URL."""
        self._url = url
        self._url_origin = url.origin
        self._sent_url = str(url if url.fragment is None else url._replace(fragment=None))
        self._site = widen_site(self._site, self._page_origin, self._url_origin)

    def fetch_once(self) -> Generator[Request, Response, Verdict | None]:
        """Fetch the current URL: return the verdict, or None where a redirect is to be followed.

        Spec: https://fetch.spec.whatwg.org/#concept-http-fetch
        """
        # "request's current URL's origin is same origin with request's origin, and request's response tainting is
        # "basic"": whatever has been cross-origin once is so for good.
        self._is_cors = self._is_cors or self._url_origin != self._page_origin
        if self._is_cors:
            fault = yield from self._ask()
            if fault:
                return self._fail(fault, "preflight")
        if self._late_fault:
            return self._fail(self._late_fault, "redirect")
        response = yield from self._exchange(self._write_request())
        if self._is_cors:
            fault = self._check(response)
            if fault:
                return self._fail(fault, "request")
        leads_on = redirect.leads_on(response, self._profile)
        location = redirect.read_location(response, self._url, self._profile) if leads_on else None
        if location is None:
            return self._read(response)
        if isinstance(location, Reason):
            return self._fail(location, "redirect")
        is_cors, count = self._is_cors, self._redirects
        fault = redirect.find_fault(location, self._page_origin, self._profile, is_cors=is_cors, count=count)
        if fault is reasons.REDIRECT_WITH_USERINFO and self._profile.asks_before_userinfo and not self._is_cors:
            self._late_fault = fault
        elif fault:
            return self._fail(fault, "redirect")
        self._follow(response.status, location)
        return None

    def _check(self, response: Response) -> Reason | None:
        """Perform a CORS check."""
        origin = self._get_origin()
        if self._is_doubtful and redirect.leads_on(response, self._profile):
            self._late_fault = check.find_fault(origin, response, has_credentials=True)
        return check.find_fault(origin, response, has_credentials=self._has_credentials)

    def _ask(self) -> Generator[Request, Response, Reason | None]:
        """Send a preflight where one is needed and the cache does not answer for it."""
        method = None if self._method in SAFELISTED_METHODS else self._method
        is_asked_again = self._profile.asks_again and (self._has_asked or self._first_names)
        unsafe_names = self._list_names_again() if is_asked_again else self._list_unsafe_names()
        if method is None and not unsafe_names and not is_asked_again:
            return None
        self._has_asked = True
        asker, cache, keeping = self._get_asker(), self._get_cache(), self._profile.keeping
        is_ignored = keeping.ignores_conditional and any(
            name.lower() in names.CONDITIONAL_NAMES for name, _ in self._list
        )
        kept = None if self._method in keeping.simple_methods else self._method
        if not is_ignored and cache.covers(asker, kept, unsafe_names):
            return None
        response = yield from self._exchange(self._write_preflight(unsafe_names))
        question = preflight.Question(
            asker.origin,
            self._has_credentials,
            self._method,
            unsafe_names,
            is_own=self._profile.asks_for_page and self._url_origin == self._page_origin,
        )
        leave = preflight.read_leave(question, response, self._profile)
        if isinstance(leave, Reason):
            return leave
        fault = preflight.find_refusal(question, leave, self._profile)
        is_kept = (fault is None or keeping.keeps_refusals) and (keeping.knows_null or not self._is_tainted)
        if is_kept and leave.max_age is not None:
            cache.store(asker, leave.methods, leave.header_names, leave.max_age)
        return fault

    def _list_unsafe_names(self) -> list[str]:
        profile = self._profile
        return list_unsafe_names(
            self._list, profile.safelist, is_repeating=profile.repeats_names, has_limit=profile.limits_total
        )

    def _list_names_again(self) -> list[str]:
        """List the names that an engine asks for that does not look at the headers again."""
        if self._profile.asks_again == "first":
            return self._first_names
        return [name for name in self._first_names if name not in self._dropped]

    def _get_asker(self) -> Asker:
        origin = self._page_origin if self._profile.asks_for_page else self._get_origin()
        return Asker(origin, str(self._url), self._has_credentials, self._now, self._profile.keeping)

    def _get_cache(self) -> PreflightCache:
        return self._tainted_cache if self._is_tainted else self._cache

    def _exchange(self, request: Request) -> Generator[Request, Response, Response]:
        response = yield request
        self._exchanges.append(Exchange(request, response))
        # "response's status is 421" and "isNewConnectionFetch is false": it is sent once more, on a new connection.
        if response.status == _MISDIRECTED:
            response = yield request
            self._exchanges.append(Exchange(request, response))
        if self._profile.merges_lines:
            response = response._replace(headers=merge_lines(response.headers, is_cors=self._is_cors))
        if self._profile.replaces_bytes:
            response = response._replace(headers=replace_bytes(response.headers))
        return response

    def _get_origin(self) -> str:
        """Serialize the request's origin.

        Spec: https://fetch.spec.whatwg.org/#serializing-a-request-origin
        """
        return NULL if self._is_tainted else self._page_origin

    def _write_preflight(self, unsafe_names: list[str]) -> Request:
        """Spec: https://fetch.spec.whatwg.org/#cors-preflight-fetch."""
        lines = [
            (names.HOST, self._url.authority),
            _ACCEPT_ANY,
            (names.REQUEST_METHOD, self._method),
        ]
        if unsafe_names:
            # "This intentionally does not use combine, as 0x20 following 0x2C is not the way this was implemented".
            lines.append((names.REQUEST_HEADERS, ",".join(unsafe_names)))
        lines += ((names.ORIGIN, self._get_asker().origin), *list_metadata(self._url, self._site))
        return Request("OPTIONS", self._sent_url, tuple(lines))

    def _write_request(self) -> Request:
        """Spec: https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch."""
        lines = [(names.HOST, self._url.authority), *self._headers]
        if self._body is not None or self._method in _WITH_LENGTH:
            lines.append((names.CONTENT_LENGTH, str(len(self._body or b""))))
        if self._is_cors or self._method not in _WITHOUT_ORIGIN or self._keeps_origin:
            self._keeps_origin = self._profile.keeps_origin
            lines.append((names.ORIGIN, self._get_origin()))
        lines += list_metadata(self._url, self._site)
        return Request(self._method, self._sent_url, tuple(lines), self._body or b"")

    def _follow(self, status: int, location: Url) -> None:
        """Spec: https://fetch.spec.whatwg.org/#concept-http-redirect-fetch."""
        self._redirects += 1
        is_elsewhere = location.origin != self._url_origin
        is_delete = self._profile.redirects_delete and is_elsewhere and self._method == "DELETE"
        dropped = self._profile.dropped_names if location.origin != self._page_origin else frozenset()
        if is_delete or redirect.changes_to_get(status, self._method):
            self._method = "GET"
            self._body = None
            dropped |= names.REQUEST_BODY_NAMES
        if is_elsewhere:
            # "I.e., the moment another origin is seen after the initial request, the `Authorization` header is
            # removed."
            dropped |= names.NON_WILDCARD_NAMES
            # The standard: "If url's origin is not same origin with lastURL's origin and request's origin is not same
            # origin with lastURL's origin, then set taint".
            self._is_tainted = self._is_tainted or self._url_origin != self._page_origin
        self._headers = redirect.drop(self._headers, dropped)
        self._list = redirect.drop(self._list, dropped)
        self._dropped = dropped
        self._go_to(location)

    def _read(self, response: Response) -> Verdict:
        readable = list_readable(
            response.headers,
            is_cors=self._is_cors,
            has_credentials=self._has_credentials,
            is_lenient=self._profile.exposes_leniently,
            hidden_names=self._profile.hidden_names,
        )
        return Verdict("readable", None, tuple(self._exchanges), response.status, readable)

    def _fail(self, reason: Reason, step: Step) -> Verdict:
        # The standard: "If corsWithPreflightResponse is a network error, then clear cache entries using request."
        keeping = self._profile.keeping
        if keeping.forgets_failures and (self._has_asked or keeping.forgets_simple_failures):
            self._get_cache().clear(self._get_asker())
        return Verdict("network-error", reason, tuple(self._exchanges), step=step)


def _drop_overrides(headers: Headers, spaces: str) -> Headers:
    """Leave out what tells a forbidden method, as an engine does that minds no quotes."""
    return tuple(
        (name, value)
        for name, value in headers
        if not names.is_override(name, [method.strip(spaces) for method in value.split(",")])
    )
