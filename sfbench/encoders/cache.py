"""Embeddings kept by content: the same media, span and extractor are embedded once, ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sfbench import store


@dataclass(frozen=True, slots=True)
class EmbeddingCache:
    """A folder of arrays named by what they were computed from."""

    folder: Path

    def key(self, media_sha256: str, signature: str, span: tuple[float, float]) -> str:
        """Return the name of the embedding of one span of one media file by one extractor."""
        return store.fingerprint([media_sha256, signature, span])

    def has(self, key: str) -> bool:
        """Say whether an embedding is there."""
        return self._path(key).is_file()

    def put(self, key: str, outputs: Mapping[str, NDArray[Any]]) -> None:
        """Keep an extractor's outputs for one sound, or other arrays."""
        with store.replacing(self._path(key)) as partial:
            np.savez(partial, allow_pickle=False, **outputs)

    def get(self, key: str) -> dict[str, NDArray[Any]]:
        """Return kept outputs."""
        with np.load(self._path(key), allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.npz"


def home_cache() -> EmbeddingCache:
    """Return the cache in `$SFBENCH_HOME`, shared by all systems, runs and protocols."""
    return EmbeddingCache(store.home() / "embeddings")
