"""What a file may cost: lies and wrong bytes end soon, in little memory, in their own worker."""

import resource
import struct
from pathlib import Path

import numpy as np
import pytest

from sfbench.errors import ClipError
from sfbench.executor import Stage
from sfbench.media.read import NATIVE, Limits, read_media
from sfbench.media.write import write_mp4
from tests.media.making import CODES, RATE, code, patched


def test_a_picture_that_lasts_for_ever_is_too_long(put, clip_bytes):
    lasting = patched(clip_bytes, b"stts", 12, struct.pack(">I", 1 << 30))
    assert code(put("lasting.mp4", lasting)) == "too-long"


def test_more_samples_than_bytes_are_refused(put, clip_bytes):
    many = patched(clip_bytes, b"stsz", 8, struct.pack(">I", (1 << 31) - 1))
    assert code(put("many.mp4", many)) == "unreadable"


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(seconds=1.0), "too-long"),
        (Limits(pixels=1_000), "too-many-pixels"),
        (Limits(file_bytes=1_000), "too-large"),
        (Limits(picture_bytes=10_000), "too-large"),
        (Limits(sample_rates=(48_000, 96_000)), "unusable-sound"),
    ],
)
def test_limits_hold(clip, limits, expected):
    assert code(clip, limits=limits) == expected


def test_a_length_that_is_not_declared_is_limited_too(put, wav_bytes):
    piped = patched(wav_bytes, b"data", 0, struct.pack("<I", 0))
    assert code(put("long.wav", piped + bytes(640_000)), fps=None, limits=Limits(seconds=5.0)) == (
        "too-long"
    )


def test_a_huge_picture_is_refused_in_little_memory(tmp_path):
    write_mp4(tmp_path / "huge.mp4", [np.zeros((2_400, 4_096, 3), np.uint8)], 25, None, RATE)
    assert code(tmp_path / "huge.mp4", rates=()) == "too-many-pixels"


def look(path: Path) -> float:
    """Return how many seconds of a file can be read; a stage's work."""
    return read_media(path, rates=(16_000, NATIVE), fps=4.0, size=(32, 32), strict=False).seconds


def flipped(data: bytes, seed: int) -> bytes:
    """Return `data` with a few wrong bytes, every other time in the header alone."""
    random = np.random.default_rng(seed)
    wrong = bytearray(data)
    for at in random.integers(0, len(data) if seed % 2 else min(len(data), 4_000), 4):
        wrong[at] = random.integers(256)
    return bytes(wrong)


def test_flipped_bytes_cost_their_clip_alone(put, clip_bytes, wav_bytes):
    paths = [put(f"{seed}.mp4", flipped(clip_bytes, seed)) for seed in range(80)]
    paths += [put(f"{seed}.wav", flipped(wav_bytes, seed)) for seed in range(20)]
    stage = Stage("media", look, seconds=30.0, memory=4 << 30)
    outcomes = list(stage.run(paths, workers=2))
    assert [outcome.item for outcome in outcomes] == paths
    for outcome in outcomes:
        assert (outcome.value is None) == (outcome.reason is not None)
        assert outcome.reason is None or outcome.reason.code in CODES | {"crashed", "time-out"}


def memory_for(path: Path) -> int:
    """Return by how many bytes a worker's peak memory grows while it meets a file."""

    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024

    before = peak()
    with pytest.raises(ClipError):
        read_media(path, rates=(16_000,), fps=4.0)
    return peak() - before


def test_lies_cost_little_memory(put, clip_bytes, wav_bytes):
    lies = [
        put("lasting.mp4", patched(clip_bytes, b"stts", 12, struct.pack(">I", 1 << 30))),
        put("many.mp4", patched(clip_bytes, b"stsz", 8, struct.pack(">I", (1 << 31) - 1))),
        put("big.wav", patched(wav_bytes, b"data", 0, struct.pack("<I", (1 << 32) - 2))),
        put("wide.wav", patched(wav_bytes, b"fmt ", 6, struct.pack("<H", 65_535))),
    ]
    for outcome in Stage("media", memory_for).run(lies, workers=1):
        assert outcome.reason is None
        assert outcome.value < 50 << 20
