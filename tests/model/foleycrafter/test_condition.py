"""The temporal condition: by hand, and against FoleyCrafter's own statements."""

import numpy as np
import pytest

from sfbench.model.foleycrafter.condition import columns, painted
from tests.golden import rule

GOLDEN = rule.vectors("foleycrafter-condition")


def test_ten_seconds_fill_a_thousand_columns_by_the_mels_clock_and_all_by_foleycrafters():
    on = np.ones(150, np.bool_)
    assert (columns(on, 10.0, 1024, "mel") == 1).sum() == 1000
    assert (columns(on, 10.0, 1024, "foleycrafter") == 1).sum() == 1024


def test_a_sound_in_the_second_half_begins_at_its_column():
    on = np.array([False, True])
    told = columns(on, 4.0, 1024, "mel")
    assert (told[:200] == -1).all() and (told[200:400] == 1).all() and (told[400:] == -1).all()


def test_the_picture_says_the_same_on_every_row():
    told = columns(np.array([True, False]), 10.0, 1024, "mel")
    assert (painted(told, 256) == told).all() and painted(told, 256).shape == (1, 256, 1024)


@pytest.mark.parametrize("seconds", GOLDEN["durations"])
def test_columns_are_foleycrafters(seconds):
    name = f"condition_{seconds}"
    expected = GOLDEN.get(f"{name}_resized", GOLDEN[name])
    for logits, row in zip(GOLDEN["logits"], expected, strict=True):
        assert (columns(logits >= 0, float(seconds), 1024, "foleycrafter") == row).all()
