"""Tornado under a policy: python examples/tornado_app.py [PORT]."""

import asyncio
import sys

from tornado.web import Application, RequestHandler

from crossorigin.integrations.tornado import install


class Items(RequestHandler):
    """The items."""

    def get(self) -> None:
        """Answer with JSON."""
        self.write({"items": [1, 2, 3]})


async def main() -> None:
    """Serve until the process is ended."""
    app = Application([("/items", Items)])
    install(app, allow_origins=["https://app.example"])
    app.listen(int(sys.argv[1]) if sys.argv[1:] else 8000, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
