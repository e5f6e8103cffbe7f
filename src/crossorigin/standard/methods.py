"""Methods: which are forbidden, which are normalized, which are CORS-safelisted."""

from __future__ import annotations

#: Spec: https://fetch.spec.whatwg.org/#cors-safelisted-method
SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})

#: "A forbidden method is a method that is a byte-case-insensitive match for `CONNECT`, `TRACE`, or `TRACK`."
#: Spec: https://fetch.spec.whatwg.org/#forbidden-method
FORBIDDEN_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})

#: "if it is a byte-case-insensitive match for `DELETE`, `GET`, `HEAD`, `OPTIONS`, `POST`, or `PUT`, byte-uppercase it."
#: Spec: https://fetch.spec.whatwg.org/#concept-method-normalize
NORMALIZED_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})

#: Methods that are safe by definition: a client that sends one asks for no change of state.
#: Spec: https://www.rfc-editor.org/rfc/rfc9110#name-safe-methods
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def normalize(method: str) -> str:
    """Return *method* as a browser would send it.

    Only six methods are upper-cased. ``patch`` is not one of them, so a policy
    that allows ``PATCH`` refuses ``fetch(url, {method: "patch"})``.

    Spec: https://fetch.spec.whatwg.org/#concept-method-normalize

    >>> normalize("post"), normalize("patch")
    ('POST', 'patch')
    """
    upper = method.upper()
    return upper if upper in NORMALIZED_METHODS else method


def is_forbidden_method(method: str) -> bool:
    """Tell whether a browser refuses to send *method* at all.

    Spec: https://fetch.spec.whatwg.org/#forbidden-method

    >>> is_forbidden_method("Trace"), is_forbidden_method("DELETE")
    (True, False)
    """
    return method.upper() in FORBIDDEN_METHODS
