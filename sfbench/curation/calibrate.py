"""Measures clips of which is known whether their label is heard, and chooses thresholds by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sfbench import store
from sfbench.curation.card import render
from sfbench.curation.curate import DEFAULT, curate
from sfbench.curation.curve import Curve, open_pen
from sfbench.curation.how import How
from sfbench.curation.recipe import Recipe, read_recipe
from sfbench.curation.rules.grounding import Calibration, GroundingRule
from sfbench.curation.source import Source, Truthful
from sfbench.curation.steps.grounding import NAME
from sfbench.curation.thresholds import (
    Judged,
    Operation,
    average_precision,
    choose,
    operate,
    score_curve,
)
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest, read_manifest

RECIPE, CURVE, FIGURES = "recipe.toml", "curve.png", "calibration.json"

_STEPS = ("label", "health", NAME)  # others choose clips by what thresholds are measured against
_LEAST = 10  # clips of either kind


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Thresholds, and what they do to the clips that they were chosen by.

    Attributes:
        recipe: Recipe file with the thresholds.
        curve: Picture of precision over recall.
        encoder: Signature of the grounder.
        before: What the recipe's own thresholds do to the same clips.
        chosen: The thresholds and what they do.
        calibration: What the recipe file says of how they were chosen.
        families: The same thresholds, family by family.
    """

    recipe: Path
    curve: Path
    encoder: str
    before: Operation
    chosen: Operation
    calibration: Calibration
    families: dict[str, Operation]

    def __str__(self) -> str:
        rows = [("before", self.before), ("chosen", self.chosen), *self.families.items()]
        said = [f"{name:>16}: {_sentence(operation)}" for name, operation in rows]
        return "\n".join([*said, f"use them: sfbench curate --recipe {self.recipe} ..."])


def calibrate(
    name: str,
    source: Source,
    out: Path,
    *,
    how: How = DEFAULT,
) -> Calibrated:
    """Choose the thresholds of a recipe's grounding step and leave them in `out` as a recipe.

    `out` becomes a dataset of all clips that were measured, so that a killed calibration goes on
    where it stopped; its card shows the curve.

    Args:
        name: The recipe, as `--recipe` names it.
        source: Clips whose truth is known.
        out: The folder.
        how: On what machines, and with what progress shown.

    Raises:
        SfbenchError: The recipe does not listen, the source knows no truth, too few clips of
            either kind were measured, or curation failed.
    """
    recipe = read_recipe(name)
    if recipe.grounding is None or NAME not in recipe.steps:
        raise SfbenchError(f"the recipe {recipe.name} does not listen: nothing to calibrate")
    if not isinstance(source, Truthful):
        raise SfbenchError(
            f"{source.name} does not know which labels are heard; calibrate by "
            "--source simulated or --source vggsound"
        )
    draw = open_pen()
    curate(_measuring(recipe, recipe.grounding), source, out, how=how)
    manifest = read_manifest(out)
    clips = judge(manifest, source, recipe)
    calibrated = _calibrated(clips, recipe.grounding, manifest, source.name)
    store.write_text(calibrated.recipe, _recipe_text(name, recipe, calibrated))
    least = calibrated.chosen.coverage
    curves = {
        "score alone": score_curve(clips, 0.0),
        f"with coverage ≥ {least:.2f}": score_curve(clips, least),
    }
    draw(calibrated.curve, curves, calibrated.chosen)
    store.write_json(out / FIGURES, _figures(calibrated, curves))
    _add_to_card(out / "README.md", calibrated)
    return calibrated


def _measuring(recipe: Recipe, rule: GroundingRule) -> Recipe:
    """Return the recipe that measures every clip and drops none for what is heard."""
    return msgspec.structs.replace(
        recipe,
        name=f"{recipe.name}-calibration",
        steps=[step for step in recipe.steps if step in _STEPS],
        grounding=msgspec.structs.replace(rule, score=0.0, coverage=0.0, calibration=None),
    )


