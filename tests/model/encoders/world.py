"""A toy world: red clips with a high tone, blue clips with a low one, some without a sound."""

from pathlib import Path

import numpy as np

from sfbench import store
from sfbench.benchmark_files import benchmark_folder, read_toml
from sfbench.clip import Clip
from sfbench.manifest import Manifest
from sfbench.media.write import write_mp4
from sfbench.model.train import TrainingRecipe

RATE = 16_000
SECONDS = 2
COLOURS = {"helicopter": (220, 40, 40), "raining": (40, 40, 220)}
HERTZ = {"helicopter": 2_500, "raining": 300}


def tone(label, rng):
    """Two seconds of a label's tone, or of faint noise."""
    time = np.arange(SECONDS * RATE) / RATE
    sound = 0.01 * rng.normal(size=len(time))
    if label is not None:
        sound += 0.3 * np.sin(2 * np.pi * HERTZ[label] * rng.uniform(0.9, 1.1) * time)
    return sound.astype(np.float32)


def pictures(label, rng, count=10):
    """Grey pictures with a square of the label's colour somewhere."""
    shown = np.full((count, 96, 128, 3), rng.integers(90, 150), np.uint8)
    top, left = rng.integers(0, 48), rng.integers(16, 64)
    shown[:, top : top + 48, left : left + 48] = COLOURS[label]
    return shown


def write_world(folder: Path, seed: int, count: int = 12) -> None:
    """Write a dataset folder of two labels; every sixth clip has no sound of its own."""
    rng = np.random.default_rng(seed)
    clips = []
    (folder / "train").mkdir(parents=True)
    for index in range(count):
        shown = list(COLOURS)[index % 2]
        heard = None if index % 6 == 5 else shown
        path = folder / "train" / f"c{index:02d}.mp4"
        write_mp4(path, pictures(shown, rng), 5, tone(heard, rng), RATE)
        truth = {
            "label_heard": heard,
            "audible": [[0.0, float(SECONDS)]] if heard else [],
            "view": "tiny" if index < 2 else "followed",
            "frame_rate": 5.0,
            "visible_area": [0.1875] * 9 + [0.0],
        }
        store.write_json(path.with_suffix(".json"), truth)
        clips.append(
            Clip(
                id=path.stem,
                label=shown,
                split="train",
                video=f"train/{path.name}",
                sha256=store.sha256_file(path),
                seconds=float(SECONDS),
                truth=f"train/{path.stem}.json",
            )
        )
    store.write_bytes(folder / "manifest.jsonl", store.to_lines(clips))
    sha256 = Manifest(folder, "toy", tuple(clips)).sha256
    named = {"format": 1, "name": "toy", "manifest_sha256": sha256}
    store.write_json(folder / "dataset.json", named)


def settings_for(name: str, toy: Path, **changes):
    """The settings of a shipped recipe, on the toy world and much smaller."""
    recipe = read_toml(benchmark_folder("model") / "train" / f"{name}-mini.toml", TrainingRecipe)
    small = {
        "clip": {
            "data": "simulated:41",
            "clips": 24,
            "image_width": 32,
            "image_layers": 1,
            "text_width": 16,
            "text_layers": 1,
        },
        "clap": {"width": 12, "stages": 2, "text_width": 16, "text_layers": 1, "batch": 4},
        "panns": {
            "data": "simulated:41",
            "clips": 24,
            "widths": [4, 4, 8, 8, 8, 16],
            "seconds": 2.0,
        },
        "vggish": {"widths": [4, 4, 8, 8], "hidden": 16, "embedding": 8},
        "wav2clip": {
            "data": "simulated:41",
            "clips": 24,
            "clip": str(toy / "clip" / "clip.safetensors"),
            "seconds": 2.0,
        },
    }
    common = {
        "data": str(toy / "learn"),
        "check": str(toy / "check"),
        "held_out": {"others": str(toy / "held-out")},
        "steps": 20,
        "batch": 6,
        "check_every": 10,
        "learning_rate": 0.005,
    }
    return recipe.settings | common | small[name] | changes
