"""Clips → takes: the first half of `sfbench run`."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason
from sfbench.executor import Stage
from sfbench.journal import Journal
from sfbench.manifest import Manifest
from sfbench.media.write import write_wav
from sfbench.model.config import GeneratorConfig
from sfbench.model.generator import Generator, generators
from sfbench.progress import Watch, quiet
from sfbench.take import Sound, Take
from sfbench.versions import versions

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Run:
    """One system on one split: where its takes lie and what they are.

    Attributes:
        folder: The run folder, `<runs>/<model>/<revision>`.
        model: The system's name.
        revision: Short hash of everything that the takes depend on.
        clips: The clips asked for.
        takes: One per clip, in the clips' order.
        weights: Hashes by name of what the system answers with.
    """

    folder: Path
    model: str
    revision: str
    clips: tuple[Clip, ...]
    takes: tuple[Take, ...]
    weights: dict[str, str]


def generate(
    manifest: Manifest,
    config: GeneratorConfig,
    runs: Path,
    *,
    split: str = "test",
    limit: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    watch: Watch = quiet,
) -> Run:
    """Make a take for every clip of a split; finished takes are kept and not made again.

    Raises:
        SfbenchError: The split is empty, or the generator cannot be set up.
    """
    clips = manifest.split(split)[:limit]
    generator = generators[config.generator](manifest, config.settings)
    contents = generator.contents()
    asked = _asked(manifest, config, contents, split, seed)
    revision = store.fingerprint(asked)[:12]
    folder = runs / config.name / revision
    with Journal(folder / "takes.journal.jsonl", store.fingerprint(asked)) as journal:
        _write_about(folder, manifest, asked, revision)
        takes = journal.finished(Take, partial(_again, folder=folder))
        todo = [clip for clip in clips if clip.id not in takes]
        stage = Stage("generate", partial(_make, generator, seed, folder), kind=generator.kind)
        for outcome in watch(stage.run(todo, workers), len(todo), config.name):
            take = outcome.value or _failed(outcome.item, seed, outcome.reason)
            journal.append(take)
            takes[take.id] = take
    ordered = tuple(takes[clip.id] for clip in clips)
    store.write_bytes(folder / "takes.jsonl", store.to_lines(ordered))
    return Run(folder, config.name, revision, clips, ordered, contents)


def _asked(
    manifest: Manifest, config: GeneratorConfig, contents: dict[str, str], split: str, seed: int
) -> dict[str, object]:
    """Return all that decides what the takes sound like."""
    return {
        "config": msgspec.to_builtins(config),
        "contents": contents,
        "dataset": {"name": manifest.name, "manifest_sha256": manifest.sha256},
        "split": split,
        "seed": seed,
    }


def _write_about(folder: Path, manifest: Manifest, asked: dict[str, object], revision: str) -> None:
    dataset = {
        "name": manifest.name,
        "manifest_sha256": manifest.sha256,
        "folder": os.path.relpath(manifest.folder.resolve(), folder.resolve()),
    }
    about = {"format": FORMAT, "revision": revision, **asked, "dataset": dataset}
    store.write_json(folder / "run.json", about | {"device": "cpu", "versions": versions()})


def _make(generator: Generator, seed: int, folder: Path, clip: Clip) -> Take:
    sound = generator.generate(clip, seed)
    _check(sound)
    audio = f"takes/{clip.id}.wav"
    write_wav(folder / audio, sound.samples, sound.sample_rate)
    end = sound.start + len(sound.samples) / sound.sample_rate
    span = (round(sound.start, 4), round(end, 4))
    return Take(id=clip.id, audio=audio, sample_rate=sound.sample_rate, span=span, seed=seed)


def _check(sound: Sound) -> None:
    if sound.samples.ndim != 1:
        raise ValueError(f"a take is mono, [samples]; this one is {sound.samples.shape}")
    if not len(sound.samples):
        raise ClipError(Reason("generate", "empty", "the generator made no samples"))
    if not np.isfinite(sound.samples).all():
        raise ClipError(Reason("generate", "non-finite", "the sound has NaN or infinite samples"))


def _failed(clip: Clip, seed: int, reason: Reason | None) -> Take:
    return Take(
        id=clip.id,
        audio=None,
        sample_rate=0,
        span=(0.0, 0.0),
        seed=seed,
        status="failed",
        reason=reason,
    )


def _again(take: Take, folder: Path) -> bool:
    """Say whether a take must be made again: its file is gone, or another try may do better."""
    if take.audio is not None:
        return not (folder / take.audio).is_file()
    return take.reason is not None and take.reason.retryable
