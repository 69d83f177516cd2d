"""Pass-bys by formula, and those of the simulated world."""

import numpy as np
import pytest

from sfbench.eval.metrics.physics import (
    CONFIDENT,
    centroids,
    closest_by_level,
    doppler_shift,
    measure_doppler_sign,
    proximity_arc,
    rank_correlation,
)
from sfbench.eval.pair import Pair
from sfbench.media.level import RATE, levels
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.sound import hear
from sfbench.simulated.truth import truth_of

TIME = np.arange(10 * RATE) / RATE
SPEED_OF_SOUND = 343.0
CLOSEST = 5.0


def pass_by(speed, nearest=10.0, pitch=220.0):
    """A harmonic source on a straight line, its delay left out."""
    along = speed * (TIME - CLOSEST)
    distance = np.hypot(along, nearest)
    received = pitch / (1 + speed * along / distance / SPEED_OF_SOUND)
    phase = 2 * np.pi * np.cumsum(received) / RATE
    tone = sum(np.sin(order * phase) / order for order in range(1, 9))
    hiss = 0.01 * np.random.default_rng(0).standard_normal(len(TIME))
    return (0.3 * tone * nearest / distance + hiss).astype(np.float32)


def by_formula(speed, nearest=10.0):
    since = np.linspace(0.5, 4, 500)
    velocity = speed * speed * since / np.hypot(speed * since, nearest)
    up, down = 1 - velocity / SPEED_OF_SOUND, 1 + velocity / SPEED_OF_SOUND
    return float(12 * np.median(np.log2(up / down)))


@pytest.mark.parametrize("speed", [8, 15, 30, 55])
def test_the_shift_is_that_of_the_formula(speed):
    shift = doppler_shift(pass_by(speed), CLOSEST)
    assert shift.semitones == pytest.approx(by_formula(speed), abs=0.15)
    assert shift.confidence > CONFIDENT


def test_a_sound_played_backwards_rises_by_as_much_and_its_arc_does_not_tell():
    sound = pass_by(30)
    backwards = np.ascontiguousarray(sound[::-1])
    fall, rise = doppler_shift(sound, CLOSEST), doppler_shift(backwards, CLOSEST)
    assert rise.semitones == pytest.approx(-fall.semitones, abs=0.15)
    assert proximity_arc(levels(sound), CLOSEST) > 0.95
    assert proximity_arc(levels(backwards), CLOSEST) > 0.95


def test_what_stands_still_has_neither_shift_nor_arc():
    still = pass_by(0)
    shift = doppler_shift(still, CLOSEST)
    assert shift.semitones == pytest.approx(0, abs=0.02)
    assert shift.confidence > 0.9
    assert abs(proximity_arc(levels(still), CLOSEST)) < 0.5


def test_gain_changes_nothing():
    sound = pass_by(30)
    loud, soft = doppler_shift(sound, CLOSEST), doppler_shift(sound * 0.1, CLOSEST)
    assert soft.semitones == pytest.approx(loud.semitones, abs=0.02)


def test_noise_has_no_pitch_to_speak_of():
    for seed in range(5):
        noise = 0.1 * np.random.default_rng(seed).standard_normal(len(TIME))
        assert doppler_shift(noise.astype(np.float32), CLOSEST).confidence < CONFIDENT


def test_without_sound_on_both_sides_there_is_no_shift():
    silence = np.zeros(len(TIME), np.float32)
    assert doppler_shift(silence, CLOSEST) is None
    assert doppler_shift(silence[:100], CLOSEST) is None
    half = np.where(TIME < CLOSEST, pass_by(30), 0).astype(np.float32)
    assert doppler_shift(half, CLOSEST) is None
    assert doppler_shift(pass_by(30), 9.8) is None


