"""Quart behind the ASGI door: python examples/quart_app.py [PORT]."""

import sys

import uvicorn
from quart import Quart

from crossorigin.integrations.asgi import CORSMiddleware

app = Quart(__name__)


@app.get("/items")
async def read_items() -> list[int]:
    """Answer with JSON."""
    return [1, 2, 3]


app.asgi_app = CORSMiddleware(app.asgi_app, allow_origins=["https://app.example"])  # type: ignore[method-assign]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
