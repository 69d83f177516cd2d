"""Clips of the simulated world as what Diff-Foley sees and hears of them, drawn once and kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sfbench import store
from sfbench.encoders.cache import EmbeddingCache, home_cache
from sfbench.model.diff_foley.geometry import FRAMES
from sfbench.model.diff_foley.look import FPS, squeezed
from sfbench.model.diff_foley.mel import HOP, RATE, spectrogram
from sfbench.model.diff_foley.window import FEATURES
from sfbench.model.diff_foley_training.settings import Settings
from sfbench.progress import Watch
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.picture import frames
from sfbench.simulated.scene import SECONDS, Scene
from sfbench.simulated.sound import hear

COLUMNS_A_PICTURE = RATE / HOP / FPS
"""Mel frames from one picture to the next: not whole."""

BEGINS = int(((SECONDS * RATE / HOP) - FRAMES) // COLUMNS_A_PICTURE) + 1
"""Pictures at which a whole window may begin, the first included."""

_ALL = (0.0, SECONDS)

Drawn = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """Clips of 10 s.

    Attributes:
        pictures: 4 a second, [N, 40, side, side, 3], 0 to 255.
        mels: Mel spectrograms, [N, 128, 626], 0 to 1.
        labels: What is seen and heard, [N].
        sha256: Hash of all three.
    """

    pictures: NDArray[np.uint8]
    mels: NDArray[np.float16]
    labels: NDArray[np.str_]
    sha256: str

    def __len__(self) -> int:
        """Return how many clips there are."""
        return len(self.mels)


def column(picture: int) -> int:
    """Return the mel frame at the time of a picture, within half a frame, 8 ms.

    >>> [column(picture) for picture in (0, 1, 7)]
    [0, 16, 109]
    """
    return round(picture * COLUMNS_A_PICTURE)


def draw_both(settings: Settings, watch: Watch) -> tuple[Clips, Clips]:
    """Return the clips to learn from, and those to look at."""
    side = settings.geometry.picture
    learn = draw_clips(settings.learn, settings.clips, side, watch)
    return learn, draw_clips(settings.check, settings.check_clips, side, watch)


def draw_clips(seed: int, number: int, side: int, watch: Watch) -> Clips:
    """Return the first clips of a world whose own sound is heard and whose media would be whole.

    Args:
        seed: The world.
        number: How many clips.
        side: Height and width of their pictures.
        watch: Shows progress.
    """
    every = (draw_scene(seed, index) for index in count())
    scenes = list(islice((scene for scene in every if scene.group == "good"), number))
    rows = list(watch(_rows(seed, scenes, side), number, f"draw {seed}"))
    pictures = np.stack([row["pictures"] for row in rows])
    mels = np.stack([row["mel"] for row in rows])
    labels = np.array([scene.label for scene in scenes])
    parts = (pictures, mels, labels)
    sha256 = store.fingerprint([store.sha256_bytes(part.tobytes()) for part in parts])
    return Clips(pictures, mels, labels, sha256)


def _rows(seed: int, scenes: Sequence[Scene], side: int) -> Iterator[Drawn]:
    # The simulator may have changed since: what it draws now is part of what clips are kept by.
    first = [store.sha256_bytes(part.tobytes()) for part in _draw(scenes[0], side).values()]
    signature, cache = store.fingerprint([FPS, side, RATE, HOP, first]), home_cache()
    for scene in scenes:
        yield _kept(scene, side, cache, cache.key(f"{seed}:{scene.id}", signature, _ALL))


def _kept(scene: Scene, side: int, cache: EmbeddingCache, key: str) -> Drawn:
    if not cache.has(key):
        cache.put(key, _draw(scene, side))
    return cache.get(key)


def _draw(scene: Scene, side: int) -> Drawn:
    mel = spectrogram(torch.from_numpy(hear(scene).sound)[None])[0].numpy()
    pictures = np.stack([squeezed(picture, side) for picture in frames(scene, FPS)])
    return {"pictures": pictures, "mel": mel.astype(np.float16)}


def windows(pictures: int) -> range:
    """Return the pictures at which whole windows may begin, of clips of so many pictures."""
    return range(min(BEGINS, pictures - FEATURES + 1))
