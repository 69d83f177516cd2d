"""The published files of Diff-Foley: where they are."""

from sfbench.weights.declaration import Weights

_REPO = "SimianLuo/Diff-Foley"
_COMMIT = "b17ddbe76e6d42f4b4135eeb443b1c1644267e3e"

CAVP = Weights(
    name="diff-foley-cavp",
    file="cavp_epoch66.ckpt",
    licence="MIT",
    size=1_361_483_035,
    sha256="3472c2217a9481f530a96e32611c9e4611766f10b7f0d185a1ce35be7b7f9c80",
    repo=_REPO,
    revision=_COMMIT,
    path="diff_foley_ckpt/cavp_epoch66.ckpt",
)

# Of these two neither length nor hash is published; a training checkpoint may hold an optimizer's
# two moments beside each of its 3.77 GB and 47 MB of tensors.
LATENT_DIFFUSION = Weights(
    name="diff-foley-ldm",
    file="ldm_epoch240.ckpt",
    licence="MIT",
    at_most=11_500_000_000,
    repo=_REPO,
    revision=_COMMIT,
    path="diff_foley_ckpt/ldm_epoch240.ckpt",
)

GUIDE = Weights(
    name="diff-foley-guide",
    file="double_guidance_classifier.ckpt",
    licence="MIT",
    at_most=1_200_000_000,
    repo=_REPO,
    revision=_COMMIT,
    path="diff_foley_ckpt/double_guidance_classifier.ckpt",
)

ALL = (CAVP, LATENT_DIFFUSION, GUIDE)
