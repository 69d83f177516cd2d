import numpy as np
import pytest

from sfbench.encoders.extractor import extractors
from sfbench.encoders.onsets import RATE, find_onsets, weigh
from tests.golden.rule import sound, vectors

GOLDEN = vectors("onset")


@pytest.fixture
def noise():
    return np.random.default_rng(0).normal(size=RATE).astype(np.float32)


@pytest.mark.parametrize("side", ["reference", "generated"])
@pytest.mark.parametrize("case", range(3))
def test_the_onsets_are_those_of_librosa(side, case):
    wanted = GOLDEN[f"{side}_onsets_{case}"].tolist()
    assert find_onsets(sound(GOLDEN[f"{side}_{case}"])).tolist() == wanted


def test_the_start_of_a_noise_is_found_within_a_frame(noise):
    for start in (6_000, 9_000, 15_000):
        heard = np.concatenate([np.zeros(start), noise])
        (onset,) = find_onsets(heard)
        assert abs(onset - start) <= 512


@pytest.mark.parametrize("length", [1, 100, 511, RATE])
def test_silence_has_no_onset(length):
    assert find_onsets(np.zeros(length)).tolist() == []


def test_a_gain_changes_nothing_while_the_sound_stays_well_above_the_floor(noise):
    heard = np.concatenate([0.001 * noise, noise])
    assert find_onsets(heard).tolist() == find_onsets(0.5 * heard).tolist() != []


def test_no_onset_falls_within_the_first_50_ms(noise):
    heard = np.concatenate([np.zeros(300, np.float32), noise])
    assert (find_onsets(heard) > 0.05 * RATE).all()


def test_an_onset_is_as_sure_as_the_sound_near_it_is_large(noise):
    noise[5_500] = 10
    (near, far) = weigh([5_000, 15_000], noise)
    assert near[1] == 1 > far[1] > 0
    assert near[0] == 5_000


def test_a_sound_of_one_size_says_nothing_about_its_onsets():
    assert np.isnan(weigh([5_000], np.full(RATE, 0.5))[0, 1:]).all()


def test_the_extractor_gives_a_row_for_each_onset_and_none_to_silence(noise):
    heard = np.concatenate([np.zeros(9_000, np.float32), noise])
    loud, silent = extractors["onsets"]("cpu")([heard, np.zeros(RATE, np.float32)])
    assert loud["onsets"].shape == (1, 3)
    assert silent["onsets"].shape == (0, 3)
