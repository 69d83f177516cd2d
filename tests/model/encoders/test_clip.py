"""What the mini CLIP learns from, piece by piece."""

import numpy as np
import pytest
import torch

from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.square import MINI_SIDE
from sfbench.model.encoders.clip.captions import NEARNESS, nearness
from sfbench.model.encoders.clip.loss import draw_batch
from sfbench.model.encoders.clip.moves import Moves, draw_moves, relit
from sfbench.model.encoders.clip.patches import kept_patches, patch_things
from sfbench.model.training.sights import draw_sights
from sfbench.progress import quiet
from sfbench.simulated.objects import OBJECTS
from sfbench.simulated.world import World

RNG = np.random.default_rng
SIDE = 32
NONE = [np.nan] * 4


@pytest.fixture(scope="module")
def sights(tmp_path_factory):
    cache = EmbeddingCache(tmp_path_factory.mktemp("sights"))
    drawn = draw_sights(World(41), 24, quiet, cache)
    again = draw_sights(World(41), 24, quiet, cache)
    assert np.array_equal(drawn.pictures, again.pictures)
    return drawn


def white(box):
    """A black picture with a white box, [1, 1, S, S]."""
    edges = [round((edge + 1) / 2 * SIDE) for edge in box]
    picture = torch.zeros(1, 1, SIDE, SIDE)
    picture[:, :, edges[1] : edges[3], edges[0] : edges[2]] = 1
    return picture


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_a_box_goes_where_the_picture_goes(flip):
    moves = Moves(np.array([[0.8 * flip, 0.8]], np.float32), np.array([[0.1, -0.15]], np.float32))
    box = (-0.5, -0.25, 0.0, 0.25)
    ((moved,),) = moves.boxes(np.array([[box]]))
    seen = np.argwhere(moves.pictures(white(box))[0, 0].numpy() > 0.5)
    top, left = (seen.min(0) / SIDE) * 2 - 1
    bottom, right = ((seen.max(0) + 1) / SIDE) * 2 - 1
    assert moved == pytest.approx([left, top, right, bottom], abs=2 / SIDE)
    assert moves.area(np.array([0.1]))[0] == pytest.approx(0.1 / 0.64)


def test_moves_flip_half_of_the_pictures_and_keep_their_shape():
    moves = draw_moves(400, RNG(0))
    assert 150 < (moves.scale[:, 0] < 0).sum() < 250
    assert (np.abs(moves.scale[:, 0]) == moves.scale[:, 1]).all()


def test_other_light_leaves_a_grey_picture_grey():
    torch.manual_seed(0)
    seen = relit(torch.full((4, 3, 64, 64), 0.5), RNG(0))
    assert seen.mean((2, 3)).std(0).min() > 0.05
    assert seen.mean((2, 3)).std(1).max() < 0.01


def test_nearer_things_are_said_to_be_nearer():
    area = np.geomspace(1e-5, 0.5, 50)
    said = nearness(area)
    assert (np.diff(said) >= 0).all()
    assert set(said.tolist()) == set(range(len(NEARNESS)))


def test_a_patch_has_what_lies_on_it_and_the_first_is_in_front():
    speck = [0.6, 0.6, 0.61, 0.61]
    things = patch_things(np.array([[[-1, -1, 0, 0], [-1, -1, 1, 0]], [speck, NONE]]), 4)
    assert things[0].reshape(4, 4).tolist() == [[0, 0, 1, 1]] * 2 + [[-1] * 4] * 2
    assert np.flatnonzero(things[1] >= 0).tolist() == [15]


def test_patches_with_things_are_never_left_out():
    things = np.full((20, 64), -1)
    things[:, 10:20] = 0
    kept = kept_patches(things, 16, RNG(0))
    assert all(set(range(10, 20)) <= set(row) and len(set(row)) == 16 for row in kept.tolist())
    assert len({tuple(sorted(row)) for row in kept.tolist()}) > 1


def test_drawn_pictures_show_their_object_in_its_box(sights):
    assert sights.pictures.shape == (96, MINI_SIDE, MINI_SIDE, 3)
    large = sights.area > 0.02
    inside = np.clip(sights.boxes[:, 0], -1, 1)
    share = (inside[:, 2:] - inside[:, :2]).prod(1) / 4  # of the picture; a box is no smaller
    assert large.sum() > 10
    assert (share[large] > 0.99 * sights.area[large]).all()
    assert set(sights.names[:, 0]) <= set(OBJECTS)
    assert (np.isnan(sights.boxes[:, 1, 0]) == (sights.names[:, 1] == "")).all()


def test_a_batch_says_what_is_seen_and_how_near(sights):
    labels, rng = list(OBJECTS), RNG(0)
    batch = draw_batch(sights, labels, 200, 0.4, MINI_SIDE // 12, rng)
    assert batch.pictures.shape == (200, 3, MINI_SIDE, MINI_SIDE)
    assert (batch.near[batch.kinds == len(labels)] == -1).all()
    assert {0, 1, 2, 3} <= set(batch.near.tolist())
    assert set(batch.works.tolist()) == {-1, 0, 1}
    assert ((batch.works >= 0) == (batch.near >= 0)).all()
    on_object = (batch.patches == batch.kinds[:, None]).any(1)
    assert on_object[batch.near >= 2].all()
    assert batch.kept.shape == batch.patches.shape
