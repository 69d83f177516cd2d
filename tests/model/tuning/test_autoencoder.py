import numpy as np
import torch

from sfbench.model.auffusion.networks import make_vae
from sfbench.model.auffusion.sizes import TINY
from sfbench.model.tuning.autoencoder import standardise


def coder():
    torch.manual_seed(0)
    return make_vae(TINY.vae).eval().requires_grad_(False)


def test_latents_that_were_brought_to_unit_variance_decode_to_what_they_did():
    vae, pictures = coder(), torch.rand(6, 3, 64, 64) * 2 - 1
    before = vae.encode(pictures).latent_dist
    decoded = vae.decode(before.mean).sample
    standardise(vae, before.parameters)
    after = vae.encode(pictures).latent_dist
    torch.testing.assert_close(vae.decode(after.mean).sample, decoded, atol=1e-4, rtol=1e-4)
    drawn = after.mean.var((0, 2, 3)) + after.var.mean((0, 2, 3))
    np.testing.assert_allclose(after.mean.mean((0, 2, 3)), 0, atol=1e-4)
    np.testing.assert_allclose(drawn, 1, rtol=1e-3)
