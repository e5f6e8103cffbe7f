"""Nexios 2 or 3 with a policy around the whole app: python examples/nexios_app.py [PORT]."""

import sys

import uvicorn
from nexios.http import Request, Response

from crossorigin.integrations.nexios import MakeConfig, NexiosApp

config = MakeConfig({"cors": {"allow_origins": ["https://app.example"], "allow_methods": ["GET", "POST"]}})
app = NexiosApp(config=config)


@app.get("/items")
async def read_items(_request: Request, response: Response) -> object:
    """Answer with JSON."""
    return response.json({"items": [1, 2, 3]})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if sys.argv[1:] else 8000)
