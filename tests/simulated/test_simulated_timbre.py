from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import PCG64, Generator

from sfbench.simulated.deal import draw_scene
from sfbench.simulated.objects import CONTINUOUS, OBJECTS
from sfbench.simulated.scene import RATE
from sfbench.simulated.sound import hear
from sfbench.simulated.timbre import REACH, Beyond, sound_source

SECOND = RATE


def noting(kind):
    """A generator of a kind that notes every range that it is asked for, with what it drew."""

    class Noting(kind):
        def __init__(self, seed):
            super().__init__(PCG64(seed))
            self.drawn = []

        def uniform(self, low=0.0, high=1.0, size=None):
            value = super().uniform(low, high, size)
            self.drawn += [(low, high, each) for each in np.atleast_1d(value)]
            return value

    return Noting


@pytest.mark.parametrize("label", sorted(OBJECTS))
def test_no_property_of_a_sound_can_be_both_usual_and_beyond(label):
    for seed in range(4):
        usual, beyond = noting(Generator)(seed), noting(Beyond)(seed)
        for rng in (usual, beyond):
            sent = OBJECTS[label].voice(rng, SECOND, RATE).samples
            assert np.isfinite(sent).all()
            assert rng.drawn or label not in CONTINUOUS
        assert all(low <= value <= high for low, high, value in usual.drawn)
        assert not any(low <= value <= high for low, high, value in beyond.drawn)


@given(st.floats(-30, 30), st.floats(0.01, 30), st.integers(0, 99))
def test_what_lies_beyond_lies_near(low, width, seed):
    drawn = Beyond(PCG64(seed)).uniform(low, low + width, 50)
    away = np.maximum(low - drawn, drawn - low - width) / width
    assert (away > -1e-9).all() and (away <= REACH + 1e-9).all()
    assert len({bool(value < low) for value in drawn}) == 2


@pytest.mark.parametrize(
    ("label", "low", "high"),
    [("airplane flyby", 700, 1500), ("race car, auto racing", 230, 460), ("helicopter", 12, 22)],
)
def test_pitches_lie_outside_of_the_usual_range(label, low, high):
    for seed in range(20):
        voice = OBJECTS[label].voice
        middle = {
            timbre: float(np.median(voice(sound_source([seed], timbre), SECOND, RATE).fundamental))
            for timbre in ("usual", "beyond")
        }
        reach = (high / low) ** REACH
        assert 0.95 * low < middle["usual"] < 1.05 * high
        assert 0.95 * low / reach < middle["beyond"] < 1.05 * high * reach
        assert not 1.05 * low < middle["beyond"] < 0.95 * high


def test_a_world_beyond_has_the_same_scenes_with_other_sounds():
    usual, beyond = draw_scene(3, 5), draw_scene(3, 5, "beyond")
    assert beyond == replace(usual, timbre="beyond")
    sounds = [hear(scene).sound for scene in (usual, beyond, beyond)]
    assert (sounds[1] == sounds[2]).all()
    assert np.abs(sounds[0] - sounds[1]).max() > 0.01
