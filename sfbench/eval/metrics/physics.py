"""Whether a sound passes by as a moving thing does: pitch falls, level and brightness come and go.

A source that goes by at constant speed is heard at f = f0 / (1 + v_r / c): the pitch falls all the
way, fastest when it is closest, while level and spectral centroid rise to that moment and fall.
So two numbers: the fall in semitones, which knows the direction and needs a sound with partials,
and the arc, which needs none and cannot tell a sound from its reverse.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.activity import Frames, Levels
from sfbench.eval.pair import Pair
from sfbench.media.level import HOP, RATE
from sfbench.result import Measure

CONFIDENT = 0.6
"""Confidence from which a shift is worth counting."""

LEAST_SHIFT = 0.5
"""Semitones from which on a true shift has a direction."""

PITCH = 0.1
"""Semitones from one pitch of a spectrum to the next."""

Spectra = NDArray[np.float64]  # [T, pitches]

_WINDOW = 4096  # 256 ms: tells partials of 100 Hz and more apart
_STEP = 800  # 50 ms
_RANGE = (100.0, 6000.0)  # Hz
_WIDTH = 3.0  # semitones either way over which the spectrum's course is flattened
_FARTHEST = 9.0  # semitones: a source at 88 m/s
_MARGIN = 0.5  # seconds around the closest approach, where the pitch slides
_REACH = 4.0  # seconds
_LEAST = 10  # frames of sound on either side
_BELOW_DB = 30.0
_SILENT_DB = -80.0
_SMOOTH = 0.5  # seconds
_CENTROID_WINDOW = 1024
_NO_PASS_BY = "neither truth nor review says that something passes by"


@dataclass(frozen=True, slots=True)
class Shift:
    """How the pitch changes at the closest approach.

    Attributes:
        semitones: Pitch after minus pitch before; negative for a pass-by.
        confidence: Correlation of the partials before and after, so shifted, -1 to 1. Below 0.6
            there is too little pitch to speak of its shift.
    """

    semitones: float
    confidence: float


def doppler_shift(sound: NDArray[np.float32], closest: float) -> Shift | None:
    """Return how the pitch after the closest approach differs from that before.

    Spectra over a logarithmic axis of pitch, flattened so that partials stand out and loudness
    does not count, are averaged from 4 s to 0.5 s before and after; the shift is where the two
    averages correlate best. A pattern of the source's own, such as a siren's, is on both sides and
    cancels; a source that changes its pitch for good, such as one that accelerates, does not.

    Args:
        sound: Samples, [n] at 16 kHz.
        closest: When the source is closest, in seconds.

    Returns:
        The shift, at most 9 semitones either way; None with less than half a second of sound on
        either side.
    """
    if len(sound) < _WINDOW:
        return None
    spectra = pitch_spectra(sound)
    times = (np.arange(len(spectra)) * _STEP + _WINDOW / 2) / RATE - closest
    loudest = spectra.max(axis=1)
    heard = loudest > max(float(np.percentile(loudest, 95)) - _BELOW_DB, _SILENT_DB)
    sides = [heard & (way > _MARGIN) & (way < _REACH) for way in (-times, times)]
    if min(side.sum() for side in sides) < _LEAST:
        return None
    before, after = (partials(spectra[side]).mean(axis=0) for side in sides)
    return _best_shift(before, after)


def proximity_arc(
    course: NDArray[np.float64], closest: float, heard: Frames | None = None
) -> float | None:
    """Return how well a level or centroid rises to the closest approach and falls after it.

    Args:
        course: A value every 10 ms, [T]; it is averaged over 0.5 s.
        closest: When the source is closest, in seconds.
        heard: Frames that count, [T]; None is all.

    Returns:
        Spearman's correlation of the course with the nearness in time, -1 to 1, higher is better;
        None when the course is flat or fewer than half a second counts.

    >>> round(proximity_arc(-np.abs(np.arange(-300.0, 300.0)), 3.0), 2)
    1.0
    """
    chosen = np.ones(len(course), np.bool_) if heard is None else heard
    if chosen.sum() < round(_SMOOTH / HOP):
        return None
    nearness = -np.abs(np.arange(len(course)) * HOP - closest)
    return rank_correlation(smooth(course)[chosen], nearness[chosen])


def smooth(course: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over half a second, [T]; the ends are held."""
    width = round(_SMOOTH / HOP) | 1
    padded = np.pad(course, width // 2, mode="edge")
    return np.convolve(padded, np.full(width, 1 / width), "valid")


def closest_by_level(levels: Levels) -> float:
    """Return when a sound is loudest over half a second: a stand-in for the closest approach, in s.

    Args:
        levels: Levels of the true sound, [T] dBFS, T ≥ 1.
    """
    return float(np.argmax(smooth(levels)) * HOP)


def centroids(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the spectral centroid every 10 ms, [T] in Hz, T = ceil(n / 160); 0 in silence.

    Args:
        sound: Samples, [n] at 16 kHz.
    """
    hop = round(HOP * RATE)
    padded = np.pad(np.asarray(sound, np.float64), (_CENTROID_WINDOW // 2, _CENTROID_WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _CENTROID_WINDOW)
    windows = windows[: -(-len(sound) // hop) * hop : hop]
    power = np.abs(np.fft.rfft(windows * np.hanning(_CENTROID_WINDOW), axis=1)) ** 2
    total = power.sum(axis=1)
    weighted = power @ np.fft.rfftfreq(_CENTROID_WINDOW, 1 / RATE)
    centre: NDArray[np.float64] = weighted / np.where(total > 0, total, 1)
    return centre


def rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    """Return Spearman's correlation, -1 to 1; None when one side has a single value only.

    >>> rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([1.0, 3.0, 4.0]))
    1.0
    """
    ranks = [_ranks(values) for values in (first, second)]
    deviations = [rank - rank.mean() for rank in ranks]
    if not all(deviation.any() for deviation in deviations):
        return None
    size = np.sqrt(np.prod([deviation @ deviation for deviation in deviations]))
    return float(np.clip(deviations[0] @ deviations[1] / size, -1, 1))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 0; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts + 1) / 2)[place]
    return ranks


def pitch_spectra(
    sound: NDArray[np.float32],
    window: int = _WINDOW,
    step: int = _STEP,
    lowest: float = _RANGE[0],
) -> Spectra:
    """Return magnitudes over a logarithmic axis of pitch, in dB; a full-scale sine is at 0.

    Args:
        sound: Samples, [n] at 16 kHz, n ≥ window.
        window: Length of a window, in samples.
        step: Samples from one window to the next.
        lowest: The lowest pitch, in Hz; from there on up to 6 kHz in steps of `PITCH` semitones.
    """
    windows = np.lib.stride_tricks.sliding_window_view(sound, window)[::step]
    taper = np.hanning(window)
    decibels = 20 * np.log10(np.abs(np.fft.rfft(windows * taper)) * 2 / taper.sum() + 1e-6)
    octaves = np.log2(_RANGE[1] / lowest)
    pitches = lowest * 2 ** (np.arange(0, 12 * octaves, PITCH) / 12)
    place, part = np.divmod(pitches * window / RATE, 1)
    below = place.astype(np.intp)
    spectra: Spectra = decibels[:, below] * (1 - part) + decibels[:, below + 1] * part
    return spectra


def partials(spectra: Spectra) -> Spectra:
    """Return how far each pitch stands out over the mean of its neighbours, 0 or more, in dB."""
    half = round(_WIDTH / PITCH)
    padded = np.pad(spectra, ((0, 0), (half, half)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1)
    width = 2 * half + 1
    outstanding: Spectra = np.maximum(spectra - (sums[:, width:] - sums[:, :-width]) / width, 0)
    return outstanding


def measure_doppler(pair: Pair) -> Measure:
    """Return how far a take's pitch shift is from the true one, in semitones; lower is better."""
    if pair.closest is None:
        return Measure(value=None, reason=_NO_PASS_BY)
    shifts = [doppler_shift(sound, pair.closest) for sound in (pair.reference, pair.generated)]
    for whose, shift in zip(("true sound", "take"), shifts, strict=True):
        if shift is None or shift.confidence < CONFIDENT:
            return Measure(value=None, reason=f"the {whose} has no pitch to follow")
    own, made = (shift.semitones for shift in shifts if shift is not None)
    return Measure(value=abs(made - own))


def measure_doppler_sign(pair: Pair) -> Measure:
    """Return 1 where a take's pitch shifts the way the true one does, else 0; the mean is a share.

    A take without a pitch to follow does not shift that way either: it counts as 0, so that no
    system gains by having none. Clips count whose true sound has a pitch that shifts by half a
    semitone or more.
    """
    if pair.closest is None:
        return Measure(value=None, reason=_NO_PASS_BY)
    own, made = (doppler_shift(sound, pair.closest) for sound in (pair.reference, pair.generated))
    if own is None or own.confidence < CONFIDENT:
        return Measure(value=None, reason="the true sound has no pitch to follow")
    if abs(own.semitones) < LEAST_SHIFT:
        return Measure(value=None, reason="the true pitch hardly shifts")
    return Measure(value=float(shifts_alike(own, made)))


def shifts_alike(own: Shift, made: Shift | None) -> bool:
    """Say whether a take's pitch goes the way of the true one, up or down.

    >>> shifts_alike(Shift(-2.0, 0.9), Shift(-0.3, 0.8))
    True
    """
    if made is None or made.confidence < CONFIDENT:
        return False
    return own.semitones * made.semitones > 0


def measure_arc(pair: Pair) -> Measure:
    """Return how well a take's level follows the nearness of what passes by, -1 to 1."""
    if pair.closest is None:
        return Measure(value=None, reason=_NO_PASS_BY)
    value = proximity_arc(pair.generated_levels, pair.closest)
    return Measure(value=value, reason="flat level" if value is None else None)


def _best_shift(before: NDArray[np.float64], after: NDArray[np.float64]) -> Shift:
    """Return the shift of best correlation, between the steps by the parabola through its peak."""
    farthest = round(_FARTHEST / PITCH)
    steps = range(-farthest, farthest + 1)
    fits = [_correlation(before, after, step) for step in steps]
    peak = int(np.argmax(fits))
    place = float(steps[peak])
    if 0 < peak < len(fits) - 1:
        left, top, right = fits[peak - 1 : peak + 2]
        bend = left - 2 * top + right
        place += 0.5 * (left - right) / bend if bend else 0.0
    return Shift(round(place * PITCH, 4), float(fits[peak]))


def _correlation(before: NDArray[np.float64], after: NDArray[np.float64], step: int) -> float:
    """Return the correlation of what overlaps when `before` is moved up by some steps."""
    own = before[max(0, -step) : len(before) - max(0, step)]
    other = after[max(0, step) : len(after) - max(0, -step)]
    own, other = own - own.mean(), other - other.mean()
    size = np.sqrt((own @ own) * (other @ other))
    return float(own @ other / size) if size > 0 else 0.0
