"""The detector: its crop and its logits against FoleyCrafter's own code."""

import numpy as np
import pytest
import torch

from sfbench.model.foleycrafter.crop import Crop, in_bytes, normalised
from sfbench.model.foleycrafter.detector import Detector, detector
from tests.golden import rule
from tests.model.foleycrafter.parts import tensors

GOLDEN = rule.vectors("foleycrafter-onsetnet")
REACH = 17  # frames to either side that a logit depends on


def video(frames, full):
    coarse = GOLDEN["coarse"][:frames].repeat(14, 1).repeat(14, 2)
    return torch.from_numpy(normalised(coarse.astype(np.float32), full))[None]


@pytest.fixture(scope="module")
def network():
    return detector(tensors("foleycrafter-onsetnet"))


@pytest.mark.parametrize("name", ["pre", "pre_no_antialias"])
def test_pictures_are_cut_as_torchvision_cuts_them(name):
    crop = Crop(antialias=name == "pre")(GOLDEN["frame"])
    seen = normalised(crop[None], 255)[:, 0, ::4, ::4]
    assert np.abs(seen - GOLDEN[name]).max() < 1e-2


def test_a_crop_of_one_colour_keeps_it():
    assert np.allclose(Crop()(np.full((360, 640, 3), 77, np.uint8)), 77, atol=1e-3)


def test_a_crop_in_bytes_is_the_nearest_to_the_crop():
    kept = in_bytes(Crop(), GOLDEN["frame"])
    assert kept.dtype == np.uint8
    assert np.abs(kept - Crop()(GOLDEN["frame"])).max() <= 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("full", "name"), [(255, "logits_eval_255"), (1, "logits_eval_unit")])
@torch.inference_mode()
def test_the_first_logits_are_upstreams_in_evaluation_mode(network, full, name):
    frames = REACH + 2
    logits = network(video(frames, full))[0, : frames - REACH].numpy()
    error = np.abs(logits - GOLDEN[name][: len(logits)]).max()
    assert error < 1e-4 * np.abs(GOLDEN[name]).max()


@pytest.mark.slow
@torch.inference_mode()
def test_the_logits_are_upstreams_in_training_mode_as_foleycrafter_runs_it():
    """In double precision upstream's own float32 is 1.4e-4 off, ours 5e-6: batch statistics."""
    network = detector(tensors("foleycrafter-onsetnet")).train()
    expected = GOLDEN["logits_train_255_first30"]
    error = np.abs(network(video(30, 255))[0].numpy() - expected).max()
    assert error < 2e-4 * np.abs(expected).max()


@torch.inference_mode()
def test_training_mode_moves_the_running_mean_as_upstreams_does():
    stem = detector(tensors("foleycrafter-onsetnet")).train().net["model"].stem
    stem[:2](video(150, 255))
    moved = stem[1].running_mean.numpy()
    assert np.abs(moved - GOLDEN["running_mean_after_train"]).max() < 1e-4 * np.abs(moved).max()


def test_the_network_has_the_published_size():
    with torch.device("meta"):
        network = Detector()
    trained = sum(one.numel() for one in network.parameters())
    assert trained == 31_365_918
    assert 4 * trained == pytest.approx(125.46e6, rel=1e-4)
    state = network.state_dict()
    assert {key: list(value.shape) for key, value in state.items()} == rule.keys(
        "foleycrafter-onsetnet"
    )
    assert len(state) == 226
