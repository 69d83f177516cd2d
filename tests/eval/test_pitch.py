"""Pitches by formula, and those that the simulated world gave its sounds."""

import numpy as np
import pytest

from sfbench.eval.metrics.pitch import STEP, pitches
from sfbench.media.level import HOP, RATE
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.sound import hear

TIME = np.arange(3 * RATE) / RATE
HISS = np.random.default_rng(0).standard_normal(len(TIME))


def tone(course, partials=8):
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(course, TIME.shape)) / RATE
    return (0.1 * sum(np.sin(k * phase) / k for k in range(1, partials + 1))).astype(np.float32)


@pytest.mark.parametrize("hertz", [75, 110, 220.5, 440, 987, 1600])
def test_a_steady_tone_has_its_pitch_throughout(hertz):
    assert pitches(tone(hertz))[5:-5] == pytest.approx(hertz, rel=0.005)


def test_a_glide_is_followed():
    found = pitches(tone(200 * 2 ** (TIME / 4)))
    times = np.arange(len(found)) * STEP
    assert found[5:-5] == pytest.approx(200 * 2 ** (times[5:-5] / 4), rel=0.01)


def test_a_missing_fundamental_is_heard():
    low = tone(150) - tone(150, partials=1)
    assert np.nanmedian(pitches(low)) == pytest.approx(150, rel=0.01)


def test_noise_and_silence_have_no_pitch():
    assert np.isnan(pitches((0.1 * HISS).astype(np.float32))).all()
    assert np.isnan(pitches(np.zeros(RATE, np.float32))).all()
    assert len(pitches(np.zeros(0, np.float32))) == 0


def test_gain_changes_nothing():
    sound = tone(220) + 0.005 * HISS.astype(np.float32)
    assert pitches(0.1 * sound) == pytest.approx(pitches(sound), rel=1e-3, nan_ok=True)


@pytest.mark.parametrize("index", [7, 10])
def test_the_pitch_of_a_siren_and_of_a_whistle_is_that_of_the_simulation(index):
    known = hear(draw_scene(5, index))
    found = pitches(known.sound)
    times = np.arange(len(found)) * STEP
    true = np.interp(times, np.arange(len(known.fundamental)) * HOP, known.fundamental)
    there = ~np.isnan(found)
    assert there.mean() > 0.4
    assert np.median(np.abs(12 * np.log2(found[there] / true[there]))) < 0.25
