import numpy as np
import pytest

from sfbench.eval.metrics.condfoleygen import (
    RATE,
    average_precision,
    count_accuracy,
    detect,
    suppress,
)
from tests.golden.rule import sound, vectors

GOLDEN = vectors("onset")
CASES = pytest.mark.parametrize("case", range(3))


def upstream(case, tolerance=0.1):
    take = sound(GOLDEN[f"generated_{case}"])
    onsets = GOLDEN[f"reference_onsets_{case}"], GOLDEN[f"generated_onsets_{case}"]
    return detect(*onsets, take, tolerance=tolerance)


@CASES
@pytest.mark.parametrize("suffix, tolerance", [("", 0.1), ("_delta50ms", 0.05)])
def test_the_matcher_answers_as_upstream_does(case, suffix, tolerance):
    answer = upstream(case, tolerance)
    wanted = float(GOLDEN[f"average_precision{suffix}_{case}"])
    assert answer.accuracy == pytest.approx(float(GOLDEN[f"detection_accuracy{suffix}_{case}"]))
    assert answer.average_precision == pytest.approx(wanted)
    assert answer.onsets == GOLDEN[f"generated_onsets_after_nms_{case}"].tolist()
    assert answer.matched == GOLDEN[f"generated_matched{suffix}_{case}"].astype(bool).tolist()


def test_the_means_of_upstreams_script_are_met():
    answers = [upstream(case) for case in range(3)]
    names = ("detection_accuracy", "average_precision")
    means = [
        np.mean([answer.accuracy for answer in answers]),
        np.mean([answer.average_precision for answer in answers]),
    ]
    assert means == pytest.approx([float(GOLDEN[name]) for name in names])
    counts = [
        [len(GOLDEN[f"{side}_onsets_{case}"]) for case in range(3)]
        for side in ("reference", "generated")
    ]
    assert count_accuracy(*counts) == pytest.approx(float(GOLDEN["count_accuracy"]))


def test_dense_onsets_are_suppressed_and_matched_as_upstream_does():
    onsets = GOLDEN["dense_onsets"]
    kept = suppress(onsets, GOLDEN["dense_confidence"])
    assert kept.tolist() == GOLDEN["dense_after_nms"].tolist()
    answer = detect(onsets[::4], onsets, sound(GOLDEN["generated_1"]))
    assert answer.onsets == kept.tolist()
    assert answer.matched == GOLDEN["dense_matched"].astype(bool).tolist()
    assert answer.accuracy == pytest.approx(float(GOLDEN["dense_detection_accuracy"]))
    wanted = float(GOLDEN["dense_average_precision"])
    assert answer.average_precision == pytest.approx(wanted)


def test_what_upstream_says_of_empty_lists_is_kept_and_where_it_crashes_is_none():
    noise = np.random.default_rng(0).normal(size=RATE)
    nothing_generated = detect([5000], [], noise)
    assert (nothing_generated.accuracy, nothing_generated.average_precision) == (0, 1)
    nothing_expected = detect([], [5000], noise)
    assert (nothing_expected.accuracy, nothing_expected.average_precision) == (0, 0)
    assert detect([], [], noise) is None
    assert detect([100], [80], noise).accuracy == 1, "an onset in the first 50 ms"
    assert detect([5000], [5000], 0 * noise).accuracy == 1, "a silent take with an onset"


def test_equal_confidences_share_a_threshold():
    assert average_precision([True, False], [0.5, 0.5]) == 0.5
    assert average_precision([False, True], [0.5, 0.5]) == 0.5
    assert average_precision([False], [0.5]) == 0
