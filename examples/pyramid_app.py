"""Pyramid behind the WSGI door: python examples/pyramid_app.py [PORT]."""

import sys
from wsgiref.simple_server import make_server

from pyramid.config import Configurator
from pyramid.request import Request

from crossorigin.integrations.wsgi import CORSMiddleware


def read_items(_request: Request) -> list[int]:
    """Answer with JSON."""
    return [1, 2, 3]


with Configurator() as config:
    config.add_route("items", "/items")
    config.add_view(read_items, route_name="items", renderer="json", request_method="GET")
    app = CORSMiddleware(config.make_wsgi_app(), allow_origins=["https://app.example"])


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 8000, app).serve_forever()
