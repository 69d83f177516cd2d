"""What the training of a grounding network depends on."""

from typing import Any

import msgspec

from sfbench.encoders.grounding.network import Geometry
from sfbench.encoders.grounding.words import Vocabulary, vocabulary_of
from sfbench.errors import SfbenchError
from sfbench.model.training.cycle import Cycle

_LEAST_SECONDS = 0.5


class Settings(Cycle, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a training recipe.

    Attributes:
        data: Dataset folder to learn from.
        check: Dataset folder of another world, looked at while training and to choose thresholds.
        held_out: Dataset folders of further worlds by name, looked at after the last step.
        prompts: Ways to say each sound, by label; the first is the one that curation asks.
        mixed: Share of clips that are heard together with another clip, 0 to 1.
        gain: Greatest change of a clip's level, in dB, either way.
        seconds: Length of the stretch of a clip that is learnt from at a time.
        rate: Sample rate of the network, in Hz.
        widths: Channels of its four blocks.
        hidden: Width of its recurrent layer in each direction.
        dropouts: Shares of values left out: after each block, and before the layers that follow.
    """

    data: str
    check: str
    held_out: dict[str, str]
    prompts: dict[str, list[str]]
    mixed: float
    gain: float
    seconds: float
    rate: int
    widths: tuple[int, int, int, int]
    hidden: int
    dropouts: tuple[float, float]

    @property
    def vocabulary(self) -> Vocabulary:
        """All words of all prompts."""
        return vocabulary_of([prompt for said in self.prompts.values() for prompt in said])

    @property
    def geometry(self) -> Geometry:
        """The sizes of the network."""
        return Geometry(
            words=len(self.vocabulary),
            rate=self.rate,
            widths=self.widths,
            hidden=self.hidden,
            dropouts=self.dropouts,
        )


def read_settings(given: dict[str, Any]) -> Settings:
    """Return checked settings.

    Raises:
        SfbenchError: A setting is missing, unknown or of a wrong kind, or a label has no prompt.
    """
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SfbenchError(f"the recipe's settings cannot be used: {error}") from None
    silent = [label for label, said in settings.prompts.items() if not said or not all(said)]
    if silent or not settings.prompts:
        raise SfbenchError(
            f"settings.prompts gives no words for {', '.join(silent) or 'any label'}"
        )
    if not settings.seconds >= _LEAST_SECONDS:
        raise SfbenchError(f"settings.seconds must be {_LEAST_SECONDS:g} or more")
    return settings
