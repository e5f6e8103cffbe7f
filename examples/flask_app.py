"""Flask with a policy for all paths, and another for one view: python examples/flask_app.py [PORT]."""

import sys

from flask import Flask

from crossorigin.integrations.flask import CORS, cross_origin

app = Flask(__name__)
CORS(app, origins=["https://app.example"])


@app.get("/items")
def read_items() -> list[int]:
    """Answer with JSON."""
    return [1, 2, 3]


@app.get("/status")
@cross_origin(origins="*")
def read_status() -> dict[str, bool]:
    """Answer every site."""
    return {"ok": True}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
