"""Which layer seems to have answered: a server, a framework, a proxy, a cache; told by what each says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.browser.preflight import is_preflight
from crossorigin.messages import escape
from crossorigin.standard.headers import LAYER_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.browser import Exchange

#: Names under which ``explain`` has code, by words that their servers and frameworks say of themselves.
_FRAMEWORKS = {
    "uvicorn": "FastAPI",
    "hypercorn": "FastAPI",
    "werkzeug": "Flask",
    "gunicorn": "Flask",
    "wsgiserver": "Django",
    "express": "Express",
    "nginx": "nginx",
    "openresty": "nginx",
}
_LONGEST = 120


class Layer(NamedTuple):
    """What one answer says of who gave it."""

    step: str
    signs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Say it on one line."""
        return ", ".join(f"{name}: {value}" for name, value in self.signs) or "(nothing that tells)"


def find_layers(exchanges: Sequence[Exchange]) -> list[Layer]:
    """Return what each answer says, in the order of the exchanges."""
    found = []
    for request, response in exchanges:
        signs = tuple(
            (escape(name), escape(value)[:_LONGEST]) for name, value in response.headers if name.lower() in LAYER_NAMES
        )
        found.append(Layer("preflight" if is_preflight(request) else "request", signs))
    return found


def compare_layers(layers: Sequence[Layer]) -> str | None:
    """Say that preflight and request seem to be answered by different layers, or return None."""
    servers = [{name.lower(): value for name, value in layer.signs}.get("server") for layer in layers]
    steps = [layer.step for layer in layers]
    if "preflight" not in steps or "request" not in steps:
        return None
    one, other = steps.index("preflight"), steps.index("request")
    if servers[one] == servers[other]:
        return None
    first, second = (
        f'"{server}"' if server else "one that does not say who it is" for server in (servers[one], servers[other])
    )
    return f"The preflight seems to be answered by another layer ({first}) than the request ({second})."


def guess_framework(layers: Sequence[Layer], known: Sequence[str]) -> str | None:
    """Return the one of *known* that the last answer comes from, as far as it tells."""
    said = str(layers[-1]).lower() if layers else ""
    return next((name for word, name in _FRAMEWORKS.items() if word in said and name in known), None)
