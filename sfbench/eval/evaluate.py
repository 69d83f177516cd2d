"""Takes → result: the second half of `sfbench run`, and all of `sfbench score`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import Reason, SfbenchError
from sfbench.eval.aggregate import Measured, aggregate, by_label
from sfbench.eval.cache import EmbeddingCache
from sfbench.eval.measure import STAGE, Measurement, Row, extractors_of
from sfbench.eval.metric import metrics
from sfbench.eval.protocol import Protocol
from sfbench.executor import Stage
from sfbench.progress import Watch, quiet
from sfbench.result import DatasetRef, Failure, ProtocolRef, Result
from sfbench.take import Take
from sfbench.versions import versions


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
    workers: int | None = None,
    watch: Watch = quiet,
) -> Result:
    """Score a system by a protocol and write `result.json` and `clips.jsonl`.

    A journal remembers each measured clip, so that a killed evaluation goes on where it stopped.
    A clip without a usable take is a failure with its reason; it is left out of every metric.
    """
    takes = {take.id: take for take in system.takes}
    failures = {clip.id: why for clip in system.clips if (why := _unusable(takes.get(clip.id)))}
    items = [(clip, takes[clip.id]) for clip in system.clips if clip.id not in failures]
    rows, unmeasured = _measure(system, protocol, cache, items, workers, watch)
    failures |= unmeasured
    result = _result(system, protocol, gather(rows, protocol, cache), failures)
    store.write_bytes(system.folder / "clips.jsonl", store.to_lines(row.scores for row in rows))
    store.write_json(system.folder / "result.json", result)
    return result


def _unusable(take: Take | None) -> Reason | None:
    if take is None:
        return Reason("generate", "missing", "the system has no take of this clip")
    return take.reason


def _measure(
    system: System,
    protocol: Protocol,
    cache: EmbeddingCache,
    items: Sequence[tuple[Clip, Take]],
    workers: int | None,
    watch: Watch,
) -> tuple[list[Row], dict[str, Reason]]:
    """Return a row per measured clip, in the clips' order, and the reasons of the others."""
    signatures = [extractor.signature for extractor in extractors_of(protocol).values()]
    variants = [metrics[name].variant for name in protocol.metrics]
    asked = store.fingerprint([protocol.sha256, system.revision, signatures, variants])
    path = system.folder / f"scores-{protocol.sha256[:12]}.journal.jsonl"
    failures: dict[str, Reason] = {}
    with store.Journal(path, asked) as journal:
        rows = journal.finished(Row, partial(_again, cache=cache))
        todo = [item for item in items if item[0].id not in rows]
        stage = Stage(STAGE, Measurement(system.dataset, system.folder, protocol, cache))
        for outcome in watch(stage.run(todo, workers), len(todo), protocol.name):
            if outcome.value is None:
                failures[outcome.item[0].id] = outcome.reason or Reason(STAGE, "error")
            else:
                journal.append(outcome.value)
                rows[outcome.value.id] = outcome.value
    return [rows[clip.id] for clip, _ in items if clip.id in rows], failures


def _again(row: Row, cache: EmbeddingCache) -> bool:
    """Say whether a clip must be measured again because an embedding is gone."""
    return not all(cache.has(key) for keys in row.keys.values() for key in keys)


def gather(rows: Sequence[Row], protocol: Protocol, cache: EmbeddingCache) -> Measured:
    """Return rows with their embeddings, taken from the cache."""
    clouds = {
        name: (
            np.array([cache.get(row.keys[name][0]) for row in rows], np.float64),
            np.array([cache.get(row.keys[name][1]) for row in rows], np.float64),
        )
        for name in extractors_of(protocol)
    }
    return Measured([row.scores for row in rows], clouds)


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
