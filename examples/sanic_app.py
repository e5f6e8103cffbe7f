"""Sanic behind the ASGI door: python examples/sanic_app.py [PORT]."""

import sys

import uvicorn
from sanic import HTTPResponse, Request, Sanic, json

from crossorigin.integrations.asgi import CORSMiddleware

sanic = Sanic("example")


@sanic.get("/items")
async def read_items(_request: Request) -> HTTPResponse:
    """Answer with JSON."""
    return json([1, 2, 3])


app = CORSMiddleware(sanic, allow_origins=["https://app.example"])


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
