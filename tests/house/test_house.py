"""The rules of the house: floors, names, budgets, and the lists that must not drift."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import warnings
from importlib.metadata import files
from pathlib import Path

import pytest

import crossorigin
from crossorigin import errors, reasons
from crossorigin.errors import MISTAKES
from crossorigin.reasons import REASONS

PACKAGE = Path(crossorigin.__file__).parent
ROOT = Path(__file__).parents[2]
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "suffixes.py")
NAMES = [str(path.relative_to(PACKAGE)) for path in MODULES]


def test_the_installed_package_is_tested() -> None:
    """What users get is the wheel, so that is what the tests import."""
    assert ROOT / "src" not in PACKAGE.parents


def test_floors() -> None:
    """Who may import whom is in pyproject.toml."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", "pyproject.toml", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_front_door() -> None:
    """The front door shows what it says, in order, and each name is documented."""
    assert crossorigin.__all__ == sorted(crossorigin.__all__)
    # Why: pytest rewrites the asserts of packages that bring a plugin, and puts names of its own there.
    public = {name for name in vars(crossorigin) if name.isidentifier() and not name.startswith("_")}
    modules = {path.stem for path in PACKAGE.iterdir()}
    assert public - modules == set(crossorigin.__all__)
    assert all(getattr(crossorigin, name).__doc__ for name in crossorigin.__all__)


def test_import_loads_only_the_standard_library() -> None:
    """Nothing else, and no logging, asyncio or frameworks either."""
    code = "import sys; before = set(sys.modules); import crossorigin; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()} - {"crossorigin"}
    assert loaded <= sys.stdlib_module_names
    assert not loaded & {"logging", "asyncio", "tomllib", "json", "urllib", "inspect", "dataclasses"}


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_header_names_are_spelled_in_one_place(path: Path) -> None:
    if path.parent.name != "standard":
        tree = ast.parse(path.read_text())
        docs = {
            node.body[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in docs]
        found = [node.value for node in texts if re.fullmatch(r"(?i)b?'?access-control-[a-z-]*'?", str(node.value))]
        assert not found


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_budgets(path: Path) -> None:
    """A file has at most 400 lines, a door 120."""
    lines = len(path.read_text().splitlines())
    is_door = path.parent.name == "integrations" and not path.name.startswith("_")
    assert lines <= (120 if is_door else 400)


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_every_public_thing_is_documented(path: Path) -> None:
    """A module, and every public class and function, says what it is for in one sentence."""
    tree = ast.parse(path.read_text())
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in [tree, *(node for node in tree.body if isinstance(node, kinds))]:
        name = getattr(node, "name", "")
        if path.name != "__init__.py" or node is tree:
            assert name.startswith("_") or ast.get_docstring(node), name


def test_reasons_and_mistakes_are_complete() -> None:
    """Every reason of the module is in its list, every mistake is raised somewhere, and no id means two things."""
    members = {value.id for value in vars(reasons).values() if isinstance(value, reasons.Reason)}
    assert members == set(REASONS)
    assert not set(REASONS) & set(MISTAKES)
    source = "".join(path.read_text() for path in MODULES if path.name != "errors.py")
    assert [mistake for mistake in MISTAKES if f'"{mistake}"' not in source] == []
    for name, reason in vars(reasons).items():
        if isinstance(reason, reasons.Reason):
            assert name == reason.id.upper().replace("-", "_")
            assert re.fullmatch(r"https://[\w./-]+(#[\w-]+)?", reason.anchor)


def test_the_tree_of_errors_is_the_one_drawn() -> None:
    """The drawing at the top of the module names every class."""
    classes = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    drawn = set(re.findall(r"\b\w+Error\b", errors.__doc__ or ""))
    assert classes - {"PolicyWarning"} == drawn


def test_anchors_exist() -> None:
    """Every anchor of the Fetch standard that the code cites is in the checked-in list of its anchors."""
    known = set((Path(__file__).parent / "fetch-anchors.txt").read_text().split())
    for path in MODULES:
        for anchor in re.findall(r"fetch\.spec\.whatwg\.org/#([\w-]+)", path.read_text()):
            assert anchor in known, f"{path.name}: {anchor}"
    for anchor in (reason.anchor for reason in REASONS.values()):
        if "fetch.spec" in anchor:
            assert anchor.partition("#")[2] in known


def test_the_wheel_is_lean_and_not_writable_by_others() -> None:
    """CVE-2024-27456: a package once had files that anyone could change."""
    installed = [file for file in files("crossorigin") or [] if file.name.endswith(".py")]
    assert installed
    for file in installed:
        assert not Path(str(file.locate())).stat().st_mode & 0o002
    assert {file.parts[0] for file in installed} == {"crossorigin"}


def test_no_warning_at_import() -> None:
    """Also of the parts that only some need."""
    code = "import crossorigin.policy.environment, crossorigin.origins.suffixes, crossorigin.integrations.asgi"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
    warnings.simplefilter("error")
