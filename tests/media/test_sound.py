from fractions import Fraction

import av
import numpy as np
import pytest

from sfbench.media.limits import Limits
from sfbench.media.sound import NATIVE, SoundTrack

RATE = 8_000


def frame(samples, form, layout, begin=None):
    """Return a decoded frame of samples, [rows, n], that begins at a sample or after the last."""
    made = av.AudioFrame.from_ndarray(samples, format=form, layout=layout)
    made.sample_rate, made.time_base, made.pts = RATE, Fraction(1, RATE), begin
    return made


def track(mix="mean"):
    return SoundTrack(None, [NATIVE], 0.0, Limits(), mix)


def heard(frames, mix="mean"):
    sound = track(mix)
    for one in frames:
        sound.add(one)
    return sound.finish()[NATIVE]


@pytest.mark.parametrize("mix", ["mean", "first"])
def test_frames_that_are_mixed_together_sound_as_each_by_itself(mix):
    rng = np.random.default_rng(0)
    planes = [rng.normal(size=(2, 100)).astype(np.float32) for _ in range(300)]
    frames = [frame(samples, "fltp", "stereo") for samples in planes]
    alone = [samples.mean(axis=0) if mix == "mean" else samples[0] for samples in planes]
    np.testing.assert_array_equal(heard(frames, mix), np.concatenate(alone))


def test_channels_and_sample_formats_may_change_midway():
    left, right = np.full((1, 4), 0.5, np.float32), np.full((1, 4), -0.25, np.float32)
    frames = [
        frame(np.concatenate([left, right]), "fltp", "stereo"),
        frame(np.full((1, 3), 2**14, np.int16), "s16", "mono"),
        frame(np.array([[2**14, 0, 0, 2**14]], np.int16), "s16", "stereo"),
    ]
    np.testing.assert_array_equal(heard(frames), [0.125] * 4 + [0.5] * 3 + [0.25] * 2)
    np.testing.assert_array_equal(heard(frames, "first"), [0.5] * 7 + [0.5, 0.0])


def test_a_gap_is_silent_and_an_overlap_is_cut_in_packed_samples_too():
    pair = np.repeat(np.arange(1, 1001, dtype=np.int16), 2)[None] * 16
    first, late = frame(pair, "s16", "stereo", 0), frame(pair, "s16", "stereo", 1500)
    early = frame(pair, "s16", "stereo", 2000)
    ramp = np.arange(1, 1001) * 16 / 2**15
    expected = [ramp, np.zeros(500), ramp, ramp[500:]]
    np.testing.assert_allclose(heard([first, late, early]), np.concatenate(expected))
