"""The grounders with Cnn8 and a recurrent layer: the published one and the mini one."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from sfbench import store
from sfbench.benchmark_files import benchmark_folder
from sfbench.encoders.batch import by_length, require_length
from sfbench.encoders.checkpoints import GROUNDING, GROUNDING_VOCABULARY, here
from sfbench.encoders.extractor import Samples
from sfbench.encoders.grounding.grounder import Grounded
from sfbench.encoders.grounding.network import (
    SHRINK,
    Geometry,
    GroundingNetwork,
    grounding_network,
    heard,
)
from sfbench.encoders.grounding.words import Vocabulary, read_vocabulary
from sfbench.errors import SfbenchError
from sfbench.weights.require import require
from sfbench.weights.state import load_state

MINI = "grounding-mini"

_AT_ONCE = 8  # sounds; a layer's output takes up to 16 MB for 10 s
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cnn8Rnn:
    """Scores how surely prompts are heard, in every frame of 40 ms."""

    network: GroundingNetwork
    vocabulary: Vocabulary
    device: str
    name: str
    signature: str

    @property
    def rate(self) -> int:
        """Sample rate that it wants, in Hz."""
        return self.network.geometry.rate

    def __call__(self, sounds: Sequence[Samples], prompts: Sequence[str]) -> list[Grounded]:
        """Return for each sound, [n] at `rate`, the scores of every prompt, [P, T].

        A sound is encoded once for all prompts, together with others of its length alone: a
        shorter sound that is padded would be heard differently, since the recurrent layer runs
        back from the padding.

        Raises:
            ClipError: A sound is shorter than one frame of 40 ms, or 30 ms and the window.
        """
        require_length(sounds, _least(self.network.geometry), self.rate, self.name)
        unknown = tuple(_told(self.name, prompt, self.unknown_words(prompt)) for prompt in prompts)
        answers: dict[int, Grounded] = {}
        for places, scores in self._scores(sounds, prompts):
            rows = zip(places, scores, strict=True)
            answers |= {place: Grounded(row.numpy(), unknown) for place, row in rows}
        return [answers[place] for place in range(len(sounds))]

    @torch.inference_mode()
    def _scores(
        self, sounds: Sequence[Samples], prompts: Sequence[str]
    ) -> Iterator[tuple[list[int], Tensor]]:
        words = self.network.read([self.vocabulary.encode(prompt) for prompt in prompts])
        for places, batch in by_length(sounds, _AT_ONCE):
            power = self.network.power(torch.from_numpy(batch).to(self.device))
            yield places, heard(self.network.listen(power), words).cpu()

    def unknown_words(self, prompt: str) -> tuple[str, ...]:
        """Return the words of a prompt that are not in the vocabulary, in order."""
        return self.vocabulary.unknown(prompt)


@cache
def _told(name: str, prompt: str, unknown: tuple[str, ...]) -> tuple[str, ...]:
    """Return the unknown words of a prompt; they are logged once in a process."""
    if unknown:
        _log.warning("%s does not know %s of %r", name, ", ".join(unknown), prompt)
    return unknown


def open_grounding(device: str) -> Cnn8Rnn:
    """Return the published grounder, trained on AudioCaps.

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    require(GROUNDING.name)
    return _open(GROUNDING.name, here(GROUNDING), here(GROUNDING_VOCABULARY), device)


def open_grounding_mini(device: str) -> Cnn8Rnn:
    """Return the small grounder that this project trained on its simulated world.

    Raises:
        SfbenchError: Its files are missing, or damaged.
    """
    folder = benchmark_folder("model") / "mini"
    return open_files(MINI, folder / "grounding.safetensors", device)


def open_files(name: str, weights: Path, device: str) -> Cnn8Rnn:
    """Return the grounder of a weights file and of the vocabulary that lies beside it.

    Args:
        name: What to call it.
        weights: `NAME.safetensors` in the published layout; the vocabulary is `NAME.vocab.json`.
        device: Where it runs.

    Raises:
        SfbenchError: A file is missing or damaged.
    """
    if not weights.is_file():
        raise SfbenchError(
            f"{name} has no weights at {weights}; type: sfbench train "
            f"{benchmark_folder('model') / 'train' / 'grounding-mini.toml'}"
        )
    return _open(name, weights, weights.with_suffix(".vocab.json"), device)


def _open(name: str, weights: Path, words: Path, device: str) -> Cnn8Rnn:
    network, vocabulary = grounding_network(load_state(weights)), read_vocabulary(words)
    if len(vocabulary) > network.geometry.words:
        raise SfbenchError(
            f"{words} speaks of {len(vocabulary)} words and {weights} knows "
            f"{network.geometry.words}: they are not of one network"
        )
    signature = f"cnn8rnn-w2vmean|{store.sha256_file(weights)[:12]}|{network.geometry.rate}hz"
    return Cnn8Rnn(network.to(device), vocabulary, device, name, signature)


def _least(geometry: Geometry) -> int:
    """Return the samples of one frame of scores, and of more than half a window."""
    return max((SHRINK - 1) * geometry.hop, geometry.transform // 2 + 1)
