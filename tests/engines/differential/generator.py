"""Random cases from a seed: single calls, sequences for the preflight cache, redirects, and long chains of them."""

from __future__ import annotations

from random import Random

from engines.differential import answers, calls
from engines.differential.case import Answer, Call, Case, Hop

_CUSTOM_LINES = (
    ("X-A", "1"),
    ("X-B", "1"),
    ("Authorization", "Bearer t"),
    ("Content-Type", "application/json"),
    ("Accept", "a" * 200),
    ("Range", "bytes=-9"),
)
_CACHED_METHODS = ("PUT", "PUT", "DELETE", "GET", "POST", "PATCH", "patch", "HEAD")

# Why: what is no origin of the server is not asked, but for those that a browser does not ask either.
_DEAD_LOCATIONS = (
    "ftp://127.0.0.1/",
    "data:text/plain,a",
    "about:blank",
    "javascript:1",
    "file:///etc/passwd",
    "blob:x",
    "mailto:a@b",
    "x:y",
    "http://",
    "http://[",
    "http://a b/",
    "http://127.0.0.1:99999/",
    "http://%zz/",
    "http://256.1.1.1/",
    "http:///",
)


_LONG = "?" + "a" * 2000

#: What may stand behind the URL of a call that is redirected: fragments are inherited.
_TAILS = ("#", "#a", "?#", "?a#b")


def make_case(seed: int, number: int) -> Case:
    """Make the case of a number: always the same for a seed, however many are made."""
    random = Random(f"{seed}/{number}")
    kind = random.random()
    if kind < 0.45:
        return _make_single(random)
    if kind < 0.7:
        return _make_sequence(random)
    if kind < 0.95:
        return _make_redirected(random)
    return _make_loop(random) if kind < 0.98 else _make_chain(random)


def _make_single(random: Random) -> Case:
    page = calls.make_page(random)
    call = calls.make_call(random, f"{calls.make_origin(random, page)}/c/<id>/0")
    return Case(page, (call,), (_make_hop(random, call), _make_hop(random, call)))


def _make_hop(random: Random, call: Call) -> Hop:
    actuals = answers.make_misdirected((answers.make_actual(random, call),))
    return Hop((answers.make_preflight(random, [call]),), actuals)


def _make_sequence(random: Random) -> Case:
    """Call one URL some times, so that what is remembered of preflights shows."""
    page = calls.make_page(random)
    url = f"{calls.make_origin(random, page)}/c/<id>/0"
    count = random.choice((2, 2, 3, 4))
    credentials = random.choice(calls.CREDENTIALS)
    method = random.choice(_CACHED_METHODS)
    pool = random.sample(_CUSTOM_LINES, random.choice((0, 1, 2, 2)))
    made = []
    for _ in range(count):
        call = calls.make_call(random, url) if random.random() < 0.1 else Call(url)
        if random.random() < 0.3:
            method = random.choice(_CACHED_METHODS)
        if random.random() < 0.2:
            credentials = random.choice(calls.CREDENTIALS)
        if call.method == "GET":
            headers = tuple(line for line in pool if random.random() < 0.75)
            call = call._replace(method=method, headers=headers, credentials=credentials)
        made.append(call)
    if random.random() < 0.05:
        made = [call._replace(url=url + random.choice(("", "#", "#a", "#b", "?", "?q", _LONG))) for call in made]
    preflights = tuple(_make_remembered(random, made) for _ in range(random.choice((1, 2, count))))
    shared = tuple(answers.make_actual(random, random.choice(made)) for _ in range(random.choice((1, count))))
    return Case(page, tuple(made), (Hop(preflights, answers.make_misdirected(shared)),))


def _make_remembered(random: Random, made: list[Call]) -> Answer:
    """Answer a preflight, mostly well, for some of the calls or for all."""
    # Why: the answer for a call with credentials serves one without them as well.
    first = sorted(made, key=lambda call: call.credentials != "include")
    some = first if random.random() < 0.7 else random.sample(first, random.randrange(1, len(first) + 1))
    return answers.make_preflight(random, some, "good" if random.random() < 0.55 else None)


