"""BlackSheep behind the ASGI door: python examples/blacksheep_app.py [PORT]."""

import sys

import uvicorn
from blacksheep import Application, Response, get, json

from crossorigin.integrations.asgi import CORSMiddleware


@get("/items")
async def read_items() -> Response:
    """Answer with JSON."""
    return json([1, 2, 3])


app = CORSMiddleware(Application(), allow_origins=["https://app.example"])


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
