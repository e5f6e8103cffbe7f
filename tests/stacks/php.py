"""PHP's own server: Laravel with a written middleware, and a script that requires a written file.

One server has all the files, each as it was written: its index requires the one whose number the request brings.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.target import Target, ask_port, run_programs
from stacks.upstream import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.messages import Request, Response

_HERE = Path(__file__).parent
#: Debian's package.
_LARAVEL = "/usr/share/php/Illuminate/Foundation/Application.php"
#: What the server of ``php -S`` can parse: any other method comes to PHP by a header, as it would from a web server.
_PARSED = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


@contextlib.contextmanager
def serve_laravel(texts: Sequence[str], ports: Sequence[int]) -> Iterator[Callable[[int, Request], Response]]:
    """Serve an app with its middleware around everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "app"
        shutil.copytree(_HERE / "laravel", folder)
        for path in ("bootstrap/cache", "storage/framework/views"):
            (folder / path).mkdir(parents=True)
        with _serve(folder, ["-t", "public", "public/index.php"], texts, ports[0]) as ask:
            yield ask


@contextlib.contextmanager
def serve_plain(texts: Sequence[str], ports: Sequence[int]) -> Iterator[Callable[[int, Request], Response]]:
    """Serve a script."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(_HERE / "plain.php", name)
        with _serve(Path(name), ["plain.php"], texts, ports[0]) as ask:
            yield ask


@contextlib.contextmanager
def _serve(
    folder: Path, arguments: Sequence[str], texts: Sequence[str], port: int
) -> Iterator[Callable[[int, Request], Response]]:
    (folder / "written").mkdir()
    for number, text in enumerate(texts):
        (folder / "written" / f"{number}.php").write_text(text, encoding="utf-8", newline="")
    log = folder / "log.txt"
    settings = ("-d", "display_errors=0", "-d", "log_errors=1", "-d", f"error_log={log}", "-d", "error_reporting=-1")
    with run_programs([["php", *settings, "-S", f"127.0.0.1:{port}", *arguments]], [port], folder=folder):
        yield lambda number, request: _ask(port, number, request)
    told = log.read_text(errors="replace") if log.exists() else ""
    mistakes = [line for line in told.splitlines() if "PHP " in line and "RuntimeException: broken" not in line]
    assert not mistakes, mistakes


def _ask(port: int, number: int, request: Request) -> Response:
    """Send a request with the number of what is to serve it."""
    more = [("X-Number", str(number)), ("X-Own", json.dumps(OWN))]
    if request.method in _PARSED:
        return ask_port(port, request, more)
    return ask_port(port, request._replace(method="POST"), [*more, ("X-Method", request.method)])


LARAVEL = Target("laravel", "laravel-middleware", ("php", _LARAVEL), serve_laravel)
#: Debian does not have fruitcake/php-cors: a stand-in does what that says of itself.
PHP_CORS = Target("php-cors", "laravel", ("php", _LARAVEL), serve_laravel, removes=False)
TARGETS = [LARAVEL, Target("php", "php", ("php",), serve_plain)]
