"""Falcon behind the ASGI door: python examples/falcon_asgi_app.py [PORT]."""

import sys

import uvicorn
from falcon.asgi import App, Request, Response

from crossorigin.integrations.asgi import CORSMiddleware


class Items:
    """The items."""

    async def on_get(self, _request: Request, response: Response) -> None:
        """Answer with JSON."""
        response.media = [1, 2, 3]


falcon = App()
falcon.add_route("/items", Items())
app = CORSMiddleware(falcon, allow_origins=["https://app.example"])


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
