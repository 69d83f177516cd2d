import numpy as np

from sfbench.encoders.mini.labels import mini_labels
from sfbench.encoders.mini.sounds import open_mini_panns
from sfbench.eval.metrics.recognised import measure_recognised, recognised

CLASSES = ("siren", "train", "helicopter")
LOGITS = np.array([[0.2, 1.5, -3.0]], np.float32)


def test_a_take_is_recognised_by_the_first_choice_alone():
    assert recognised(LOGITS, "train", CLASSES) == 1
    assert recognised(LOGITS, "siren", CLASSES) == 0


def test_without_a_label_that_the_tagger_knows_there_is_no_number():
    made = {"logits": LOGITS}
    assert measure_recognised(made, "train", classes=lambda: CLASSES).value == 1
    unknown = measure_recognised(made, "harp", classes=lambda: CLASSES)
    assert (unknown.value, unknown.reason) == (None, "the tagger has no such label")
    assert measure_recognised(made, None, classes=lambda: CLASSES).reason == "the clip has no label"


def test_the_shipped_tagger_has_a_label_for_every_logit():
    labels = mini_labels("panns")
    assert len(set(labels)) == open_mini_panns("cpu").outputs["logits"]
    assert "airplane flyby" in labels
