"""The networks compute what upstream computes, through the published names."""

import numpy as np
import pytest
import torch

from sfbench.errors import SfbenchError
from sfbench.model.diff_foley.cavp import Cavp, read_cavp
from sfbench.model.diff_foley.classifier import (
    AlignmentClassifier,
    alignment_gradient,
    read_classifier,
)
from sfbench.model.diff_foley.condition import Condition
from sfbench.model.diff_foley.geometry import POSITIONS, PUBLISHED, TINY
from sfbench.model.diff_foley.unet import new_unet
from sfbench.model.diff_foley.vae import SCALE, decode, encode, new_vae, read_vae
from tests.encoders.difference import difference
from tests.model.diff_foley import upstream


@pytest.fixture(autouse=True)
def no_gradients():
    with torch.no_grad():
        yield


@pytest.mark.slow
def test_cavp_sees_and_hears_what_upstream_does():
    golden = upstream.vectors("cavp")
    # An older torch kept every key under `module.`, as training on many devices does.
    state = upstream.state("diff-foley-cavp")
    cavp = read_cavp({f"module.{key}": value for key, value in state.items()}, PUBLISHED)
    video = torch.from_numpy(np.kron(golden["video_coarse"], np.ones((32, 32), np.float32)))
    stages = []
    cavp.video_encoder.register_forward_hook(lambda *answer: stages.append(answer[-1]))
    features = cavp.embed_video(video)
    (seen,) = stages
    pooled = seen.mean((3, 4))
    assert difference(seen[0, ::128, :, ::3, ::3].numpy(), golden["layer4"]) < 1e-5
    assert difference(pooled[0, ::32].numpy(), golden["pooled"]) < 1e-5
    raw = cavp.video_project_head(pooled.transpose(1, 2))
    assert difference(raw[..., ::8].numpy(), golden["features_raw"]) < 1e-5
    assert difference(features[..., ::8].numpy(), golden["features"]) < 1e-5
    assert torch.allclose(features.norm(dim=-1), torch.ones(1, 8))
    spectrogram = upstream.uniform("cavp", "spec", 1, 128, 128)
    louder = spectrogram * float(golden["spec_amplification"])
    for heard, name in ((spectrogram, "spec_features"), (louder, "spec_features_amplified")):
        assert difference(cavp.embed_sound(heard)[..., ::8].numpy(), golden[name]) < 1e-5


def test_positions_begin_again_in_every_window():
    golden = upstream.vectors("cond")
    state = upstream.state("diff-foley-ldm", "cond_stage_model.")
    condition = Condition(512, 768)
    condition.load_state_dict({key.partition(".")[2]: value for key, value in state.items()})
    features = upstream.features("cond", 1, 40, 512)
    start, end = golden["window"]
    whole, window = condition(features), condition(features[:, start:end])
    assert difference(whole[:, ::8, ::16].numpy(), golden["cond_full"]) < 1e-6
    assert difference(window[:, ::8, ::16].numpy(), golden["cond_window"]) < 1e-6
    assert not torch.allclose(whole[:, start:end], window, atol=0.1)


@pytest.mark.slow
def test_spectrograms_are_encoded_and_decoded_as_upstream_does():
    golden = upstream.vectors("vae")
    assert float(golden["scale_factor"]) == SCALE
    vae = read_vae(upstream.state("diff-foley-ldm", "first_stage_model."), PUBLISHED.vae)
    latent = upstream.normal("vae", "latent", 1, 4, 16, 16)
    three = vae.decode(latent / SCALE).sample
    assert difference(three[:, :, ::8, ::8].numpy(), golden["decoded"]) < 1e-5
    assert torch.equal(decode(vae, latent), three[:, 0])
    mean, logvar = encode(vae, upstream.uniform("vae", "spec", 1, 1, 128, 128)[:, 0])
    assert difference(mean[:, :, ::2, ::4].numpy(), golden["mean"]) < 1e-5
    assert difference(logvar[:, :, ::2, ::4].numpy(), golden["logvar"]) < 1e-5


def test_the_guide_is_as_sure_as_upstreams_and_points_the_same_way():
    golden = upstream.vectors("classifier")
    guide = read_classifier(upstream.state("diff-foley-classifier"), PUBLISHED.classifier)
    latent = upstream.normal("classifier", "latent", 2, 4, 16, 64)
    features = upstream.features("classifier", 2, 32, 512)
    embedded = guide.cond_model(features)
    assert difference(embedded[:, ::4, ::16].numpy(), golden["embedded"]) < 1e-6
    times = torch.from_numpy(golden["t"])
    for seen, name in ((features, ""), (embedded, "_embedded")):
        logit = guide(latent, times, seen)[:, None]
        assert np.abs(logit.numpy() - golden[f"logit{name}"]).max() < 1e-6
        assert np.abs(logit.sigmoid().numpy() - golden[f"prob{name}"]).max() < 1e-6
        gradient = alignment_gradient(guide, latent, times, seen)[:, :, ::4, ::4]
        assert difference(gradient.numpy(), golden[f"grad_log_prob{name}"]) < 1e-5


def test_a_guide_of_another_layout_is_refused():
    state = upstream.state("diff-foley-classifier")
    with pytest.raises(SfbenchError, match="do not fit AlignmentClassifier"):
        read_classifier(state | {"model.more": torch.zeros(1)}, PUBLISHED.classifier)


def test_every_network_learns_by_all_its_weights():
    latents, times = torch.randn(2, 4, 16, 16), torch.tensor([0.0, 500.4])
    features = torch.randn(2, 8, TINY.feature)
    video, spectrograms = torch.rand(1, 4, 3, 32, 32), torch.rand(1, 128, 64)
    networks = {
        Cavp(TINY): lambda n: sum(x.square().sum() for x in _twisted(n(video, spectrograms))),
        Condition(TINY.feature, 64): lambda n: n(features.repeat(1, 5, 1)).square().sum(),
        AlignmentClassifier(TINY.classifier): lambda n: n(
            latents, times, n.cond_model(features.repeat(1, 5, 1))
        ).sum(),
        new_unet(TINY.unet): lambda n: n(latents, times, torch.randn(2, 8, 64)).sample.sum(),
        new_vae(TINY.vae): lambda n: decode(n, encode(n, spectrograms)[0] * SCALE).sum(),
    }
    assert POSITIONS == 8 * 5
    for network, loss in networks.items():
        with torch.enable_grad():
            loss(network.train()).backward()
        untouched = [name for name, value in network.named_parameters() if value.grad is None]
        assert not untouched, type(network).__name__


def _twisted(tensors):
    """Weigh elements unevenly: the square of what has length 1 is constant."""
    return [x * torch.linspace(0, 1, x.numel()).reshape(x.shape) + x for x in tensors]
