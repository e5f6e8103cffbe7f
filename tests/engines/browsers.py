"""Real browsers, without a driver: how each is found, started with a fresh profile, and ended with its whole group.

A browser is given the address of a page. The page does the rest, and reports to its own origin.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from glob import glob
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Seconds: for a slow machine that does other things as well.
_UNTIL_ENDED = 10.0

_CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Why: what a browser asks its maker for at its start would be a load on the machine, and fails in a closed room.
_FIREFOX_PREFERENCES = """\
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("startup.homepage_welcome_url", "");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("app.update.enabled", false);
user_pref("app.normandy.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("security.sandbox.content.level", 0);
user_pref("services.settings.server", "http://127.0.0.1:9/");
"""


class Engine(NamedTuple):
    """One kind of browser; ``name`` is that of the model's profile, ``packages`` are Debian's."""

    name: str
    packages: str
    programs: tuple[str, ...]


ENGINES = (
    Engine("chromium", "chromium", NAMES),
    Engine("firefox", "firefox-esr", ("firefox-esr", "firefox")),
    Engine("webkit", "webkit2gtk-driver xvfb xauth", ("/usr/lib/*/webkit2gtk-4.*/MiniBrowser",)),
)


def find_chromium() -> str | None:
    """Return the path of Chromium, if there is one."""
    return find_program(ENGINES[0])


def find_program(engine: Engine) -> str | None:
    """Return the path of an engine's program, if it and what it needs are installed."""
    if engine.name == "webkit" and not (shutil.which("xvfb-run") and shutil.which("xauth")):
        return None
    found = (shutil.which(name) or next(iter(sorted(glob(name))), None) for name in engine.programs)  # noqa: PTH207 (the patterns are absolute)
    return next(filter(None, found), None)


@contextlib.contextmanager
def open_browser(engine: Engine, program: str, url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Open a page in a browser with a profile of its own, and end it at last; its words are in ``NAME.log``."""
    profile = folder / "profile"
    profile.mkdir()
    environ = {**os.environ, "HOME": str(folder)}
    process = start(_write_command(engine, program, profile, url), folder / f"{engine.name}.log", environ, folder)
    try:
        with ended(process):
            yield process
    finally:
        shutil.rmtree(profile, ignore_errors=True)


def _write_command(engine: Engine, program: str, profile: Path, url: str) -> list[str]:
    if engine.name == "chromium":
        return [program, *_CHROMIUM_FLAGS, f"--user-data-dir={profile}", url]
    if engine.name == "firefox":
        (profile / "user.js").write_text(_FIREFOX_PREFERENCES)
        return [program, "--headless", "--no-remote", "--new-instance", "--profile", str(profile), url]
    return ["xvfb-run", "-a", "-s", "-screen 0 800x600x24", program, "-p", url]


def start(
    command: list[str], log: Path, environ: dict[str, str], folder: Path, pass_fds: list[int] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process as the leader of a group of its own, with its words in a file."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environ,
            cwd=folder,
            pass_fds=pass_fds or (),
            start_new_session=True,
        )


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the process and its whole group when the block is left."""
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_UNTIL_ENDED)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def read_end(log: Path) -> str:
    """Return the last words of a process."""
    return log.read_text(errors="replace")[-2000:]
