"""Ruby: Sinatra, Rails and plain Rack under puma, with rack-cors and with what is written for them."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from processes import find_free_ports
from stacks.target import Target, ask_port, run_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.messages import Request, Response

#: By what one process tells its apps apart.
_NUMBER = "X-Number"

_APPS = Path(__file__).with_name("ruby_apps")
#: What puma takes for methods: no lower case. Rails knows no others than these, and not the last.
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE")


def serve_kind(
    kind: str,
) -> Callable[[Sequence[str], Sequence[int]], contextlib.AbstractContextManager[Callable[[int, Request], Response]]]:
    """Return how one process of puma serves an app of a kind for each text."""

    @contextlib.contextmanager
    def serve(texts: Sequence[str], _ports: Sequence[int]) -> Iterator[Callable[[int, Request], Response]]:
        (port,) = find_free_ports(1)
        with tempfile.TemporaryDirectory() as folder:
            for number, text in enumerate(texts):
                (Path(folder) / f"{number}.rb").write_text(text)
            command = ["puma", "-q", "-t", "4:4", "-e", "production", "-b", f"tcp://127.0.0.1:{port}"]
            environment = {"TEXTS": folder, "RACK_ENV": "production", "RAILS_ENV": "production"}
            with run_programs([[*command, str(_APPS / f"{kind}.ru")]], [port], environment=environment):
                yield lambda number, request: ask_port(port, request, [(_NUMBER, str(number))])

    return serve


def _make_target(name: str, dialect: str, kind: str) -> Target:
    # Why: rack-cors lets the app's own headers be, and says of no preflight that it depends on the origin.
    is_program = dialect != "rack-cors"
    methods = _METHODS[:-1] if "rails" in kind else _METHODS
    return Target(
        name,
        dialect,
        ("puma",),
        serve_kind(kind),
        removes=is_program,
        varies_preflights=is_program,
        is_deaf_to=lambda probe: probe.method not in methods,
    )


TARGETS = [
    _make_target("Sinatra and rack-cors", "rack-cors", "sinatra_rack_cors"),
    _make_target("Rails and rack-cors", "rack-cors", "rails_rack_cors"),
    _make_target("Sinatra and its filter", "sinatra", "sinatra_filter"),
    _make_target("Rack and its middleware", "rack", "rack_middleware"),
]
