"""FastAPI: a policy for the app, another one for a route, and the drop-in's own options."""

import sys

import uvicorn
from fastapi import FastAPI

from crossorigin.integrations.fastapi import CORSMiddleware, cors_policy

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.example"],
    allow_methods=["GET", "PUT"],
    allow_headers=["Authorization"],
    allow_credentials=True,
)


@app.get("/items")
def list_items() -> list[str]:
    """Answer pages of https://app.example only."""
    return ["one", "two"]


@app.get("/public")
@cors_policy(allow_origins="*")
def read_public() -> str:
    """Answer every page."""
    return "for everyone"


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
