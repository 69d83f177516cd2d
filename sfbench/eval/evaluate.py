"""Takes → result: the second half of `sfbench run`, and all of `sfbench score`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sfbench import store
from sfbench.clip import Clip
from sfbench.encoders.cache import EmbeddingCache
from sfbench.errors import Reason, SfbenchError
from sfbench.eval.aggregate import Measured, aggregate, by_family, by_label
from sfbench.eval.embed import embed, gather
from sfbench.eval.listen import STAGE, Listener, Row
from sfbench.eval.memory import Memory
from sfbench.eval.protocol import Protocol
from sfbench.eval.senses import Backend, Senses
from sfbench.executor import Stage
from sfbench.journal import Journal
from sfbench.progress import Watch, quiet
from sfbench.result import DatasetRef, Failure, ProtocolRef, Result
from sfbench.take import Take
from sfbench.versions import versions

BATCH = 8
"""Clips whose sounds are embedded together, and held in memory."""

_SHORT = 0.1  # seconds that a span may lack and still count as whole

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class System:
    """Takes to be scored, and the clips that they are for.

    Attributes:
        model: The system's name.
        revision: Short hash of everything that the takes depend on.
        folder: The run folder that the takes' paths are relative to; the result is written there.
        takes: The takes.
        clips: The clips asked for.
        dataset: The dataset folder that the clips' paths are relative to.
        dataset_name: The dataset's name.
        manifest_sha256: Hash of the manifest.
        weights: Hashes by name of what the system answers with.
        notes: Sentences for the reader of the result.
    """

    model: str
    revision: str
    folder: Path
    takes: Sequence[Take]
    clips: Sequence[Clip]
    dataset: Path
    dataset_name: str
    manifest_sha256: str
    weights: Mapping[str, str]
    notes: Sequence[str] = ()


def evaluate(
    system: System,
    protocol: Protocol,
    cache: EmbeddingCache,
    *,
    device: str = "auto",
    backend: Backend = "sfbench",
    workers: int | None = None,
    watch: Watch = quiet,
) -> Result:
    """Score a system by a protocol; write the folder `scores/<protocol>`, and copies beside it.

    Workers decode each file once and measure what needs no network; networks embed in batches
    here. A journal remembers each clip, so that a killed evaluation goes on where it stopped. A
    clip without a usable take is a failure with its reason; it is left out of every metric.
    """
    takes = {take.id: take for take in system.takes}
    failures = {clip.id: why for clip in system.clips if (why := _unusable(takes.get(clip.id)))}
    items = [(clip, takes[clip.id]) for clip in system.clips if clip.id not in failures]
    senses = Senses.open(protocol, device, backend)
    memory = Memory.of(system.folder, protocol, system.revision, senses.signatures)
    with Journal(memory.journal, memory.asked) as journal:
        rows = journal.finished(Row, partial(_again, cache=cache))
        todo = [item for item in items if item[0].id not in rows]
        listener = Listener(system.dataset, system.folder, protocol, cache, senses.wishes)
        outcomes = watch(Stage(STAGE, listener).run(todo, workers), len(todo), protocol.name)
        for batch in _batches(outcomes):
            heard = [outcome.value for outcome in batch if outcome.value is not None]
            failures |= embed(heard, senses.all, cache)
            failures |= {one.item[0].id: one.reason for one in batch if one.reason is not None}
            for row in (one.row for one in heard if one.row.id not in failures):
                journal.append(row)
                rows[row.id] = row
    ordered = [rows[clip.id] for clip, _ in items if clip.id in rows]
    if not todo and (known := memory.result([row.id for row in ordered], failures)):
        return known
    measured = gather(ordered, protocol, senses.signatures, cache)
    result = _result(system, protocol, measured, failures, senses.notes)
    memory.keep(result, measured.scores, ordered)
    return result


def _unusable(take: Take | None) -> Reason | None:
    if take is None:
        return Reason("generate", "missing", "the system has no take of this clip")
    return take.reason


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield lists of up to `BATCH` items."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _again(row: Row, cache: EmbeddingCache) -> bool:
    """Say whether a clip must be measured again because an embedding is gone."""
    return not all(cache.has(key) for key in row.names)


def _result(
    system: System,
    protocol: Protocol,
    measured: Measured,
    failures: Mapping[str, Reason],
    notes: Sequence[str],
) -> Result:
    if not measured.scores:
        reasons = sorted({str(reason) for reason in failures.values()})
        raise SfbenchError(f"no clip of {system.model} could be scored: {'; '.join(reasons[:3])}")
    split = system.clips[0].split
    return Result(
        model=system.model,
        revision=system.revision,
        dataset=DatasetRef(
            name=system.dataset_name,
            split=split,
            manifest_sha256=system.manifest_sha256,
            n=len(system.clips),
        ),
        protocol=ProtocolRef(name=protocol.name, sha256=protocol.sha256),
        weights=[{"name": name, "sha256": digest} for name, digest in system.weights.items()],
        versions=versions(),
        scores=aggregate(measured, protocol),
        strata=by_label(measured, protocol),
        families=by_family(measured, protocol),
        failures=[Failure(id=key, reason=reason) for key, reason in sorted(failures.items())],
        coverage=len(measured.scores) / len(system.clips),
        scored=store.fingerprint(sorted(clip.id for clip in measured.scores)),
        notes=[*system.notes, *notes, *_short_span(system, measured, protocol)],
    )


def _short_span(system: System, measured: Measured, protocol: Protocol) -> list[str]:
    """Say over which span clips are compared, if the takes make it shorter than the clips are."""
    window, spans = protocol.window, {one.id: one.evidence["span"] for one in measured.scores}
    lengths = {
        clip.id: (
            spans[clip.id][1] - spans[clip.id][0],
            min(window.seconds, clip.seconds - window.start),
        )
        for clip in system.clips
        if clip.id in spans
    }
    short = [have for have, whole in lengths.values() if have < whole - _SHORT]
    if not short:
        return []
    least, most = min(short), max(short)
    seconds = f"{least:g} s" if most - least < _SHORT else f"{least:g} to {most:g} s"
    return [
        f"{len(short)} of {len(lengths)} clips are compared over the {seconds} that its takes "
        "cover, and so is their true sound."
    ]
