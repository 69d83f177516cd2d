"""What `decoded` yields when the demuxer stumbles."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import av
import pytest

from sfbench.media.container import opened
from sfbench.media.limits import Limits
from sfbench.media.streams import decoded, picture_stream


@dataclass
class Stumbling:
    """A container whose demuxer ends with an error after some packets."""

    container: Any
    packets: int
    error: Exception

    def demux(self, *streams):
        for index, packet in enumerate(self.container.demux(*streams)):
            if index == self.packets:
                raise self.error
            yield packet


@pytest.fixture
def container(put, clip_bytes):
    with opened(put("clip.mp4", clip_bytes), Limits()) as container:
        yield container


def test_no_streams_give_no_frames(container):
    assert list(decoded(container, [], [])) == []


def test_a_read_error_is_damage_and_what_was_read_comes_out(container):
    damage: list[str] = []
    broken = Stumbling(container, 20, av.error.InvalidDataError(1, "torn"))
    frames = list(decoded(broken, [picture_stream(container)], damage))
    assert len(frames) == 20
    assert damage == ["the file cannot be read further: torn"]


def test_streams_that_turn_up_midway_do_no_harm(container):
    damage: list[str] = []
    every = 50 + 1  # packets and the one that flushes the decoder
    widened = Stumbling(container, every, IndexError("list index out of range"))
    assert len(list(decoded(widened, [picture_stream(container)], damage))) == 50
    assert damage == []


def test_a_packet_that_the_file_cuts_short_is_damage(container):
    damage: list[str] = []
    packets = list(container.demux(picture_stream(container)))
    packets[10].is_corrupt = True
    whole = SimpleNamespace(demux=lambda *_: packets)
    assert len(list(decoded(whole, [picture_stream(container)], damage))) == 50
    assert len(damage) == 1
    assert damage[0].endswith("s is cut short")
