import numpy as np
import pytest

from sfbench.eval.metrics.energy import energy, energy_l1
from tests.golden.rule import checksum, sound, vectors, wave

GOLDEN = vectors("e-l1")
SEED = int(GOLDEN["seed"])
PAIRS = [
    (wave(SEED, 16_000, 10), wave(SEED + 2, 16_000, 7) // 2),
    (wave(SEED + 1, 16_000, 10), wave(SEED + 3, 16_000, 11)),
]


def test_a_sound_is_at_no_distance_from_itself_and_the_order_does_not_matter():
    first, second = np.random.default_rng(0).normal(size=(2, 1600))
    assert energy_l1(first, first) == 0
    assert energy_l1(first, second) == pytest.approx(energy_l1(second, first))


def test_halving_the_amplitude_costs_half_the_energy():
    noise = np.random.default_rng(1).normal(size=4000)
    assert energy_l1(noise, noise / 2) == pytest.approx(energy(noise).mean() / 2)


def test_a_take_is_cropped_or_filled_with_silence():
    noise = np.random.default_rng(2).normal(size=4000)
    assert energy_l1(noise, np.concatenate([noise, noise])) == 0
    filled = np.concatenate([noise[:1000], np.zeros(3000)])
    assert energy_l1(noise, noise[:1000]) == energy_l1(noise, filled)


def test_too_short_a_sound_is_refused():
    with pytest.raises(ValueError, match="193 samples, not 192"):
        energy_l1(np.zeros(192), np.zeros(192))


@pytest.mark.parametrize("case", [0, 1])
def test_it_answers_as_video_foley_does(case):
    own, made = PAIRS[case]
    assert checksum(own) == GOLDEN[f"reference_{case}_crc32"]
    assert checksum(made) == GOLDEN[f"generated_{case}_crc32"]
    assert energy(sound(own)) == pytest.approx(GOLDEN["rms_reference"][case], abs=1e-6)
    value = energy_l1(sound(own), sound(made))
    assert value == pytest.approx(float(GOLDEN["e_l1_each"][case]), abs=1e-6)


def test_the_batch_is_the_mean_of_its_pairs():
    values = [energy_l1(sound(own), sound(made)) for own, made in PAIRS]
    assert np.mean(values) == pytest.approx(float(GOLDEN["e_l1_batch"]), abs=1e-6)
