"""What the base model reads: texts as states of CLIP's text encoder."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Tokens = Callable[[Sequence[str]], NDArray[np.int64]]  # texts -> ids, [B, context]

CONTEXT = 77


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Turns texts into states of their tokens, [B, 77, width].

    Attributes:
        network: The encoder, `CLIPTextModel`.
        tokens: The tokenizer.
    """

    network: Any
    tokens: Tokens

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Return the last, normalised states of the texts; padding has states, too."""
        ids = torch.from_numpy(self.tokens(texts)).to(self.network.device)
        states: Tensor = self.network(ids).last_hidden_state
        return states


@dataclass(frozen=True, slots=True)
class PublishedTokens:
    """The tokenizer of a published folder; what does not fit is cut."""

    folder: Path

    def __call__(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the ids of each text, [B, 77], filled with the end sign."""
        from transformers import CLIPTokenizer

        read = CLIPTokenizer.from_pretrained(str(self.folder), local_files_only=True)
        ids = read(list(texts), padding="max_length", max_length=CONTEXT, truncation=True)
        return np.asarray(ids["input_ids"], np.int64)


@dataclass(frozen=True, slots=True)
class HashedTokens:
    """A stand-in for tiny models: each word is a number by its letters, no vocabulary needed."""

    vocabulary: int

    def __call__(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the ids of each text, [B, 77]: begin, words, end, zeros."""
        ids = np.zeros((len(texts), CONTEXT), np.int64)
        for row, text in zip(ids, texts, strict=True):
            words = [zlib.crc32(word.encode()) for word in text.lower().split()[: CONTEXT - 2]]
            inner = [1 + word % (self.vocabulary - 3) for word in words]
            row[: len(inner) + 2] = [self.vocabulary - 2, *inner, self.vocabulary - 1]
        return ids
