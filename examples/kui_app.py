"""Kui with a policy around the whole app, and another at one route: python examples/kui_app.py [PORT]."""

import re
import sys

import uvicorn
from kui.asgi import HttpRoute

from crossorigin.integrations.kui.asgi import Kui, allow_cors


async def read_items() -> dict[str, list[int]]:
    """Answer with JSON."""
    return {"items": [1, 2, 3]}


async def read_status() -> str:
    """Answer with a text."""
    return "fine"


app = Kui(
    routes=[
        HttpRoute("/items", read_items),
        HttpRoute("/status", read_status) @ allow_cors(allow_origins=[re.compile(".*")]),
    ],
    cors_config={"allow_origins": [re.compile(r"https://app\.example")]},
)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