def _make_redirected(random: Random) -> Case:
    """Call a URL that redirects, once to three times, to an end that may be of any kind."""
    page = calls.make_page(random)
    call = calls.make_call(random, f"{calls.make_origin(random, page)}/c/<id>/0")
    if random.random() < 0.4:
        call = call._replace(headers=())
    elif page != calls.PAGES[0]:
        # Why: which hints a page in a frame may send on is for its Permissions Policy to say, not for CORS.
        call = call._replace(headers=tuple(line for line in call.headers if line[0] not in calls.CLIENT_HINTS))
    hops = []
    for number in range(random.choices((1, 2, 3), (60, 30, 10))[0]):
        location = _make_locations(random, page, number + 1)
        redirect = answers.make_redirect(random, call, location)
        hops.append(Hop((answers.make_preflight(random, [call]),), (redirect,)))
    hops.append(_make_hop(random, call))
    again: tuple[Call, ...] = (call, call) if random.random() < 0.2 else (call,)
    if random.random() < 0.1:
        again = (call._replace(url=call.url + random.choice(_TAILS)), *again)
    if random.random() < 0.1:
        # Why: what is kept of the preflight for a redirect's target may serve a call of that target, and the reverse.
        same = call.url.removesuffix("/c/<id>/0")
        there = call._replace(url=f"{random.choice((same, same, calls.make_origin(random, page)))}/c/<id>/1")
        again = random.choice(((call, there), (there, call), (call, there, call)))
    return Case(page, again, tuple(hops))


def _make_locations(random: Random, page: str, number: int) -> list[str]:
    path = f"/c/<id>/{number}"
    url = f"{calls.make_origin(random, page)}{path}"
    kind = random.random()
    if kind < 0.3:
        return [path]
    if kind < 0.7:
        return [url]
    if kind < 0.78 and page != "null":
        return [f"{page}{path}"]
    if kind < 0.83:
        return [url.replace("//", random.choice(("//u:p@", "//u@", "//:p@", "//:@", "//@")))]
    if kind < 0.88:
        return [random.choice(_DEAD_LOCATIONS)]
    if kind < 0.91:
        return random.choice(([], [path, path], [path, url], ["", path], [path, ""], [""]))
    spellings = (
        str(number),
        f"./{number}",
        f"../<id>/{number}?q=1",
        f"{path}#fragment",
        url.removeprefix("http:"),
        url.replace("http:", "HTTP:"),
        url.replace("/c/", "/c/./"),
        url.replace("localhost", "LocalHost"),
        url.replace("//", "/"),
        url.replace("//", "\\\\"),
        f" {path} ",
        f"{path}?a b",
        f"{path}?\xc3\xa4",
        f"{path}?%zz",
        f"{path}?\xe4",
        f"{path}?a\tb",
        f"{path}?a\x01",
        f"\x0b{path}",
        url.replace("//", "\t//"),
        f"{path}#",
        f"{path}#\t",
        f"{path}/.\t./a",
    )
    return [random.choice(spellings)]


def _make_chain(random: Random) -> Case:
    """Redirect about as often as a browser goes along, always in the same way."""
    page = calls.make_page(random)
    call = calls.make_call(random, f"{calls.make_origin(random, page)}/c/<id>/0")
    call = call._replace(headers=call.headers if random.random() < 0.2 else ())
    target = random.choice(("<next>", f"{calls.make_origin(random, page)}/c/<id>/<next>"))
    preflight = answers.make_preflight(random, [call], "good")
    lines = answers.make_shared(random, call, "good")
    redirect = Answer(random.choice(answers.REDIRECTS), (*lines, ("Location", f" {target}")))
    hops = [Hop((preflight,), (redirect,))] * random.choice((18, 19, 20, 21, 22))
    return Case(page, (call,), (*hops, _make_hop(random, call._replace(headers=()))))


def _make_loop(random: Random) -> Case:
    """Redirect to URLs where the call has been, once or a few times."""
    page = calls.make_page(random)
    call = calls.make_call(random, f"{calls.make_origin(random, page)}/c/<id>/0")
    call = call._replace(headers=random.choice(((), _CUSTOM_LINES[:1], _CUSTOM_LINES[:3])))
    targets = [call.url, f"{calls.make_origin(random, page)}/c/<id>/1", "#", "/c/<id>/1"]
    hops = []
    for _ in range(2):
        locations = [random.choice(targets) for _ in range(random.choice((1, 2, 3)))]
        lines = answers.make_shared(random, call, "good")
        status = random.choice(answers.REDIRECTS)
        actuals = [Answer(status, (*lines, ("Location", f" {location}"))) for location in locations]
        actuals.append(Answer(200, tuple(answers.make_shared(random, call, "good"))))
        hops.append(Hop((answers.make_preflight(random, [call], "good"),), tuple(actuals)))
    return Case(page, (call,) * random.choice((1, 1, 2)), tuple(hops))
