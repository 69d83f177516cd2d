import base64
import socket
import threading
import urllib.request
from contextlib import closing
from http.client import HTTPException

import pytest

from sfbench.curation.acquire import guard
from sfbench.curation.acquire.guard import Door, Guard, is_public
from tests.curation.acquire.loopback import serving

NEAR = {"hosts": ("127.0.0.1",), "loopback": True}


@pytest.fixture
def server():
    with serving() as one:
        one.files["page"] = b"x" * 100_000
        yield one


def through(guard, address):
    handler = urllib.request.ProxyHandler({"http": guard.address})
    with urllib.request.build_opener(handler).open(address, timeout=5) as answer:
        return answer.read()


def tunnel(guard, place):
    """Return a socket and the first line that the guard answers to CONNECT."""
    made = socket.create_connection(("127.0.0.1", int(guard.address.rpartition(":")[2])), 5)
    made.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
    return made, made.recv(4096)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["142.250.74.46", "2a00:1450:400f:80b::200e", "8.8.8.8"])
def test_addresses_of_the_open_network_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("inside", ["10.0.0.5", "127.0.0.1", "::1", "169.254.169.254"])
def test_an_allowed_name_that_resolves_to_a_private_address_is_refused(monkeypatch, inside):
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (inside, 443))]
    monkeypatch.setattr(guard.socket, "getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(guard.ClipError, match=f"r1.googlevideo.com is at {inside}"):
        guard._safe_address("r1.googlevideo.com", 443, Door(hosts=("googlevideo.com",)))


def test_a_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    answers = iter([["10.0.0.5", "142.250.74.46"], ["10.0.0.5"]])
    monkeypatch.setattr(
        guard.socket,
        "getaddrinfo",
        lambda *_, **__: [(2, 1, 6, "", (one, 443)) for one in next(answers)],
    )
    door = Door(hosts=("youtube.com",))
    assert guard._safe_address("www.youtube.com", 443, door) == "142.250.74.46"


@pytest.mark.parametrize(
    "place",
    [
        "evil.example:443",
        "youtube.com.evil.example:443",
        "notyoutube.com:443",
        "10.0.0.1:443",
        "[::1]:443",
        "www.youtube.com:22",
        "localhost:80",
    ],
)
def test_a_tunnel_to_elsewhere_is_refused(place):
    with Guard(Door(hosts=("youtube.com",))) as guard:
        made, said = tunnel(guard, place)
        with closing(made):
            assert said.startswith(b"HTTP/1.1 403")
        assert guard.refusal.code == "unsafe-address"
        assert guard.refusal.retryable is False


def test_a_page_and_a_tunnel_go_through(server):
    with Guard(Door(**NEAR)) as guard:
        assert through(guard, f"http://127.0.0.1:{server.server_port}/page") == b"x" * 100_000
        made, said = tunnel(guard, f"127.0.0.1:{server.server_port}")
        with closing(made):
            assert said.startswith(b"HTTP/1.1 200")
            made.sendall(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
            assert made.recv(100).startswith(b"HTTP/1.1 200")
        assert guard.refusal is None


def test_a_plain_answer_says_that_its_connection_ends(server):
    with Guard(Door(**NEAR)) as guard:
        made = socket.create_connection(("127.0.0.1", int(guard.address.rpartition(":")[2])), 5)
        with closing(made), made.makefile("rb") as answer:
            place = f"http://127.0.0.1:{server.server_port}/page"
            made.sendall(f"GET {place} HTTP/1.1\r\nConnection: keep-alive\r\n\r\n".encode())
            said = answer.read()
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.endswith(b"\r\nConnection: close")
    assert body == b"x" * 100_000


def test_what_the_guard_is_not_told_to_pass_on_stays_here(server):
    with Guard(Door(**NEAR)) as guard:
        made = socket.create_connection(("127.0.0.1", int(guard.address.rpartition(":")[2])), 5)
        with closing(made):
            made.sendall(b"GET ftp://127.0.0.1/page HTTP/1.1\r\n\r\n")
            assert made.recv(100).startswith(b"HTTP/1.1 403")
    assert server.asked == []


@pytest.mark.parametrize(
    "words", [b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"CONNECT :x:y HTTP/1.1\r\n\r\n"]
)
def test_nonsense_costs_nothing(words):
    with Guard(Door(**NEAR)) as guard:
        made = socket.create_connection(("127.0.0.1", int(guard.address.rpartition(":")[2])), 5)
        with closing(made):
            made.sendall(words)
            assert made.recv(100).startswith(b"HTTP/1.1 ")


def test_bytes_are_capped_over_all_connections(server):
    page = f"http://127.0.0.1:{server.server_port}/page"
    with Guard(Door(**NEAR, bytes=150_000)) as guard:
        through(guard, page)
        with pytest.raises((OSError, HTTPException)):
            through(guard, page)
        assert guard.refusal.code == "too-large"


def test_a_rate_is_kept(server):
    import time

    began = time.monotonic()
    with Guard(Door(**NEAR, rate=200_000)) as guard:
        through(guard, f"http://127.0.0.1:{server.server_port}/page")
    assert 0.3 < time.monotonic() - began < 3


def test_an_unknown_name_is_no_refusal():
    with Guard(Door(hosts=("invalid",))) as guard:
        made, said = tunnel(guard, "nowhere.invalid:443")
        with closing(made):
            assert said.startswith(b"HTTP/1.1 502")
        assert guard.refusal is None


def test_an_open_tunnel_ends_with_the_guard(server):
    with Guard(Door(**NEAR)) as guard:
        made, _ = tunnel(guard, f"127.0.0.1:{server.server_port}")
    with closing(made):
        assert made.recv(1) == b""


def test_connections_go_through_the_users_own_proxy(server):
    with Guard(Door(**NEAR)) as far:
        upstream = far.address.replace("//", "//me:se%20cret@")
        with Guard(Door(hosts=("127.0.0.1",), loopback=True, upstream=upstream)) as guard:
            page = through(guard, f"http://127.0.0.1:{server.server_port}/page")
            assert len(page) == 100_000
        assert far._received >= 100_000


def test_the_users_proxy_is_told_who_asks_and_may_refuse():
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            with listening.accept()[0] as client:
                heard.append(client.recv(4096).decode())
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        upstream = f"http://me:se%20cret@127.0.0.1:{listening.getsockname()[1]}"
        with Guard(Door(hosts=("youtube.com",), upstream=upstream)) as guard:
            made, said = tunnel(guard, "www.youtube.com:443")
            made.close()
        thread.join()
    assert said.startswith(b"HTTP/1.1 502")
    assert heard[0].startswith("CONNECT www.youtube.com:443 HTTP/1.1\r\n")
    assert base64.b64encode(b"me:se cret").decode() in heard[0]
