"""Keeps clips whose media is whole, moves and sounds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sfbench.curation.hum import hum_of
from sfbench.curation.recipe import Recipe
from sfbench.curation.rules.health import HealthRule
from sfbench.curation.step import Draft
from sfbench.errors import Reason
from sfbench.media.level import RATE, levels
from sfbench.media.read import Media


@dataclass(frozen=True, slots=True)
class HealthStep:
    """Drops clips with ill media; thresholds, and ills that drop none, stand in the recipe."""

    recipe: Recipe
    name: str = "health"
    needs_media: bool = True

    def __post_init__(self) -> None:
        self.recipe.health.check()

    def keep(self, draft: Draft) -> Reason | None:
        """Return None if the media is healthy; what was measured goes to the evidence."""
        if draft.media is None:
            raise ValueError("the health step needs decoded media")
        rule, media = self.recipe.health, draft.media
        measured = measure(media, rule)
        ills = {code: detail for code, ill, detail in _verdicts(media, rule, measured) if ill}
        draft.evidence[self.name] = {**measured, "ills": list(ills)}
        grave = (code for code in ills if code not in rule.evidence_only)
        code = next(grave, None)
        return Reason(self.name, code, ills[code]) if code else None


def measure(media: Media, rule: HealthRule) -> dict[str, Any]:
    """Return what the ills are told by, from media that is decoded already."""
    sound = media.sound[RATE]
    changes = change(media.frames)
    hum = hum_of(sound, RATE)
    return {
        "seconds": round(media.seconds, 3),
        "change": round(float(changes.mean()) if len(changes) else 0.0, 3),
        "frozen": round(float((changes < rule.repeat_change).mean()) if len(changes) else 1.0, 3),
        "bars": round(bars(media.frames, rule.bars_level), 3),
        "level": round(float(np.percentile(levels(sound), 95)), 1),
        "clipped": round(float(np.mean(np.abs(sound) >= rule.clipped_amplitude)), 4),
        "offset": round(float(sound.mean(dtype=np.float64)), 4),
        "hum": {
            "hertz": hum.hertz,
            "prominence": round(hum.prominence, 1),
            "level": round(hum.dbfs, 1),
        },
    }


def _verdicts(
    media: Media, rule: HealthRule, measured: dict[str, Any]
) -> list[tuple[str, bool, str]]:
    """Return (code, whether it holds, sentence) of every ill, the gravest first."""
    missing = (media.declared or 0.0) - media.seconds
    hum = measured["hum"]
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
            "dc-offset",
            abs(measured["offset"]) > rule.offset,
            f"the mean of the samples is {measured['offset']:+.3f}",
        ),
        (
            "mains-hum",
            hum["prominence"] > rule.hum_prominence and hum["level"] > rule.hum_dbfs,
            f"{hum['hertz']:g} Hz hum at {hum['level']:.0f} dBFS",
        ),
        (
            "still-picture",
            measured["change"] < rule.still_change,
            f"the picture changes by {measured['change']:.2f} < {rule.still_change:g} grey levels",
        ),
        (
            "frozen",
            measured["frozen"] >= rule.frozen_share,
            f"{measured['frozen']:.0%} of the pictures repeat the one before",
        ),
        (
            "black-bars",
            measured["bars"] >= rule.bars_share,
            f"black bars take {measured['bars']:.0%} of the picture's height or width",
        ),
    ]


def change(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean absolute change from each look to the next, in grey levels, [T - 1].

    Args:
        frames: Pictures, [T, H, W, 3].

    >>> change(np.zeros((3, 2, 2, 3), np.uint8))
    array([0., 0.])
    """
    steps = np.abs(np.diff(frames.astype(np.int16), axis=0))
    changes: NDArray[np.float64] = steps.mean(axis=(1, 2, 3), dtype=np.float64)
    return changes


def bars(frames: NDArray[np.uint8], black: float) -> float:
    """Return the share of the height or width, whichever is more, that is always black bars.

    Bars lie at two opposite edges and are as wide on both sides; a dark sky is no bar.

    Args:
        frames: Pictures, [T, H, W, 3].
        black: Brightest grey level that counts as black.

    >>> frames = np.full((3, 10, 10, 3), 99, np.uint8)
    >>> frames[:, :2], frames[:, 8:] = 0, 0
    >>> bars(frames, 20)
    0.4
    """
    if not len(frames):
        return 0.0
    brightest = frames.max(axis=(0, 3))
    return max(_edges(brightest.max(axis=1) <= black), _edges(brightest.max(axis=0) <= black))


def _edges(dark: NDArray[np.bool_]) -> float:
    """Return twice the lesser of the runs of dark lines at both edges, as a share."""
    if dark.all():
        return 1.0
    first, last = np.flatnonzero(~dark)[[0, -1]]
    return 2 * min(int(first), len(dark) - 1 - int(last)) / len(dark)
