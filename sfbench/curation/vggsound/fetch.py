"""Brings a list of clips from an address: https only, bounded, kept only if it is a list."""

import ipaddress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sfbench import store
from sfbench.curation.vggsound.listing import read_list
from sfbench.errors import SfbenchError

if TYPE_CHECKING:
    import httpx

CAP = 64 << 20
"""Bytes that a list may have; the longest published one has 8 MB."""

_SILENCE = 30.0  # seconds without a byte


def is_address(text: str) -> bool:
    """Say whether a list is named by an address rather than by a path."""
    return text.startswith(("https://", "http://"))


def fetch_list(address: str, *, offline: bool = False) -> Path:
    """Return the file of a list, fetched to `$SFBENCH_HOME/lists` if it is not there.

    A list that was fetched once is not asked for again, so that a curation goes on from the same
    bytes.

    Raises:
        SfbenchError: It is not here and may not be fetched, or what the address holds is no list.
    """
    name = PurePosixPath(urlsplit(address).path).name or "list.csv"
    target = store.home() / "lists" / store.sha256_bytes(address.encode())[:16] / name
    if target.is_file():
        return target
    if offline:
        raise SfbenchError(
            f"{address} was never fetched, and nothing is fetched while offline; "
            "give --metadata FILE"
        )
    data = _get(address)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A folder of its own lets the file be checked under the name that tells its split.
    with TemporaryDirectory(dir=target.parent) as folder:
        partial = Path(folder) / name
        store.write_bytes(partial, data)
        read_list(partial)
        store.settle(partial, target)
    return target


def _get(address: str) -> bytes:
    try:
        import httpx
    except ModuleNotFoundError:
        raise SfbenchError("a download needs httpx: pip install 'sfbench[vggsound]'") from None
    try:
        with httpx.Client(
            follow_redirects=True, timeout=_SILENCE, event_hooks={"request": [_refuse_plain]}
        ) as client:
            return _bounded(client, address)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SfbenchError(f"{address} could not be fetched: {error}") from None


def _bounded(client: "httpx.Client", address: str) -> bytes:
    import httpx

    blocks, length = [], 0
    with client.stream("GET", address) as response:
        if response.status_code != httpx.codes.OK:
            said = f"{response.status_code} {response.reason_phrase}"
            raise SfbenchError(f"{address} could not be fetched: {said}")
        for block in response.iter_bytes():
            length += len(block)
            if length > CAP:
                raise SfbenchError(f"{address} is larger than {CAP >> 20} MiB: it is no list")
            blocks.append(block)
    return b"".join(blocks)


def _refuse_plain(request: "httpx.Request") -> None:
    """Refuse what is not https; http may be spoken to this machine alone."""
    url = request.url
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise SfbenchError(f"{url} is refused: lists are fetched by https only")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
