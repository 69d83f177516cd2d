"""Known faults on simulated sounds, and what every metric says: the story of `sfbench selftest`."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sfbench.curation.simulated.deal import draw_scene
from sfbench.curation.simulated.sound import hear
from sfbench.eval.faults import Sound
from sfbench.eval.protocol import read_protocol
from sfbench.eval.respond import Expectation, judge, respond
from sfbench.progress import Watch, quiet
from sfbench.result import Score
from sfbench.show import table

SEED = 0


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
    sounds = list(watch(_sounds(clips), clips, "simulate"))
    answers = respond(sounds, chosen)
    return Selftest(answers, judge(answers))


def _sounds(count: int) -> Iterator[Sound]:
    """Yield the sounds of the world's first healthy scenes."""
    scenes = (draw_scene(SEED, index) for index in itertools.count())
    healthy = (scene for scene in scenes if scene.group == "good")
    for scene in itertools.islice(healthy, count):
        yield hear(scene).sound
