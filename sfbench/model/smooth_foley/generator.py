"""Smooth-Foley as a generator, and FoleyCrafter, which is the same with other settings.

Source: Zhang et al., arXiv 2412.18157 and 2407.01494.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sfbench.clip import Clip
from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.random_weights import NOTE
from sfbench.errors import ClipError, Reason
from sfbench.model.auffusion.decode import sounds
from sfbench.model.foleycrafter.denoise import (
    Conditions,
    denoising,
    new_scheduler,
    told,
    unit_noise,
)
from sfbench.model.smooth_foley import condition
from sfbench.model.smooth_foley.look import Look, Seen, remember
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.timing import Timing
from sfbench.take import Sound

UNTUNED = "Smooth-Foley's own weights were never published: these are the adapters it begins from."
MINI = "Mini weights: small networks that this project trained on its simulated world alone."
UNTRAINED = "No projection for the similarity is trained: raw cosines are scaled."

_NO_LABEL = Reason("generate", "no-label", "there is no label to go by")


@dataclass(frozen=True)
class SmoothFoley:
    """Answers with the sound that adapted Auffusion makes of a clip's pictures and label.

    Attributes:
        settings: Its settings.
        look: What it sees of a clip.
        cache: Where embeddings of pictures are kept.
        load: Returns its networks; not called before there is something to make.
        hashes: Hashes of the files of weights, by name.
        order: Number of each clip by id, in the order of the manifest.
        device: Where it runs.
    """

    settings: Settings
    look: Look
    cache: EmbeddingCache
    load: Callable[[], Networks]
    hashes: Mapping[str, str]
    order: Mapping[str, int]
    device: str
    kind: Literal["network"] = "network"
    _read: dict[str, Tensor] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for who reads its results."""
        settings = self.settings
        random = (NOTE,) if settings.weights == "random" else ()
        if settings.weights == "mini":
            return (MINI,)
        untuned = settings.timing == "label" and not (random or settings.frame_adapter)
        untrained = settings.timing == "label" and not settings.label_projection
        return (*random, *((UNTUNED,) if untuned else ()), *((UNTRAINED,) if untrained else ()))

    @property
    def in_effect(self) -> dict[str, Any]:
        """What its settings came to."""
        return {
            **{key: getattr(self.settings, key) for key in self.settings.__struct_fields__},
            "dtype": str(self.dtype).removeprefix("torch."),
        }

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the denoising networks."""
        auto = "float16" if self.device.startswith("cuda") else "float32"
        chosen = auto if self.settings.dtype == "auto" else self.settings.dtype
        dtype: torch.dtype = getattr(torch, chosen)
        return dtype

    @cached_property
    def networks(self) -> Networks:
        """The networks, on their device and in their precision."""
        networks = self.load()
        networks.move(self.device, self.dtype)
        if self.settings.compile:
            networks.unet.compile()
            networks.controlnet.compile()
        return networks

    def contents(self) -> dict[str, str]:
        """Return the hashes of the files of weights; random ones are called so."""
        return dict(self.hashes)

    @torch.inference_mode()
    def perform(
        self, clips: Sequence[Clip], looks: Sequence[Seen], seeds: Sequence[int]
    ) -> list[Sound | Reason]:
        """Return for each clip its sound at 16 kHz, from its beginning on."""
        answers: dict[int, Sound | Reason] = {
            place: _NO_LABEL
            for place, clip in enumerate(clips)
            if self.settings.needs_label and clip.label is None
        }
        todo = [place for place in range(len(clips)) if place not in answers]

        def kind(place: int) -> bytes:
            return self._kind(looks[place])

        for _, same in groupby(sorted(todo, key=kind), key=kind):
            places = list(same)
            made = self._sounds(
                [clips[place] for place in places],
                [looks[place] for place in places],
                [seeds[place] for place in places],
            )
            answers |= dict(zip(places, made, strict=True))
        return [answers[place] for place in range(len(clips))]

    @torch.inference_mode()
    def timing(self, clip: Clip, seen: Seen) -> Timing | None:
        """Return how much speaks for sound at each picture of a clip; None where nothing is asked.

        Args:
            clip: The clip.
            seen: What `look` returned of it.

        Raises:
            ClipError: It has no label to go by.
        """
        settings = self.settings
        if settings.timing == "none":
            return None
        if settings.timing == "label" and clip.label is None:
            raise ClipError(_NO_LABEL)
        embeddings = self._embeddings([seen]).to(self.device)
        labels = [clip.label or ""]
        (scores,) = condition.scores(self.networks, settings, [seen], embeddings, labels)
        by_label = settings.timing == "label"
        return Timing(
            says="similarity to the label" if by_label else "probability of sound",
            times=seen.times,
            scores=scores,
            threshold=settings.threshold,
        )

    def _kind(self, seen: Seen) -> bytes:
        """Return what clips must agree in to be made together: how many pictures, or when."""
        timed = self.settings.time_encoding != "none"
        return seen.times.tobytes() if timed else bytes(len(seen.times))

    def _sounds(self, clips: list[Clip], seen: list[Seen], seeds: list[int]) -> list[Sound]:
        """Return the sounds of clips of which equally many pictures were seen."""
        networks, settings = self.networks, self.settings
        conditions = self._conditions(clips, seen)
        latents = torch.stack([self._noise(*one) for one in zip(clips, seeds, strict=True)])
        with told(networks.unet, networks.controlnet, conditions) as predict:
            scheduler = new_scheduler(networks.scheduler, settings.scheduler)
            steps = denoising(
                predict, scheduler, latents.to(self.device), settings.steps, settings.guidance
            )
            *_, clean = steps
        made = sounds(networks.vae, networks.vocoder, clean).cpu().numpy()
        rate = networks.image.rate
        return [
            Sound(own[: int(one.seconds * rate)], rate) for own, one in zip(made, seen, strict=True)
        ]

    def _conditions(self, clips: Sequence[Clip], seen: Sequence[Seen]) -> Conditions:
        networks, settings = self.networks, self.settings
        labels = [clip.label or "" for clip in clips]
        embeddings = self._embeddings(seen).to(self.device)
        picture = condition.sounding(networks, settings, seen, embeddings, labels)
        prompts = labels if settings.prompt == "label" else ["" for _ in clips]
        text = self._texts(["" for _ in clips], prompts).to(self.device, self.dtype)
        return Conditions(
            text=text,
            frames=condition.frames(networks, settings, embeddings.to(text), seen[0].times),
            sounding=None if picture is None else torch.cat([picture, picture]).to(text),
            temporal_scale=settings.temporal_scale,
        )

    def _texts(self, *halves: Sequence[str]) -> Tensor:
        """Return the states of texts, [2B, 77, width]; each text is read once in a run."""
        texts = [text for half in halves for text in half]
        for text in set(texts) - self._read.keys():
            self._read[text] = self.networks.text([text])[0]
        return torch.stack([self._read[text] for text in texts])

    def _embeddings(self, seen: Sequence[Seen]) -> Tensor:
        """Return the embeddings of the pictures, [B, N, width]; new ones go to the cache."""
        remember(self.networks.pictures, self.cache, seen)
        rows: list[NDArray[np.float32]] = [self.cache.get(one.key)["embedding"] for one in seen]
        return torch.from_numpy(np.stack(rows))

    def _noise(self, clip: Clip, seed: int) -> Tensor:
        """Return a clip's noise, [channels, h, w], of its seed, or of its turn in the folder."""
        shape = self.networks.latent
        if self.settings.noise == "clip":
            return unit_noise(seed, shape)
        generator = torch.Generator("cpu").manual_seed(self.settings.folder_seed)
        drawn = [torch.randn(shape, generator=generator) for _ in range(self.order[clip.id] + 1)]
        return drawn[-1]
