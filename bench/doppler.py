"""Prints how well the Doppler shift and the arc of simulated clips are told from sound alone.

Run: python bench/doppler.py [clips]
"""

import sys
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from sfbench.eval.metrics.physics import CONFIDENT, doppler_shift, proximity_arc
from sfbench.media.level import HOP, levels
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.scene import Scene
from sfbench.simulated.sound import hear
from sfbench.simulated.trajectory import (
    SPEED_OF_SOUND,
    emission_times,
    radial_velocity,
)

SEED = 3
AROUND = (0.5, 4.0)  # seconds before and after the closest approach that the shift rests on


def scenes(kind: str, count: int) -> Iterator[Scene]:
    """Yield scenes whose object sounds and, if it passes by, is closest well within the clip."""
    index = 0
    while count:
        scene = draw_scene(SEED, index)
        index += 1
        sounds = scene.heard is not None and scene.group == "good"
        if scene.trajectory.kind == kind and sounds and 2 < (scene.trajectory.time or 5) < 8:
            count -= 1
            yield scene


def true_shift(scene: Scene) -> float:
    """Return the change of 12 log2 f that the motion alone makes, in semitones."""
    way, (least, most) = scene.trajectory, AROUND
    times = np.arange(round(10 / HOP)) * HOP
    velocity = radial_velocity(way, emission_times(way, times))
    raised = -12 * np.log2(1 + velocity / SPEED_OF_SOUND)
    before, after = (
        np.median(raised[(least < since) & (since < most)])
        for since in (way.time - times, times - way.time)
    )
    return float(after - before)


def main(count: int) -> None:
    errors, arcs = defaultdict(list), defaultdict(list)
    for scene in scenes("pass-by", count):
        heard = hear(scene)
        arcs["pass-by"].append(proximity_arc(levels(heard.sound), scene.trajectory.time))
        shift = doppler_shift(heard.sound, scene.trajectory.time)
        if heard.fundamental is not None and shift is not None and shift.confidence >= CONFIDENT:
            errors[scene.heard].append(abs(shift.semitones - true_shift(scene)))
    for scene in scenes("static", max(count // 8, 4)):
        arcs["static"].append(proximity_arc(levels(hear(scene).sound), 5.0))
    for name, values in sorted(errors.items()):
        print(f"{name:36s} {len(values):3d} clips  median error {np.median(values):.2f} semitones")
    every = np.concatenate(list(errors.values()))
    print(
        f"all {len(every)} tonal pass-bys: median error {np.median(every):.3f} semitones, "
        f"9 of 10 within {np.percentile(every, 90):.2f}"
    )
    for kind, values in arcs.items():
        print(f"arc of {len(values)} {kind} clips: median {np.median(values):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 80)
