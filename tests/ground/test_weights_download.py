"""A file that arrives over a loopback server which serves, breaks off and misbehaves."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sfbench.errors import SfbenchError
from sfbench.weights import download as module
from sfbench.weights.declaration import Weights
from sfbench.weights.download import MEBIBYTE, download, published_length
from sfbench.weights.fetch import fetch

pytest.importorskip("httpx")

BYTES = bytes(range(256)) * 16  # 4096 bytes


class Handler(BaseHTTPRequestHandler):
    """Answers each request by the next of the server's answers; the last one stays."""

    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append(self.headers.get("Range"))
        self.server.paths.append(self.path)
        self.server.encodings.append(self.headers.get("Accept-Encoding"))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self)
        self.close_connection = True

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    answers: list[Callable[[Handler], None]]
    asked: list[str | None]
    paths: list[str]
    encodings: list[str | None]
    url: str

    def handle_error(self, *_: object) -> None:
        pass  # a client that hangs up is what some tests are about


@contextmanager
def serving(*answers: Callable[[Handler], None]) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.answers = list(answers)
        server.asked, server.paths, server.encodings = [], [], []
        server.url = f"http://127.0.0.1:{server.server_port}/weights.bin"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def whole(request: Handler) -> None:
    """Serve ranges as RFC 9110 says."""
    asked = request.headers.get("Range")
    if asked is None:
        return request.reply(200, BYTES, Content_Length=str(len(BYTES)))
    first, _, last = asked.removeprefix("bytes=").partition("-")
    begin, end = int(first), int(last or len(BYTES) - 1)
    if begin >= len(BYTES):
        return request.reply(416, Content_Range=f"bytes */{len(BYTES)}")
    rest = BYTES[begin : end + 1]
    span = f"bytes {begin}-{end}/{len(BYTES)}"
    request.reply(206, rest, Content_Length=str(len(rest)), Content_Range=span)


def whole_whatever_is_asked(request: Handler) -> None:
    request.reply(200, BYTES, Content_Length=str(len(BYTES)))


def cut_after(count: int) -> Callable[[Handler], None]:
    def answer(request: Handler) -> None:
        request.reply(200, BYTES[:count], Content_Length=str(len(BYTES)))

    return answer


def ends_without_a_length(request: Handler) -> None:
    request.reply(200, BYTES[:1000])


def status(code: int, **headers: str) -> Callable[[Handler], None]:
    return lambda request: request.reply(code, b"no", Content_Length="2", **headers)


def endless(request: Handler) -> None:
    request.reply(200)
    for _ in range(1000):  # endless for a client that stops at 10 kB, finite for one that does not
        request.wfile.write(BYTES)


def hangs(request: Handler) -> None:
    request.reply(200, BYTES[:100], Content_Length=str(len(BYTES)))
    time.sleep(0.5)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    monkeypatch.setattr(module, "_SILENCE", 0.2)


def fill(server: Server, partial: Path, size: int = len(BYTES)) -> list[int]:
    return list(download(server.url, partial, size))


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    return tmp_path / "weights.bin.partial"


def test_a_file_arrives_whole_from_one_request(partial):
    with serving(whole) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert server.asked == [None]


def test_what_is_here_already_is_not_asked_for_again(partial):
    partial.write_bytes(BYTES[:1000])
    with serving(whole) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert server.asked == ["bytes=1000-"]


def test_a_whole_file_asks_for_nothing(partial):
    partial.write_bytes(BYTES)
    with serving(whole) as server:
        fill(server, partial)
    assert server.asked == []


def test_a_transfer_that_is_cut_goes_on_where_it_broke(partial):
    with serving(cut_after(1500), whole) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert server.asked == [None, "bytes=1500-"]


def test_a_body_that_ends_early_without_a_stated_length_goes_on(partial):
    with serving(ends_without_a_length, whole) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert server.asked == [None, "bytes=1000-"]


def test_a_server_that_ignores_ranges_sends_it_all_again(partial):
    with serving(cut_after(1500), whole_whatever_is_asked) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES


def test_a_server_that_always_cuts_at_the_same_place_is_given_up_and_the_start_is_kept(partial):
    with serving(cut_after(1500)) as server, pytest.raises(SfbenchError, match="1500 of 4096"):
        fill(server, partial)
    assert partial.read_bytes() == BYTES[:1500]
    assert len(server.asked) == 5


