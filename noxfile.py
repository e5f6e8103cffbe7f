"""The parts of ``make test``, and what else is run by hand: ``nox --list`` shows them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "test", "oldest"]

PROJECT = nox.project.load_toml("pyproject.toml")
THE_RING = "*/integrations/*,*/stores/*,*/probe/*,*/gateway/*,*/testing/*,*/cli/*,*/__main__.py"


def find_newest_python() -> str:
    """Return a Python that the newest releases of all frameworks run on, or the one that runs this.

    Django 6 needs Python 3.12. Where there is none, the newest Django of this Python is tested; the report names it.
    """
    names = ("python3.12", "python3.13")
    kept = sorted((Path.home() / ".pyenv" / "versions").glob("3.1[23].*/bin/python"))
    for found in (*map(shutil.which, names), *map(str, kept)):
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    return sys.executable


NEWEST_PYTHON = find_newest_python()


def install(session: nox.Session, *groups: str) -> None:
    """Install dependency groups, pinned in pyproject.toml."""
    session.install(*nox.project.dependency_groups(PROJECT, *groups))


def install_wheel(session: nox.Session) -> None:
    """Build the wheel and install it: what users get is what is tested and measured."""
    session.install("build==1.5.0", *PROJECT["build-system"]["requires"])
    session.run("python", "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", silent=True)
    wheel = max(Path("dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    session.install("--force-reinstall", "--no-deps", str(wheel))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=NEWEST_PYTHON)
def types(session: nox.Session) -> None:
    """Check types, strictly, in the package and its tests."""
    install(session, "types", "test", "newest", "demo", "nox")
    session.run("mypy")


@nox.session(python=NEWEST_PYTHON)
def test(session: nox.Session) -> None:
    """Run every test against the installed wheel and the newest frameworks; 100% branch coverage below the I/O ring."""
    install(session, "test", "newest", "demo", "lint", "edges")
    install_wheel(session)
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    package = session.run("python", "-c", "import crossorigin; print(*crossorigin.__path__)", silent=True)
    session.run("python", "-m", "pytest", "-q", "-p", "no:randomly", str(package).strip())
    session.run("coverage", "report", f"--omit={THE_RING}", "--fail-under=100")
    session.run("coverage", "report", f"--include={THE_RING}", "--fail-under=95")


@nox.session
def oldest(session: nox.Session) -> None:
    """Run the tests with the oldest releases that are supported, but those in a browser and in other stacks."""
    install(session, "test", "oldest", "demo", "lint")
    install_wheel(session)
    session.run("python", "-m", "pytest", "-m", "not browser and not stacks", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure, side by side with the packages that do the same; one question per file."""
    install(session, "bench")
    install_wheel(session)
    session.run("python", "bench/run.py", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzz each target for a minute."""
    install(session, "fuzz")
    install_wheel(session)
    for target in sorted(Path("fuzz").glob("fuzz_*.py")):
        session.run("python", str(target), *(session.posargs or ["-max_total_time=60"]))


@nox.session
def format(session: nox.Session) -> None:  # noqa: A001 (the command's name)
    """Format the code and mend what can be mended."""
    install(session, "lint")
    session.run("ruff", "check", "--fix", ".")
    session.run("ruff", "format", ".")
