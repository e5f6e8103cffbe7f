"""aiohttp under a policy: python examples/aiohttp_app.py [PORT]."""

import sys

from aiohttp import web

from crossorigin.integrations.aiohttp import setup


async def read_items(_request: web.Request) -> web.Response:
    """Answer with JSON."""
    return web.json_response([1, 2, 3])


app = web.Application()
app.add_routes([web.get("/items", read_items)])
setup(app, allow_origins=["https://app.example"])


if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
