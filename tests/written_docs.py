"""What a script writes into the docs: the README's tabs, what was tested with which framework, what dialects can say.

``python tools/write_docs.py`` writes it, and a test holds the docs to it.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from conformance.rows import ROWS
from conformance.served import INTEGRATIONS
from conformance.test_served import travels
from crossorigin.dialects import Loss, list_dialects, write
from dialects.features import FEATURES
from engines.served import SERVERS
from engines.table import ROWS as CALLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
README, INDEX, FRAMEWORKS = Path("README.md"), Path("docs/index.md"), Path("docs/frameworks/index.md")
DIALECTS = Path("docs/dialects.md")
#: The dialects, those together that someone would choose between.
GROUPS = {
    "Our own": ("toml", "env"),
    "Python packages": ("fastapi", "flask-cors", "django", "nexios", "kui", "fastrapi"),
    "Node": ("express", "express-middleware"),
    "Ruby": ("rack-cors", "rack", "sinatra", "sinatra-cross-origin"),
    "PHP": ("laravel", "laravel-middleware", "php"),
    "Servers in front of another": ("nginx", "haproxy", "caddy", "apache", "envoy", "traefik"),
    "Kubernetes and AWS": ("gateway-api", "ingress-nginx", "s3", "api-gateway"),
}
#: Every package but our own files leaves handshakes alone, which the page says once.
_STANDING = "websockets="


class Framework(NamedTuple):
    """One line: the page, what it is called by pip, how the policy is put in, and its forms in the tables."""

    name: str
    page: str
    install: str
    package: str | None = None
    forms: tuple[str, ...] = ()


LINES = [
    Framework("FastAPI", "fastapi.md", "`app.add_middleware(CORSMiddleware, ...)`", "fastapi", ("FastAPI",)),
    Framework("Starlette", "starlette.md", "`app.add_middleware(CORSMiddleware, ...)`", "starlette", ("Starlette",)),
    Framework("Flask", "flask.md", "`CORS(app, ...)`", "flask", ("Flask",)),
    Framework("Django", "django.md", "`MIDDLEWARE`, `CORS_...`", "django", ("Django (WSGI)", "Django (ASGI)")),
    Framework("Nexios", "nexios.md", "`NexiosApp(config=...)`", "nexios", ("Nexios",)),
    Framework("Kui", "kui.md", "`Kui(cors_config=...)`", "kui", ("Kui (ASGI)", "Kui (WSGI)")),
    Framework("FastrAPI", "fastrapi.md", "`install(app, ...)`", "fastrapi"),
    Framework("aiohttp", "aiohttp.md", "`setup(app, ...)`", "aiohttp", ("aiohttp",)),
    Framework("Tornado", "tornado.md", "`install(app, ...)`", "tornado", ("Tornado",)),
    Framework("any ASGI app", "../start.md", "`CORSMiddleware(app, ...)`", None, ("ASGI",)),
    Framework("any WSGI app", "../start.md", "`CORSMiddleware(app, ...)`", None, ("WSGI",)),
    *(
        Framework(name, "others.md", "the ASGI door", name.lower(), (name,))
        for name in ("Litestar", "Quart", "Sanic", "BlackSheep")
    ),
    Framework("Falcon", "others.md", "either door", "falcon", ("Falcon (ASGI)", "Falcon (WSGI)")),
    *(Framework(name, "others.md", "the WSGI door", name.lower(), (name,)) for name in ("Bottle", "Pyramid")),
]


def read_tabs() -> tuple[str, dict[str, str]]:
    """Return the policy that all tabs share, and the code of each tab by its name, up to a colon."""
    text = _find_tabs((ROOT / INDEX).read_text())
    policy, *codes = re.findall(r"^```python(?: tab)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names = [name.partition(":")[0] for name in re.findall("<summary>(.+?)</summary>", text)]
    return policy, dict(zip(names, codes, strict=True))


def make_pages() -> dict[Path, str]:
    """Return the pages with what is written into them, by their paths below the root."""
    readme, page = (ROOT / README).read_text(), (ROOT / FRAMEWORKS).read_text()
    tabs = _find_tabs((ROOT / INDEX).read_text())
    table = re.search(r"^\| framework \|.*\n(?:\|.*\n)+", page, re.MULTILINE)
    assert table, f"{FRAMEWORKS} has lost its table"
    return {
        README: readme.replace(_find_tabs(readme), tabs),
        FRAMEWORKS: page.replace(table[0], make_matrix()),
        DIALECTS: re.sub(
            "(?<=writes it -->\n).*(?=<!-- end of table -->)",
            lambda _: make_dialects(),
            _read(DIALECTS),
            flags=re.DOTALL,
        ),
    }


def _read(path: Path) -> str:
    return (ROOT / path).read_text()


def make_dialects() -> str:
    """Return the tables: what each dialect makes of a policy that says one thing, and what is lost, and why."""
    names = {name for group in GROUPS.values() for name in group}
    assert names == {*list_dialects()}, names ^ {*list_dialects()}
    written = {name: {called: write(name, rules).losses for called, rules in FEATURES.items()} for name in names}
    parts = [_make_group(title, {name: written[name] for name in group}) for title, group in GROUPS.items()]
    parts += ["## What is lost, and why", *(_make_losses(name, written[name]) for name in sorted(names))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _make_group(title: str, written: Mapping[str, Mapping[str, Sequence[Loss]]]) -> str:
    lines = [f"### {title}\n", f"| a policy with | {' | '.join(f'`{name}`' for name in written)} |"]
    lines.append(f"|---|{'---|' * len(written)}")
    for called in FEATURES:
        cells = [_judge(losses[called]) for losses in written.values()]
        lines.append(f"| {called} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _judge(losses: Sequence[Loss]) -> str:
    said = {loss.how_bad for loss in losses if not loss.what.startswith(_STANDING)}
    return ", ".join(word for word in ("widens", "narrows") if word in said) or "✓"


def _make_losses(name: str, written: Mapping[str, Sequence[Loss]]) -> str:
    """Return a line for each reason why something is lost; what changes no access is not told."""
    found: dict[tuple[str, str], list[str]] = {}
    for called, losses in written.items():
        for loss in losses:
            if loss.how_bad != "cosmetic":
                known = found.setdefault((loss.why, loss.how_bad), [])
                known += [] if called in known else [called]
    lines = [f"- *{how_bad}*: {_escape(why)} ({', '.join(called)})." for (why, how_bad), called in found.items()]
    return "\n".join([f"### `{name}`\n", *lines]) if lines else ""


def _escape(text: str) -> str:
    return re.sub(r"[*<|`]", r"\\\g<0>", text)


def _find_tabs(text: str) -> str:
    found = re.search("<!-- tabs.*<!-- end of tabs -->", text, re.DOTALL)
    assert found, "the tabs are gone"
    return found[0]


def make_matrix() -> str:
    """Return the table: how many of the rows hold for each framework, and with which versions."""
    oldest, newest = (_read_versions(group) for group in ("oldest", "newest"))
    lines = [
        f"| framework | how | oldest tested | newest tested | rows of {len(ROWS)} | Chromium's of {len(CALLS)} |",
        "|---|---|---|---|---|---|",
    ]
    for name, page, install, package, forms in LINES:
        versions = [oldest[package], newest[package]] if package else ["-", "-"]
        cells = [f"[{name}]({page})", install, *versions, _write(_count_rows(forms)), _write(_count_calls(forms))]
        lines.append(f"| {' | '.join(cells)} |")
    assert {form for line in LINES for form in line.forms} == {one.name for one in INTEGRATIONS}
    return "\n".join(lines) + "\n"


def _read_versions(group: str) -> dict[str, str]:
    """Return the version that a dependency group pins of each package, by its name in lower case."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    pins = re.findall(r"^([\w-]+)==([\d.]+)", "\n".join(groups[group]), re.MULTILINE)
    # Why: where Python decides between two releases, the later one is tested, too.
    return dict(sorted(pins, key=lambda pin: [int(part) for part in pin[1].split(".")]))


def _count_rows(forms: tuple[str, ...]) -> dict[str, int]:
    served = [one for one in INTEGRATIONS if one.name in forms]
    return {one.name: sum(travels(row, joins_lines=one.joins_lines) for row in ROWS) for one in served}


def _count_calls(forms: tuple[str, ...]) -> dict[str, int]:
    served = [one for one in SERVERS if one.name in forms]
    return {one.name: sum(one.find_expected(call) is not None for call in CALLS) for one in served}


def _write(counts: dict[str, int]) -> str:
    """Write the count, or each with its form where they differ."""
    if len(set(counts.values())) < 2:
        return str(next(iter(counts.values()), "-"))
    return ", ".join(f"{count} ({name.partition('(')[2].rstrip(')')})" for name, count in counts.items())
