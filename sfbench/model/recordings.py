"""Where clips' sounds and pictures come from: files of a folder, or the simulated world itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason
from sfbench.manifest import Manifest
from sfbench.media.read import Media, read_media
from sfbench.simulated.picture import frames
from sfbench.simulated.render import soundtrack
from sfbench.simulated.scene import FPS, SECONDS, SIZE
from sfbench.simulated.world import EDITION, World


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
class Drawn:
    """Recordings of a simulated world, drawn when they are asked for and never written.

    The `video` of its clips is the number of their scene.
    """

    world: World

    def identity(self, index: int) -> str:
        """Return what stands for the hash of a file that is never written."""
        return store.fingerprint([self.world.name, index, EDITION])

    def __call__(self, clip: Clip, step: str, **wishes: Any) -> Media:
        """Return the sound and pictures of a scene, as `Recordings` says."""
        scene = self.world.scene(int(clip.video))
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