def test_the_arc_of_frames_that_count_and_of_a_flat_course():
    course = np.where(np.arange(1000) < 500, -np.abs(np.arange(1000) - 500.0), 0.0)
    early = np.arange(1000) < 460
    assert proximity_arc(course, CLOSEST, early) == pytest.approx(1)
    assert proximity_arc(course, CLOSEST) < 0.8
    assert proximity_arc(np.zeros(1000), CLOSEST) is None
    assert proximity_arc(course, CLOSEST, np.arange(1000) < 20) is None


def test_the_loudest_half_second_stands_for_the_closest_approach():
    assert closest_by_level(levels(pass_by(20))) == pytest.approx(CLOSEST, abs=0.2)


def test_the_centroid_of_a_tone_is_its_pitch_and_of_silence_zero():
    tone = np.sin(2 * np.pi * 1500 * TIME[:RATE]).astype(np.float32)
    assert centroids(tone).shape == (100,)
    assert centroids(tone)[50] == pytest.approx(1500, abs=2)
    assert centroids(np.zeros(RATE, np.float32))[50] == 0


def test_equal_values_share_their_ranks():
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
    first, second = np.array([7.0, 8.0, 8.0, 90.0]), np.array([0.1, 0.2, 0.3, 0.4])
    assert rank_correlation(first, second) == pytest.approx(np.sqrt(0.9))
    assert rank_correlation(-first, second) == pytest.approx(-np.sqrt(0.9))
    assert rank_correlation(first, np.ones(4)) is None


def simulated():
    """Sounds with pitch that pass by, of every third scene; what accelerates is left out."""
    for index in range(0, 90, 3):
        scene = draw_scene(5, index)
        way, heard = scene.trajectory, hear(scene) if scene.group == "good" else None
        steady = "acceleration" not in scene.label and "motorcycle" not in scene.label
        if heard is None or heard.fundamental is None or not steady:
            continue
        if way.kind == "pass-by" and 2 < way.time < 8:
            yield heard, truth_of(scene, heard)


def test_simulated_pass_bys_fall_by_what_their_motion_makes():
    errors = []
    for heard, truth in simulated():
        shift = doppler_shift(heard.sound, truth.closest_approach)
        if shift is None or shift.confidence < CONFIDENT:
            continue
        times = np.arange(len(truth.radial_velocity)) / truth.frame_rate - truth.closest_approach
        raised = -12 * np.log2(1 + np.array(truth.radial_velocity) / SPEED_OF_SOUND)
        before = np.median(raised[(times > -4) & (times < -0.5)])
        after = np.median(raised[(times < 4) & (times > 0.5)])
        errors.append(abs(shift.semitones - (after - before)))
        assert proximity_arc(levels(heard.object), truth.closest_approach) > 0.6
    assert len(errors) >= 4
    assert np.median(errors) < 0.25


def sign(own, made, closest=CLOSEST):
    everywhere = np.ones(len(levels(own)), np.bool_)
    return measure_doppler_sign(Pair(own, made, everywhere, closest))


def test_the_sign_of_the_shift_knows_the_way_and_not_the_speed():
    fast = pass_by(30)
    assert sign(fast, fast).value == 1
    assert sign(fast, pass_by(10, pitch=300)).value == 1
    assert sign(fast, np.ascontiguousarray(fast[::-1])).value == 0


def test_no_pitch_is_no_right_sign():
    hiss = 0.1 * np.random.default_rng(0).standard_normal(len(TIME)).astype(np.float32)
    assert sign(pass_by(30), hiss).value == 0
    assert sign(pass_by(30), np.zeros(len(TIME), np.float32)).value == 0


def test_the_sign_is_asked_where_the_true_pitch_shifts():
    assert sign(pass_by(0), pass_by(30)).reason == "the true pitch hardly shifts"
    hiss = 0.1 * np.random.default_rng(0).standard_normal(len(TIME)).astype(np.float32)
    assert sign(hiss, pass_by(30)).reason == "the true sound has no pitch to follow"
    assert "passes by" in sign(pass_by(30), pass_by(30), closest=None).reason
