"""Onsets as librosa finds them and CondFoleyGen weighs them: arithmetic alone, without torch.

The course of a sound's onsets is its spectral flux: by how much the bands of a log-mel spectrum
rise from frame to frame, on average. Its peaks are the onsets. Frames of 93 ms every 23 ms, beyond
the ends silence, as in librosa from 0.9 on (before, the sound was mirrored there). Sources: McFee
et al., librosa (2015), `onset_detect`; its peak picking is Böck, Krebs and Schedl, Evaluating the
Online Capabilities of Onset Detection Methods (2012); threshold and weights are those of Du et
al., Conditional Generation of Audio from Video via Foley Analogies, arXiv 2304.08490.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sfbench.encoders.bands import slaney_triangles
from sfbench.encoders.extractor import Outputs, Samples

RATE = 22_050

Positions = NDArray[np.int64]  # [k] samples at 22.05 kHz
Weighed = NDArray[np.float32]  # [k, 3] position, greatest size near it, size at it

_WINDOW, _HOP, _BANDS = 2048, 512, 128
_LEAST, _RANGE_DB = 1e-10, 80.0
_THRESHOLD = 0.3  # above the mean around a frame, as a share of the flux's range
_BEFORE, _AFTER = 4, 5  # frames over which that mean is taken, the frame itself among those after
_REST = 1  # frames after an onset in which there is no other
_REACH = int(0.05 * RATE)


def find_onsets(sound: ArrayLike) -> Positions:
    """Return the onsets of a sound, ascending, in steps of 512 samples; none in silence.

    Args:
        sound: Mono samples at 22.05 kHz, [n], n > 0.

    >>> sound = np.zeros(RATE)
    >>> sound[10_000:] = np.random.default_rng(0).normal(size=RATE - 10_000)
    >>> find_onsets(sound).tolist()
    [10240]
    """
    flux = _flux(np.asarray(sound, np.float64))
    flux -= flux.min()
    if not flux.any():
        return np.zeros(0, np.int64)
    return _HOP * _peaks(flux / flux.max())


def weigh(onsets: ArrayLike, sound: ArrayLike) -> Weighed:
    """Return how sure each onset is: position, greatest size within 50 ms, size at the position.

    Sizes are absolute values of the sound, stretched to 0 to 1; nan where they are all the same.

    Args:
        onsets: Positions, [k].
        sound: Mono samples at 22.05 kHz, [n].

    >>> weigh([2, 3], [0, 0, 1, -2]).tolist()
    [[2.0, 1.0, 0.5], [3.0, 1.0, 1.0]]
    """
    places, size = np.asarray(onsets, np.int64).tolist(), _size(sound)
    near = [size[max(place - _REACH, 0) : place + _REACH].max() for place in places]
    rows = [(place, peak, size[place]) for place, peak in zip(places, near, strict=True)]
    return np.array(rows, np.float32).reshape(-1, 3)


@dataclass(frozen=True, slots=True)
class Onsets:
    """Turns a sound into its onsets; the one output, `onsets`, has a row for each."""

    name: str = "onsets"
    signature: str = "librosa0.11-flux-mel128-22k|delta-0.3|size-50ms"
    rate: int = RATE
    outputs: Mapping[str, int] = field(default_factory=lambda: {"onsets": 3})

    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at 22.05 kHz, n > 0, its `onsets`, [k, 3]."""
        return [{"onsets": weigh(find_onsets(sound), sound)} for sound in sounds]


def open_onsets(device: str) -> Onsets:
    """Return the extractor; it has no weights and runs on the processor whatever the device."""
    return Onsets()


def _flux(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much each frame is louder than the one before, [T] in dB, T = n // 512 + 1."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(sound, _WINDOW // 2), _WINDOW)[::_HOP]
    hann = np.hanning(_WINDOW + 1)[:-1]
    power = np.abs(np.fft.rfft(windows * hann, axis=1)) ** 2
    bands = slaney_triangles(RATE, _WINDOW, _BANDS, 0.0, RATE / 2)
    decibels = 10 * np.log10(np.maximum(power @ bands, _LEAST))
    decibels = np.maximum(decibels, decibels.max() - _RANGE_DB)
    rises = np.maximum(np.diff(decibels, axis=0), 0).mean(axis=1)
    # A frame rises as soon as its far end meets a sound: half a window before the sound begins.
    late = 1 + _WINDOW // (2 * _HOP)
    return np.pad(rises, (late, 0))[: len(windows)]


def _peaks(flux: NDArray[np.float64]) -> Positions:
    """Return the frames that are no lower than the one before and well above those around."""
    peaks: list[int] = []
    for frame, height in enumerate(flux):
        around = flux[max(frame - _BEFORE, 0) : frame + _AFTER].mean()
        rested = not peaks or frame - peaks[-1] > _REST
        if rested and height >= flux[max(frame - 1, 0)] and height >= around + _THRESHOLD:
            peaks.append(frame)
    return np.array(peaks, np.int64)


def _size(sound: ArrayLike) -> NDArray[np.float64]:
    """Return the absolute value of a sound, stretched to 0 to 1."""
    size = np.abs(np.asarray(sound, np.float64))
    span = np.ptp(size)
    return (size - size.min()) / span if span else np.full_like(size, np.nan)
