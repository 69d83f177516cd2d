"""Keeps clips whose media is whole, moves and sounds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.curation.recipe import HealthRule, Recipe
from sfbench.curation.step import Draft
from sfbench.errors import Reason
from sfbench.media.level import RATE, levels
from sfbench.media.read import Media


@dataclass(frozen=True, slots=True)
class HealthStep:
    """Drops short, truncated, still, silent and clipped clips; thresholds stand in the recipe."""

    recipe: Recipe
    name: str = "health"
    needs_media: bool = True

    def keep(self, draft: Draft) -> Reason | None:
        """Return None if the media is healthy; what was measured goes to the evidence."""
        if draft.media is None:
            raise ValueError("the health step needs decoded media")
        rule, media = self.recipe.health, draft.media
        measured = _measure(media, rule)
        draft.evidence[self.name] = measured
        for code, ill, detail in _verdicts(media, rule, measured):
            if ill:
                return Reason(self.name, code, detail)
        return None


def _measure(media: Media, rule: HealthRule) -> dict[str, float]:
    sound = media.sound[RATE]
    return {
        "seconds": round(media.seconds, 3),
        "change": round(change(media.frames), 3),
        "level": round(float(np.percentile(levels(sound), 95)), 1),
        "clipped": round(float(np.mean(np.abs(sound) >= rule.clipped_amplitude)), 4),
    }


def _verdicts(
    media: Media, rule: HealthRule, measured: dict[str, float]
) -> list[tuple[str, bool, str]]:
    """Return (code, whether it holds, sentence) of every ill, the gravest first."""
    missing = (media.declared or 0.0) - media.seconds
    return [
        ("damaged", media.damage is not None, media.damage or ""),
        (
            "truncated",
            missing > rule.truncation_seconds,
            f"ends {missing:.1f} s before the declared {media.declared or 0:.1f} s",
        ),
        (
            "too-short",
            media.seconds < rule.min_seconds,
            f"{media.seconds:.2f} s < {rule.min_seconds:g} s",
        ),
        (
            "silent",
            measured["level"] < rule.silent_dbfs,
            f"level {measured['level']:.0f} dBFS < {rule.silent_dbfs:g} dBFS",
        ),
        (
            "clipped",
            measured["clipped"] > rule.clipped_share,
            f"{measured['clipped']:.1%} of the samples are clipped",
        ),
        (
            "still-picture",
            measured["change"] < rule.still_change,
            f"the picture changes by {measured['change']:.2f} < {rule.still_change:g} grey levels",
        ),
    ]


def change(frames: NDArray[np.uint8]) -> float:
    """Return the mean absolute change from look to look, in grey levels, 0 to 255.

    Args:
        frames: Pictures, [T, H, W, 3].

    >>> change(np.zeros((3, 2, 2, 3), np.uint8))
    0.0
    """
    if len(frames) < 2:
        return 0.0
    return float(np.abs(np.diff(frames.astype(np.int16), axis=0)).mean())
