"""Methods, against the sentences of the Fetch standard and of RFC 9110."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crossorigin.standard.methods import (
    FORBIDDEN_METHODS,
    NORMALIZED_METHODS,
    SAFE_METHODS,
    SAFELISTED_METHODS,
    is_forbidden_method,
    normalize,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def test_safelisted() -> None:
    """Three methods are sent without asking.

    "A CORS-safelisted method is a method that is `GET`, `HEAD`, or `POST`."

    Spec: https://fetch.spec.whatwg.org/#cors-safelisted-method
    """
    assert {"GET", "HEAD", "POST"} == SAFELISTED_METHODS


def test_the_lists_of_fetch() -> None:
    """Each list has the methods that its sentence names, and no other.

    "A forbidden method is a method that is a byte-case-insensitive match for `CONNECT`, `TRACE`, or `TRACK`."
    "To normalize a method, if it is a byte-case-insensitive match for `DELETE`, `GET`, `HEAD`, `OPTIONS`, `POST`,
    or `PUT`, byte-uppercase it."

    Spec: https://fetch.spec.whatwg.org/#methods
    """
    assert {"CONNECT", "TRACE", "TRACK"} == FORBIDDEN_METHODS
    assert {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"} == NORMALIZED_METHODS


def test_safe() -> None:
    """Four methods ask for no change of state.

    "Of the request methods defined by this specification, the GET, HEAD, OPTIONS, and TRACE methods are defined
    to be safe."

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-safe-methods
    """
    assert {"GET", "HEAD", "OPTIONS", "TRACE"} == SAFE_METHODS


@pytest.mark.parametrize("method", sorted(NORMALIZED_METHODS))
@pytest.mark.parametrize("change", [str.lower, str.title, str.swapcase, str.upper])
def test_six_methods_are_normalized(method: str, change: Callable[[str], str]) -> None:
    """Six methods are sent in upper case, however they are written.

    "if it is a byte-case-insensitive match for `DELETE`, `GET`, `HEAD`, `OPTIONS`, `POST`, or `PUT`,
    byte-uppercase it."

    Spec: https://fetch.spec.whatwg.org/#concept-method-normalize
    """
    assert normalize(change(method)) == method


@pytest.mark.parametrize("method", ["patch", "PATCH", "Egg", "eGg", "CHICKEN", "propfind", "trace", "gett", " get", ""])
def test_no_other_method_is_normalized(method: str) -> None:
    """Every other method is sent as it is written.

    "Other than those that are normalized there are no casing restrictions either."

    Spec: https://fetch.spec.whatwg.org/#concept-method-normalize
    """
    assert normalize(method) == method


@pytest.mark.parametrize(
    ("method", "is_forbidden"),
    [
        ("CONNECT", True),
        ("connect", True),
        ("TRACE", True),
        ("Trace", True),
        ("TRACK", True),
        ("tRaCk", True),
        ("TRAC", False),
        ("TRACES", False),
        (" TRACE", False),
        ("", False),
        ("GET", False),
        ("OPTIONS", False),
        ("CHICKEN", False),
    ],
)
def test_forbidden(method: str, is_forbidden: bool) -> None:
    """Three methods are never sent, however they are written.

    "a byte-case-insensitive match for `CONNECT`, `TRACE`, or `TRACK`"

    Spec: https://fetch.spec.whatwg.org/#forbidden-method
    """
    assert is_forbidden_method(method) is is_forbidden
