"""What the training of every encoder depends on."""

from collections.abc import Collection
from typing import Any, TypeVar

import msgspec

from sfbench import benchmark_files
from sfbench.errors import SfbenchError
from sfbench.model.train import TrainingRecipe
from sfbench.model.training.cycle import Cycle
from sfbench.model.training.pace import Whole


class Settings(Cycle, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings that all training recipes of encoders share.

    Attributes:
        data: Dataset folder to learn from, or a world that is drawn, such as `simulated:31`.
        clips: How many clips of that world; 0 where `data` is a folder.
        check: Dataset folder of another world, looked at while training.
        held_out: Dataset folders of further worlds by name, looked at once, after the last step.
        prompts: Recipe in `model/train/` that says each sound in words: all encoders know the
            same labels and words.
    """

    data: str
    clips: Whole = 0
    check: str
    held_out: dict[str, str]
    prompts: str

    @property
    def folders(self) -> dict[str, str]:
        """All dataset folders by their part."""
        learnt = {} if self.clips else {"data": self.data}
        return {**learnt, "check": self.check, **self.held_out}

    @property
    def words(self) -> dict[str, list[str]]:
        """Ways to say each sound, by label."""
        path = benchmark_files.find("model/train", self.prompts)
        recipe = benchmark_files.read_toml(path, TrainingRecipe)
        return msgspec.convert(recipe.settings["prompts"], dict[str, list[str]])

    def require_words(self, named: Collection[str], where: str) -> None:
        """Refuse labels that the prompts do not say.

        Raises:
            SfbenchError: There are some.
        """
        if speechless := sorted(set(named) - self.words.keys()):
            raise SfbenchError(
                f"the prompts of {self.prompts} have no words for {', '.join(speechless)} "
                f"of {where}"
            )


S = TypeVar("S", bound=Settings)


def read_settings(given: dict[str, Any], kind: type[S]) -> S:
    """Return checked settings of a kind.

    Raises:
        SfbenchError: A setting is missing, unknown or of a wrong kind, or too small.
    """
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SfbenchError(f"the recipe's settings cannot be used: {error}") from None
