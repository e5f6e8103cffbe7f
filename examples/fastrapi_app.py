"""FastrAPI with a policy handed over to its server: python examples/fastrapi_app.py [PORT]."""

import sys

from fastrapi import FastrAPI

from crossorigin.integrations.fastrapi import install

app = FastrAPI()
install(app, allow_origins=["https://app.example"], allow_headers=["Content-Type"])


@app.get("/items")
def read_items() -> list[int]:
    """Answer with JSON."""
    return [1, 2, 3]


if __name__ == "__main__":
    app.serve("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 8000)
