"""The one door to the network for a download: a proxy that looks at where each connection goes.

yt-dlp and ffmpeg both speak HTTP through it and cannot get past it by a redirect, a playlist or a
name that resolves to a private address: a name is resolved here, once, and the connection goes to
the address that was looked at.
"""

import base64
import contextlib
import ipaddress
import select
import socket
import socketserver
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from sfbench.curation.acquire.failures import failure
from sfbench.errors import ClipError, Reason

_BLOCK = 1 << 16
_HEAD = 1 << 16
_PORTS = (80, 443)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where connections may go, and what they may cost.

    Attributes:
        hosts: Names of hosts; a name stands for those below it, too.
        loopback: Whether this machine may be spoken to, on any port.
        bytes: Most bytes that are let in.
        seconds: Longest time that the door stands open.
        silence: Seconds without a byte before a connection is ended.
        rate: Most bytes a second, or None.
        upstream: Address of an HTTP proxy that connections go through, or None.
    """

    hosts: Sequence[str]
    loopback: bool = False
    bytes: int = 300 << 20
    seconds: float = 120.0
    silence: float = 20.0
    rate: float | None = None
    upstream: str | None = None


class Guard:
    """A proxy on this machine that serves one download; a context manager.

    Attributes:
        refusal: Why the first connection was refused or ended by the guard, or None.
        trouble: Why the latest host could not be reached, or None.
    """

    def __init__(self, door: Door) -> None:
        self.refusal: Reason | None = None
        self.trouble: Reason | None = None
        self._over = False
        self._door = door
        self._began = time.monotonic()
        self._received = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.guard = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def address(self) -> str:
        """Address to give as a proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def remaining(self) -> float:
        """Seconds until the door is shut."""
        return self._door.seconds - (time.monotonic() - self._began)

    def __enter__(self) -> "Guard":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            self._over = True
            for one in self._open:
                _hang_up(one)
        self._server.server_close()

    def serve(self, client: socket.socket) -> None:
        """Answer one client: let its connection through, or say why not."""
        self._keep(client)
        try:
            head, rest = _read_head(client, self._door.silence)
            host, port, first = _parse(head)
            server = self._connect(host, port)
        except ClipError as error:
            self._refuse(error.reason)
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        except (OSError, ValueError) as error:
            self.trouble = failure("network", f"a host cannot be reached: {error}")
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        else:
            with server:
                self._keep(server)
                try:
                    _begin(client, server, first, rest)
                    self._relay(client, server, first is not None)
                finally:
                    self._forget(server)
        finally:
            self._forget(client)

    def _connect(self, host: str, port: int) -> socket.socket:
        """Return a connection to a host that may be spoken to.

        Raises:
            ClipError: It may not.
            OSError: It cannot be reached.
        """
        door = self._door
        if self.remaining <= 0:
            raise ClipError(failure("network", f"took over {door.seconds:g} s"))
        _check_host(host, port, door)
        if door.upstream is not None:
            return _through(urlsplit(door.upstream), host, port, door.silence)
        return socket.create_connection((_safe_address(host, port, door), port), door.silence)

    def _relay(self, client: socket.socket, server: socket.socket, plain: bool) -> None:
        """Pass bytes both ways until one side ends, is silent, or brings too much."""
        other = {client: server, server: client}
        head = b"" if plain else None  # of the answer, until it is whole
        while True:
            ready, _, _ = select.select([client, server], [], [], self._door.silence)
            if not ready:
                return
            for one in ready:
                block = one.recv(_BLOCK)
                if not block or (one is server and not self._let_in(len(block))):
                    return
                if one is server and head is not None:
                    head += block
                    if b"\r\n\r\n" not in head and len(head) < _HEAD:
                        continue
                    block, head = _closing(head), None
                other[one].sendall(block)

    def _let_in(self, count: int) -> bool:
        """Count bytes that came in, slow down to the rate, and say whether to go on."""
        with self._lock:
            self._received += count
            received = self._received
        if received > self._door.bytes:
            return self._refuse(failure("too-large", f"over {self._door.bytes >> 20} MiB"))
        if self.remaining <= 0:
            return self._refuse(failure("network", f"took over {self._door.seconds:g} s"))
        if self._door.rate is not None:
            ahead = received / self._door.rate - (time.monotonic() - self._began)
            time.sleep(min(max(ahead, 0.0), max(self.remaining, 0.0)))
        return True

    def _refuse(self, reason: Reason) -> bool:
        with self._lock:
            self.refusal = self.refusal or reason
        return False

    def _keep(self, one: socket.socket) -> None:
        with self._lock:
            self._open.add(one)
            if self._over:
                _hang_up(one)

    def _forget(self, one: socket.socket) -> None:
        with self._lock:
            self._open.discard(one)


