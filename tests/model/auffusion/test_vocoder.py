"""The vocoder: lengths, loading, and against Auffusion's own code."""

import json

import numpy as np
import pytest
import torch

from sfbench.errors import SfbenchError
from sfbench.model.auffusion.vocoder import vocoder, without_weight_norm
from tests.golden import rule

GOLDEN = rule.vectors("auffusion-vocoder")
CONFIG = json.loads(str(GOLDEN["config"]))


def state():
    drawn = rule.state(str(GOLDEN["salt"]), rule.keys("auffusion-vocoder"), {})
    return {key: torch.from_numpy(value) for key, value in drawn.items()}


@torch.inference_mode()
def test_the_sound_is_auffusions_loaded_by_the_published_names():
    sound = vocoder(CONFIG, state())(torch.from_numpy(GOLDEN["mel"])[None])
    assert sound.shape == (1, 5 * 160)
    assert np.abs(sound[0].numpy() - GOLDEN["wave_first5frames"]).max() < 1e-5


def test_a_direction_and_a_length_are_one_weight():
    plain = without_weight_norm(
        {"a.weight_v": torch.tensor([[3.0, 4.0]]), "a.weight_g": torch.tensor([[10.0]])}
    )
    assert torch.equal(plain["a.weight"], torch.tensor([[6.0, 8.0]]))


def test_a_tensor_that_is_left_over_is_refused():
    with pytest.raises(SfbenchError, match="extra"):
        vocoder(CONFIG, state() | {"extra.bias": torch.zeros(1)})
