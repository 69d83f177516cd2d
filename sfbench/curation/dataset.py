"""Writes the dataset folder that `run` reads and `datasets.load_dataset` loads."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sfbench import store
from sfbench.clip import Clip
from sfbench.curation.card import card
from sfbench.curation.croissant import croissant
from sfbench.curation.examine import Verdict
from sfbench.curation.funnel import Funnel
from sfbench.curation.recipe import Recipe
from sfbench.curation.source import Listed, Source
from sfbench.manifest import FORMAT
from sfbench.versions import versions

SPLITS = ("train", "test")
METADATA_COLUMNS = ("file_name", "id", "label", "family", "start", "seconds", "sha256")


def write_dataset(
    out: Path,
    recipe: Recipe,
    source: Source,
    verdicts: Sequence[Verdict],
    funnel: Funnel,
    notes: Sequence[str],
) -> str:
    """Write every file of a dataset folder but the media, `dataset.json` last.

    Returns:
        The manifest's sha256.
    """
    clips = sorted((v.clip for v in verdicts if v.clip is not None), key=lambda clip: clip.id)
    manifest = store.to_lines(clips)
    store.write_bytes(out / "manifest.jsonl", manifest)
    store.write_bytes(out / "rejected.jsonl", store.to_lines(_rejected(verdicts)))
    splits = {split: [clip for clip in clips if clip.split == split] for split in SPLITS}
    tables = {split: metadata_table(members) for split, members in splits.items() if members}
    for split, table in tables.items():
        store.write_text(out / split / "metadata.csv", table)
    about = {
        "format": FORMAT,
        "name": f"{recipe.name}-{source.name.replace(':', '-')}",
        "recipe_sha256": recipe.sha256,
        "source": source.name,
        "lists": source.lists if isinstance(source, Listed) else [],
        "licence": source.licence,
        "manifest_sha256": store.sha256_bytes(manifest),
        "counts": _counts(verdicts),
        "thresholds": recipe.thresholds,
        "funnel": [row.as_contract() for row in funnel.rows],
        "notes": list(notes),
        "versions": versions(),
    }
    store.write_text(out / "README.md", card(about, splits))
    store.write_json(out / "croissant.json", croissant(about, tables))
    store.write_json(out / "dataset.json", about)
    return str(about["manifest_sha256"])


def metadata_table(clips: Sequence[Clip]) -> str:
    """Return `metadata.csv` of one split, with paths relative to the split's folder."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(METADATA_COLUMNS)
    for clip in clips:
        name = Path(clip.video).name
        writer.writerow(
            (name, clip.id, clip.label, clip.family, clip.start, clip.seconds, clip.sha256)
        )
    return text.getvalue()


def _rejected(verdicts: Sequence[Verdict]) -> list[dict[str, object]]:
    return [
        {
            "id": verdict.id,
            "label": verdict.label,
            "reason": verdict.reason,
            "evidence": verdict.evidence,
        }
        for verdict in sorted(verdicts, key=lambda verdict: verdict.id)
        if verdict.clip is None
    ]


def _counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    splits = Counter(verdict.clip.split for verdict in verdicts if verdict.clip is not None)
    return {split: splits[split] for split in SPLITS} | {
        "kept": splits.total(),
        "rejected": len(verdicts) - splits.total(),
    }
