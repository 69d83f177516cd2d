"""The span over which the true and the generated sound of a clip are compared."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sfbench.encoders.extractor import Samples
from sfbench.errors import ClipError, Reason
from sfbench.eval.protocol import Window

Span = tuple[float, float]  # seconds within the clip
Sounds = Mapping[int, Samples]  # rate -> samples

_SLACK = 0.05  # seconds that a sound of full length may lack: a frame of a codec, a rounded cut


@dataclass(frozen=True, slots=True)
class Cut:
    """A span of a file's sound.

    Attributes:
        sha256: Hash of the file.
        span: Which part of the file it is, in seconds.
        sounds: The samples by rate.
    """

    sha256: str
    span: Span
    sounds: Sounds


def common_span(window: Window, own_seconds: float, begins: float, made_seconds: float) -> Span:
    """Return the span that is compared, in seconds within the clip.

    Args:
        window: The window.
        own_seconds: Length of the true sound.
        begins: Where the generated sound begins within the clip.
        made_seconds: Length of the generated sound.

    Raises:
        ClipError: `too-short`; the two share less than the window asks for.

    >>> common_span(Window(0.0, 10.0, 1.0), 10.0, 0.0, 8.176)
    (0.0, 8.176)
    >>> common_span(Window(0.0, 10.0, 1.0, "pad"), 10.0, 0.0, 8.176)
    (0.0, 10.0)
    """
    start = max(window.start, begins)
    end = min(window.start + window.seconds, own_seconds, begins + made_seconds)
    least = window.seconds - _SLACK if window.policy == "reject" else window.min_seconds
    if end - start < least:
        detail = f"shares {max(end - start, 0):.2f} s with the clip, not {least:g} s"
        raise ClipError(Reason("evaluate", "too-short", detail))
    if window.policy == "pad":
        return window.start, round(window.start + window.seconds, 4)
    return round(start, 4), round(end, 4)


def cut(sha256: str, sounds: Sounds, span: Span, *, remove_dc: bool = False) -> Cut:
    """Return a span of a sound, in seconds within its file; what lies outside it is silence."""
    parts = {rate: _part(sound, rate, span) for rate, sound in sounds.items()}
    if remove_dc:
        parts = {rate: part - part.mean() for rate, part in parts.items()}
    return Cut(sha256, span, parts)


def shifted(span: Span, begins: float) -> Span:
    """Return a span of the clip as a span of a sound that begins at `begins` within the clip."""
    return round(span[0] - begins, 4), round(span[1] - begins, 4)


def samples(span: Span, rate: int) -> int:
    """Return the number of samples of a span."""
    return round((span[1] - span[0]) * rate)


def _part(sound: Samples, rate: int, span: Span) -> Samples:
    begin, count = round(span[0] * rate), samples(span, rate)
    inside = sound[max(begin, 0) : max(begin + count, 0)]
    before = min(max(-begin, 0), count)
    after = count - before - len(inside)
    return np.pad(inside, (before, max(after, 0)))[:count] if before or after > 0 else inside
