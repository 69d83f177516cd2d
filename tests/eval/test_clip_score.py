import numpy as np
import pytest

from sfbench.eval.metrics.clip_score import SCALES, clip_cosine
from tests.golden.rule import vectors

GOLDEN = vectors("clip-score")
SCENE = np.random.default_rng(0).normal(size=(70, 8))
SOUND = np.random.default_rng(1).normal(size=8)


def test_what_points_the_same_way_is_one_and_the_opposite_minus_one():
    assert clip_cosine(SOUND[None] * 3, SOUND) == pytest.approx(1)
    assert clip_cosine(-SOUND[None], SOUND) == pytest.approx(-1)
    assert clip_cosine([[1.0, 0.0]], [0.0, 1.0]) == 0


def test_frames_count_alike_however_long_their_embeddings_are():
    lengths = np.random.default_rng(2).uniform(0.1, 10, (70, 1))
    wanted = clip_cosine(SCENE, SOUND)
    assert clip_cosine(SCENE * lengths, SOUND * 5) == pytest.approx(wanted)


def test_one_frame_in_thirty_counts_or_every_one():
    kept = SCENE[[0, 30, 60]]
    assert clip_cosine(SCENE, SOUND) == pytest.approx(clip_cosine(kept, SOUND, every=1))
    units = SCENE / np.linalg.norm(SCENE, axis=1, keepdims=True)
    mean = units.mean(axis=0)
    wanted = mean @ SOUND / np.linalg.norm(mean) / np.linalg.norm(SOUND)
    assert clip_cosine(SCENE, SOUND, every=1) == pytest.approx(wanted)


def test_the_zero_vector_points_nowhere():
    assert clip_cosine(SCENE, 0 * SOUND) is None
    assert clip_cosine(0 * SCENE, SOUND) is None


def test_the_scales_by_hand():
    assert {name: scale(-0.5) for name, scale in SCALES.items()} == {
        "cos": -0.5,
        "100cos": -50.0,
        "50(1+cos)": 25.0,
        "max(0,100cos)": 0.0,
    }


@pytest.mark.parametrize(
    "name, entry",
    [
        ("cos", "cos_one_in_30_normalised_mean"),
        ("100cos", "scale_100cos"),
        ("50(1+cos)", "scale_50_1_plus_cos"),
        ("max(0,100cos)", "scale_max_0_100cos"),
    ],
)
def test_it_is_the_authors_words_in_double_precision(name, entry):
    cosine = clip_cosine(GOLDEN["frames_one_in_30"], GOLDEN["audio"], every=1)
    assert SCALES[name](cosine) == pytest.approx(float(GOLDEN[entry]), abs=1e-10)


@pytest.mark.parametrize(
    "frames, sound", [(np.zeros((0, 8)), SOUND), (SCENE, SOUND[:4]), (SOUND, SOUND)]
)
def test_what_is_no_pair_of_embeddings_is_refused(frames, sound):
    with pytest.raises(ValueError, match=r"\[frames, d\]"):
        clip_cosine(frames, sound)
