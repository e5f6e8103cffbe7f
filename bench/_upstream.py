"""A server that answers every request with the same 1 KB, as fast as Python can, on the port given."""

from __future__ import annotations

import asyncio
import sys

BODY = b'{"item": "tea"}'.ljust(1024)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
CLOSING = ANSWER.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


class Upstream(asyncio.Protocol):
    """One connection, on which no request has a body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.data = b""

    def data_received(self, data: bytes) -> None:
        """Answer as many requests as have come."""
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            is_last = b"connection: close" in self.data[:end].lower()
            self.data = self.data[end + 4 :]
            self.transport.write(CLOSING if is_last else ANSWER)
            if is_last:
                self.transport.close()


async def main() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", int(sys.argv[1]), backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