def judge(manifest: Manifest, source: Truthful, recipe: Recipe) -> list[Judged]:
    """Return measures and truth of the clips whose truth is known.

    A label counts as heard where any label of its family is: people who label a clip often name
    the neighbour, an ambulance for a police car.
    """
    families: dict[str, set[str]] = {}
    for row in recipe.labels.rows:
        families.setdefault(row.family or row.label, set()).add(row.label)
    siblings = {label: members for members in families.values() for label in members}
    heard = source.heard(manifest, siblings)
    return [
        Judged(
            clip.evidence[NAME]["score"],
            clip.evidence[NAME]["coverage"],
            heard[clip.id],
            clip.family or "",
        )
        for clip in manifest.clips
        if clip.id in heard and NAME in clip.evidence
    ]


def _calibrated(
    clips: Sequence[Judged], rule: GroundingRule, manifest: Manifest, source: str
) -> Calibrated:
    heard = sum(clip.heard for clip in clips)
    if min(heard, len(clips) - heard) < _LEAST:
        raise SfbenchError(
            f"{heard} clips whose label is heard and {len(clips) - heard} whose is not were "
            f"measured; thresholds need {_LEAST} of either: give a larger --limit, or more media"
        )
    best = choose(clips)
    calibration = Calibration(
        source=source,
        clips=len(clips),
        heard=heard,
        precision=round(best.precision or 0.0, 3),
        recall=round(best.recall or 0.0, 3),
        average_precision=round(average_precision(clips), 3),
    )
    return Calibrated(
        recipe=manifest.folder / RECIPE,
        curve=manifest.folder / CURVE,
        encoder=manifest.clips[0].evidence[NAME]["encoder"],
        before=operate(clips, rule.score, rule.coverage),
        chosen=best,
        calibration=calibration,
        families=_by_family(clips, best),
    )


def _by_family(clips: Sequence[Judged], best: Operation) -> dict[str, Operation]:
    families = sorted({clip.family for clip in clips})
    return {
        family: operate(
            [clip for clip in clips if clip.family == family], best.score, best.coverage
        )
        for family in families
    }


def _figures(calibrated: Calibrated, curves: Mapping[str, Curve]) -> dict[str, object]:
    names = ("encoder", "before", "chosen", "calibration", "families")
    told = {name: getattr(calibrated, name) for name in names}
    return {"format": 1, **told, "curves": curves}


def _recipe_text(name: str, recipe: Recipe, calibrated: Calibrated) -> str:
    """Return a recipe that is the one named, with other thresholds."""
    by_path, table = name.endswith(".toml"), recipe.labels.table
    base = str(Path(name).resolve()) if by_path else name
    beside = [f"[labels]\ntable = {_quoted(str(Path(base).parent / table))}\n"]
    chosen, told = calibrated.chosen, calibrated.calibration
    return "\n".join(
        [
            f"# Written by sfbench curate --calibrate; {calibrated.encoder}.",
            f"extends = {_quoted(base)}\n",
            *(beside if by_path and table.endswith(".toml") else []),
            f"[{NAME}]",
            f"score = {chosen.score:.2f}",
            f"coverage = {chosen.coverage:.2f}\n",
            f"[{NAME}.calibration]",
            *(f"{field} = {_quoted(getattr(told, field))}" for field in told.__struct_fields__),
            "",
        ]
    )


def _quoted(value: str | float) -> str:
    """Return a value as TOML spells it; JSON's strings and numbers are TOML's."""
    return msgspec.json.encode(value).decode()


def _sentence(operation: Operation) -> str:
    return (
        f"score {operation.score:.2f}, coverage {operation.coverage:.2f}: {operation.kept} kept, "
        f"precision {figure(operation.precision)}, recall {figure(operation.recall)}"
    )


def figure(value: float | None) -> str:
    """Return a share for people; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def _add_to_card(card: Path, calibrated: Calibrated) -> None:
    section = render(
        "calibration.md.j2", calibrated=calibrated, figure=figure, recipe=RECIPE, curve=CURVE
    )
    store.write_text(card, card.read_text(encoding="utf-8") + section)
