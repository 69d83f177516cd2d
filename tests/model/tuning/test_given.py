from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sfbench.model.auffusion.mel import MelImage
from sfbench.model.tuning.given import (
    Given,
    alike,
    doubled,
    draw,
    given_of,
    latents_of,
    left_out,
)
from tests.model.tuning.parts import LATENT, made_up

RNG = np.random.default_rng
NETWORKS = SimpleNamespace(
    image=MelImage(bands=4), vae=SimpleNamespace(config=SimpleNamespace(scaling_factor=0.5))
)


def many(count):
    return Given(
        texts=tuple("x" for _ in range(count)),
        embeddings=torch.ones(count, 2, 3),
        times=np.arange(2, dtype=np.float32),
        sounding=None,
    )


@pytest.mark.parametrize("seconds", [4.0, 30.0])  # longer than the picture: cut, not squeezed
def test_the_condition_is_white_where_it_sounds_and_black_elsewhere(tmp_path, seconds):
    ready, cache = made_up(tmp_path, seconds=seconds)
    given = given_of(ready, NETWORKS, cache, timed=True)
    assert given.sounding.shape == (2, 1, 4, 1024)
    wanted = np.full(1024, -1)
    wanted[100:200] = 1  # from 1 to 2 s, 100 columns a second
    assert (given.sounding.numpy() == wanted).all()


def test_conditions_are_left_out_in_the_shares_that_were_asked_for():
    given = left_out(many(20_000), RNG(0), text=0.1, image=0.2, both=0.3)
    no_text = np.array([text == "" for text in given.texts])
    no_image = (given.embeddings == 0).flatten(1).all(1).numpy()
    shares = [(no_text & ~no_image).mean(), (~no_text & no_image).mean()]
    assert shares == pytest.approx([0.1, 0.2], abs=0.015)
    assert (no_text & no_image).mean() == pytest.approx(0.3, abs=0.015)


def test_guidance_has_neither_text_nor_pictures_in_its_first_half():
    both = doubled(many(2))
    assert both.texts == ("", "", "x", "x")
    assert both.embeddings[:, 0, 0].tolist() == [0, 0, 1, 1]


def test_latents_are_the_autoencoders_mean_where_it_is_sure(tmp_path):
    ready, cache = made_up(tmp_path)
    drawn = latents_of(ready, NETWORKS, cache, torch.Generator().manual_seed(0))
    assert drawn.shape == (2, 4, *LATENT[1:])
    mean = cache.get(ready[1].latent)["moments"][:4]
    assert np.abs(drawn[1].numpy() - 0.5 * mean).max() < 1e-5


def test_a_batch_shows_its_pictures_at_the_same_times_and_every_clip_has_its_turn(tmp_path):
    ready, _ = made_up(tmp_path, count=3)
    ready[2] = replace(ready[2], times=np.arange(2, dtype=np.float32))
    groups = alike(ready)
    drawn = [draw(groups, 2, RNG(seed)) for seed in range(300)]
    assert all({len(one.times) for one in batch} in ({2}, {3}) for batch in drawn)
    first = [batch[0].lesson.clip.id for batch in drawn]
    assert all(70 < first.count(one.lesson.clip.id) < 130 for one in ready)
