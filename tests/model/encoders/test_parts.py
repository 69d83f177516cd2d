import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from sfbench.model.encoders.agree import best, contrast, share
from sfbench.model.encoders.sounds import mixtures, stretch, told
from sfbench.model.training.lessons import RATE, Lesson

RNG = np.random.default_rng
ONE, TEN = torch.tensor(1.0), torch.tensor(10.0)


def lesson(heard, level=1.0, seconds=4, audible=((0.0, 4.0),)):
    sound = np.full(seconds * RATE, level, np.float32)
    none = np.zeros((0, 96, 96, 3), np.uint8)
    return Lesson("c", "helicopter", heard, audible, "followed", sound, none, np.zeros(0))


def test_with_one_partner_each_the_contrast_is_clips():
    rows, columns = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(0))
    unit = [side / side.norm(dim=1, keepdim=True) for side in (rows, columns)]
    logits, own = 10 * unit[0] @ unit[1].T, torch.arange(5)
    clips = (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2
    loss = contrast(rows, columns, np.eye(5, dtype=bool), TEN)
    assert loss.item() == pytest.approx(clips.item(), rel=1e-5)


def test_partners_of_one_kind_share_the_answer():
    same = np.array([[True], [True]])
    loss = contrast(torch.eye(2, 3), torch.ones(1, 3), same, ONE)
    assert loss.item() == pytest.approx(
        np.log(2) / 2
    )  # rows have no choice, the column has two alike


def test_the_best_is_the_nearest_by_angle():
    assert best(torch.tensor([[1.0, 0.1]]), torch.tensor([[0.0, 9.0], [0.1, 0.0]])).tolist() == [1]
    assert share(np.array([True, False])) == 0.5
    assert share(np.zeros(0, np.bool_)) is None


def test_a_stretch_is_told_of_what_is_heard_in_it():
    quiet, loud = lesson("raining", audible=((3.9, 4.0),)), lesson("raining")
    assert stretch(quiet, 4.0, 0.0, RNG(0)).heard == frozenset()
    assert stretch(loud, 1.0, 0.0, RNG(0)).heard == {"raining"}
    assert len(stretch(loud, 9.0, 0.0, RNG(0)).sound) == 4 * RATE
    assert stretch(lesson(None, audible=()), 1.0, 0.0, RNG(0)).heard == frozenset()


def test_a_mixture_holds_the_sounds_and_the_labels_of_both():
    lessons = [lesson("raining", 1.0), lesson("helicopter", 2.0)]
    drawn = mixtures(lessons, 20, seconds=1.0, mixed=1.0, gain=0.0, rng=RNG(0))
    rows = {2.0: [1, 0], 3.0: [1, 1], 4.0: [0, 1]}
    answers = told(drawn, ["raining", "helicopter"]).tolist()
    for one, answer in zip(drawn, answers, strict=True):
        assert answer == rows[float(one.sound[0])]
