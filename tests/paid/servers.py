"""Servers that speak raw TCP: they take whole requests, and answer as they like."""

import contextlib
import socket
import struct
import threading
import time


class RawServer:
    """Hands each whole request to a function, which answers on the connection."""

    def __init__(self, answer, host="127.0.0.1") -> None:
        self._answer = answer
        self._listening = socket.create_server((host, 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self.heard: list[bytes] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: set[socket.socket] = set()
        self._threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        # Closing alone does not wake a thread that accepts.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def wait_for(self, requests):
        """Wait until that many are heard: what was written may still be on its way."""
        until = time.monotonic() + 30
        while len(self.heard) < requests and time.monotonic() < until:
            time.sleep(0.01)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            request = _whole(connection)
            if request:
                self.heard.append(request)
                self._answer(connection, request)
        self._open.discard(connection)


def _whole(connection) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        if not (more := connection.recv(1 << 16)):
            return b""
        request += more
    head, _, body = request.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length and (more := connection.recv(1 << 16)):
        body += more
    return head + b"\r\n\r\n" + body


def close(connection, request):
    """Take it all, and close."""


def reset(connection, request):
    """Take it all, and reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def stall(connection, request):
    """Take it all, and never answer."""
    connection.recv(1)


def half_header(connection, request):
    """Take it all, answer half a header, and close."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-le")


def answers(status, *headers, body=b"{}"):
    """Return what answers this each time."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
    whole = "\r\n".join([*lines, "connection: close", "", ""]).encode() + body
    return lambda connection, request: connection.sendall(whole)


def repeats(head, piece, pause_s=0.0):
    """Return what sends a piece again and again, until nobody listens."""

    def endless(connection, request):
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause_s)

    return endless