def test_a_body_that_always_ends_early_is_given_up(partial):
    with serving(*[ends_without_a_length] * 9, whole) as server, pytest.raises(SfbenchError):
        fill(server, partial)
    assert len(server.asked) == 5


def test_no_compression_is_asked_for_that_would_shift_the_offsets(partial):
    with serving(whole) as server:
        fill(server, partial)
    assert server.encodings == ["identity"]


def test_every_new_byte_buys_new_patience(partial):
    cuts = [cut_after(count) for count in range(500, 4000, 500)]
    with serving(*cuts, whole_whatever_is_asked) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert len(server.asked) == 8


def test_a_refused_range_starts_again(partial):
    partial.write_bytes(b"?" * 2000)
    with serving(status(416), whole) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert server.asked == ["bytes=2000-", None]


def test_an_answer_from_another_place_in_the_file_is_not_mixed_in(partial):
    partial.write_bytes(BYTES[:1000])
    elsewhere = status(206, Content_Range=f"bytes 7-8/{len(BYTES)}")
    with serving(elsewhere, whole) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert server.asked == ["bytes=1000-", None]


@pytest.mark.parametrize("code", [408, 429, 500, 503])
def test_a_passing_trouble_is_tried_again(partial, code):
    with serving(status(code), whole) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES


def test_a_lasting_trouble_is_given_up_after_five_tries(partial):
    with serving(status(503)) as server, pytest.raises(SfbenchError, match="503 Service"):
        fill(server, partial)
    assert len(server.asked) == 5


@pytest.mark.parametrize("code", [401, 403, 404, 410, 416])
def test_a_final_answer_is_not_asked_for_twice(partial, code):
    with serving(status(code)) as server, pytest.raises(SfbenchError, match=str(code)):
        fill(server, partial)
    assert len(server.asked) == 1


def test_a_file_of_another_length_is_refused_before_it_is_fetched(partial):
    with serving(whole) as server, pytest.raises(SfbenchError, match="4096 bytes long, but 5000"):
        fill(server, partial, 5000)
    assert partial.read_bytes() == b""


def test_the_rest_of_a_file_of_another_length_is_refused(partial):
    partial.write_bytes(BYTES[:1000])
    with serving(whole) as server, pytest.raises(SfbenchError, match="another file"):
        fill(server, partial, 5000)
    assert partial.read_bytes() == BYTES[:1000]


def test_an_endless_body_is_cut_at_the_declared_size(partial):
    with serving(endless) as server, pytest.raises(SfbenchError, match="more than the 10000"):
        fill(server, partial, 10000)
    assert partial.read_bytes() == b""


def test_a_server_that_falls_silent_is_left_and_asked_again(partial):
    with serving(hangs, whole) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert server.asked == [None, "bytes=100-"]


def test_a_server_that_is_gone_is_given_up(partial):
    with serving(whole) as server:
        pass
    with pytest.raises(SfbenchError, match="0 of 4096 bytes"):
        fill(server, partial)


def test_a_redirect_within_loopback_is_followed_with_its_range(partial):
    partial.write_bytes(BYTES[:1000])
    with serving(whole) as target, serving(status(302, Location=target.url)) as server:
        fill(server, partial)
    assert partial.read_bytes() == BYTES
    assert target.asked == ["bytes=1000-"]


@pytest.mark.parametrize(
    "place", ["http://example.org/weights.bin", "ftp://127.0.0.1/weights.bin", "file:///etc/hosts"]
)
def test_a_redirect_to_anything_but_https_is_refused(partial, place):
    answer = status(302, Location=place)
    with serving(answer) as server, pytest.raises(SfbenchError, match=r"https only|protocol"):
        fill(server, partial)


def test_a_redirect_that_never_ends_is_given_up(partial):
    with serving(status(302, Location="/weights.bin")) as server, pytest.raises(SfbenchError):
        fill(server, partial)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/weights.bin",
        "http://127.0.0.1.example.org/weights.bin",
        "ftp://example.org/weights.bin",
        "weights.bin",
        "https:///weights.bin",
        "https://exa\nmple.org/weights.bin",
    ],
)
def test_an_address_that_is_not_https_is_refused(partial, url):
    with pytest.raises(SfbenchError, match=r"https only|no address"):
        list(download(url, partial, 10))


