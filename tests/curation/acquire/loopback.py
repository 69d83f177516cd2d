"""A server on this machine that answers as badly as it is asked to."""

import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sfbench.curation.acquire.download import Download, Site


class Handler(BaseHTTPRequestHandler):
    """Serves `server.files`, unless `server.rules` has something else in store for a name.

    yt-dlp asks for a page first, without a range; ffmpeg asks for ranges. A rule that begins with
    `media-` spares the page.
    """

    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        name = self.path.strip("/").partition(".")[0]
        self.server.asked.append(name)
        rule = self.server.rules.get(name, "")
        if rule.startswith("media-"):
            rule = rule.removeprefix("media-") if "Range" in self.headers else ""
        data = self.server.files.get(name, b"")
        if rule == "hang":
            self.server.over.wait(20)
            self.close_connection = True
        elif rule.startswith("to "):
            self.answer(302, {"Location": rule[3:]})
        elif rule == "page":
            self.answer(200, {"Content-Type": "text/html"}, b"<html><body>no film</body></html>")
        elif rule == "endless":
            self.endless()
        elif rule.isdecimal():
            self.answer(int(rule))
        else:
            self.media(data, 0.5 if rule == "torn" else 1.0)

    def media(self, data, share):
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        begin = int(asked[1]) if asked else 0
        body = data[begin:]
        headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes"}
        if asked:
            headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
        self.answer(206 if asked else 200, headers, body, body[: int(len(body) * share)])
        if share < 1:
            self.close_connection = True

    def endless(self):
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(b"\0" * (1 << 16))

    def answer(self, status, headers=None, body=b"", sent=None):
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if sent is None else sent)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """What stands in `files` and `rules` may change while it runs."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.rules, self.asked = {}, {}, []
        self.over = threading.Event()

    def handle_error(self, *_):
        """Clients hang up on purpose."""

    @property
    def site(self):
        page = f"http://127.0.0.1:{self.server_port}/{{}}.mp4"
        return Site(
            page=page, hosts=("127.0.0.1",), extractor="generic", name=r"[\w-]+", loopback=True
        )

    def download(self, **changes):
        quick = {"sleep": 0.0, "retries": 0, "silence": 3.0, "seconds": 60.0}
        return Download(site=self.site, **(quick | changes))


@contextmanager
def serving():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
            time.sleep(0.01)
