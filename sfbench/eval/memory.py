"""What an evaluation leaves on disk: `scores/<protocol>` in the run folder.

Its rows and embeddings answer later questions, such as the scores on fewer clips or the difference
between two systems, without decoding or embedding anything again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import msgspec

from sfbench import store
from sfbench.encoders.cache import EmbeddingCache
from sfbench.errors import Reason, SfbenchError
from sfbench.eval.aggregate import Measured, aggregate, by_family, by_label
from sfbench.eval.embed import gather
from sfbench.eval.listen import Row
from sfbench.eval.metric import metrics
from sfbench.eval.protocol import Protocol
from sfbench.result import ClipScores, Result, read_result
from sfbench.versions import versions


class _Evaluation(msgspec.Struct, frozen=True):
    """The file `evaluation.json`."""

    protocol: Protocol
    signatures: dict[str, str]
    asked: str
    answered: str
    format: int = 1


@dataclass(frozen=True)
class Memory:
    """The folder of one evaluation.

    Attributes:
        folder: Where it is.
        protocol: The protocol.
        signatures: The networks' signatures, by name of extractor and of sight.
        asked: Fingerprint of all that a row depends on.
    """

    folder: Path
    protocol: Protocol
    signatures: Mapping[str, str]
    asked: str

    @classmethod
    def of(
        cls, run: Path, protocol: Protocol, revision: str, signatures: Mapping[str, str]
    ) -> Self:
        """Return the folder for a protocol in a run folder."""
        variants = [metrics[name].variant for name in protocol.metrics]
        asked = store.fingerprint([protocol.sha256, revision, dict(signatures), variants])
        return cls(run / "scores" / protocol.name, protocol, signatures, asked)

    @classmethod
    def at(cls, folder: Path) -> Self | None:
        """Return what an evaluation left in a folder; None when that is not there or unreadable."""
        try:
            raw = (folder / "evaluation.json").read_bytes()
            known = msgspec.json.decode(raw, type=_Evaluation)
        except (OSError, msgspec.MsgspecError):
            return None
        return cls(folder, known.protocol, known.signatures, known.asked)

    @property
    def journal(self) -> Path:
        """The journal; its name holds the fingerprint, so that another variant begins anew."""
        return self.folder / f"journal-{self.asked[:12]}.jsonl"

    @cached_property
    def rows(self) -> dict[str, Row]:
        """The rows behind the kept result, by clip; empty when there are none."""
        path = self.folder / "rows.jsonl"
        return {row.id: row for row in store.read_lines(path, Row)} if path.is_file() else {}

    def result(self, scored: Collection[str], failures: Mapping[str, Reason]) -> Result | None:
        """Return the result that is kept, if it was computed from just these clips; or None."""
        try:
            raw = (self.folder / "evaluation.json").read_bytes()
            known = msgspec.json.decode(raw, type=_Evaluation)
            if known.answered != _answer(self.asked, scored, failures):
                return None
            result = read_result(self.folder / "result.json")
        except (OSError, msgspec.MsgspecError, SfbenchError):
            return None
        self._copy()
        return result

    def keep(self, result: Result, scores: Sequence[ClipScores], rows: Sequence[Row]) -> None:
        """Write result, numbers by clip, rows and what was asked for; copies go to the run."""
        failures = {failure.id: failure.reason for failure in result.failures}
        answered = _answer(self.asked, [clip.id for clip in scores], failures)
        known = _Evaluation(self.protocol, dict(self.signatures), self.asked, answered)
        store.write_bytes(self.folder / "clips.jsonl", store.to_lines(scores))
        store.write_bytes(self.folder / "rows.jsonl", store.to_lines(rows))
        store.write_json(self.folder / "result.json", result)
        store.write_json(self.folder / "evaluation.json", known)
        self._copy()

    def _copy(self) -> None:
        for name in ("clips.jsonl", "result.json"):
            store.write_bytes(self.folder.parent.parent / name, (self.folder / name).read_bytes())

    def recall(self, clips: Collection[str], cache: EmbeddingCache) -> Measured | None:
        """Return what was measured of some clips; None when a row or an embedding is gone."""
        rows = [self.rows[clip] for clip in sorted(clips) if clip in self.rows]
        if len(rows) < len(clips) or not all(cache.has(key) for row in rows for key in row.names):
            return None
        return gather(rows, self.protocol, self.signatures, cache)


def on_clips(result: Result, memory: Memory, measured: Measured) -> Result:
    """Return a result whose scores rest on some of its clips, those of `measured`."""
    kept = {clip.id for clip in measured.scores}
    return replace(
        result,
        scores=aggregate(measured, memory.protocol),
        strata=by_label(measured, memory.protocol),
        families=by_family(measured, memory.protocol),
        scored=store.fingerprint(sorted(kept)),
        left_out=sorted(memory.rows.keys() - kept),
    )


def _answer(asked: str, scored: Collection[str], failures: Mapping[str, Any]) -> str:
    reasons = sorted((key, str(reason)) for key, reason in failures.items())
    return store.fingerprint([asked, sorted(scored), reasons, versions()])