class _Server(socketserver.ThreadingTCPServer):
    guard: Guard

    def handle_error(self, *_: object) -> None:
        """Stay quiet: a connection that breaks is the client's to report."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.server.guard.serve(self.request)


def _check_host(host: str, port: int, door: Door) -> None:
    name = host.lower().rstrip(".")
    if not any(name == known or name.endswith(f".{known}") for known in door.hosts):
        raise ClipError(failure("unsafe-address", f"{host} is none of {', '.join(door.hosts)}"))
    if port not in _PORTS and not door.loopback:
        raise ClipError(failure("unsafe-address", f"port {port} of {host}"))


def _safe_address(host: str, port: int, door: Door) -> str:
    """Return an address of a host that lies in the open network.

    Raises:
        ClipError: All of its addresses are private.
        OSError: The name cannot be resolved.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    safe = [one for one in addresses if is_public(one) or (door.loopback and _is_loopback(one))]
    if not safe:
        raise ClipError(failure("unsafe-address", f"{host} is at {', '.join(addresses)}"))
    return safe[0]


def is_public(address: str) -> bool:
    """Say whether an address lies in the open network; addresses inside of addresses count, too.

    >>> is_public("192.168.1.1"), is_public("::ffff:10.0.0.1"), is_public("8.8.8.8")
    (False, False, True)
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _read_head(client: socket.socket, silence: float) -> tuple[bytes, bytes]:
    """Return the head of a request or answer, without the empty line, and what came after it."""
    client.settimeout(silence)
    data = b""
    while b"\r\n\r\n" not in data:
        block = client.recv(_BLOCK)
        if not block or len(data) > _HEAD:
            raise ValueError("no head of a message")
        data += block
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _parse(head: bytes) -> tuple[str, int, bytes | None]:
    """Return host, port, and the request to pass on (None when a tunnel is asked for).

    Source: RFC 9112, sections 3.2.2 (absolute form) and 3.2.3 (authority form).
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    if method == "CONNECT":
        asked = urlsplit(f"//{target}")
        return asked.hostname or "", asked.port or 443, None
    asked = urlsplit(target)
    if asked.scheme != "http" or not asked.hostname:
        raise ClipError(failure("unsafe-address", f"{target[:80]} is not http or https"))
    path = f"{asked.path or '/'}{f'?{asked.query}' if asked.query else ''}"
    kept = [line for line in lines if not _is_hop(line)]
    request = "\r\n".join([f"{method} {path} {version}", *kept, "Connection: close", "", ""])
    return asked.hostname, asked.port or 80, request.encode("latin-1")


def _is_hop(line: str) -> bool:
    name = line.partition(":")[0].strip().lower()
    return name in ("connection", "keep-alive") or name.startswith("proxy-")


def _begin(client: socket.socket, server: socket.socket, first: bytes | None, rest: bytes) -> None:
    """Tell the client that its tunnel stands, or pass its request on."""
    if first is None:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        first = b""
    server.sendall(first + rest)


def _closing(answer: bytes) -> bytes:
    """Return an answer whose head says that the connection ends with it.

    A client that thought otherwise would ask the same server for what lies elsewhere.
    """
    head, gap, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    kept = [line for line in lines if not _is_hop(line.decode("latin-1"))]
    return b"\r\n".join([first, *kept, b"Connection: close"]) + gap + body


def _through(proxy: SplitResult, host: str, port: int, silence: float) -> socket.socket:
    """Return a tunnel to a host through another proxy."""
    server = socket.create_connection((proxy.hostname or "", proxy.port or 80), silence)
    try:
        lines = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
        if proxy.username:
            pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
            secret = base64.b64encode(pair.encode()).decode()
            lines.append(f"Proxy-Authorization: Basic {secret}")
        server.sendall("\r\n".join([*lines, "", ""]).encode())
        head, _ = _read_head(server, silence)
        if head.split(b" ")[1:2] != [b"200"]:
            raise OSError(f"the proxy answered {head.splitlines()[0][:80]!r}")
    except BaseException:
        server.close()
        raise
    return server


def _hang_up(one: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may have ended already
        one.shutdown(socket.SHUT_RDWR)
