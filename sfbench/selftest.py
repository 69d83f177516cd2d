"""Known faults on simulated sounds, and what every metric says: the story of `sfbench selftest`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sfbench.curation.simulated.sound import simulated_sounds
from sfbench.eval.protocol import read_protocol
from sfbench.eval.respond import Expectation, judge, respond
from sfbench.media.level import RATE
from sfbench.progress import Watch, quiet
from sfbench.result import Score
from sfbench.show import table


@dataclass(frozen=True, slots=True)
class Selftest:
    """What every metric said to every fault.

    Attributes:
        answers: Scores by fault.
        expectations: The laws, and whether they hold.
    """

    answers: Mapping[str, Sequence[Score]]
    expectations: Sequence[Expectation]

    @property
    def broken(self) -> list[str]:
        """The laws that do not hold."""
        return [expectation.law for expectation in self.expectations if not expectation.holds]

    def __str__(self) -> str:
        metrics = [score.metric for score in self.answers["identity"]]
        rows = [
            (fault, *("null" if score.value is None else f"{score.value:.3f}" for score in scores))
            for fault, scores in self.answers.items()
        ]
        broken = [f"BROKEN: {law}" for law in self.broken]
        held = f"{len(self.expectations) - len(broken)} of {len(self.expectations)} laws hold"
        return "\n".join([table(("fault", *metrics), rows), held, *broken])


def selftest(protocol: str, clips: int, watch: Watch = quiet) -> Selftest:
    """Return every metric's answer to known faults on `clips` simulated sounds.

    Raises:
        SfbenchError: There is no such protocol.
    """
    chosen = read_protocol(protocol)
    sounds = list(watch(simulated_sounds(clips, RATE), clips, "simulate"))
    answers = respond(sounds, chosen)
    return Selftest(answers, judge(answers))
