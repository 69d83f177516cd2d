import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfbench.eval.metrics.divergence import divergences, mean_divergence
from tests.golden.rule import vectors

KL = vectors("kl")
SPECVQGAN = vectors("specvqgan-kl")
CLASSES = pytest.mark.parametrize("classes", [527, 309])


def golden(classes):
    return KL[f"gt_{classes}"], KL[f"gen_{classes}"]


def logit(share):
    return np.log(share / (1 - share))


def test_by_hand_softmax():
    truth, take = np.log([[0.5, 0.5]]), np.log([[0.25, 0.75]])
    wanted = 0.5 * np.log(2) + 0.5 * np.log(2 / 3)
    assert divergences(truth, take, eps=0) == pytest.approx([wanted])


def test_by_hand_sigmoid_takes_each_class_for_itself():
    truth, take = np.array([[logit(0.5), logit(0.9)]]), np.array([[logit(0.25), logit(0.3)]])
    wanted = 0.5 * np.log(2) + 0.9 * np.log(3)
    assert divergences(truth, take, prob="sigmoid", eps=0) == pytest.approx([wanted])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 9999), scale=st.sampled_from([0.1, 1.0, 30.0, 1e4]))
def test_laws_of_softmax_without_eps(seed, scale):
    random = np.random.default_rng(seed)
    first, second = scale * random.normal(size=(2, 5, 9))
    forward = divergences(first, second, eps=0)
    assert np.isfinite(forward).all()
    assert (forward > -1e-9).all()
    assert divergences(first, first, eps=0) == pytest.approx(0, abs=1e-12)
    backward = divergences(second, first, eps=0)
    assert divergences(first, second, direction="gen||gt", eps=0) == pytest.approx(backward)
    both = divergences(first, second, direction="sym", eps=0)
    assert both == pytest.approx(forward + backward)
    shifted = divergences(first + 7, second - 3, eps=0)
    assert shifted == pytest.approx(forward, rel=1e-6, abs=1e-9)


def test_an_identical_pair_falls_below_zero_by_its_eps():
    logits = np.random.default_rng(0).normal(size=(1, 309))
    (value,) = divergences(logits, logits)
    assert -5e-4 < value < -1e-4


def test_eps_bounds_what_a_ruled_out_class_costs():
    (bounded,) = divergences([[0.0, 1000.0]], [[1000.0, 0.0]])
    assert bounded == pytest.approx(-np.log(1e-6), rel=1e-6)
    (free,) = divergences([[0.0, 1000.0]], [[1000.0, 0.0]], eps=0)
    assert free == pytest.approx(1000)


def test_labels_weigh_alike_in_a_macro_mean():
    assert mean_divergence([1.0, 3.0, 8.0]) == 4
    assert mean_divergence([1.0, 3.0, 8.0], ["rail", "rail", "siren"]) == 5
    with pytest.raises(ValueError, match="2 labels for 3 pairs"):
        mean_divergence([1.0, 3.0, 8.0], ["rail", "rail"])
    with pytest.raises(ValueError, match="at least one pair"):
        mean_divergence([])


@pytest.mark.parametrize(
    "first, second, complaint",
    [
        (np.zeros((2, 3)), np.zeros((2, 4)), "both sides"),
        (np.zeros(3), np.zeros(3), "both sides"),
        (np.zeros((1, 2)), [[0.0, np.inf]], "not finite"),
    ],
)
def test_what_is_no_pair_of_logits_is_refused(first, second, complaint):
    with pytest.raises(ValueError, match=complaint):
        divergences(first, second)


@CLASSES
def test_each_pair_is_the_formula_in_double_precision(classes):
    pairs = golden(classes)
    exact, bounded = divergences(*pairs, eps=0), divergences(*pairs)
    assert exact == pytest.approx(KL[f"exact_per_pair_{classes}"], rel=1e-9, abs=1e-12)
    assert bounded == pytest.approx(KL[f"eps1e-6_float64_per_pair_{classes}"], rel=1e-9, abs=1e-9)


@CLASSES
@pytest.mark.parametrize(
    "upstream, variant",
    [
        ("audioldm_softmax", {}),
        ("audioldm_sigmoid", {"prob": "sigmoid"}),
        ("specvqgan", {}),
        ("avbench_softmax", {"eps": 0}),
        ("avbench_sigmoid", {"prob": "sigmoid", "eps": 0}),
        ("audiocraft_kld", {}),
        ("audiocraft_kld_pq", {}),
        ("audiocraft_kld_qp", {"direction": "gen||gt"}),
        ("audiocraft_kld_both", {"direction": "sym"}),
    ],
)
def test_each_upstream_tool_is_one_variant(classes, upstream, variant):
    value = mean_divergence(divergences(*golden(classes), **variant))
    assert value == pytest.approx(float(KL[f"{upstream}_{classes}"]), rel=1e-5)


@CLASSES
def test_audiocraft_agrees_pair_by_pair_in_both_directions(classes):
    forward = divergences(*golden(classes))
    backward = divergences(*golden(classes), direction="gen||gt")
    assert forward == pytest.approx(KL[f"audiocraft_per_pair_{classes}"], abs=1e-5)
    assert backward == pytest.approx(KL[f"audiocraft_per_pair_reverse_{classes}"], abs=1e-5)


@CLASSES
def test_two_samples_of_a_video_are_two_pairs(classes):
    truth, take = golden(classes)
    values = divergences(np.concatenate([truth, truth]), np.concatenate([take, take[:, ::-1]]))
    wanted = float(KL[f"specvqgan_two_samples_{classes}"])
    assert mean_divergence(values) == pytest.approx(wanted, rel=1e-5)


def specvqgan_pairs(wanted=""):
    """Logits of true and generated sounds, paired by the video in their paths."""

    def video(path):
        return path.rsplit("/", 1)[-1].split("_")[0]

    truths = dict(zip(map(video, SPECVQGAN["gt_paths"]), SPECVQGAN["gt_logits"], strict=True))
    takes = zip(SPECVQGAN["gen_paths"], SPECVQGAN["gen_logits"], strict=True)
    pairs = [(truths[video(path)], logits) for path, logits in takes if wanted in path]
    truth, take = zip(*pairs, strict=True)
    return np.array(truth), np.array(take)


def test_specvqgans_own_numbers_are_met():
    def mkl(truth, take):
        return mean_divergence(divergences(truth, take))

    first = specvqgan_pairs("sample_0")
    truths = SPECVQGAN["gt_logits"]
    assert mkl(*specvqgan_pairs()) == pytest.approx(float(SPECVQGAN["kl"]), rel=1e-5)
    assert mkl(*first) == pytest.approx(float(SPECVQGAN["kl_first_sample"]), rel=1e-5)
    assert mkl(30 * first[0], 30 * first[1]) == pytest.approx(float(SPECVQGAN["kl_x30"]), rel=1e-5)
    assert mkl(truths, truths) == pytest.approx(float(SPECVQGAN["kl_same"]), abs=1e-6)
