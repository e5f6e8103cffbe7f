"""The steps: what browsers send to the API, and how a browser judges what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.messages import Headers, Request, Response, get_values

if TYPE_CHECKING:
    from crossorigin import Decision

HOST = "127.0.0.1"
STRANGER = "https://stranger.example"

READS, GOES_ON, BLOCKS = "the page may read this", "the browser goes on and sends it", "the browser blocks this"


class Step(NamedTuple):
    """One request as a browser sends it, and what must come of it; ``status`` is the app's, or ours."""

    title: str
    method: str
    path: str
    origin: str
    headers: tuple[tuple[str, str], ...]
    status: int
    verdict: str
    note: str = ""


def make_steps(page: str) -> list[Step]:
    """Write the steps for a page's origin."""

    def ask(method: str, names: str = "") -> tuple[tuple[str, str], ...]:
        asked = (("Access-Control-Request-Method", method),)
        return (*asked, ("Access-Control-Request-Headers", names)) if names else asked

    token = (("Authorization", "Bearer demo"), ("X-Request", "1"), ("Content-Type", "text/plain"))
    cookie = (("Cookie", "user=reader"),)
    names = "authorization,x-request"
    note = "The server allows every origin, but browsers take * for requests without credentials only."
    return [
        Step("The page that the policy lists", "GET", "/notes", page, (), 200, READS),
        Step("The page of a stranger", "GET", "/notes", STRANGER, (), 200, BLOCKS),
        Step("Before a PUT with a token, the browser asks", "OPTIONS", "/notes", page, ask("PUT", names), 204, GOES_ON),
        Step("The PUT itself", "PUT", "/notes", page, token, 200, READS),
        Step("PATCH is allowed; patch is another method", "OPTIONS", "/notes", page, ask("patch"), 403, BLOCKS),
        Step("A header that is not listed", "OPTIONS", "/notes", page, ask("GET", "x-debug"), 403, BLOCKS),
        Step("A stranger asks before a PUT", "OPTIONS", "/notes", STRANGER, ask("PUT", names), 403, BLOCKS),
        Step("A path that is open to everyone", "GET", "/public/hello", STRANGER, (), 200, READS),
        Step("The same path, with cookies", "GET", "/public/hello", STRANGER, cookie, 200, BLOCKS, note),
        Step("An app that fails: the page learns it", "GET", "/crash", page, (), 500, READS),
        Step("A sandboxed frame, whose origin is null", "GET", "/notes", "null", (), 200, BLOCKS),
        Step("An origin with a slash at its end", "GET", "/notes", f"{page}/", (), 200, BLOCKS),
    ]


def make_request(step: Step, port: int) -> Request:
    """Write the request of a step, with the headers that a browser adds."""
    site = "same-site" if HOST in step.origin else "cross-site"
    body = b"written by the demo" if step.method == "PUT" else b""
    headers = [
        ("Host", f"{HOST}:{port}"),
        ("Origin", step.origin),
        *step.headers,
        ("Sec-Fetch-Site", site),
        ("Sec-Fetch-Mode", "cors"),
        *([("Content-Length", str(len(body)))] if body else []),
    ]
    return Request(step.method, step.path, headers, body)


def judge(step: Step, answer: Response) -> str:
    """Judge an answer as a browser does.

    Spec: https://fetch.spec.whatwg.org/#concept-cors-check
    """
    wants_cookies = any(name == "Cookie" for name, _ in step.headers)
    origins = get_values(answer.headers, "Access-Control-Allow-Origin")
    has_leave = get_values(answer.headers, "Access-Control-Allow-Credentials") == ["true"]
    if origins != [step.origin] and (origins != ["*"] or wants_cookies):
        return BLOCKS
    if wants_cookies and not has_leave:
        return BLOCKS
    asked = dict(step.headers)
    method = asked.get("Access-Control-Request-Method")
    if step.method != "OPTIONS" or method is None:
        return READS
    names = asked.get("Access-Control-Request-Headers", "")
    methods_told = _split(get_values(answer.headers, "Access-Control-Allow-Methods"))
    names_told = _split(get_values(answer.headers, "Access-Control-Allow-Headers"))
    has_method = method in {"GET", "HEAD", "POST"} | methods_told
    has_names = _split([names]) <= {name.lower() for name in names_told}
    return GOES_ON if answer.status // 100 == 2 and has_method and has_names else BLOCKS


def _split(lines: list[str]) -> set[str]:
    return {word.strip() for line in lines for word in line.split(",") if word.strip()}


def pick_cors(headers: Headers) -> list[tuple[str, str]]:
    """Return the headers that a policy answers with: those of the CORS protocol, and whether Vary names Origin."""
    told = [(name.title(), value) for name, value in headers if name.lower().startswith("access-control-")]
    varies = "origin" in {word.lower() for word in _split(get_values(headers, "Vary"))}
    return sorted(told) + ([("Vary", "Origin")] if varies else [])


def find_differences(step: Step, decision: Decision, answer: Response) -> list[str]:
    """Compare what the running server answered with what it should answer."""
    pairs: list[tuple[str, object, object]] = [
        ("the status", answer.status, step.status),
        ("the CORS headers", pick_cors(answer.headers), pick_cors(decision.headers)),
        ("the verdict", judge(step, answer), step.verdict),
    ]
    if decision.status is not None:
        pairs.append(("the status that decide() gives", answer.status, decision.status))
        pairs.append(("the body", answer.body, decision.body.encode()))
    return [f"{what}: {given!r}, not {wanted!r}" for what, given, wanted in pairs if given != wanted]
