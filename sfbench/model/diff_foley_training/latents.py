"""What the denoiser and its guide learn from: features of pictures and latents of sounds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from sfbench import store
from sfbench.encoders.cache import home_cache
from sfbench.encoders.fill import filled
from sfbench.encoders.mini.weights import read_mini
from sfbench.model.diff_foley.cavp import Cavp
from sfbench.model.diff_foley.geometry import DOWN, FRAMES
from sfbench.model.diff_foley.mini import CAVP, VAE
from sfbench.model.diff_foley.vae import SCALE, new_vae
from sfbench.model.diff_foley.window import FEATURES
from sfbench.model.diff_foley_training.clips import Clips, column, draw_both, windows
from sfbench.model.diff_foley_training.settings import LatentSettings
from sfbench.model.diff_foley_training.vae import moments
from sfbench.progress import Watch

_WIDTH = FRAMES // DOWN
_NO_SPAN = (0.0, 0.0)  # what is kept is of many clips


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """Clips as the networks know them.

    Attributes:
        features: Features of pictures, [N, 40, feature].
        mean: Means of latents, scaled, [N, 4, 16, 78].
        spread: Their deviations, scaled, of the same shape.
    """

    features: Tensor
    mean: Tensor
    spread: Tensor

    def __len__(self) -> int:
        """Return how many clips there are."""
        return len(self.mean)

    @property
    def begins(self) -> range:
        """Pictures at which whole windows may begin."""
        return windows(self.features.shape[1])

    def seen(self, places: NDArray[np.int64], begins: NDArray[np.int64]) -> Tensor:
        """Return the features of windows, [B, 32, feature]."""
        cut = [
            self.features[place, begin : begin + FEATURES]
            for place, begin in zip(places.tolist(), begins.tolist(), strict=True)
        ]
        return torch.stack(cut).to(torch.get_default_device())

    def heard(
        self, places: NDArray[np.int64], begins: NDArray[np.int64], chance: torch.Generator
    ) -> Tensor:
        """Return latents of windows as they may be drawn, [B, 4, 16, 64]."""
        drawn = []
        for place, begin in zip(places.tolist(), begins.tolist(), strict=True):
            first = round(column(begin) / DOWN)
            mean = self.mean[place, :, :, first : first + _WIDTH]
            spread = self.spread[place, :, :, first : first + _WIDTH]
            noise = torch.randn(mean.shape, generator=chance, device="cpu")
            drawn.append(mean + spread * noise)
        return torch.stack(drawn).to(torch.get_default_device())


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a training by latents begins with.

    Attributes:
        clips: Clips to learn from, and to look at.
        learn: The former as latents and features.
        check: The latter.
        vae: The autoencoder.
        needs: Hashes of the networks' files, by name.
    """

    clips: tuple[Clips, Clips]
    learn: Latents
    check: Latents
    vae: AutoencoderKL
    needs: dict[str, str]


def gather(settings: LatentSettings, watch: Watch) -> Material:
    """Return clips as the networks know them, made once and kept.

    Raises:
        SfbenchError: A file of weights is missing or does not fit.
    """
    files = {CAVP: Path(settings.cavp), VAE: Path(settings.vae)}
    geometry = settings.geometry
    cavp = filled(lambda: Cavp(geometry), read_mini(CAVP, files[CAVP]).state)
    vae = filled(lambda: new_vae(geometry.vae), read_mini(VAE, files[VAE]).state)
    needs = {path.name: store.sha256_file(path) for path in files.values()}
    both, cache = draw_both(settings, watch), home_cache()
    keys = [cache.key(clips.sha256, store.fingerprint(needs), _NO_SPAN) for clips in both]
    for clips, key in zip(both, keys, strict=True):
        if not cache.has(key):
            cache.put(key, _known(cavp, vae, clips, watch))
    learn, check = (
        Latents(**{name: torch.from_numpy(x) for name, x in cache.get(key).items()}) for key in keys
    )
    return Material(both, learn, check, vae, needs)


def _known(
    cavp: Cavp, vae: AutoencoderKL, clips: Clips, watch: Watch
) -> dict[str, NDArray[np.float32]]:
    """Return the fields of `Latents` of clips."""
    mean, logvar = moments(vae, clips.mels)
    return {
        "features": _features(cavp, clips, watch),
        "mean": (SCALE * mean).numpy(),
        "spread": (SCALE * (logvar / 2).exp()).numpy(),
    }


@torch.inference_mode()
def _features(cavp: Cavp, clips: Clips, watch: Watch) -> NDArray[np.float32]:
    """Return the features of all pictures, [N, 40, feature]."""
    rows = [
        cavp.embed_video(torch.from_numpy(one)[None].permute(0, 1, 4, 2, 3) / 255)[0].numpy()
        for one in watch(clips.pictures, len(clips), "look")
    ]
    return np.stack(rows)


def draw_windows(
    latents: Latents, size: int, rng: Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return clips and the pictures at which windows of them begin, [size] each."""
    return rng.integers(len(latents), size=size), rng.integers(len(latents.begins), size=size)


def chance_of(rng: Generator) -> torch.Generator:
    """Return a source of chance for torch, drawn from numpy's."""
    return torch.Generator("cpu").manual_seed(int(rng.integers(2**63)))
