"""Turns what a generator answered into a take in the run folder."""

from pathlib import Path

import numpy as np

from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason
from sfbench.media.write import write_wav
from sfbench.take import Sound, Take


def deliver(folder: Path, clip: Clip, seed: int, sound: Sound) -> Take:
    """Write a clip's sound to `takes/<id>.wav` and return its take.

    Raises:
        ClipError: The sound has no samples, or some that are no numbers.
        ValueError: The sound is not mono.
    """
    _check(sound)
    audio = f"takes/{clip.id}.wav"
    write_wav(folder / audio, sound.samples, sound.sample_rate)
    end = sound.start + len(sound.samples) / sound.sample_rate
    span = (round(sound.start, 4), round(end, 4))
    return Take(id=clip.id, audio=audio, sample_rate=sound.sample_rate, span=span, seed=seed)


def failed(clip: Clip, seed: int, reason: Reason) -> Take:
    """Return the take of a clip that has no sound."""
    return Take(
        id=clip.id,
        audio=None,
        sample_rate=0,
        span=(0.0, 0.0),
        seed=seed,
        status="failed",
        reason=reason,
    )


def _check(sound: Sound) -> None:
    if sound.samples.ndim != 1:
        raise ValueError(f"a take is mono, [samples]; this one is {sound.samples.shape}")
    if not len(sound.samples):
        raise ClipError(Reason("generate", "empty", "the generator made no samples"))
    if not np.isfinite(sound.samples).all():
        raise ClipError(Reason("generate", "non-finite", "the sound has NaN or infinite samples"))
