"""When a clip sounds, as a generator is told: its temporal condition before it is yes or no."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.clip import Clip
from sfbench.encoders.device import choose_device
from sfbench.errors import ClipError, Reason
from sfbench.executor import Stage
from sfbench.manifest import Manifest
from sfbench.model.config import GeneratorConfig
from sfbench.model.generator import open_generator, wants_device


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How much speaks for sound at each picture of a clip.

    Attributes:
        says: What the scores are: `similarity to the label`, `probability of sound`.
        times: When each picture is shown, in seconds, [N].
        scores: What speaks for sound at each, [N].
        threshold: Score from which on the generator is told that it sounds.
    """

    says: str
    times: NDArray[np.float32]
    scores: NDArray[np.float32]
    threshold: float


def timing_of(
    manifest: Manifest, config: GeneratorConfig, clip: Clip, device: str = "auto"
) -> Timing | Reason:
    """Return what a system is told of when a clip sounds, or why it is told nothing.

    Raises:
        SfbenchError: The generator cannot be set up.
    """
    where = choose_device(device, idle=not wants_device(config.generator))
    generator = open_generator(config.generator, manifest, config.settings, device=where)
    ask = getattr(generator, "timing", None)
    if ask is None or generator.kind != "network" or generator.look is None:
        return _NONE
    (looked,) = Stage("explain", generator.look).run([clip], 1)
    if looked.reason is not None:
        return looked.reason
    try:
        timing: Timing | None = ask(clip, looked.value)
    except ClipError as error:
        return error.reason
    return timing or _NONE


_NONE = Reason("explain", "no-temporal-condition", "it is not told when a clip sounds")
