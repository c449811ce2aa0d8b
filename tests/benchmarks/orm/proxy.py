"""A TCP proxy that hands every byte on a fixed time after it came: a network with latency.

    python -m tests.benchmarks.orm.proxy HOST PORT MILLISECONDS

Listens on a free port of 127.0.0.1, which is the first line that it prints; ends with its
standard input. Whatever comes while something is on its way follows at its own time: throughput
stays, only the way gets longer.
"""

from __future__ import annotations

import queue
import socket
import sys
import threading
import time


class Pump:
    """One direction of a connection: a thread that reads, and one that writes later."""

    def __init__(self, source: socket.socket, target: socket.socket, delay: float) -> None:
        self.source = source
        self.target = target
        self.delay = delay
        self.waiting: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        for work in (self.read, self.write):
            threading.Thread(target=work, daemon=True).start()

    def read(self) -> None:
        """Note when each piece came; an empty one is the end."""
        data = b"start"
        while data:
            try:
                data = self.source.recv(1 << 16)
            except OSError:
                data = b""  # Reset by its peer: over, for the other side as well.
            self.waiting.put((time.monotonic() + self.delay, data))

    def write(self) -> None:
        """Send each piece at its time."""
        try:
            while True:
                due, data = self.waiting.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    self.target.shutdown(socket.SHUT_WR)
                    return
                self.target.sendall(data)
        except OSError:
            # The receiver is gone, so its sender need not go on.
            self.source.close()


def connect(host: str, port: str) -> socket.socket:
    """Connect to a server; a host that is a folder holds PostgreSQL's socket."""
    if host.startswith("/"):
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server
    server = socket.create_connection((host, int(port)))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def accept(listener: socket.socket, host: str, port: str, delay: float) -> None:
    """Join each client with a connection of its own to the server."""
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = connect(host, port)
        Pump(client, server, delay)
        Pump(server, client, delay)


def main() -> None:
    """Serve until standard input ends."""
    host, port, milliseconds = sys.argv[1:]
    listener = socket.create_server(("127.0.0.1", 0))
    delay = float(milliseconds) / 1000
    threading.Thread(target=accept, args=(listener, host, port, delay), daemon=True).start()
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
