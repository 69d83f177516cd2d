"""Copies a video without its sound."""

from pathlib import Path

import av

from sfbench.media.container import opened
from sfbench.media.limits import Limits, refusal
from sfbench.media.streams import picture_stream
from sfbench.store import replacing

_LIMITS = Limits()


def mute(video: Path, path: Path, *, limits: Limits = _LIMITS) -> None:
    """Write the pictures of a video to `path`, packet by packet as they are; no other stream.

    Raises:
        ClipError: The video cannot be read, or has no picture; the codes are those of `read_media`.
    """
    with (
        opened(video, limits) as source,
        replacing(path) as partial,
        av.open(f"file:{partial}", "w") as copy,
    ):
        stream = picture_stream(source)
        if stream is None:
            raise refusal("no-picture", "there is no video stream of a known codec")
        kept = copy.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.size:  # the last one is empty
                packet.stream = kept
                copy.mux(packet)
