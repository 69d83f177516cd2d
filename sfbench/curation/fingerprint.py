"""What two recordings of one sound have in common, whatever codec, level or start they have."""

import subprocess
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sfbench.errors import ClipError, Reason, SfbenchError

RATE = 16_000
"""Sample rate that fingerprints are made from, in Hz."""

COARSE_HOP = 1365 / 11_025
"""Seconds from one word of Chromaprint to the next."""

WORD_SECONDS = 2.6
"""Seconds that one word looks at."""

FINE_HOP = 0.16
"""Seconds from one row of fine bits to the next."""

_BITS = 64  # of a row
_FINE_WINDOW = 0.8  # seconds; shorter ones tell copies less surely from drones of one pitch
_EDGES = np.geomspace(150, 3000, _BITS + 2)  # Hz; low bit rates keep these
_BALANCE = (0.2, 0.8)  # share of ones; outside there is next to nothing to hear

Sound = NDArray[np.float32]  # [samples], mono, -1 to 1
Words = NDArray[np.uint32]  # [T], 32 bits each
Rows = NDArray[np.uint64]  # [T], 64 bits each


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The fingerprints of one sound.

    Attributes:
        coarse: Chromaprint's words, every `COARSE_HOP`; each looks at `WORD_SECONDS`.
        fine: Every `FINE_HOP`, whether neighbouring bands drift apart or together.
    """

    coarse: Words
    fine: Rows


def fingerprint(sound: Sound, ffmpeg: str) -> Fingerprint | None:
    """Return the fingerprints of a sound; None where there is too little to tell it by.

    Chromaprint finds copies, but takes two drones of one pitch for copies, too. What it finds is
    confirmed by the signs of energy differences along time and frequency (Haitsma and Kalker, A
    Highly Robust Audio Fingerprinting System, ISMIR 2002), which follow the very course of noise.

    Args:
        sound: Samples at `RATE`, [n].
        ffmpeg: Path of an ffmpeg with Chromaprint.

    Raises:
        ClipError: ffmpeg fails.
    """
    fine = fine_rows(sound)
    ones = np.bitwise_count(fine).sum() / max(1, fine.size * _BITS)
    if not _BALANCE[0] < ones < _BALANCE[1]:
        return None
    coarse = chromaprint(sound, ffmpeg)
    return Fingerprint(coarse, fine) if len(coarse) else None


def chromaprint(sound: Sound, ffmpeg: str) -> Words:
    """Return Chromaprint's words of a sound, [T]; T is 0 for less than 2.6 s.

    Raises:
        ClipError: ffmpeg fails.
    """
    command = [ffmpeg, "-hide_banner", "-loglevel", "error", "-threads", "1"]
    command += ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
    command += ["-f", "chromaprint", "-fp_format", "raw", "pipe:1"]
    ended = subprocess.run(command, input=sound.astype("<f4").tobytes(), capture_output=True)
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip().splitlines()
        detail = said[-1] if said else f"ffmpeg ended with {ended.returncode}"
        raise ClipError(Reason("duplicates", "no-fingerprint", detail[:200]))
    return np.frombuffer(ended.stdout, "<u4")


def fine_rows(sound: Sound) -> Rows:
    """Return whether neighbouring bands drift apart or together, [T], 64 pairs of bands a row."""
    window, hop = round(_FINE_WINDOW * RATE), round(FINE_HOP * RATE)
    if len(sound) < window + hop:
        return np.zeros(0, np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(sound, window)[::hop]
    power = np.abs(np.fft.rfft(windows * _hann(window), axis=1)[:, : _bins(window)[-1]]) ** 2
    energy = np.log(np.add.reduceat(power, _bins(window)[:-1], axis=1) + 1e-12)
    bits = np.diff(np.diff(energy, axis=1), axis=0) > 0
    return np.packbits(bits, axis=1, bitorder="little").view("<u8")[:, 0]


@cache
def _hann(window: int) -> NDArray[np.float32]:
    return np.hanning(window + 1)[:-1].astype(np.float32)


@cache
def _bins(window: int) -> NDArray[np.int64]:
    """Return where the 65 bands begin, and the last one ends, in bins of the spectrum."""
    return np.round(_EDGES * window / RATE).astype(np.int64)


@cache
def fingerprinting_ffmpeg() -> str:
    """Return the path of an ffmpeg with Chromaprint.

    Raises:
        SfbenchError: There is none for this machine.
    """
    try:
        import imageio_ffmpeg

        path = str(imageio_ffmpeg.get_ffmpeg_exe())
        muxers = subprocess.run([path, "-hide_banner", "-muxers"], capture_output=True, text=True)
    except (ImportError, RuntimeError, OSError):
        raise SfbenchError(
            "the step duplicates needs ffmpeg: pip install 'sfbench[vggsound]', "
            "or take duplicates out of the recipe's steps"
        ) from None
    if "chromaprint" not in muxers.stdout:
        raise SfbenchError(
            "the step duplicates needs an ffmpeg with Chromaprint, which this one is not; type: "
            "pip install -U 'imageio-ffmpeg>=0.8.1', set IMAGEIO_FFMPEG_EXE to one, "
            "or take duplicates out of the recipe's steps"
        )
    return path
