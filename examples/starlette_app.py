"""Starlette: the drop-in around an app with a mounted folder of files."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from crossorigin.integrations.starlette import CORSMiddleware


async def list_items(_request: Request) -> JSONResponse:
    """Answer pages of https://app.example only."""
    return JSONResponse(["one", "two"])


app = Starlette(
    routes=[Route("/items", list_items), Mount("/files", StaticFiles(directory=Path(__file__).parent))],
    middleware=[Middleware(CORSMiddleware, allow_origins=["https://app.example"], allow_methods=["GET", "PUT"])],
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
