"""Words for kinds of clips, on sounds whose course is known."""

import numpy as np

from sfbench.eval.pair import Pair
from sfbench.eval.traits import traits
from sfbench.media.level import RATE, levels

TIME = np.arange(10 * RATE) / RATE
NOISE = np.random.default_rng(0).standard_normal(len(TIME))
STEADY = (0.1 * NOISE).astype(np.float32)
PLAIN = {"view": "followed"}


def pair(sound, **more):
    everywhere = np.ones(len(levels(sound)), np.bool_)
    return Pair(reference=sound, generated=STEADY, audible=everywhere, **more)


def hidden(seconds):
    return np.arange(len(levels(STEADY))) < round(100 * seconds)


def test_a_steady_sound_in_view_has_no_traits():
    assert traits(pair(STEADY), None) == []
    assert traits(pair(STEADY, off_screen=hidden(0)), PLAIN) == []


def test_a_sound_that_starts_late_is_gated_and_does_not_move():
    late = (STEADY * (TIME > 1)).astype(np.float32)
    assert traits(pair(late), None) == ["gated"]
    assert traits(pair((STEADY * (TIME > 0.3)).astype(np.float32)), None) == []


def test_a_sound_that_swells_by_six_decibels_and_more_moves():
    swell = 10 ** ((TIME - 5) / 20)  # 10 dB in all
    assert traits(pair((STEADY * swell).astype(np.float32)), None) == ["moving"]
    assert traits(pair((STEADY * swell**0.4).astype(np.float32)), None) == []


def test_the_truth_says_what_is_tiny_and_what_cannot_be_seen():
    assert traits(pair(STEADY, closest=4.0), {"view": "tiny"}) == ["pass-by", "tiny"]
    assert traits(pair(STEADY, off_screen=hidden(3)), PLAIN) == ["off-screen"]
    assert traits(pair(STEADY, off_screen=hidden(0.4)), PLAIN) == []


def test_nothing_is_expected_of_silence():
    silence = np.zeros(len(TIME), np.float32)
    assert traits(pair(silence, off_screen=hidden(10)), PLAIN) == ["gated"]
