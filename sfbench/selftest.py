"""Known faults on simulated sounds, and what every metric says: the story of `sfbench selftest`."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sfbench.curation.labels import read_labels
from sfbench.eval.protocol import read_protocol
from sfbench.eval.respond import Expectation, Heard, blind, judge, respond, steady
from sfbench.progress import Watch, quiet
from sfbench.result import Score
from sfbench.show import table
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.scene import SECONDS, Scene
from sfbench.simulated.sound import hear
from sfbench.simulated.trajectory import closest_approach

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

    @property
    def verdict(self) -> str:
        """How many laws hold, and those that do not."""
        broken = [f"BROKEN: {law}" for law in self.broken]
        held = f"{len(self.expectations) - len(broken)} of {len(self.expectations)} laws hold"
        return "\n".join([held, *broken])

    @property
    def markdown(self) -> str:
        """A row per metric; an answer that it does not tell from the truth stands in brackets."""
        faults = list(self.answers)
        lines = [f"| metric | {' | '.join(faults)} |", f"|---|{'--:|' * len(faults)}"]
        for place, own in enumerate(self.answers["identity"]):
            arrow = "↑" if own.higher_is_better else "↓"
            cells = [_cell(own, self.answers[fault][place]) for fault in faults]
            lines.append(f"| `{own.metric}` {arrow} | {' | '.join(cells)} |")
        return "\n".join([*lines, "", self.verdict])

    def __str__(self) -> str:
        faults = list(self.answers)
        rows = [
            (own.metric, *(_number(self.answers[fault][place]) for fault in faults))
            for place, own in enumerate(self.answers["identity"])
        ]
        return "\n".join([table(("metric", *faults), rows), self.verdict])


def selftest(protocol: str, clips: int, watch: Watch = quiet) -> Selftest:
    """Return every metric's answer to known faults on `clips` simulated sounds.

    Raises:
        SfbenchError: There is no such protocol, or its weights are not here.
    """
    chosen = read_protocol(protocol)
    truths = list(watch(_truths(clips), clips, "simulate"))
    answers = respond(truths, chosen)
    return Selftest(answers, [*judge(answers), *steady(truths, chosen)])


def _truths(count: int) -> Iterator[Heard]:
    """Yield the sounds of the first healthy scenes, by label: half the list away lies another."""
    scenes = (draw_scene(SEED, index) for index in itertools.count())
    healthy = itertools.islice((scene for scene in scenes if scene.group == "good"), count)
    prompts = {row.label: row.prompt for row in read_labels("vggsound")}
    for scene in sorted(healthy, key=lambda scene: scene.label):
        yield Heard(hear(scene).sound, _closest(scene), prompts[scene.label], scene.label)


def _closest(scene: Scene) -> float | None:
    way = scene.trajectory
    return closest_approach(way, SECONDS) if way.kind == "pass-by" else None


def _cell(own: Score, spoilt: Score) -> str:
    number = _number(spoilt)
    return f"({number})" if spoilt is not own and blind(own, spoilt) else number


def _number(score: Score) -> str:
    return "null" if score.value is None else f"{score.value:.3g}"
