import numpy as np
import pytest

from sfbench.encoders.extractor import extractors
from sfbench.encoders.onsets import RATE, weigh
from sfbench.eval.metric import metrics
from sfbench.eval.metrics.condfoleygen import average_precision, detect, suppress
from tests.golden.rule import sound, vectors

GOLDEN = vectors("onset")
CASES = pytest.mark.parametrize("case", range(3))
NAMES = ("accuracy", "detection", "ap")


def upstream(case, tolerance=0.1):
    made = weigh(GOLDEN[f"generated_onsets_{case}"], sound(GOLDEN[f"generated_{case}"]))
    return detect(GOLDEN[f"reference_onsets_{case}"], made, tolerance=tolerance)


def judge(own, made):
    """Return what each of the three metrics says of two sounds at 22.05 kHz."""
    heard = extractors["onsets"]("cpu")([own, made])
    return {name: metrics[f"onset.condfoleygen.{name}"].measure(*heard) for name in NAMES}


def clicks(*seconds):
    """Return two seconds of silence but for short noises."""
    silent, noise = np.zeros(2 * RATE, np.float32), np.random.default_rng(0).normal(size=RATE // 20)
    for second in seconds:
        begin = round(second * RATE)
        silent[begin : begin + len(noise)] = 0.1 * noise
    return silent


@CASES
@pytest.mark.parametrize("suffix, tolerance", [("", 0.1), ("_delta50ms", 0.05)])
def test_the_matcher_answers_as_upstream_does(case, suffix, tolerance):
    answer = upstream(case, tolerance)
    wanted = float(GOLDEN[f"average_precision{suffix}_{case}"])
    assert answer.accuracy == pytest.approx(float(GOLDEN[f"detection_accuracy{suffix}_{case}"]))
    assert answer.average_precision == pytest.approx(wanted)
    assert answer.onsets == GOLDEN[f"generated_onsets_after_nms_{case}"].tolist()
    assert answer.matched == GOLDEN[f"generated_matched{suffix}_{case}"].astype(bool).tolist()


def test_the_line_that_upstreams_script_prints_is_met_from_the_sounds_alone():
    pairs = [
        [sound(GOLDEN[f"{side}_{case}"]) for side in ("reference", "generated")]
        for case in range(3)
    ]
    answers = [judge(*pair) for pair in pairs]
    means = [np.mean([answer[name].value for answer in answers]) for name in NAMES]
    kept = ("count_accuracy", "detection_accuracy", "average_precision")
    assert means == pytest.approx([float(GOLDEN[name]) for name in kept])
    words = "#onset acc: {:.4f}, detection acc: {:.4f}, detection ap: {:.4f}"
    assert words.format(*means) == str(GOLDEN["script_line"])


def test_dense_onsets_are_suppressed_and_matched_as_upstream_does():
    onsets = GOLDEN["dense_onsets"]
    kept = suppress(onsets, GOLDEN["dense_confidence"])
    assert kept.tolist() == GOLDEN["dense_after_nms"].tolist()
    answer = detect(onsets[::4], weigh(onsets, sound(GOLDEN["generated_1"])))
    assert answer.onsets == kept.tolist()
    assert answer.matched == GOLDEN["dense_matched"].astype(bool).tolist()
    assert answer.accuracy == pytest.approx(float(GOLDEN["dense_detection_accuracy"]))
    wanted = float(GOLDEN["dense_average_precision"])
    assert answer.average_precision == pytest.approx(wanted)


def test_a_sound_is_its_own_match():
    answer = judge(clicks(0.4, 1.2), clicks(0.4, 1.2))
    assert [answer[name].value for name in NAMES] == [1, 1, 1]


def test_a_missing_onset_costs_the_count_and_the_recall_and_not_the_precision():
    answer = judge(clicks(0.4, 1.2), clicks(0.4))
    assert [answer[name].value for name in NAMES] == [0, 0.5, 1]


def test_what_upstream_says_of_empty_lists_is_kept():
    nothing_generated = judge(clicks(0.4), clicks())
    assert [nothing_generated[name].value for name in NAMES] == [0, 0, 1]
    nothing_expected = judge(clicks(), clicks(0.4))
    assert [nothing_expected[name].value for name in NAMES] == [0, 0, 0]


def test_where_upstream_crashes_there_is_a_reason_and_no_number():
    nothing = judge(clicks(), clicks())
    assert nothing["accuracy"].value == 1, "the counts are compared before the crash"
    square = np.where(np.arange(2 * RATE) < RATE, -0.5, 0.5).astype(np.float32)
    flat = judge(clicks(0.4), square)
    for answer, reason in ((nothing, "neither has an onset"), (flat, "never changes its size")):
        for name in ("detection", "ap"):
            assert answer[name].value is None
            assert reason in answer[name].reason


def test_an_onset_in_the_first_50_ms_where_upstream_crashes_is_weighed_by_what_there_is():
    noise = np.random.default_rng(0).normal(size=RATE)
    assert detect([100], weigh([80], noise)).accuracy == 1


def test_equal_confidences_share_a_threshold():
    assert average_precision([True, False], [0.5, 0.5]) == 0.5
    assert average_precision([False, True], [0.5, 0.5]) == 0.5
    assert average_precision([False], [0.5]) == 0
