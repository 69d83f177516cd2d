"""Baselines that answer with another clip's sound: of the right label, or of a wrong one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason
from sfbench.manifest import Manifest
from sfbench.model.chance import chance
from sfbench.model.reference import own_sound
from sfbench.model.settings import NoSettings, checked
from sfbench.take import Sound


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Answers with a training clip of the same label: right in kind, blind to the picture."""

    manifest: Manifest
    kind: Literal["processes"] = "processes"

    def generate(self, clip: Clip, seed: int) -> Sound:
        """Return the sound of a training clip of the same label.

        Raises:
            ClipError: There is none.
        """
        lenders = [
            other
            for other in self.manifest.clips
            if other.split == "train" and other.label == clip.label and other.id != clip.id
        ]
        if clip.label is None or not lenders:
            raise ClipError(
                Reason(
                    "generate", "no-training-clip", f"no training clip is labelled {clip.label!r}"
                )
            )
        return _lent(self.manifest, lenders, clip, seed)

    def contents(self) -> dict[str, str]:
        """Return nothing: the manifest's hash covers the sounds."""
        return {}


@dataclass(frozen=True, slots=True)
class Shuffled:
    """Answers with a clip of the same split but another label: real sound, wrong in kind."""

    manifest: Manifest
    kind: Literal["processes"] = "processes"

    def generate(self, clip: Clip, seed: int) -> Sound:
        """Return the sound of a clip of the same split and another label.

        Raises:
            ClipError: There is none.
        """
        lenders = [
            other
            for other in self.manifest.clips
            if other.split == clip.split and other.label != clip.label
        ]
        if not lenders:
            raise ClipError(
                Reason("generate", "no-other-label", f"every {clip.split} clip is {clip.label!r}")
            )
        return _lent(self.manifest, lenders, clip, seed)

    def contents(self) -> dict[str, str]:
        """Return nothing: the manifest's hash covers the sounds."""
        return {}


def open_retrieval(manifest: Manifest, settings: Mapping[str, Any]) -> Retrieval:
    """Return the generator; it has nothing to set."""
    checked(settings, NoSettings)
    return Retrieval(manifest)


def open_shuffled(manifest: Manifest, settings: Mapping[str, Any]) -> Shuffled:
    """Return the generator; it has nothing to set."""
    checked(settings, NoSettings)
    return Shuffled(manifest)


def _lent(manifest: Manifest, lenders: list[Clip], clip: Clip, seed: int) -> Sound:
    lender = lenders[chance(clip.id, seed).integers(len(lenders))]
    sound = own_sound(manifest, lender)
    return Sound(sound.samples[: round(clip.seconds * sound.sample_rate)], sound.sample_rate)
