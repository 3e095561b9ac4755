"""A plain HTTP host on 127.0.0.1 that serves given files, and fails as it is told."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Host:
    """A context manager; `faults` is name -> what happens to requests for that file.

    A status code, `"cut"` (half of the body, then the end), `"corrupt"` (a body of the
    right length and wrong bytes) or `"moved"` (a redirection to the same file).
    """

    def __init__(self, files):
        self.files, self.faults, self.requests = dict(files), {}, []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self):
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _handler(host):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rpartition("/")[2]
            host.requests.append(name)
            fault = host.faults.get(name) if "moved" not in self.path else None
            body = host.files.get(name)
            if isinstance(fault, int) or body is None:
                self.send_error(fault or 404)
                return
            if fault == "moved":
                self.send_response(302)
                self.send_header("Location", f"{host.url}moved/{name}")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if fault == "cut":
                body = body[: len(body) // 2]
            if fault == "corrupt":
                body = body[:-1] + bytes([body[-1] ^ 1])
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler
