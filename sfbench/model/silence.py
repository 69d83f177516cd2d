"""Digital silence: what no metric may reward."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sfbench.clip import Clip
from sfbench.manifest import Manifest
from sfbench.model.settings import NoSettings, checked
from sfbench.take import Sound

RATE = 16_000


@dataclass(frozen=True, slots=True)
class Silence:
    """Answers every clip with zeros."""

    kind: Literal["processes"] = "processes"

    def generate(self, clip: Clip, seed: int) -> Sound:
        """Return zeros for the clip's length."""
        return Sound(np.zeros(round(clip.seconds * RATE), np.float32), RATE)

    def contents(self) -> dict[str, str]:
        """Return nothing."""
        return {}


def open_silence(manifest: Manifest, settings: Mapping[str, Any]) -> Silence:
    """Return the generator; it has nothing to set."""
    checked(settings, NoSettings)
    return Silence()
