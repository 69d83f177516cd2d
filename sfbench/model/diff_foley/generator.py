"""Diff-Foley as a generator: pictures → features → latents → spectrograms → sound."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import Any, Literal

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sfbench.clip import Clip
from sfbench.encoders.random_weights import NOTE, random_contents
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.model.diff_foley import mel, vae
from sfbench.model.diff_foley.geometry import GEOMETRIES, POSITIONS, Geometry
from sfbench.model.diff_foley.guidance import DoubleGuidance, with_empty
from sfbench.model.diff_foley.look import Look
from sfbench.model.diff_foley.mini import MINI_NOTE, mini_contents, mini_networks
from sfbench.model.diff_foley.networks import Networks, published_networks, random_networks
from sfbench.model.diff_foley.sampler import dpm_solver, even_times
from sfbench.model.diff_foley.schedule import SCHEDULE
from sfbench.model.diff_foley.settings import Settings
from sfbench.model.diff_foley.window import SECONDS, Window, joined, longest, windows_of
from sfbench.model.settings import checked
from sfbench.take import Sound
from sfbench.weights.require import require

Contents = Mapping[str, str]  # hashes of files, by name


@dataclass(frozen=True)
class DiffFoley:
    """Answers with the sound that Diff-Foley makes of a clip's pictures.

    Attributes:
        settings: Its settings.
        look: What it sees of a clip.
        load: Returns its networks; not called before there is something to make.
        hashes: Hashes of the files of weights, by name.
        device: Where it runs.
    """

    settings: Settings
    look: Look
    load: Callable[[], Networks]
    hashes: Contents
    device: str
    kind: Literal["network"] = "network"

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for who reads its results."""
        most = longest(self.settings.seconds, whole=self.settings.compat == "notebook")
        span = f"It makes {most:.3f} s of sound for a clip of that length or longer."
        told = {"random": (NOTE,), "mini": (MINI_NOTE,)}
        return (span, *told.get(self.settings.weights, ()))

    @property
    def in_effect(self) -> dict[str, Any]:
        """What its settings came to."""
        return {
            "dtype": "float32",
            "window_seconds": SECONDS,
            **msgspec.to_builtins(self.settings),
        }

    @cached_property
    def networks(self) -> Networks:
        """The networks, on their device."""
        return self.load().to(self.device)

    def contents(self) -> dict[str, str]:
        """Return the hashes of the files of weights; random ones are called so."""
        return dict(self.hashes)

    @torch.no_grad()
    def perform(
        self, clips: Sequence[Clip], looks: Sequence[NDArray[np.uint8]], seeds: Sequence[int]
    ) -> list[Sound]:
        """Return for each clip its sound at 16 kHz, from its beginning on."""
        sequence = self.settings.guided_by == "sequence"
        cut = [
            windows_of(self._features(frames), seed, sequence=sequence)
            for frames, seed in zip(looks, seeds, strict=True)
        ]
        # A processor gains a tenth by batches, but alone a window comes out the same to the bit:
        # Griffin-Lim makes a hundredth of a difference of a ten-millionth.
        together = 1 if self.device == "cpu" else len(clips)
        made = iter(self._sounds([window for windows in cut for window in windows], together))
        return [
            self._sound(clip, [next(made) for _ in windows])
            for clip, windows in zip(clips, cut, strict=True)
        ]

    def _features(self, frames: NDArray[np.uint8]) -> Tensor:
        """Return CAVP's features of pictures, [T, feature]; 40 are seen at once, as in training."""
        pictures = torch.from_numpy(frames).to(self.device).permute(0, 3, 1, 2) / 255
        seen = [
            self.networks.cavp.embed_video(some[None])[0]
            for some in torch.split(pictures, POSITIONS)
        ]
        return torch.cat(seen)

    def _sounds(self, windows: Sequence[Window], together: int) -> list[NDArray[np.float32]]:
        """Return the samples of windows, made up to `together` at once if guides are as long."""
        places = sorted(range(len(windows)), key=lambda place: len(windows[place].guide))
        sounds: dict[int, NDArray[np.float32]] = {}
        for _, alike in groupby(places, key=lambda place: len(windows[place].guide)):
            same = list(alike)
            for begin in range(0, len(same), together):
                some = same[begin : begin + together]
                sounds |= zip(some, self._batch([windows[place] for place in some]), strict=True)
        return [sounds[place] for place in range(len(windows))]

    def _batch(self, windows: Sequence[Window]) -> NDArray[np.float32]:
        def stacked(part: str) -> Tensor:
            return torch.stack([getattr(window, part) for window in windows]).to(self.device)

        diffusion, classifier = self.networks.diffusion, self.networks.classifier
        guide = stacked("guide")
        noise = DoubleGuidance(
            unet=diffusion.unet,
            classifier=classifier,
            schedule=SCHEDULE,
            contexts=with_empty(diffusion.condition(stacked("features"))),
            features=classifier.cond_model(guide) if self.settings.placed else guide,
            guidance=self.settings.guidance,
            alignment=self.settings.alignment,
        )
        times = even_times(self.settings.steps, SCHEDULE)
        latents = dpm_solver(noise, stacked("noise"), times, SCHEDULE)
        return self._heard(vae.decode(diffusion.vae, latents), stacked("phases"))

    def _heard(self, spectrograms: Tensor, phases: Tensor) -> NDArray[np.float32]:
        rounds = self.settings.rounds
        if self.settings.compat == "notebook":
            sounds = mel.sound(spectrograms, phases, rate=mel.NOTEBOOK_RATE, rounds=rounds)
        else:
            sounds = mel.sound(spectrograms.clamp(0, 1), phases, rounds=rounds)
        samples: NDArray[np.float32] = sounds.cpu().numpy()
        return samples

    def _sound(self, clip: Clip, sounds: Sequence[NDArray[np.float32]]) -> Sound:
        samples = joined(sounds, whole=self.settings.compat == "notebook")
        return Sound(samples[: round(clip.seconds * mel.RATE)], mel.RATE)


def open_diff_foley(
    manifest: Manifest, settings: Mapping[str, Any], *, device: str = "cpu"
) -> DiffFoley:
    """Return the generator `diff-foley`.

    Raises:
        SfbenchError: A setting cannot be used, or a file of weights is not on this machine.
    """
    chosen = checked(settings, Settings)
    geometry = GEOMETRIES[chosen.size]
    load, hashes = _weights(chosen, geometry)
    look = Look(manifest, chosen.seconds, geometry.picture)
    return DiffFoley(chosen, look, load, hashes, device)


def _weights(settings: Settings, geometry: Geometry) -> tuple[Callable[[], Networks], Contents]:
    """Return what loads the networks, and the hashes of their files by name."""
    if settings.weights == "random":
        return partial(random_networks, geometry), random_contents("diff-foley")
    if settings.weights != settings.size:
        raise SfbenchError(
            f"there are no {settings.weights} weights of the size {settings.size}: set "
            f"size = {settings.weights!r}, or weights = 'random'"
        )
    if settings.weights == "mini":
        return mini_networks, mini_contents()
    holdings = require("diff-foley")
    hashes = {name: str(held.published_sha256) for name, held in holdings.items()}
    return partial(published_networks, holdings), hashes
