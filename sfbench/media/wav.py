"""Compares what a WAV says of its length with what it holds; FFmpeg believes the latter alone."""

import struct
from pathlib import Path

_LEFT_OPEN = (0, 0xFFFFFFFF)  # what a writer leaves that cannot go back, for example into a pipe


def wav_damage(path: Path, noted: list[str]) -> list[str]:
    """Return what is damaged in a WAV file, given what its decoding noted."""
    claimed, held = _data_bytes(path)
    if claimed in _LEFT_OPEN:
        return []  # the last packet of such a file always looks cut short
    if claimed > held:
        return [f"the header claims {claimed} bytes of sound, the file holds {held}", *noted]
    return noted


def _data_bytes(path: Path) -> tuple[int, int]:
    """Return how many bytes the data chunk claims, and how many follow it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", head)
            if name == b"data":
                return length, size - file.tell()
            file.seek(length + length % 2, 1)
    return 0, 0
