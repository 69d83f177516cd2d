"""Files in the published layouts are read strictly, and the whole way goes on simulated clips."""

from dataclasses import replace

import pytest
import torch

from sfbench.compare import compare_and_report
from sfbench.curation.curate import curate
from sfbench.curation.recipe import read_recipe
from sfbench.curation.sources import open_source
from sfbench.errors import SfbenchError
from sfbench.eval.protocol import read_protocol
from sfbench.manifest import read_manifest
from sfbench.model import published
from sfbench.model.config import read_config
from sfbench.model.diff_foley import networks as subject
from sfbench.model.diff_foley.compvis import unet_key, vae_key
from sfbench.model.diff_foley.geometry import TINY
from sfbench.model.diff_foley.networks import published_networks, random_networks
from sfbench.run import run_system
from sfbench.weights.convert import convert_weights
from sfbench.weights.locate import weights_folder
from sfbench.weights.require import require
from tests.golden import rule


@pytest.fixture(scope="module")
def networks():
    return random_networks(TINY)


def layout(networks):
    """Return the states of the three files: our tensors under the published keys."""
    diffusion = networks.diffusion
    denoiser, first = "model.diffusion_model.", "first_stage_model."
    ldm = {}
    for key in rule.keys("diff-foley-sampler.ldm"):
        if key.startswith(denoiser):
            name = unet_key(key.removeprefix(denoiser), 1)
            ldm[key] = diffusion.unet.state_dict()[name]
    for key in rule.keys("diff-foley-ldm"):
        if key.startswith(first):
            value = diffusion.vae.state_dict()[vae_key(key.removeprefix(first), 4)]
            matrix = "attn_1" in key and value.ndim == 2
            ldm[key] = value[..., None, None] if matrix else value
    for key, value in diffusion.condition.state_dict().items():
        ldm[f"cond_stage_model.{key}"] = value
    guide = {}
    for key in rule.keys("diff-foley-sampler.classifier"):
        area, _, rest = key.partition(".")
        name = f"model.{unet_key(rest, 1)}" if area == "model" else key
        if name in networks.classifier.state_dict():
            guide[key] = networks.classifier.state_dict()[name]
    buffers = {"betas": torch.zeros(1000), "posterior_variance": torch.zeros(1000)}
    cavp = {f"module.{key}": value for key, value in networks.cavp.state_dict().items()}
    assert [key.removeprefix("module.") for key in cavp] == list(rule.keys("diff-foley-cavp"))
    scale = {"scale_factor": torch.tensor(0.18215)}
    return {"cavp": cavp, "ldm": ldm | buffers, "classifier": guide | buffers | scale}


@pytest.fixture
def files(networks, tmp_path, monkeypatch):
    """The three files, as a training leaves them, where weights are looked for."""
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    monkeypatch.setattr(subject, "PUBLISHED", TINY)
    paths = []
    for part, state in layout(networks).items():
        name = f"DIFF_FOLEY_{part.upper()}"
        declared = getattr(published, name)
        loose = replace(declared, size=None, sha256=None, at_most=10**9)
        monkeypatch.setattr(published, name, loose)
        paths.append(weights_folder() / loose.file)
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        beside = {"epoch": 240, "global_step": 9, "optimizer_states": [{"state": {0: state}}]}
        torch.save(beside | {"state_dict": state}, paths[-1])
    return paths


def parts(networks):
    diffusion = networks.diffusion
    return (
        networks.cavp,
        diffusion.unet,
        diffusion.vae,
        diffusion.condition,
        networks.classifier,
    )


def same(some, other):
    return all(
        mine.keys() == theirs.keys() and all(torch.equal(mine[key], theirs[key]) for key in mine)
        for mine, theirs in (
            (one.state_dict(), two.state_dict())
            for one, two in zip(parts(some), parts(other), strict=True)
        )
    )


def test_published_files_are_read_and_so_are_converted_ones(networks, files):
    holdings = require("diff-foley")
    assert same(published_networks(holdings), networks)
    hashes = [held.published_sha256 for held in holdings.values()]
    assert len(convert_weights(["diff-foley"])) == 3
    for file in files:
        file.unlink()
    converted = require("diff-foley")
    assert all(str(held.path).endswith(".safetensors") for held in converted.values())
    assert [held.published_sha256 for held in converted.values()] == hashes
    assert same(published_networks(converted), networks)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_key_more_or_less_is_refused(files, place):
    content = torch.load(files[place], weights_only=True)
    state = content["state_dict"]
    for wrong in (state | {"more.weight": torch.zeros(2)}, dict(list(state.items())[30:])):
        torch.save({"state_dict": wrong}, files[place])
        with pytest.raises(SfbenchError, match=r"do not fit|no known network"):
            published_networks(require("diff-foley"))


@pytest.mark.slow
def test_the_tiny_config_goes_through_run_and_report_on_simulated_clips(tmp_path):
    curate(read_recipe("basic"), open_source("simulated", 3), tmp_path / "vgg-c")
    manifest, protocol = read_manifest(tmp_path / "vgg-c"), read_protocol("basic")
    runs = tmp_path / "runs"
    config = read_config("diff-foley-tiny", ["rounds=1"])
    ran = run_system(manifest, config, protocol, runs, limit=1, device="cpu")
    assert not ran.failures
    assert {take.span for take in ran.run.takes} == {(0.0, 8.176)}
    assert any("random" in note for note in ran.result.notes)
    compare_and_report([runs], tmp_path / "leaderboard", ["md"])
    assert "diff-foley-tiny" in (tmp_path / "leaderboard" / "leaderboard.md").read_text()
