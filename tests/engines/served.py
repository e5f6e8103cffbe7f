"""What the table is run through: the plain doors, and each framework with its integration around the whole app.

Where a framework or its server goes its own way, a departure says for which rows, why, and what is expected instead.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from engines.row import Expected, Row

# Why: h11 and the last option of gunicorn let every method through that the standard knows, such as "patch".
_UVICORN = "uvicorn --fd {fd} --http h11 --lifespan off --factory engines."
_GUNICORN = (
    "gunicorn --bind fd://{fd} --workers 1 --threads 16 --keep-alive 60 --no-control-socket "
    "--permit-unconventional-http-method engines."
)


class Departure(NamedTuple):
    """Rows of which one or more servers make something else, and why; without *change*, they are left out."""

    reason: str
    concerns: Callable[[Row], bool]
    change: Callable[[Expected], Expected] | None = None


class Served(NamedTuple):
    """One server: what the docs call its integration, how it is started, and where it goes its own way."""

    name: str
    command: str
    departures: tuple[Departure, ...]

    def find_expected(self, row: Row) -> Expected | None:
        """Return what is expected of the row here, or None where it is left out."""
        expected: Expected | None = row.expected
        for departure in self.departures:
            if expected is not None and departure.concerns(row):
                expected = departure.change(expected) if departure.change else None
        return expected


def _fails_in_body(row: Row) -> bool:
    return row.calls[-1].path == "/crash-in-body"


def _is_in_lower_case(row: Row) -> bool:
    return row.expected.wire.split()[-1] == "patch"


def _answer_405(expected: Expected) -> Expected:
    return expected._replace(status=405, text=None, runs=0)


def _write_capitals(expected: Expected) -> Expected:
    return expected._replace(text=expected.text and expected.text.replace("patch", "PATCH"))


_NO_WEBSOCKETS = Departure("WSGI has no WebSockets", lambda row: row.is_websocket)
_NO_DJANGO_WEBSOCKETS = Departure("Django has no WebSockets of its own", lambda row: row.is_websocket)
_EARLY_STATUS = Departure("ASGI has sent the status before a body can fail", _fails_in_body)
_LATE_FAILURE = Departure(
    "Django's middleware has spoken before a body fails, so that the server answers", _fails_in_body
)
_CAPITALS_ONLY = Departure("a route knows methods in capital letters only", _is_in_lower_case, _answer_405)
_CAPITALS = Departure("an app is told every method in capital letters", _is_in_lower_case, _write_capitals)

_ASGI = (_EARLY_STATUS,)
_NEXIOS = () if version("nexios").startswith("2.") else (_CAPITALS_ONLY,)
_WSGI = (_NO_WEBSOCKETS,)

SERVERS = (
    Served("ASGI", f"{_UVICORN}api_asgi:make_app", _ASGI),
    Served("FastAPI", f"{_UVICORN}api_fastapi:make_app", (*_ASGI, _CAPITALS_ONLY)),
    Served("Nexios", f"{_UVICORN}api_nexios:make_app", (*_ASGI, *_NEXIOS)),
    Served("Kui (ASGI)", f"{_UVICORN}api_kui:make_asgi", _ASGI),
    Served("Django (ASGI)", f"{_UVICORN}api_django:make_asgi", (*_ASGI, _NO_DJANGO_WEBSOCKETS, _CAPITALS)),
    Served("WSGI", f"{_GUNICORN}api_wsgi:make_app()", _WSGI),
    Served("Flask", f"{_GUNICORN}api_flask:make_app()", (*_WSGI, _CAPITALS)),
    Served("Kui (WSGI)", f"{_GUNICORN}api_kui:make_wsgi()", _WSGI),
    Served("Django (WSGI)", f"{_GUNICORN}api_django:make_wsgi()", (*_WSGI, _LATE_FAILURE, _CAPITALS)),
)
