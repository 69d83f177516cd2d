from types import SimpleNamespace

import numpy as np
import pytest

from sfbench.curation.curate import foresee
from sfbench.curation.folder import Folder
from sfbench.curation.recipe import read_recipe
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps import sight
from sfbench.curation.steps.sight import SightStep, sharpness, similarity, words_of
from tests.conftest import write_clip

LABELS = {"a photo of red": [2.0, 0.0], "a photo of blue": [0.0, 3.0]}


class Image:
    """Takes a picture for how red and how blue it is."""

    signature = "toy"

    def __call__(self, videos):
        return [{"embedding": video.mean(axis=(1, 2))[:, [0, 2]] + 1e-6} for video in videos]


def text(prompts):
    return np.array([LABELS[prompt] for prompt in prompts])


def pictures(red, blue):
    """Return so many red and so many blue pictures, [T, 8, 8, 3]."""
    frames = np.zeros((red + blue, 8, 8, 3), np.uint8)
    frames[:red, ..., 0] = 200
    frames[red:, ..., 2] = 90
    return frames


def test_a_label_is_as_visible_as_in_the_worst_quarter_of_the_pictures():
    red, blue = words_of("red", text), words_of("blue", text)
    assert similarity(pictures(8, 0), red, Image()) == 1.0
    assert similarity(pictures(8, 0), blue, Image()) == 0.0
    assert similarity(pictures(7, 1), red, Image()) == 1.0
    assert similarity(pictures(4, 4), red, Image()) == 0.0


def test_what_cannot_be_asked_is_none_and_no_zero():
    assert similarity(pictures(0, 0), words_of("red", text), Image()) is None
    assert words_of("rouge foncé", text) is None


def test_sharpness_of_a_checkerboard_by_hand_and_less_after_blurring():
    board = np.indices((8, 8)).sum(axis=0) % 2 * 10
    frames = np.repeat(board[None, ..., None], 3, axis=3).repeat(2, axis=0).astype(np.uint8)
    assert sharpness(frames) == pytest.approx(40.0, abs=1e-3)
    blurred = (frames.astype(int) + np.roll(frames, 1, axis=2)) // 2
    assert sharpness(blurred.astype(np.uint8)) < 1
    assert sharpness(frames[:0]) == 0.0


def test_the_step_keeps_every_clip_and_measures(tmp_path, monkeypatch):
    path = write_clip(tmp_path / "a.mp4", 300.0)
    monkeypatch.setattr(sight, "_opened", lambda: (Image(), text))
    sight._asked.cache_clear()
    draft = Draft(Candidate(id="a", label="red"), path=path)
    assert SightStep(SimpleNamespace()).keep(draft) is None
    assert 0 < draft.evidence["sight"]["similarity"] < 1
    assert draft.evidence["sight"]["sharpness"] > 0
    assert draft.evidence["sight"]["encoder"] == "toy"


def test_without_clip_the_step_is_skipped_and_says_what_to_type(videos):
    made = foresee(read_recipe("vgg-c"), Folder(videos))
    assert any("sfbench weights fetch clip-vit-b-32" in note for note in made.notes)
