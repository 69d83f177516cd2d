"""Small dataset folders with truth, and a way to train by a recipe of the project."""

import numpy as np

from sfbench import store
from sfbench.benchmark_files import benchmark_folder, read_toml
from sfbench.clip import Clip
from sfbench.manifest import Manifest
from sfbench.media.write import write_mp4
from sfbench.model.train import TrainingRecipe, trainers
from sfbench.progress import quiet

RATE = 16_000
LABELS = ("helicopter", "raining")
COLOURS = ((220, 30, 30), (30, 30, 220))
SOUNDS = (1.0, 3.0)  # seconds between which the things of the world are seen and heard


def pictures(colour, fps=4, seconds=4.0):
    frames = np.full((round(seconds * fps), 64, 64, 3), 90, np.uint8)
    begin, end = (round(edge * fps) for edge in SOUNDS)
    frames[begin:end] = colour
    return frames


def sound(hertz, seconds=4.0):
    time = np.arange(round(seconds * RATE)) / RATE
    there = (SOUNDS[0] <= time) & (time < SOUNDS[1])
    return (0.3 * there * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def write_world(folder, count=6):
    """Clips of four seconds in which a red or a blue picture sounds high or low."""
    (folder / "train").mkdir(parents=True)
    clips = []
    for index in range(count):
        kind = index % 2
        path = folder / "train" / f"c{index:02d}_000000.mp4"
        write_mp4(path, pictures(COLOURS[kind]), 4, sound((2_000, 300)[kind] + index), RATE)
        truth = {"label_heard": LABELS[kind], "audible": [SOUNDS]}
        store.write_json(path.with_suffix(".json"), truth)
        clips.append(
            Clip(
                id=path.stem,
                label=LABELS[kind],
                split="train",
                video=f"train/{path.name}",
                sha256=store.sha256_file(path),
                seconds=4.0,
                truth=f"train/{path.stem}.json",
            )
        )
    store.write_bytes(folder / "manifest.jsonl", store.to_lines(clips))
    sha256 = Manifest(folder, "toy", tuple(clips)).sha256
    about = {"format": 1, "name": "toy", "manifest_sha256": sha256}
    store.write_json(folder / "dataset.json", about)
    return folder


def settings_for(trainer, world, networks=None, **changes):
    """Return the settings of a tiny recipe with some changes."""
    recipe = benchmark_folder("model") / "train" / f"{trainer}-tiny.toml"
    known = read_toml(recipe, TrainingRecipe).settings
    known = known | {"data": str(world), "check_share": 0.4} | changes
    return known | {"networks": known["networks"] | (networks or {})}


def train(trainer, settings, out, *, resume=False, watch=quiet):
    trainers[trainer](settings, out, resume, watch)


def stopping_at(step):
    """Return a watch that is interrupted at a step of the learning."""

    def watch(items, total, what):
        for count, item in enumerate(items):
            if what == "learn" and count == step:
                raise KeyboardInterrupt
            yield item

    return watch
