"""Why each rule exists, in a sentence or two, by the id of the reason."""

from __future__ import annotations

_SIZE = "Anyone can send a request, and to read megabytes of one takes time, so it is refused unread."
_FORM = "What browsers send has one form; everything else comes from another program or a proxy."
_READ = "Without it, every site could read what the server answers to its visitors."
_COOKIES = (
    "With credentials the answer holds what belongs to one user, so the server must name the origin that may read it."
)
_ASK_FIRST = (
    "A page of another origin could never send this before there was CORS, so the browser asks the server first"
)
_WILDCARD = "A * would let every site act with the user's cookies, so with credentials it is read as a mere name."
_REDIRECT = "A redirect must not make a browser do for one origin what another would not have allowed."

WHY = {
    "missing-origin": "The policy wants to know which page asks, and nothing but the Origin header tells.",
    "multiple-origins": "With two, this server and another layer could each believe a different one.",
    "origin-too-long": _SIZE,
    "malformed-origin": f"{_FORM} Look-alikes of allowed origins are how attacks on matchers begin.",
    "null-origin": "Every site can make a sandboxed frame, whose origin is null: to allow null is to allow every site.",
    "origin-denied": "The policy's owner took it out of what else would be allowed, and that comes first.",
    "origin-not-allowed": _READ,
    "origin-not-judged": "The decision does no I/O: until somebody has asked the validator, the request is refused.",
    "malformed-method": f"{_FORM} What is allowed may be echoed, so it must be a method.",
    "method-not-allowed": "The owner lists what pages of other origins may do. Methods are compared with case.",
    "malformed-header-names": f"{_FORM} What is allowed may be echoed, so each must be a name.",
    "too-many-header-names": _SIZE,
    "header-not-allowed": "The owner lists what pages of other origins may send, beside four names that need no leave.",
    "private-network-not-allowed": "Old Chromium asked before a public page could reach a private address.",
    "too-many-header-lines": _SIZE,
    "ambiguous-path": "A server, a proxy and a router may each see another path in it, and another rule.",
    "allow-origin-missing": f"A page may read an answer of another origin only if the answer says so. {_READ}",
    "allow-origin-multiple": "The header holds one origin: of two, the browser cannot tell which was meant.",
    "allow-origin-mismatch": "The browser compares the origin of the page with the one in the header, byte by byte.",
    "allow-origin-wildcard-with-credentials": _COOKIES,
    "allow-credentials-missing": f"{_COOKIES} It must also say that it means the answer with credentials.",
    "preflight-redirected": f"{_ASK_FIRST}, and a redirect is no answer.",
    "preflight-not-ok": f"{_ASK_FIRST}, and only a status from 200 to 299 is a yes.",
    "allow-methods-malformed": f"{_ASK_FIRST}, and what cannot be read is no yes.",
    "allow-headers-malformed": f"{_ASK_FIRST}, and what cannot be read is no yes.",
    "method-not-listed": f"{_ASK_FIRST}. Only GET, HEAD and POST need no leave; names are compared with case.",
    "methods-wildcard-with-credentials": _WILDCARD,
    "header-not-listed": f"{_ASK_FIRST}.",
    "headers-wildcard-with-credentials": _WILDCARD,
    "authorization-not-listed": "A token is a credential, as a cookie is: a * does not name its header.",
    "redirect-to-invalid-url": "There is nowhere to go.",
    "redirect-to-other-scheme": f"{_REDIRECT} Only http and https have CORS.",
    "redirect-with-userinfo": f"{_REDIRECT} A URL with a password in it would log the user in as somebody else.",
    "too-many-redirects": "A browser follows at most twenty.",
}
