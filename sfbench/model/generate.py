"""Clips → takes: the first half of `sfbench run`."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from sfbench import store
from sfbench.clip import Clip
from sfbench.encoders.device import choose_device
from sfbench.errors import Reason, SfbenchError
from sfbench.executor import Stage
from sfbench.journal import Journal
from sfbench.manifest import Manifest
from sfbench.model.config import GeneratorConfig
from sfbench.model.deliver import deliver, failed
from sfbench.model.generator import ClipGenerator, Generator, open_generator, wants_device
from sfbench.model.perform import perform
from sfbench.progress import Watch, quiet
from sfbench.shard import Shard
from sfbench.take import Take
from sfbench.versions import loaded_networks, versions

FORMAT = 1

WHOLE = Shard()

_JOURNAL = "takes.journal"


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
        notes: Sentences for the reader of its results.
    """

    folder: Path
    model: str
    revision: str
    clips: tuple[Clip, ...]
    takes: tuple[Take, ...]
    weights: dict[str, str]
    notes: tuple[str, ...] = ()


def generate(
    manifest: Manifest,
    config: GeneratorConfig,
    runs: Path,
    *,
    split: str = "test",
    limit: int | None = None,
    seed: int = 0,
    shard: Shard = WHOLE,
    only: Collection[str] | None = None,
    batch: int | None = None,
    device: str = "auto",
    workers: int | None = None,
    watch: Watch = quiet,
) -> Run:
    """Make a take for every clip of a split; finished takes are kept and not made again.

    Args:
        manifest: The clips.
        config: The system.
        runs: Folder of run folders.
        split: Name of the split.
        limit: At most this many clips.
        seed: Seed of the run; no take depends on order, batch, shard or other clips.
        shard: The share of the clips that is made here; shards may run at once.
        only: Ids of the clips that are made here; None for all.
        batch: Clips that a network makes together; the config says if None.
        device: Where a network runs: `cpu`, `cuda`, `cuda:1`, `mps`, or `auto`.
        workers: Processes; as many as there are processors if None.
        watch: Shows progress.

    Raises:
        SfbenchError: The split is empty, or the generator cannot be set up, or not with a batch.
    """
    everything = manifest.split(split)[:limit]
    clips = tuple(clip for clip in shard.of(everything) if only is None or clip.id in only)
    where = choose_device(device, idle=not wants_device(config.generator))
    generator = open_generator(
        config.generator, manifest, config.settings, device=where, watch=watch
    )
    together = _batch(generator, config, batch)
    contents = generator.contents()
    asked = _asked(manifest, config, contents, split, seed)
    revision = store.fingerprint(asked)[:12]
    folder = runs / config.name / revision
    if generator.kind == "network" and hasattr(generator, "in_folder"):
        generator = generator.in_folder(folder)
    with Journal(folder / shard.named(_JOURNAL, ".jsonl"), store.fingerprint(asked)) as journal:
        takes = journal.finished(
            Take, partial(_again, folder=folder), folder.glob(f"{_JOURNAL}*.jsonl")
        )
        todo = [clip for clip in clips if clip.id not in takes]
        _write_about(folder, manifest, asked, revision, _in_effect(generator, where, together))
        made = _made(generator, todo, folder, seed, together, workers)
        for take in watch(made, len(todo), config.name):
            journal.append(take)
            takes[take.id] = take
    finished = (takes[clip.id] for clip in everything if clip.id in takes)
    store.write_bytes(folder / "takes.jsonl", store.to_lines(finished))
    ordered = tuple(takes[clip.id] for clip in clips)
    notes = tuple(getattr(generator, "notes", ()))
    return Run(folder, config.name, revision, clips, ordered, contents, notes)


def _batch(generator: Generator, config: GeneratorConfig, asked: int | None) -> int:
    if generator.kind == "network":
        return asked or config.batch or int(getattr(generator, "batch", 1))
    if asked is not None:
        raise SfbenchError(f"{config.name} makes one clip at a time; leave out --batch")
    return 1


def _asked(
    manifest: Manifest, config: GeneratorConfig, contents: dict[str, str], split: str, seed: int
) -> dict[str, object]:
    """Return all that decides what the takes sound like."""
    settled = msgspec.to_builtins(config)
    del settled["batch"]
    return {
        "config": settled,
        "contents": contents,
        "dataset": {"name": manifest.name, "manifest_sha256": manifest.sha256},
        "split": split,
        "seed": seed,
    }


def _in_effect(generator: Generator, device: str, batch: int) -> dict[str, Any]:
    return {
        "device": device,
        "batch": batch,
        "in_effect": dict(getattr(generator, "in_effect", {})),
        "versions": versions() | loaded_networks(),
    }


def _write_about(
    folder: Path,
    manifest: Manifest,
    asked: dict[str, object],
    revision: str,
    in_effect: dict[str, Any],
) -> None:
    dataset = {
        "name": manifest.name,
        "manifest_sha256": manifest.sha256,
        "folder": os.path.relpath(manifest.folder.resolve(), folder.resolve()),
    }
    about = {"format": FORMAT, "revision": revision, **asked, "dataset": dataset}
    store.write_json(folder / "run.json", about | in_effect)


def _made(
    generator: Generator,
    clips: Sequence[Clip],
    folder: Path,
    seed: int,
    batch: int,
    workers: int | None,
) -> Iterator[Take]:
    """Yield a take for each clip, in order."""
    if generator.kind == "network":
        yield from perform(generator, clips, folder, seed, batch=batch, workers=workers)
        return
    stage = Stage("generate", partial(_make, generator, seed, folder), kind=generator.kind)
    for outcome in stage.run(clips, workers):
        yield outcome.value or failed(outcome.item, seed, outcome.reason or _UNSAID)


_UNSAID = Reason("generate", "error")


def _make(generator: ClipGenerator, seed: int, folder: Path, clip: Clip) -> Take:
    return deliver(folder, clip, seed, generator.generate(clip, seed))


def _again(take: Take, folder: Path) -> bool:
    """Say whether a take must be made again: its file is gone, or another try may do better."""
    if take.audio is not None:
        return not (folder / take.audio).is_file()
    return take.reason is not None and take.reason.retryable
