"""Baselines that answer with another clip's sound: of the right label, or of a wrong one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason
from sfbench.manifest import Manifest
from sfbench.model.chance import chance
from sfbench.model.reference import own_sound
from sfbench.model.settings import NoSettings, checked
from sfbench.take import Sound

Lenders = Callable[[Manifest, Clip], list[Clip]]


@dataclass(frozen=True, slots=True)
class Borrowed:
    """Answers with the sound of another clip, drawn from those that may lend.

    Attributes:
        manifest: The clips.
        lenders: Which clips may lend to a clip.
        lack: Code of the reason when none may.
    """

    manifest: Manifest
    lenders: Lenders
    lack: str
    kind: Literal["processes"] = "processes"

    def generate(self, clip: Clip, seed: int) -> Sound:
        """Return the sound of a lender, no longer than the clip.

        Raises:
            ClipError: No clip may lend.
        """
        lenders = self.lenders(self.manifest, clip)
        if not lenders:
            raise ClipError(Reason("generate", self.lack, f"no clip can lend to {clip.label!r}"))
        lender = lenders[chance(clip.id, seed).integers(len(lenders))]
        sound = own_sound(self.manifest, lender)
        return Sound(sound.samples[: round(clip.seconds * sound.sample_rate)], sound.sample_rate)

    def contents(self) -> dict[str, str]:
        """Return nothing: the manifest's hash covers the sounds."""
        return {}


def training_clips_of_its_label(manifest: Manifest, clip: Clip) -> list[Clip]:
    """Return the training clips of a clip's label: right in kind, blind to the picture."""
    return [
        other
        for other in manifest.clips
        if other.split == "train" and other.label == clip.label is not None and other.id != clip.id
    ]


def clips_of_other_labels(manifest: Manifest, clip: Clip) -> list[Clip]:
    """Return the clips of the same split and another label: real sound, wrong in kind."""
    return [
        other for other in manifest.clips if other.split == clip.split and other.label != clip.label
    ]


def open_retrieval(manifest: Manifest, settings: Mapping[str, Any]) -> Borrowed:
    """Return the generator `retrieval`; it has nothing to set."""
    checked(settings, NoSettings)
    return Borrowed(manifest, training_clips_of_its_label, "no-training-clip")


def open_shuffled(manifest: Manifest, settings: Mapping[str, Any]) -> Borrowed:
    """Return the generator `shuffled`; it has nothing to set."""
    checked(settings, NoSettings)
    return Borrowed(manifest, clips_of_other_labels, "no-other-label")
