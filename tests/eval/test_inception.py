import numpy as np
import pytest

from sfbench.eval.metrics.inception import inception_score
from tests.golden.rule import vectors

GOLDEN = vectors("inception-score")


def test_sounds_of_one_kind_score_one_whatever_they_are():
    assert inception_score(np.tile(np.arange(6.0), (40, 1))) == pytest.approx((1, 0))


def test_sure_sounds_of_all_kinds_score_their_number():
    kinds = np.tile(200 * np.eye(5), (8, 1))
    assert inception_score(kinds, splits=1) == pytest.approx((5, 0))
    assert inception_score(kinds, splits=8, seed=None) == pytest.approx((5, 0))


def test_by_hand():
    logits = np.log([[0.9, 0.1], [0.5, 0.5]])
    first = 0.9 * np.log(0.9 / 0.7) + 0.1 * np.log(0.1 / 0.3)
    second = 0.5 * np.log(0.5 / 0.7) + 0.5 * np.log(0.5 / 0.3)
    assert inception_score(logits, splits=1)[0] == pytest.approx(np.exp((first + second) / 2))


def test_without_parts_the_order_does_not_matter():
    logits = GOLDEN["logits"]
    values = [inception_score(logits, splits=1, seed=seed)[0] for seed in (None, 0, 1)]
    assert values == pytest.approx([values[0]] * 3)


@pytest.mark.parametrize("splits", [1, 10])
@pytest.mark.parametrize("order, seed", [("in_order", None), ("shuffled", 2020)])
def test_it_answers_as_the_upstream_tools_do(splits, order, seed):
    answer = inception_score(GOLDEN["logits"], splits=splits, seed=seed)
    wanted = [float(GOLDEN[f"splits{splits}_{order}_{part}"]) for part in ("mean", "std")]
    assert answer == pytest.approx(wanted, abs=1e-10)


def test_fewer_sounds_than_parts_are_refused():
    with pytest.raises(ValueError, match="10 or more"):
        inception_score(np.zeros((9, 4)))
    with pytest.raises(ValueError, match="not finite"):
        inception_score(np.full((10, 4), np.nan))
