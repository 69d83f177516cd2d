"""The clip's own sound: the ceiling of every leaderboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sfbench.clip import Clip
from sfbench.manifest import Manifest
from sfbench.media.read import NATIVE, read_media
from sfbench.model.settings import NoSettings, checked
from sfbench.take import Sound


def own_sound(manifest: Manifest, clip: Clip) -> Sound:
    """Return a clip's own sound at its native rate.

    Raises:
        ClipError: The clip's media cannot be read.
    """
    media = read_media(manifest.path(clip.video), rates=(NATIVE,))
    return Sound(media.sound[NATIVE], media.sample_rate)


@dataclass(frozen=True, slots=True)
class Reference:
    """Answers every clip with its own sound."""

    manifest: Manifest
    kind: Literal["processes"] = "processes"

    def generate(self, clip: Clip, seed: int) -> Sound:
        """Return the clip's own sound."""
        return own_sound(self.manifest, clip)

    def contents(self) -> dict[str, str]:
        """Return nothing: the manifest's hash covers the sounds."""
        return {}


def open_reference(manifest: Manifest, settings: Mapping[str, Any]) -> Reference:
    """Return the generator; it has nothing to set."""
    checked(settings, NoSettings)
    return Reference(manifest)
