"""The files of the pages that run calls in a browser."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def find_page(path: str) -> tuple[str, bytes] | None:
    """Return the type and the bytes of a page's file, or None where the path is none of theirs."""
    match path.partition("?")[0]:
        case "/":
            return "text/html", (_HERE / "main.html").read_bytes()
        case "/frame":
            return "text/html", b'<script src="/runner.js"></script>'
        case "/runner.js":
            return "text/javascript", (_HERE / "runner.js").read_bytes()
    return None
