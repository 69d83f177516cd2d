"""What the networks are told: means, masks of time, similarity with the label."""

import numpy as np
import pytest
import torch

from sfbench.model.smooth_foley.condition import clip_wise, steadied, time_masks
from sfbench.model.smooth_foley.similarity import LabelProjection, label_projection, similarity


def test_a_clip_is_the_mean_of_its_pictures_or_of_every_tenth():
    embeddings = torch.arange(150.0).view(1, 150, 1)
    assert clip_wise(embeddings, 1).item() == 74.5
    assert clip_wise(embeddings, 10).item() == 70.0


def test_each_column_belongs_to_the_picture_that_is_shown_then():
    masks = time_masks(np.array([0.0, 6.7, 13.3], np.float32), 4, 20)
    assert masks.shape == (3, 4, 20)
    assert torch.equal(masks.sum(0), torch.ones(4, 20))
    assert masks[1, 0].nonzero()[:, 0].tolist() == list(range(7, 13))


def test_an_untrained_projection_changes_nothing_and_can_be_stored():
    projection = LabelProjection(8)
    pictures = torch.randn(3, 8)
    assert torch.equal(projection(pictures), pictures)
    assert torch.equal(label_projection(projection.state_dict())(pictures), pictures)


def test_a_raw_cosine_that_matches_counts_as_one_half():
    text = torch.tensor([1.0, 0.0])
    pictures = torch.tensor([[0.2, 0.96**0.5], [0.4, 0.84**0.5], [2.0, 0.0]])
    raw = similarity(pictures, text, None, matching=0.2)
    assert raw.tolist() == pytest.approx([0.5, 1.0, 2.5])


def test_with_a_projection_the_cosine_counts_as_it_is():
    text, pictures = torch.tensor([1.0, 0.0]), torch.tensor([[3.0, 4.0]])
    assert similarity(pictures, text, LabelProjection(2), matching=0.2).item() == pytest.approx(0.6)


def test_one_picture_alone_neither_stops_nor_begins_a_sound():
    scores = np.array([0.9, 0.9, 0.1, 0.9, 0.9, 0.2, 0.2, 0.8, 0.2, 0.2], np.float32)
    times = np.arange(10, dtype=np.float32) / 4
    steady = [0.9] * 5 + [0.2] * 5
    assert steadied(scores, times, 0.5).tolist() == pytest.approx(steady)
    tenths = np.arange(10, dtype=np.float32) / 10  # no float is a tenth
    assert np.array_equal(steadied(scores, tenths, 0.2), steadied(scores, times, 0.5))
    assert np.array_equal(steadied(scores, times, 0.0), scores)
    assert np.array_equal(steadied(scores[:1], times[:1], 2.0), scores[:1])
