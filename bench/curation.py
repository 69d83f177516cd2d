"""Prints the precision and recall of every curation step against the truth of the simulated world.

Run: python bench/curation.py [clips] [seed]

Every ill of the health step drops here, also those that are evidence only in the recipe.
What a step should drop is what the world planted for it among the clips that reach it; media that
cannot be decoded are the health step's affair.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sfbench.curation.curate import curate
from sfbench.curation.how import How
from sfbench.curation.recipe import Recipe, read_recipe
from sfbench.curation.simulated import SimulatedSource
from sfbench.progress import shown
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.scene import Scene
from sfbench.store import read_lines

CODES = {
    "still": {"still-picture"},
    "truncated": {"damaged", "truncated"},
    "silent": {"silent"},
    "no-sound-stream": {"no-sound"},
    "corrupt": {"damaged", "truncated", "unreadable"},
    "short": {"too-short"},
    "clipped": {"clipped"},
    "frozen": {"frozen"},
    "bars": {"black-bars"},
    "offset": {"dc-offset"},
    "hum": {"mains-hum"},
}
"""By planted defect, the codes that name it."""

STEPS = ("label", "health", "grounding", "duplicates")


class Dropped(msgspec.Struct):
    """A line of rejected.jsonl."""

    id: str
    reason: dict[str, object]

    @property
    def step(self) -> str:
        """The step that dropped it; what cannot be decoded is the health step's affair."""
        return "health" if self.reason["step"] == "media" else str(self.reason["step"])


def strict(recipe: Recipe) -> Recipe:
    """Return the recipe with every ill dropping, and the steps that the truth can judge."""
    health = msgspec.structs.replace(recipe.health, evidence_only=[])
    return msgspec.structs.replace(recipe, health=health, steps=list(STEPS))


def wanted(scene: Scene) -> str | None:
    """Return the step that should drop a scene, or None."""
    if scene.group == "not-continuous":
        return "label"
    if scene.group in ("other-sound", "no-sound"):
        return "grounding"
    return "health" if scene.defect else None


def table(scenes: Iterable[Scene], dropped: dict[str, Dropped], steps: Iterable[str]) -> str:
    """Return a Markdown table, one row a step."""
    lines = [
        "| step | planted | dropped | right | precision | recall |",
        "|---|---|---|---|---|---|",
    ]
    left = list(scenes)
    for step in steps:
        out = {scene.id for scene in left if scene.id in dropped and dropped[scene.id].step == step}
        planted = {scene.id for scene in left if wanted(scene) == step}
        right = len(out & planted)
        lines.append(
            f"| {step} | {len(planted)} | {len(out)} | {right} | "
            f"{_share(right, len(out))} | {_share(right, len(planted))} |"
        )
        left = [scene for scene in left if scene.id not in out]
    return "\n".join(lines)


def defects(scenes: Iterable[Scene], dropped: dict[str, Dropped]) -> str:
    """Return a Markdown table, one row a planted defect."""
    planted, found, named = Counter[str](), Counter[str](), Counter[str]()
    for scene in scenes:
        if scene.defect is None:
            continue
        planted[scene.defect] += 1
        if scene.id in dropped and dropped[scene.id].step == "health":
            found[scene.defect] += 1
            named[scene.defect] += dropped[scene.id].reason["code"] in CODES[scene.defect]
    lines = ["| defect | planted | dropped | named |", "|---|---|---|---|"]
    lines += [f"| {one} | {planted[one]} | {found[one]} | {named[one]} |" for one in CODES]
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def main(count: int, seed: int) -> None:
    recipe = strict(read_recipe("simulated"))
    with tempfile.TemporaryDirectory() as folder:
        source = SimulatedSource(count=count, seed=seed)
        curate(recipe, source, Path(folder), how=How(watch=shown))
        dropped = {row.id: row for row in read_lines(Path(folder) / "rejected.jsonl", Dropped)}
    scenes = [draw_scene(seed, index) for index in range(count)]
    print(table(scenes, dropped, recipe.steps))
    print()
    print(defects(scenes, dropped))
    for scene in scenes:
        row = dropped.get(scene.id)
        if (row and row.step) != wanted(scene):
            said = f"{row.step}: {row.reason['code']} ({row.reason['detail']})" if row else "kept"
            print(f"\n{scene.id}, {scene.group} {scene.defect or ''}: {said}")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [440, 0][len(given) :]))
