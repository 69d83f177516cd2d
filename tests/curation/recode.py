"""Copies of a sound as re-uploads make them: another level, another start, another codec."""

import io

import av
import numpy as np

from sfbench.curation.fingerprint import RATE


def through_aac(sound, bits_per_second):
    """Return what AAC leaves of a sound, both at `RATE`, [n]."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        stream.bit_rate = bits_per_second
        frame = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def reuploaded(sound, random, seconds=0.5):
    """Return a copy: another level by up to 9 dB, shifted, through AAC at 16 to 32 kbit/s.

    What is louder than full scale is cut; what a shift leaves open is filled with faint noise.
    """
    louder = np.clip(sound * 10 ** (random.uniform(-9, 9) / 20), -1, 1)
    shift = round(seconds * RATE)
    filling = random.normal(0, 1e-3, shift)
    parts = [louder[shift:], filling] if random.integers(2) else [filling, louder[:-shift]]
    moved = np.concatenate(parts).astype(np.float32)
    return through_aac(moved, int(random.choice((16_000, 24_000, 32_000))))
