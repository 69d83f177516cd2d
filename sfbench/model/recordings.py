"""Where clips' sounds and pictures come from: files of a folder, or the simulated world itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from sfbench import __version__, store
from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason
from sfbench.manifest import Manifest
from sfbench.media.read import Media, read_media
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.picture import frames
from sfbench.simulated.render import soundtrack
from sfbench.simulated.scene import FPS, SECONDS, SIZE, Scene
from sfbench.simulated.timbre import Timbre


class Recordings(Protocol):
    """Gives what is asked of a clip; picklable, since workers read."""

    def __call__(self, clip: Clip, step: str, **wishes: Any) -> Media:
        """Return the sound and pictures of a clip.

        Args:
            clip: The clip.
            step: Stands in the reason of a clip that is not what it was.
            **wishes: As of `read_media`.

        Raises:
            ClipError: They cannot be read, or are not what the clip names.
        """
        ...


@dataclass(frozen=True, slots=True)
class Files:
    """Recordings in the files of a folder."""

    folder: Path

    def __call__(self, clip: Clip, step: str, **wishes: Any) -> Media:
        """Return the sound and pictures of a file, as `Recordings` says."""
        path = Manifest(self.folder, "recordings", ()).path(clip.video)
        if not path.is_file() or store.sha256_file(path) != clip.sha256:
            raise ClipError(Reason(step, "changed", f"{clip.video} is missing or changed"))
        return read_media(path, **wishes)


@dataclass(frozen=True, slots=True)
class World:
    """Recordings of the simulated world, drawn when they are asked for and never written.

    Attributes:
        seed: The world's seed.
        timbre: The world's timbre.
    """

    seed: int
    timbre: Timbre = "usual"

    def scene(self, clip: Clip) -> Scene:
        """Return the scene of a clip of this world."""
        return draw_scene(self.seed, int(clip.video), self.timbre)

    def identity(self, index: int) -> str:
        """Return what stands for the hash of a file that is never written."""
        return store.fingerprint(["simulated", self.seed, self.timbre, index, __version__])

    def __call__(self, clip: Clip, step: str, **wishes: Any) -> Media:
        """Return the sound and pictures of a scene, as `Recordings` says."""
        scene = self.scene(clip)
        rates, keep = wishes.get("rates", ()), wishes.get("keep") or np.asarray
        fps = FPS / wishes["every"] if wishes.get("every") else wishes.get("fps")
        seen = [keep(picture) for picture in frames(scene, fps, SIZE)] if fps else []
        return Media(
            sound={rate: soundtrack(scene, rate) for rate in rates},
            frames=np.stack(seen) if seen else np.zeros((0, *SIZE[::-1], 3), np.uint8),
            times=np.arange(len(seen)) / fps if fps else np.zeros(0),
            sound_seconds=SECONDS if rates else 0.0,
            picture_seconds=SECONDS if fps else 0.0,
            declared=SECONDS,
            sample_rate=max(rates, default=0),
            channels=1,
            frame_rate=FPS,
            width=SIZE[0],
            height=SIZE[1],
            damage=None,
        )
