"""Small videos and datasets, made by the project's own writer."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from sfbench.curation.curate import curate
from sfbench.curation.folder import Folder
from sfbench.curation.recipe import read_recipe
from sfbench.manifest import Manifest, read_manifest
from sfbench.media.write import write_mp4

RATE = 16_000

# Each worker has a core: a network's own threads would wait for one another. Read by torch when it
# is first imported, which no test module does before this file.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of slow tests, so that no worker is left alone with one at the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    first = ("test_docs.py", "test_demo.py", "test_layout.py")
    items.sort(key=lambda item: (item.path.name not in first, not slow[item.path]))


@pytest.fixture(scope="session", autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory):
    """Keep caches of the tests away from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SFBENCH_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def moving_pictures(seconds: float, fps: int = 8, size: int = 64):
    """Return a bright square that wanders over a dark ground, [T, H, W, 3]."""
    frames = np.full((round(seconds * fps), size, size, 3), 40, np.uint8)
    for index, frame in enumerate(frames):
        left = index * 3 % (size - 16)
        frame[20:36, left : left + 16] = (220, 180, 60)
    return frames


def swelling_tone(seconds: float, pitch: float, *, peak: float = 0.3):
    """Return a tone with two overtones whose level rises and falls, [n] at 16 kHz."""
    time = np.arange(round(seconds * RATE)) / RATE
    swell = 0.4 + 0.6 * np.sin(np.pi * time / seconds)
    tone = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in (1, 2, 3))
    return (peak * swell * tone / 2).astype(np.float32)


def write_clip(path: Path, pitch: float, seconds: float = 5.0, **changes):
    """Write a small healthy video; `frames`, `sound` or `fps` change it."""
    frames = changes.get("frames", moving_pictures(seconds))
    sound = changes.get("sound", swelling_tone(seconds, pitch))
    write_mp4(path, frames, changes.get("fps", 8), sound, RATE)
    return path


LABELS = ("helicopter", "airplane flyby")


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 14 healthy labelled videos: 4 for training, 10 for testing."""
    folder = tmp_path_factory.mktemp("videos")
    lines = ["file_name,label,start,split"]
    for index in range(14):
        write_clip(folder / f"clip{index:02d}.mp4", 200.0 + 60 * index)
        split = "train" if index < 4 else "test"
        lines.append(f'clip{index:02d}.mp4,"{LABELS[index % 2]}",{index},{split}')
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def dataset(videos: Path, tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The dataset that curation makes of `videos`; tests must not write to it."""
    out = tmp_path_factory.mktemp("dataset") / "vgg-c"
    curate(read_recipe("basic"), Folder(videos), out)
    return read_manifest(out)
