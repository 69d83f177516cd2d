"""The metrics of whether the right sound is there, by the published and by the mini grounder."""

from functools import partial

from sfbench.eval.metric import OutputMetric
from sfbench.eval.metrics import continuity, segments, semantic

Both = tuple[OutputMetric, OutputMetric]  # by the published grounder, by the mini one


def _both(
    name: str, quantity: semantic.Quantity, *, higher_is_better: bool = False, unit: str = ""
) -> Both:
    full, mini = (
        OutputMetric(
            name=f"semantic.{prefix}{name}",
            extractor=grounder,
            variant=f"prompt|expected-by-reference|{semantic.HIGH:g}-{semantic.LOW:g}",
            higher_is_better=higher_is_better,
            unit=unit,
            measure=partial(semantic.measure, quantity=quantity),
        )
        for prefix, grounder in (("", "grounding"), ("mini-", "grounding-mini"))
    )
    return full, mini


COVERAGE, MINI_COVERAGE = _both("coverage", continuity.coverage, higher_is_better=True)
SPILL, MINI_SPILL = _both("spill", continuity.spill)
LONGEST_RUN, MINI_LONGEST_RUN = _both("longest_run", continuity.continuity, higher_is_better=True)
DROPOUTS, MINI_DROPOUTS = _both("dropouts", continuity.dropouts)
LONGEST_GAP, MINI_LONGEST_GAP = _both("longest_gap", continuity.longest_gap, unit="s")
SEGMENT_F1, MINI_SEGMENT_F1 = _both("segment_f1", segments.segment_f1, higher_is_better=True)
ONSET_ERROR, MINI_ONSET_ERROR = _both("onset_error", semantic.onset_error, unit="ms")
MUTE_RATE, MINI_MUTE_RATE = _both("mute_rate", semantic.mute)
