"""Litestar behind the ASGI door: python examples/litestar_app.py [PORT]."""

import sys

import uvicorn
from litestar import Litestar, get

from crossorigin.integrations.asgi import CORSMiddleware


@get("/items")
async def read_items() -> list[int]:
    """Answer with JSON."""
    return [1, 2, 3]


app = CORSMiddleware(Litestar([read_items]), allow_origins=["https://app.example"])


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
