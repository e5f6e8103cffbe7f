"""Statuses: which are ok, and which are redirects."""

from __future__ import annotations

#: Spec: https://fetch.spec.whatwg.org/#redirect-status
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})

_FIRST_OK, _LAST_OK = 200, 299


def is_ok(status: int) -> bool:
    """Tell whether *status* is an ok status.

    Spec: https://fetch.spec.whatwg.org/#ok-status

    >>> is_ok(204), is_ok(304)
    (True, False)
    """
    return _FIRST_OK <= status <= _LAST_OK


def is_redirect(status: int) -> bool:
    """Tell whether *status* is a redirect status.

    Spec: https://fetch.spec.whatwg.org/#redirect-status

    >>> is_redirect(308), is_redirect(304)
    (True, False)
    """
    return status in REDIRECT_STATUSES
