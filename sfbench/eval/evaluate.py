"""Takes → result: the second half of `sfbench run`, and all of `sfbench score`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sfbench import store
from sfbench.clip import Clip
from sfbench.encoders.extractor import Extractor
from sfbench.errors import Reason, SfbenchError
from sfbench.eval.aggregate import Measured, aggregate, by_label
from sfbench.eval.cache import EmbeddingCache
from sfbench.eval.embed import embed, gather, open_extractors
from sfbench.eval.listen import STAGE, Listener, Row, wishes_of
from sfbench.eval.metric import metrics
from sfbench.eval.protocol import Protocol
from sfbench.executor import Stage
from sfbench.journal import Journal
from sfbench.progress import Watch, quiet
from sfbench.result import DatasetRef, Failure, ProtocolRef, Result
from sfbench.take import Take
from sfbench.versions import versions

BATCH = 8
"""Clips whose sounds are embedded together, and held in memory."""

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
    device: str = "cpu",
    workers: int | None = None,
    watch: Watch = quiet,
) -> Result:
    """Score a system by a protocol and write `result.json` and `clips.jsonl`.

    Workers decode each file once and measure what needs no network; networks embed in batches
    here. A journal remembers each clip, so that a killed evaluation goes on where it stopped. A
    clip without a usable take is a failure with its reason; it is left out of every metric.
    """
    takes = {take.id: take for take in system.takes}
    failures = {clip.id: why for clip in system.clips if (why := _unusable(takes.get(clip.id)))}
    items = [(clip, takes[clip.id]) for clip in system.clips if clip.id not in failures]
    opened = open_extractors(protocol, device)
    with Journal(*_journal(system, protocol, opened)) as journal:
        rows = journal.finished(Row, partial(_again, cache=cache))
        todo = [item for item in items if item[0].id not in rows]
        listener = Listener(system.dataset, system.folder, protocol, cache, wishes_of(opened))
        outcomes = watch(Stage(STAGE, listener).run(todo, workers), len(todo), protocol.name)
        for batch in _batches(outcomes):
            heard = [outcome.value for outcome in batch if outcome.value is not None]
            failures |= embed(heard, opened, cache)
            failures |= {one.item[0].id: one.reason for one in batch if one.reason is not None}
            for row in (one.row for one in heard if one.row.id not in failures):
                journal.append(row)
                rows[row.id] = row
    ordered = [rows[clip.id] for clip, _ in items if clip.id in rows]
    measured = gather(ordered, protocol, opened, cache)
    result = _result(system, protocol, measured, failures)
    store.write_bytes(system.folder / "clips.jsonl", store.to_lines(measured.scores))
    store.write_json(system.folder / "result.json", result)
    return result


def _unusable(take: Take | None) -> Reason | None:
    if take is None:
        return Reason("generate", "missing", "the system has no take of this clip")
    return take.reason


def _journal(
    system: System, protocol: Protocol, opened: Mapping[str, Extractor]
) -> tuple[Path, str]:
    """Return the journal's file, and the fingerprint of all that its rows depend on.

    The name holds the fingerprint: another protocol or another variant of a metric begins anew
    beside the old rows.
    """
    signatures = [extractor.signature for extractor in opened.values()]
    variants = [metrics[name].variant for name in protocol.metrics]
    asked = store.fingerprint([protocol.sha256, system.revision, signatures, variants])
    return system.folder / f"scores-{asked[:12]}.journal.jsonl", asked


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield lists of up to `BATCH` items."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _again(row: Row, cache: EmbeddingCache) -> bool:
    """Say whether a clip must be measured again because an embedding is gone."""
    return not all(cache.has(key) for keys in row.keys.values() for key in keys)


def _result(
    system: System,
    protocol: Protocol,
    measured: Measured,
    failures: Mapping[str, Reason],
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
        failures=[Failure(id=key, reason=reason) for key, reason in sorted(failures.items())],
        coverage=len(measured.scores) / len(system.clips),
        scored=store.fingerprint(sorted(clip.id for clip in measured.scores)),
        notes=list(system.notes),
    )
