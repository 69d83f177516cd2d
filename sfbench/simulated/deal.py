"""Deals the scenes of a world: what kind of clip by the shares, its details by the seed."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.random import Generator

from sfbench.clip import slug
from sfbench.simulated.camera import FOCAL, HEIGHT
from sfbench.simulated.objects import CONTINUOUS, OBJECTS, REJECTED, SoundingObject
from sfbench.simulated.scene import SECONDS, Companion, Scene, View
from sfbench.simulated.shares import (
    COMPANIONS,
    DEFECTS,
    GATES,
    KINDS,
    VIEWS,
    Lot,
    dealt,
    lot,
)
from sfbench.simulated.silhouettes import SILHOUETTES
from sfbench.simulated.synth import between
from sfbench.simulated.timbre import Timbre
from sfbench.simulated.trajectory import Kind, Trajectory, distance


def draw_scene(seed: int, index: int, timbre: Timbre = "usual") -> Scene:
    """Return scene `index` of the world with this seed and timbre; it depends on nothing else."""
    drawn, rng = lot(index), np.random.default_rng([seed, index])
    label = _label(drawn, seed)
    thing = OBJECTS[label]
    view = dealt("view", VIEWS, drawn.rank)
    way = _trajectory(thing, _kind(thing, view, drawn.rank), rng)
    gate = _gate(dealt("gate", GATES, drawn.rank), rng)
    scene = Scene(
        id=f"sim-{index:04d}-{slug(label)}",
        seed=int(rng.integers(2**31)),
        timbre=timbre,
        group=drawn.group,
        split=_split(drawn),
        label=label,
        heard=_heard(drawn, label, rng),
        family=thing.family,
        trajectory=way,
        gate=gate if drawn.group != "not-continuous" else (-SECONDS, 2 * SECONDS),
        view=view,
        follow=rng.uniform(0.8, 1.0),
        away=None,
        zoom=_zoom(label, way, rng.uniform(110, 240)),
        blur=1,
        companion=_companion(label, drawn.rank, rng),
        defect=DEFECTS[drawn.rank % len(DEFECTS)] if drawn.group == "defect" else None,
        snr=rng.uniform(34, 50),
        peak=between(rng, 0.2, 0.88),
    )
    return _seen(scene, rng)


def _label(drawn: Lot, seed: int) -> str:
    """Return the label: good clips come in pairs, the first to train with, the second to test."""
    if drawn.group == "not-continuous":
        return list(REJECTED)[(drawn.rank + seed) % len(REJECTED)]
    labels = list(CONTINUOUS)
    # Faulty clips take the label of the pair begun last, which training clips show already.
    pair = (drawn.good if drawn.group == "good" else max(0, drawn.good - 1)) // 2
    return labels[(pair + seed) % len(labels)]


def _split(drawn: Lot) -> Literal["train", "test"]:
    """Return every other clip's split as test, from the second on, in every group."""
    return "test" if drawn.rank % 2 and drawn.group != "no-sound" else "train"


def _heard(drawn: Lot, label: str, rng: Generator) -> str | None:
    """Return whose sound is heard: the label's, that of another family's, or none."""
    if drawn.group == "no-sound":
        return None
    if drawn.group != "other-sound":
        return label
    strangers = [
        name for name, thing in CONTINUOUS.items() if thing.family != CONTINUOUS[label].family
    ]
    return strangers[int(rng.integers(len(strangers)))]


def _kind(thing: SoundingObject, view: View, rank: int) -> Kind:
    """Return a trajectory that the object can take; a fixed camera waits for a pass-by."""
    if view == "fixed" and "pass-by" in thing.kinds:
        return "pass-by"
    shares = {kind: share for kind, share in KINDS.items() if kind in thing.kinds}
    total = sum(shares.values())
    return dealt("kind", {kind: share / total for kind, share in shares.items()}, rank)


def _trajectory(thing: SoundingObject, kind: Kind, rng: Generator) -> Trajectory:
    """Return a way whose ends are two to six times as far as its closest point."""
    speed = rng.uniform(*thing.speed)
    near, far = thing.nearest
    closest = between(rng, near, far)
    if kind in ("pass-by", "approach-recede"):
        closest = float(np.clip(speed * SECONDS / 2 / between(rng, 2.2, 6.0), near, far))
    wide = 1.0 if kind == "approach-recede" else 0.2
    return Trajectory(
        kind=kind,
        closest=closest,
        bearing=rng.uniform(-np.pi, np.pi),
        altitude=min(rng.uniform(*thing.altitude), closest),
        speed=speed,
        time=SECONDS * rng.uniform(0.5 - wide / 2 - 0.1, 0.5 + wide / 2 + 0.1),
        turn=1 if rng.random() < 0.5 else -1,
    )


def _gate(kind: str, rng: Generator) -> tuple[float, float]:
    """Return when the source starts and stops, in seconds; outside the clip when it does not."""
    start = rng.uniform(1.0, 3.5) if kind in ("late", "both") else -SECONDS
    stop = rng.uniform(6.5, 9.0) if kind in ("early", "both") else 2 * SECONDS
    return start, stop


def _zoom(label: str, way: Trajectory, pixels: float) -> float:
    """Return the zoom that makes the object about `pixels` wide when nearest.

    Long objects may become wider, tall ones stay within the picture, small ones above its edge.
    """
    times = np.linspace(0, SECONDS, 101)
    shape, nearest = SILHOUETTES[label], float(distance(way, times).min())
    pixels *= max(1.0, (shape.length / shape.height / 3) ** 0.5)
    scale = min(pixels / shape.length, 0.6 * HEIGHT / shape.height, 60.0)
    return scale * nearest / FOCAL


def _companion(label: str, rank: int, rng: Generator) -> Companion | None:
    if not dealt("companion", COMPANIONS, rank):
        return None
    others = [name for name in CONTINUOUS if name != label and _ground(name) == _ground(label)]
    if not others:
        return None
    return Companion(
        label=others[int(rng.integers(len(others)))],
        offset=rng.uniform(-0.5, 0.5),
        width=rng.uniform(0.08, 0.2),
        drift=rng.uniform(-0.05, 0.05),
    )


def _ground(label: str) -> str:
    """Return what an object needs: `sky`, `water` or `land`."""
    place = OBJECTS[label].place
    return place if place in ("sky", "water") else "land"


def _seen(scene: Scene, rng: Generator) -> Scene:
    """Return the scene as its view has it."""
    begin = rng.uniform(1.5, 4.5)
    match scene.view:
        case "fixed":
            return replace(scene, follow=0.0)
        case "glance-away":
            return replace(scene, away=(begin, begin + rng.uniform(2.5, 4.5)))
        case "never-seen":
            return replace(scene, away=(-SECONDS, 2 * SECONDS))
        case "tiny":
            pixels = rng.uniform(6, 12)
            return replace(scene, zoom=_zoom(scene.label, scene.trajectory, pixels))
        case "blurred":
            return replace(scene, blur=int(rng.integers(5, 10)))
    return scene
