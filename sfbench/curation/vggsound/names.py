"""What the file name of a VGGSound clip says: its YouTube id and its start."""

import re

LENGTH = 10
"""Seconds of every clip."""

YOUTUBE = re.compile(r"[A-Za-z0-9_-]{11}")
_NAME = re.compile(r"([A-Za-z0-9_-]{11})_(\d{1,6})")
_SPAN = re.compile(r"([A-Za-z0-9_-]{11})_(\d+)_(\d+)")


def clip_id(youtube: str, start: int) -> str:
    """Return the usual key of a clip.

    >>> clip_id("--0PQM4-hqg", 30)
    '--0PQM4-hqg_000030'
    """
    return f"{youtube}_{start:06d}"


def id_of(name: str) -> str | None:
    """Return the clip that a file name stands for, or None.

    Three schemes are in use: the start with six digits, the start as it is, and the clip's
    begin and end in milliseconds (v-iashin/SparseSync).

    >>> id_of("glLQrEijrKg_000300.mp4")
    'glLQrEijrKg_000300'
    >>> id_of("glLQrEijrKg_300.mp4")
    'glLQrEijrKg_000300'
    >>> id_of("video/glLQrEijrKg_300000_310000.mp4")
    'glLQrEijrKg_000300'
    >>> id_of("holiday.mp4")
    """
    stem = name.rpartition("/")[2].removesuffix(".mp4")
    if found := _NAME.fullmatch(stem):
        return clip_id(found[1], int(found[2]))
    if found := _SPAN.fullmatch(stem):
        begin, end = int(found[2]), int(found[3])
        if begin % 1000 == 0 and end - begin == 1000 * LENGTH:
            return clip_id(found[1], begin // 1000)
    return None
