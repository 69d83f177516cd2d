"""Words of prompts as rows of an embedding; unknown words are told, never passed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sfbench.errors import SfbenchError

PADDING, UNKNOWN = "<pad>", "<unk>"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Rows of an embedding by word; the row of `<unk>` stands for every other word.

    Prompts are split at spaces and otherwise taken as they are: `Dog` and `dog,` are other words
    than `dog`, as in wsntxxn/TextToAudioGrounding.
    """

    rows: dict[str, int]

    def __post_init__(self) -> None:
        if UNKNOWN not in self.rows:
            raise ValueError(f"a vocabulary needs a row for {UNKNOWN}")

    def __len__(self) -> int:
        """Return how many rows an embedding needs at least."""
        return max(self.rows.values()) + 1

    def encode(self, prompt: str) -> list[int]:
        """Return the rows of a prompt's words.

        Raises:
            ValueError: The prompt has no words.

        >>> Vocabulary({"<pad>": 0, "<unk>": 1, "dog": 2}).encode("dog (siren)")
        [2, 1]
        """
        words = prompt.split()
        if not words:
            raise ValueError("a prompt has at least one word")
        return [self.rows.get(word, self.rows[UNKNOWN]) for word in words]

    def unknown(self, prompt: str) -> tuple[str, ...]:
        """Return the words of a prompt that have no row of their own.

        >>> Vocabulary({"<unk>": 0, "dog": 1}).unknown("dog (siren)")
        ('(siren)',)
        """
        return tuple(word for word in prompt.split() if word not in self.rows)


def vocabulary_of(prompts: Sequence[str]) -> Vocabulary:
    """Return the vocabulary of all words of some prompts, sorted after `<pad>` and `<unk>`."""
    words = sorted({word for prompt in prompts for word in prompt.split()})
    return Vocabulary({word: row for row, word in enumerate([PADDING, UNKNOWN, *words])})


def read_vocabulary(path: Path) -> Vocabulary:
    """Return the vocabulary of a JSON file `{word: row}`.

    Raises:
        SfbenchError: The file cannot be read, or is no vocabulary.
    """
    try:
        return Vocabulary(msgspec.json.decode(path.read_bytes(), type=dict[str, int]))
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise SfbenchError(f"{path} is no vocabulary of a grounding network: {error}") from None
