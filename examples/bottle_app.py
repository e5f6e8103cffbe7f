"""Bottle behind the WSGI door: python examples/bottle_app.py [PORT]."""

import sys
from wsgiref.simple_server import make_server

import bottle

from crossorigin.integrations.wsgi import CORSMiddleware


@bottle.get("/items")
def read_items() -> dict[str, list[int]]:
    """Answer with JSON."""
    return {"items": [1, 2, 3]}


app = CORSMiddleware(bottle.default_app(), allow_origins=["https://app.example"])


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 8000, app).serve_forever()
