from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sfbench.media.level import levels
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.objects import CONTINUOUS, OBJECTS, REJECTED
from sfbench.simulated.scene import RATE
from sfbench.simulated.sound import hear
from sfbench.simulated.trajectory import Trajectory

WHOLE = (-10.0, 20.0)
PASS_BY = Trajectory(kind="pass-by", closest=25, bearing=0.4, speed=45, time=5)


def scene_of(label, trajectory, seed=0):
    return replace(
        draw_scene(0, 0),
        seed=seed,
        label=label,
        heard=label,
        family=OBJECTS[label].family,
        trajectory=trajectory,
        gate=WHOLE,
        snr=45.0,
    )


def pitch_near(sound, time, hertz):
    """The strongest frequency within a fourth of `hertz`, from a quarter of a second."""
    begin = round((time - 0.125) * RATE)
    window = sound[begin : begin + RATE // 4] * np.hanning(RATE // 4)
    spectrum = np.abs(np.fft.rfft(window, 1 << 16))
    frequencies = np.fft.rfftfreq(1 << 16, 1 / RATE)
    inside = np.abs(frequencies / hertz - 1) < 0.25
    return frequencies[inside][spectrum[inside].argmax()]


@pytest.mark.parametrize("label", ["airplane flyby", "race car, auto racing"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_passing_pitch_follows_from_geometry_alone(label, seed):
    standing = hear(scene_of(label, Trajectory(kind="static", closest=25), seed))
    passing = hear(scene_of(label, PASS_BY, seed)).sound
    for time in (1.0, 3.0, 7.0, 9.0):
        # Where the source was when it sent what is heard now, solved by hand: r = c (t - tau).
        taus = np.linspace(0, time, 100_001)
        metres = np.hypot(25, 45 * (taus - 5))
        sent = np.abs(taus + metres / 343 - time).argmin()
        velocity = 45**2 * (taus[sent] - 5) / metres[sent]
        at_source = standing.fundamental[round((taus[sent] + 25 / 343) * 100)]
        expected = at_source / (1 + velocity / 343)
        assert pitch_near(passing, time, at_source) == pytest.approx(expected, rel=0.03)


def test_a_receding_pitch_lies_a_third_below_an_approaching_one_at_45_metres_a_second():
    passing = hear(scene_of("airplane flyby", PASS_BY, 1)).sound
    standing = hear(scene_of("airplane flyby", Trajectory(kind="static", closest=25), 1))
    early, late = (pitch_near(passing, time, standing.fundamental[500]) for time in (1.0, 9.0))
    semitones = 12 * np.log2(late / early)
    assert semitones == pytest.approx(12 * np.log2((1 - 45 / 343) / (1 + 45 / 343)), abs=0.4)


@pytest.mark.parametrize("label", ["car passing by", "train horning", "airplane flyby"])
def test_the_level_follows_the_distance(label):
    way = replace(PASS_BY, speed=18)
    level = levels(hear(scene_of(label, way)).object)
    times = np.arange(len(level)) / 100
    expected = -20 * np.log10(np.hypot(25, 18 * (times - 25 / 343 - 5)))
    smooth = np.convolve(level - expected, np.ones(50) / 50, "valid")
    assert np.ptp(smooth) < 4
    assert np.corrcoef(level, expected)[0, 1] > 0.9


@cache
def standing(label, seed):
    """The object alone, 20 m off."""
    return hear(scene_of(label, Trajectory(kind="static", closest=20), seed)).object


@pytest.mark.parametrize("label", CONTINUOUS)
def test_a_voice_of_its_own_never_breaks_off(label):
    for seed in range(2):
        level = levels(standing(label, seed))
        assert level.min() > level.max() - 17


def spectrum(label, seed):
    """Logarithm of the mean amplitude in 400 bands of 20 Hz, less its mean."""
    bands = np.log(
        np.abs(np.fft.rfft(standing(label, seed)))[:80_000].reshape(400, -1).mean(axis=1)
    )
    return bands - bands.mean()


@pytest.mark.parametrize("label", CONTINUOUS)
def test_two_seeds_give_a_label_two_voices(label):
    # Two stretches of one noise would differ by 0.04.
    assert np.abs(spectrum(label, 0) - spectrum(label, 1)).mean() > 0.1


def test_the_background_lies_the_stated_snr_below_the_loudest_moment():
    heard = hear(scene_of("train horning", PASS_BY))
    background = float(np.median(levels(heard.background)))
    assert levels(heard.object).max() - background == pytest.approx(45, abs=2.5)


def test_a_clip_is_its_object_and_the_background():
    heard = hear(scene_of("train horning", PASS_BY))
    assert np.allclose(heard.sound, heard.object + heard.background, atol=1e-6)


@pytest.mark.parametrize("label", [*REJECTED, "lawn mowing"])
def test_no_clip_is_louder_than_the_ceiling(label):
    loud = replace(scene_of(label, PASS_BY), peak=0.9, snr=10.0)
    assert 0.8 < np.abs(hear(loud).sound).max() <= 0.95


def test_a_clip_without_its_sound_holds_background_only():
    heard = hear(replace(draw_scene(0, 0), heard=None))
    assert not heard.object.any()
    assert levels(heard.sound).max() > -50
