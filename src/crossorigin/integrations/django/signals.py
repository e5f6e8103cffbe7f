"""The signal ``check_request_enabled``: its receivers may allow what the settings do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

#: Sent with ``sender=None`` and ``request``, at most once per request. A receiver, sync or async, that returns
#: something true allows the request: its path, and its origin unless that is denied.
check_request_enabled = Signal()


def ask_receivers(request: HttpRequest) -> bool:
    """Tell whether a receiver allows the request. One that raises does not: Django logs it."""
    return _allows(check_request_enabled.send_robust(sender=None, request=request))


async def ask_receivers_async(request: HttpRequest) -> bool:
    """Do the same on the event loop; sync receivers run in a thread."""
    return _allows(await check_request_enabled.asend_robust(sender=None, request=request))


def _allows(responses: Iterable[tuple[object, object]]) -> bool:
    return any(answer and not isinstance(answer, Exception) for _, answer in responses)
