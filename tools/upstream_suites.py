"""Run the CORS tests of the packages that the drop-ins replace, with nothing but the import changed.

    python tools/upstream_suites.py FOLDER [--django-cors-headers CHECKOUT]

Everything is kept in FOLDER: their sources, which pip brings, an environment with their releases and this package, and
the copies that are run. The tests of django-cors-headers are in no release; they are run where a checkout is given.

A case that fails must be named in docs/migrating.md, and one that is named there must fail: else the exit status is 1.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
OURS = "crossorigin.integrations"
PYTEST = ["-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "--no-header"]
TOOLS = ["pytest<9", "pytest-asyncio", "trio", "httpx", "httpx2", "django==5.2.19", "flask==3.1.3", "tzdata"]


class Suite(NamedTuple):
    """How many tests a package has, what is written in the place of its name, and how they are run."""

    section: str
    package: str
    version: str
    cases: int
    replaced: list[tuple[str, str]]
    command: list[str]


SUITES = [
    Suite(
        "Starlette and FastAPI",
        "starlette",
        "1.10.0",
        36,
        [(r"starlette\.middleware\.cors import", f"{OURS}.starlette import")],
        [*PYTEST, "tests/middleware/test_cors.py"],
    ),
    Suite(
        "flask-cors",
        "flask-cors",
        "6.0.5",
        90,
        [(r"\bflask_cors(\.core)? import", rf"{OURS}.flask\1 import")],
        # Why: these call functions of flask-cors that are not public.
        [*PYTEST, "tests", "--ignore=tests/core/test_helpers.py", "--ignore=tests/typecheck"],
    ),
    Suite(
        "django-cors-headers",
        "django-cors-headers",
        "4.9.0",
        82,
        [
            (r"\bcorsheaders\.E0", "crossorigin.E0"),
            (r"from corsheaders", f"from {OURS}.django"),
            (r'"corsheaders([".])', rf'"{OURS}.django\1'),
        ],
        ["-m", "django", "test", "--settings=tests.settings", "tests"],
    ),
    Suite(
        "Nexios",
        "nexios",
        "3.12.3",
        64,
        [(r"nexios\.middleware\.cors import", f"{OURS}.nexios import")],
        [*PYTEST, "tests/test_cors"],
    ),
    Suite(
        "Kui",
        "kui",
        "1.15.0",
        4,
        [
            (r"kui\.(asgi|wsgi) import allow_cors", rf"{OURS}.kui.\1 import allow_cors"),
            (r"kui\.(asgi|wsgi) import HttpRoute, Kui", rf"{OURS}.kui.\1 import Kui; from kui.\1 import HttpRoute"),
        ],
        [*PYTEST, "tests/asgi/test_cors.py", "tests/wsgi/test_cors.py"],
    ),
]


def main() -> int:
    """Run every suite, and tell which of its cases fail otherwise than the page says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--django-cors-headers", type=Path, help="a checkout of its release 4.9.0")
    options = parser.parse_args()
    folder = options.folder.resolve()
    python = make_environment(folder)
    has_surprises = False
    for suite in SUITES:
        source = options.django_cors_headers if suite.package == "django-cors-headers" else fetch(suite, folder)
        if source is None:
            print(f"{suite.package}: not run, there is no checkout")
            continue
        copy = folder / "run" / suite.package
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(source / "tests", copy / "tests")
        for path in copy.rglob("*.py"):
            path.write_text(replace(path.read_text(), suite.replaced))
        done = subprocess.run([python, *suite.command], cwd=copy, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        failed, named, cases = find_failed(output), find_named(suite.section), count_cases(output)
        print(f"{suite.package} {suite.version}: {cases} cases; {find_summary(output)}")
        surprises = [
            *(f"fails, and is not named in docs/migrating.md: {name}" for name in sorted(failed - named)),
            *(f"is named in docs/migrating.md, and passes: {name}" for name in sorted(named - failed)),
            *([f"there should be {suite.cases} cases"] if cases != suite.cases else []),
        ]
        for line in [*(f"fails, as docs/migrating.md says: {name}" for name in sorted(failed & named)), *surprises]:
            print(f"  {line}")
        has_surprises |= bool(surprises)
    return int(has_surprises)


def make_environment(folder: Path) -> str:
    """Return the interpreter of an environment with all the packages, and this one as it is now."""
    home = folder / "environment"
    python = str(home / "bin" / "python")
    if not home.exists():
        venv.create(home, with_pip=True)
        pins = [f"{suite.package}=={suite.version}" for suite in SUITES if suite.package != "django-cors-headers"]
        subprocess.run([python, "-m", "pip", "install", "-q", *TOOLS, *pins], check=True)
    install = [python, "-m", "pip", "install", "-q", "--force-reinstall", "--no-deps", str(ROOT)]
    subprocess.run(install, check=True)
    return python


def fetch(suite: Suite, folder: Path) -> Path:
    """Return the folder of a package's sources, which pip brings if they are not there."""
    sources = folder / "sources"
    name = f"{suite.package.replace('-', '_')}-{suite.version}"
    if not (sources / name).exists():
        wanted = f"{suite.package}=={suite.version}"
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", wanted]
        subprocess.run([*command, "-d", str(sources)], check=True)
        with tarfile.open(sources / f"{name}.tar.gz") as archive:
            archive.extractall(sources, filter="data")
    return sources / name


def replace(text: str, replaced: list[tuple[str, str]]) -> str:
    """Return a file with the imports changed."""
    for pattern, ours in replaced:
        text = re.sub(pattern, ours, text)
    return text


def find_failed(output: str) -> set[str]:
    """Return the names of the cases that pytest or Django's runner says have failed, without their parameters."""
    of_pytest = re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", output, re.MULTILINE)
    return {*of_pytest, *re.findall(r"^(?:FAIL|ERROR): (\w+) \(", output, re.MULTILINE)}


def count_cases(output: str) -> int:
    """Return how many cases a runner says that it has run."""
    last = find_summary(output).partition(", FAILED")[0]
    return sum(int(count) for count in re.findall(r"(\d+) (?:passed|failed|skipped|error|tests)", last))


def find_summary(output: str) -> str:
    """Return the lines in which a runner counts."""
    found = re.findall(r"^(?:\d+ (?:passed|failed).*|Ran \d+ tests.*|OK.*|FAILED \(.*)$", output, re.MULTILINE)
    return ", ".join(found) or f"no case was run\n{output}"


def find_named(section: str) -> set[str]:
    """Return the cases that the page names below a heading."""
    text = (ROOT / "docs" / "migrating.md").read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    return set(re.findall(r"`(test_\w+)`", text))


if __name__ == "__main__":
    sys.exit(main())
