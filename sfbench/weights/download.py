"""Downloads one file: its length known beforehand, resumed after a break, https only."""

import ipaddress
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sfbench.errors import SfbenchError

if TYPE_CHECKING:
    import httpx

MEBIBYTE = 1 << 20

_SILENCE = 30.0  # seconds without a byte before a transfer counts as broken
_TRIES = 5  # transfers in a row that bring nothing new
_PAUSE = 1.0  # seconds before the second try; doubles with each
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Broken(Exception):
    """This transfer failed; the next one may not."""


def download(url: str, partial: Path, size: int) -> Iterator[int]:
    """Fill `partial` up to `size` bytes from `url`; yield its length after each new MiB.

    Bytes that `partial` holds already are not asked for again where the server can go on in the
    middle. A broken transfer is tried again until five in a row bring nothing new. What was
    fetched stays in `partial`, unless the server sends more than `size`.

    Raises:
        SfbenchError: The address is not https (plain http is for loopback only), the server has no
            such file, or one of another size, or the transfer keeps breaking.
    """
    httpx = _httpx()
    best, failures = length(partial), 0
    with _client(url) as client:
        while length(partial) < size:
            before = best
            try:
                for reached in _transfer(client, url, partial, size):
                    if reached // MEBIBYTE > best // MEBIBYTE:
                        yield reached
                    best = max(best, reached)
            except (httpx.RequestError, _Broken) as error:
                failures = 1 if best > before else failures + 1
                if failures >= _TRIES:
                    raise SfbenchError(_given_up(url, length(partial), size, error)) from None
                time.sleep(_PAUSE * 2 ** (failures - 1))


def published_length(url: str, at_most: int) -> int:
    """Return how many bytes long a server says that a file is; its content is not fetched.

    Args:
        url: Address of the file.
        at_most: Greatest length that is acceptable, in bytes.

    Raises:
        SfbenchError: The address is not https (plain http is for loopback only), the server has no
            such file, does not tell its length, or tells too great a one, or it cannot be reached.
    """
    httpx = _httpx()
    with _client(url) as client:
        for failures in range(1, _TRIES + 1):
            try:
                return _told_length(client, url, at_most)
            except (httpx.RequestError, _Broken) as error:
                if failures == _TRIES:
                    why = error or type(error).__name__
                    raise SfbenchError(f"{url} could not be asked for its length: {why}") from None
                time.sleep(_PAUSE * 2 ** (failures - 1))
    raise AssertionError("the last try returns or raises")


def _told_length(client: "httpx.Client", url: str, at_most: int) -> int:
    # Addresses that are signed for GET refuse HEAD.
    with client.stream("GET", url, headers={"Range": "bytes=0-0"}) as response:
        if response.status_code in _TRANSIENT:
            raise _Broken(f"the server answered {response.status_code} {response.reason_phrase}")
        if response.status_code == 206:
            told = response.headers.get("Content-Range", "").rpartition("/")[2]
        elif response.status_code == 200:
            told = response.headers.get("Content-Length", "")
        else:
            raise SfbenchError(_refused(response))
    if not told.isdecimal():
        raise SfbenchError(f"{url} does not tell its length, so it is not fetched")
    if not 0 < int(told) <= at_most:
        raise SfbenchError(f"{url} is {told} bytes long; between 1 and {at_most} were expected")
    return int(told)


def _refused(response: "httpx.Response") -> str:
    return f"{response.url} cannot be fetched: {response.status_code} {response.reason_phrase}"


def _httpx() -> ModuleType:
    try:
        import httpx
    except ModuleNotFoundError:
        raise SfbenchError("a download needs httpx: pip install 'sfbench[weights]'") from None
    return httpx


def _given_up(url: str, have: int, size: int, error: Exception) -> str:
    return (
        f"{url} could not be fetched: {error or type(error).__name__}; "
        f"{have} of {size} bytes are kept, run it again to go on"
    )


def length(path: Path) -> int:
    """Return a file's length in bytes; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def _client(url: str) -> "httpx.Client":
    import httpx

    try:
        first = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise SfbenchError(f"{url!r} is no address: {error}") from None

    def refuse_plain(request: httpx.Request) -> None:
        _refuse_plain(request.url, first)

    return httpx.Client(
        follow_redirects=True,
        timeout=_SILENCE,
        # Compression would make offsets and lengths those of other bytes.
        headers={"Accept-Encoding": "identity", "User-Agent": "sfbench"},
        event_hooks={"request": [refuse_plain]},
    )


def _refuse_plain(url: "httpx.URL", first: "httpx.URL") -> None:
    """Refuse what is not https; http may go from loopback to loopback, never there from outside."""
    if url.scheme == "https":
        return
    if url.scheme == "http" and _is_loopback(url.host) and _is_loopback(first.host):
        return
    raise SfbenchError(f"{url} is refused: weights are fetched by https only (see HF_ENDPOINT)")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _transfer(client: "httpx.Client", url: str, partial: Path, size: int) -> Iterator[int]:
    """Ask once for what is missing and yield the file's length after each block."""
    have = length(partial)
    headers = {"Range": f"bytes={have}-"} if have else {}
    with client.stream("GET", url, headers=headers) as response, partial.open("ab") as file:
        begin = _begin(response, have, size)
        reached = begin or 0
        file.truncate(reached)
        if begin is None:
            raise _Broken("the server cannot go on where the transfer broke")
        for block in response.iter_raw():
            reached += len(block)
            if reached > size:
                file.truncate(0)
                raise SfbenchError(f"{url} sends more than the {size} bytes that were declared")
            file.write(block)
            yield reached
    if reached < size:
        raise _Broken(f"the transfer ended after {reached} of {size} bytes")


def _begin(response: "httpx.Response", have: int, size: int) -> int | None:
    """Return where in the file the answer's body begins, in bytes; None: ask for the whole file.

    Source: RFC 9110, sections 14.4 (Content-Range) and 15.5.17 (416).
    """
    status = response.status_code
    if status == 200:
        _require_size(response, response.headers.get("Content-Length"), size)
        return 0
    if status == 206:
        span = response.headers.get("Content-Range", "")
        answered = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", span)
        if answered is None or int(answered[1]) != have:
            return None
        _require_size(response, answered[2], size)
        return have
    if status == 416 and have:
        return None
    if status in _TRANSIENT:
        raise _Broken(f"the server answered {status} {response.reason_phrase}")
    raise SfbenchError(_refused(response))


def _require_size(response: "httpx.Response", told: str | None, size: int) -> None:
    if told is not None and told.isdecimal() and int(told) != size:
        raise SfbenchError(
            f"{response.url} is {told} bytes long, but {size} were declared: it is another file"
        )
