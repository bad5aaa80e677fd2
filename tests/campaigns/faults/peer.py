"""A Mastodon server that answers at once and counts what it got: for measuring, not for rules.

python -m tests.campaigns.faults.peer <port>: GET /count says how many statuses, and how many
with an idempotency key that had come before.
"""

import asyncio
import json
import sys

KEYS: dict[str, int] = {}
SEEN = {"statuses": 0, "again": 0}


def answer(request: str, headers: dict[str, str]) -> dict:
    if request.startswith("GET /count"):
        return SEEN
    key = headers.get("idempotency-key", "")
    SEEN["again" if key in KEYS else "statuses"] += 1
    number = KEYS.setdefault(key, len(KEYS) + 1)
    return {"id": str(number), "url": f"http://127.0.0.1/@peer/{number}"}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {}
            for line in head[1:]:
                name, _colon, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
            await reader.readexactly(int(headers.get("content-length", 0)))
            body = json.dumps(answer(head[0], headers)).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                + f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
