"""A receiver on this machine for what vendors send by themselves."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WAIT_S = 10


class Inbox:
    """An HTTP server that keeps what is posted to it."""

    def __init__(self):
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = inbox.statuses.pop(0) if inbox.statuses else 200
                self.send_response(status)
                self.end_headers()
                inbox.letters.put((dict(self.headers), body))

            def log_message(self, *_):
                pass

        self.statuses, self.letters = [], queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/secret/path"

    def take(self):
        headers, body = self.take_raw()
        return headers, json.loads(body)

    def take_raw(self):
        headers, body = self.letters.get(timeout=WAIT_S)
        return {name.lower(): value for name, value in headers.items()}, body

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
