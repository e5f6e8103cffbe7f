"""``crossorigin routes module:app``: which policy serves which route of an app."""

from __future__ import annotations

import contextlib
import importlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossorigin.cli.printing import CannotJudgeError, print_json, print_table
from crossorigin.errors import PolicyError

if TYPE_CHECKING:
    import argparse

    from crossorigin.integrations._answering import Layer
    from crossorigin.integrations._table import RouteLine
    from crossorigin.policy import Policy

_EXAMPLE = """Example: crossorigin routes main:app

Prints which policy answers for each route of an app: its own, or the app's.
Routes are read of Starlette, FastAPI, Flask and Kui; of other apps, the rules
of the CORS layer are printed.
Django, aiohttp, Tornado and FastrAPI are not read.
MODULE:APP is what an ASGI or WSGI server would be given; the module is looked
for in the current folder, too."""

_FINDINGS = 1


def add_to(commands: Any) -> None:  # noqa: ANN401 (argparse has no public type for it)
    """Add the subcommand."""
    parser = commands.add_parser(
        "routes",
        help="print the routes of an app and their policies",
        description=_EXAMPLE,
    )
    parser.add_argument("app", metavar="MODULE:APP")
    parser.add_argument("--json", action="store_true", help="for machines: a list of objects")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Print the table.

    :raises CannotJudgeError: the app cannot be imported, or has no CORS layer.
    """
    try:
        layer = find_layer(load_app(parsed.app))
        lines = layer.list_routes() if layer else None
    except PolicyError as error:
        sys.stderr.write(f"{error}\n")
        return _FINDINGS
    if lines is None:
        text = (
            f"{parsed.app} has no CORS layer that can be read: name the app that CORSMiddleware or CORS was given, or "
            "what they made of it. Django, aiohttp, Tornado and FastrAPI are not read"
        )
        raise CannotJudgeError(text)
    if parsed.json:
        print_json([_as_object(line) for line in lines])
    else:
        print_table(("METHODS", "PATH", "POLICY"), [_as_row(line) for line in lines])
    return 0


def load_app(target: str) -> Any:  # noqa: ANN401 (whatever the server would call)
    """Import ``module:app``.

    :raises CannotJudgeError: there is no such thing.
    """
    module_name, colon, name = target.partition(":")
    if not (colon and module_name and name):
        text = f'"{target}" is not MODULE:APP: write, for the app in main.py, main:app'
        raise CannotJudgeError(text)
    sys.path.insert(0, str(Path.cwd()))
    try:
        # Why: what a module prints while it is loaded must not stand in what is printed for machines.
        with contextlib.redirect_stdout(sys.stderr):
            found: Any = importlib.import_module(module_name)
        for part in name.split("."):
            found = getattr(found, part)
    except PolicyError:
        raise
    except (Exception, SystemExit) as error:
        text = f"{target} cannot be loaded: {type(error).__name__}: {error}"
        raise CannotJudgeError(text) from error
    return found


def find_layer(app: Any) -> Layer[Any] | None:  # noqa: ANN401 (as above)
    """Return the CORS layer around or in an app, or None.

    Starlette's and FastAPI's is in the stack that is built when the app starts; the others' are in an attribute.
    """
    from crossorigin.integrations._answering import Layer  # noqa: PLC0415 (--help has no need of it)

    if hasattr(app, "build_middleware_stack"):
        app = app.build_middleware_stack()
        if error := getattr(app, "error", None):
            raise error
    places = (app, *getattr(app, "__dict__", {}).values())
    return next((place for place in places if isinstance(place, Layer)), None)


def _as_row(line: RouteLine) -> tuple[str, str, str]:
    if line.is_left_alone:
        said = "left to the mounted app's own layer"
    else:
        said = describe(line.policy) if line.policy else "the app's"
    return ", ".join(line.methods) or "all", line.path, said


def describe(policy: Policy) -> str:
    """Say on one line what a policy lets other origins do."""
    origins = [*policy.allow_origins, *(f"/{regex.pattern}/" for regex in policy.regexes)]
    if policy.origin_validator:
        origins.append("those that origin_validator allows")
    parts = [", ".join(origins) or "no origin", f"methods {', '.join(policy.allow_methods) or 'none'}"]
    if policy.allow_headers:
        parts.append(f"headers {', '.join(policy.allow_headers)}")
    parts += ["credentials"] if policy.allow_credentials else []
    return "; ".join(parts)


def _as_object(line: RouteLine) -> dict[str, Any]:
    served_by = "another layer" if line.is_left_alone else "route" if line.policy else "app"
    settings = {name: _plain(value) for name, value in line.policy.settings.items()} if line.policy else None
    return {"path": line.path, "methods": list(line.methods), "served_by": served_by, "policy": settings}


def _plain(value: Any) -> Any:  # noqa: ANN401 (any option's value)
    if isinstance(value, tuple | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, re.Pattern):
        return value.pattern
    return value if isinstance(value, str | int | dict | None) else repr(value)
