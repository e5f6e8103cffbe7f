"""Falcon behind the WSGI door: python examples/falcon_wsgi_app.py [PORT]."""

import sys
from wsgiref.simple_server import make_server

from falcon import App, Request, Response

from crossorigin.integrations.wsgi import CORSMiddleware


class Items:
    """The items."""

    def on_get(self, _request: Request, response: Response) -> None:
        """Answer with JSON."""
        response.media = [1, 2, 3]


falcon = App()
falcon.add_route("/items", Items())
app = CORSMiddleware(falcon, allow_origins=["https://app.example"])


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 8000, app).serve_forever()