def test_plain_http_to_loopback_is_not_reached_from_outside():
    httpx = pytest.importorskip("httpx")
    inside, outside = httpx.URL("http://127.0.0.1/"), httpx.URL("https://example.org/")
    with pytest.raises(SfbenchError, match="https only"):
        module._refuse_plain(inside, outside)
    module._refuse_plain(inside, inside)


def test_progress_counts_each_mebibyte_once(partial):
    size = 2 * MEBIBYTE + 10

    def cut(request: Handler) -> None:
        request.reply(200, bytes(MEBIBYTE + 5), Content_Length=str(size))

    def all_of_it(request: Handler) -> None:
        request.reply(200, bytes(size), Content_Length=str(size))

    with serving(cut, all_of_it) as server:
        steps = fill(server, partial, size)
    assert [step // MEBIBYTE for step in steps] == [1, 2]


def test_a_hub_file_arrives_through_hf_endpoint_resumed_and_checked(tmp_path, monkeypatch):
    declared = Weights(
        name="on-hub",
        file="on-hub.safetensors",
        size=len(BYTES),
        licence="MIT",
        sha256=hashlib.sha256(BYTES).hexdigest(),
        repo="owner/name",
        revision="0" * 40,
        path="model.safetensors",
    )
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("SFBENCH_OFFLINE", raising=False)
    with serving(cut_after(1500), whole) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url.removesuffix("/weights.bin"))
        path = fetch(declared, tmp_path / "mine")
    assert path.read_bytes() == BYTES
    assert [entry.name for entry in (tmp_path / "mine").iterdir()] == ["on-hub.safetensors"]
    assert server.paths[0] == f"/owner/name/resolve/{'0' * 40}/model.safetensors"
    assert server.asked == [None, "bytes=1500-"]


def unmeasured(request: Handler) -> None:
    request.reply(200, BYTES)


def ask(server: Server, at_most: int = 2 * len(BYTES)) -> int:
    return published_length(server.url, at_most)


@pytest.mark.parametrize("answer", [whole_whatever_is_asked, cut_after(1500)])
def test_a_length_is_read_off_and_the_file_is_not(answer):
    with serving(answer) as server:
        assert ask(server) == len(BYTES)
    assert server.asked == ["bytes=0-0"]


def test_a_length_is_read_off_a_part_of_the_file():
    with serving(whole) as server:
        assert ask(server) == len(BYTES)


def test_a_length_is_asked_for_again_after_a_passing_fault():
    with serving(status(503), status(429), whole_whatever_is_asked) as server:
        assert ask(server) == len(BYTES)
    assert len(server.asked) == 3


def test_a_server_that_stays_ill_is_given_up():
    with serving(status(503)) as server, pytest.raises(SfbenchError, match=r"asked for its length"):
        ask(server)
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (status(404), "404"),
        (unmeasured, "does not tell its length"),
        (status(206, Content_Range="bytes 0-1/*"), "does not tell its length"),
        (status(200), "2 bytes long; between 1 and 1 "),
    ],
)
def test_a_length_that_is_absent_or_too_great_is_refused_at_once(answer, message):
    with serving(answer) as server, pytest.raises(SfbenchError, match=message):
        ask(server, at_most=1)
    assert len(server.asked) == 1


def test_a_length_is_asked_for_by_https_only():
    with pytest.raises(SfbenchError, match="https only"):
        published_length("http://example.org/weights.bin", 10)


def test_a_file_of_unpublished_length_arrives_and_a_longer_one_does_not(tmp_path, monkeypatch):
    monkeypatch.delenv("SFBENCH_OFFLINE", raising=False)
    with serving(whole) as server:
        common = {"file": "w.pt", "licence": "MIT", "url": server.url}
        small = Weights(name="small", at_most=len(BYTES) - 1, **common)
        with pytest.raises(SfbenchError, match="between 1 and 4095"):
            fetch(small, tmp_path)
        assert list(tmp_path.iterdir()) == []
        enough = Weights(name="enough", at_most=len(BYTES), **common)
        assert fetch(enough, tmp_path).read_bytes() == BYTES
