"""What a curation decides by: a TOML file of steps, thresholds and labels."""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from sfbench import benchmark_files, store
from sfbench.curation.labels import FATES, LabelRow, read_labels
from sfbench.curation.rules.challenge import ChallengeRule
from sfbench.curation.rules.duplicates import DuplicatesRule
from sfbench.curation.rules.grounding import GroundingRule
from sfbench.curation.rules.health import HealthRule
from sfbench.curation.rules.second_opinion import SecondOpinionRule
from sfbench.curation.rules.size import SizeRule
from sfbench.curation.rules.vggsounder import VGGSounderRule
from sfbench.errors import SfbenchError

Rule = TypeVar("Rule", bound=msgspec.Struct)

KEPT = tuple(fate for fate in FATES if fate != "excluded")
"""Fates that a recipe may keep."""


class SplitRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How clips whose source names no split are divided, and which are kept.

    Attributes:
        test_share: Share of recordings that become `test`, 0 to 1.
        seed: Changes which recordings those are.
        keep: Splits that the split step keeps.
    """

    test_share: float
    seed: int
    keep: tuple[Literal["train", "test"], ...] = ("train", "test")


class LabelRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which labels are kept.

    Attributes:
        table: Name of a label table in `curation/labels/`, or a TOML file beside the recipe.
        keep: Fates whose labels are kept: any of core, extended, ambience.
        rows: What the table says of every label; `read_recipe` fills it in.
    """

    table: str
    keep: list[str]
    rows: list[LabelRow] = []


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A curation recipe.

    Attributes:
        format: Version of this file format.
        name: Name of the datasets that it makes.
        steps: Names of the steps, in order.
        health: Thresholds of the health step.
        split: How clips are divided, and what the split step keeps.
        labels: Which labels the label step keeps.
        grounding: Thresholds of the grounding step; None where the recipe has no such step.
        second_opinion: What another network is asked; None where the recipe has no such step.
        vggsounder: What the vggsounder step drops; None where the recipe has no such step.
        size: Who says how large the sounding object is; None where the recipe has no such step.
        challenge: Rule of the challenge step; None where the recipe has no such step.
        duplicates: Thresholds of the duplicates step; None where the recipe has no such step.
    """

    format: int
    name: str
    steps: list[str]
    health: HealthRule
    split: SplitRule
    labels: LabelRule
    grounding: GroundingRule | None = None
    second_opinion: SecondOpinionRule | None = None
    vggsounder: VGGSounderRule | None = None
    size: SizeRule | None = None
    challenge: ChallengeRule | None = None
    duplicates: DuplicatesRule | None = None

    @property
    def sha256(self) -> str:
        """Hash of all that the recipe and its label table say; comments and layout do not count."""
        return store.fingerprint(self)

    @property
    def judging_sha256(self) -> str:
        """Hash of what the verdict on a single clip depends on: all but the challenge."""
        steps = [step for step in self.steps if step != "challenge"]
        return store.fingerprint(msgspec.structs.replace(self, steps=steps, challenge=None))

    @property
    def thresholds(self) -> dict[str, Any]:
        """What the steps of this recipe decide by, by step, for the dataset card."""
        rules = {step: getattr(self, step, None) for step in self.steps}
        return {step: msgspec.to_builtins(rule) for step, rule in rules.items() if rule is not None}

    def stated(self, step: str, kind: type[Rule]) -> Rule:
        """Return the rule that a step decides by.

        Raises:
            SfbenchError: The recipe has the step and no such table; the message names its keys.
        """
        rule = getattr(self, step)
        if isinstance(rule, kind):
            return rule
        keys = ", ".join(field.name for field in msgspec.structs.fields(kind) if field.required)
        raise SfbenchError(
            f"the recipe {self.name} has the step {step} and no [{step}]; add it with {keys}"
        )

    def row(self, label: str | None) -> LabelRow | None:
        """Return what the label table says of a label, or None when it does not know the label."""
        return self._rows.get(label)

    def family(self, label: str | None) -> str | None:
        """Return the family of a label that is kept, else None."""
        row = self.row(label)
        return row.family if row is not None and row.fate in self.labels.keep else None

    def relatives(self, label: str) -> list[str]:
        """Return the kept labels of a label's family; the label alone if it is not kept."""
        return self._families.get(self.family(label), [label])

    @cached_property
    def _rows(self) -> dict[str | None, LabelRow]:
        return {row.label: row for row in self.labels.rows}

    @cached_property
    def _families(self) -> dict[str | None, list[str]]:
        """Kept labels by family, made once: lists name hundreds of thousands of clips."""
        families: dict[str | None, list[str]] = {}
        for label in filter(self.family, self._rows):
            families.setdefault(self.family(label), []).append(str(label))
        return families


def read_recipe(name: str) -> Recipe:
    """Return the recipe behind a name in `curation/` or a path of a TOML file.

    Raises:
        SfbenchError: There is none, or it has a missing, unknown or wrong field.
    """
    path = benchmark_files.find("curation", name)
    recipe = benchmark_files.read_toml(path, Recipe, "curation")
    if not 0 <= recipe.split.test_share <= 1:
        raise SfbenchError(f"{path}: split.test_share must lie between 0 and 1")
    return msgspec.structs.replace(recipe, labels=_with_rows(path, recipe.labels))


def _with_rows(path: Path, rule: LabelRule) -> LabelRule:
    unknown = sorted(set(rule.keep) - set(KEPT))
    if unknown or not rule.keep:
        raise SfbenchError(f"{path}: labels.keep must name fates among {', '.join(KEPT)}")
    if rule.rows:
        raise SfbenchError(f"{path}: labels.rows belongs in a label table; see labels.table")
    return msgspec.structs.replace(rule, rows=read_labels(rule.table, path.parent))
