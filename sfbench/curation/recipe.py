"""What a curation decides by: a TOML file of steps, thresholds and labels."""

import msgspec

from sfbench import benchmark_files, store
from sfbench.errors import SfbenchError


class HealthRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of the media-health step; recipes state every one of them.

    Attributes:
        min_seconds: Shorter media is rejected.
        truncation_seconds: How much shorter than declared the decoded media may be.
        still_change: Mean change between looks, in grey levels of 255, below which a picture
            stands still.
        silent_dbfs: 95th percentile of the level below which a sound is silent.
        clipped_amplitude: Amplitude from which a sample counts as clipped, 0 to 1.
        clipped_share: Share of clipped samples from which a sound is clipped, 0 to 1.
    """

    min_seconds: float
    truncation_seconds: float
    still_change: float
    silent_dbfs: float
    clipped_amplitude: float
    clipped_share: float


class SplitRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How clips whose source names no split are divided.

    Attributes:
        test_share: Share of recordings that become `test`, 0 to 1.
        seed: Changes which recordings those are.
    """

    test_share: float
    seed: int


class LabelRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label that is kept, its family, and why."""

    label: str
    family: str
    reason: str


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A curation recipe.

    Attributes:
        format: Version of this file format.
        name: Name of the datasets that it makes.
        steps: Names of the steps, in order.
        health: Thresholds of the health step.
        split: Rule of the split step.
        labels: The labels that the label step keeps.
    """

    format: int
    name: str
    steps: list[str]
    health: HealthRule
    split: SplitRule
    labels: list[LabelRow]

    @property
    def sha256(self) -> str:
        """Hash of everything that the recipe says; comments and layout do not count."""
        return store.fingerprint(self)

    def family(self, label: str | None) -> str | None:
        """Return a label's family, or None when the recipe does not know the label."""
        return next((row.family for row in self.labels if row.label == label), None)


def read_recipe(name: str) -> Recipe:
    """Return the recipe behind a name in `curation/` or a path of a TOML file.

    Raises:
        SfbenchError: There is none, or it has a missing, unknown or wrong field.
    """
    path = benchmark_files.find("curation", name)
    recipe = benchmark_files.read_toml(path, Recipe)
    if not 0 <= recipe.split.test_share <= 1:
        raise SfbenchError(f"{path}: split.test_share must lie between 0 and 1")
    return recipe
