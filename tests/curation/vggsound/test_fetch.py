import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sfbench.curation.vggsound import fetch
from sfbench.curation.vggsound.fetch import fetch_list
from sfbench.curation.vggsound.source import open_vggsound
from sfbench.errors import SfbenchError

LIST = b"--0PQM4-hqg,30,airplane,train\n"
PAGES = {
    "/vggsound.csv": (200, {}, LIST),
    "/moved.csv": (302, {"Location": "/vggsound.csv"}, b""),
    "/away.csv": (302, {"Location": "http://198.51.100.7/vggsound.csv"}, b""),
    "/page.csv": (200, {}, b"<html>not here</html>\n"),
    "/test.csv": (200, {}, b"--0PQM4-hqg_000030.mp4,airplane\n"),
}


@pytest.fixture
def server():
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, headers, body = PAGES.get(self.path.partition("?")[0], (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        serving.asked = asked
        serving.at = f"http://127.0.0.1:{serving.server_port}"
        yield serving
        serving.shutdown()
        thread.join()


def test_a_list_is_fetched_once_and_then_kept(server):
    path = fetch_list(f"{server.at}/vggsound.csv")
    assert path.read_bytes() == LIST
    assert fetch_list(f"{server.at}/vggsound.csv", offline=True) == path
    assert server.asked == ["/vggsound.csv"]
    (candidate,) = open_vggsound("", None, metadata=[f"{server.at}/vggsound.csv"]).candidates()
    assert candidate.id == "--0PQM4-hqg_000030"


def test_the_name_in_the_address_tells_the_split(server):
    (candidate,) = open_vggsound("", None, metadata=[f"{server.at}/test.csv"]).candidates()
    assert candidate.split == "test"


def test_a_redirect_is_followed_but_not_to_plain_http_elsewhere(server):
    assert fetch_list(f"{server.at}/moved.csv").read_bytes() == LIST
    with pytest.raises(SfbenchError, match="https only"):
        fetch_list(f"{server.at}/away.csv")


@pytest.mark.parametrize("page", ["/page.csv", "/nowhere.csv"])
def test_what_is_no_list_is_not_kept(server, page):
    with pytest.raises(SfbenchError):
        fetch_list(f"{server.at}{page}")
    with pytest.raises(SfbenchError, match="never fetched"):
        fetch_list(f"{server.at}{page}", offline=True)


def test_a_list_that_is_too_large_is_refused(server, monkeypatch):
    monkeypatch.setattr(fetch, "CAP", 10)
    with pytest.raises(SfbenchError, match="larger than"):
        fetch_list(f"{server.at}/vggsound.csv?again")


def test_plain_http_to_another_machine_is_refused():
    with pytest.raises(SfbenchError, match="https only"):
        fetch_list("http://198.51.100.7/vggsound.csv")


def test_offline_says_what_to_give_instead():
    with pytest.raises(SfbenchError, match="--metadata FILE"):
        open_vggsound("", None, metadata=["https://example.invalid/v.csv"], offline=True)
