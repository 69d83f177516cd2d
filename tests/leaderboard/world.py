"""A made-up dataset and made-up systems: every number is drawn from a seed, none is measured."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import Reason
from sfbench.manifest import Manifest
from sfbench.media.write import write_mp4, write_wav
from sfbench.result import (
    ClipScores,
    DatasetRef,
    Difference,
    Failure,
    Measure,
    ProtocolRef,
    Result,
    Score,
)
from sfbench.take import Take

RATE = 16_000
SYSTEMS = ("reference", "smooth-foley-mini", "foleycrafter-mini", "noise", "silence")
LABELS = ("train passing by", "civil defense siren", "electric fan running", "airplane flyby")
FAMILIES = ("rail", "siren", "fan", "aircraft")
PROTOCOL = ProtocolRef(name="made-up", sha256="0f" * 32)

# Name, direction, unit, typical value, spread between systems.
METRICS = (
    ("fad.panns", False, "", 34.0, 9.0),
    ("fad.vggish", False, "", 5.4, 1.8),
    ("fad.clap", False, "", 0.18, 0.08),
    ("mkl.panns", False, "", 1.56, 0.6),
    ("clip_score", True, "", 0.105, 0.02),
    ("continuity.coverage", True, "", 0.9, 0.08),
    ("continuity.spill", False, "", 0.05, 0.04),
    ("continuity.dropouts", False, "per 10 s", 0.8, 0.7),
    ("continuity.longest_gap", False, "s", 0.6, 0.5),
    ("continuity.mute_rate", False, "", 0.02, 0.01),
    ("flicker.level", False, "dB", 1.4, 0.9),
)


@dataclass(frozen=True)
class World:
    """Where the made-up folders lie."""

    dataset: Path
    runs: Path


def make_world(root: Path, *, clips: int, seconds: float) -> World:
    """Write a dataset and one run per system below `root`."""
    manifest = _make_dataset(root / "vgg-c-made-up", clips, seconds)
    for rank, model in enumerate(SYSTEMS):
        _make_run(root / "runs" / model / _revision(rank), model, rank, manifest)
    return World(dataset=manifest.folder, runs=root / "runs")


def _revision(rank: int) -> str:
    return f"{rank:02x}5a9c1e"


def made_up_differences() -> list[Difference]:
    """Return an answer for every pair of ranked systems and two metrics, the later system first."""
    systems = {rank: f"{SYSTEMS[rank]}@{_revision(rank)}" for rank in (1, 2, 4)}
    return [
        Difference(
            protocol=PROTOCOL.sha256,
            metric=metric,
            first=systems[worse],
            second=systems[better],
            difference=float(worse - better) * (-1 if higher else 1),
            p=0.001 if worse == 4 else 0.2,
            p_holm=0.006 if worse == 4 else 0.4,
        )
        for worse, better in ((2, 1), (4, 1), (4, 2))
        for metric, higher in (("fad.panns", False), ("continuity.coverage", True))
    ]


def _make_dataset(folder: Path, count: int, seconds: float) -> Manifest:
    clips = []
    for index in range(count):
        identity = f"madeup{index:05d}_{30 * index:06d}"
        video = folder / "test" / f"{identity}.mp4"
        sound = _sound("reference", index, seconds)
        write_mp4(video, _pictures(index, seconds), 12, sound, RATE)
        clip = Clip(
            id=identity,
            label=LABELS[index % len(LABELS)],
            split="test",
            video=f"test/{identity}.mp4",
            sha256=store.sha256_file(video),
            seconds=seconds,
        )
        clips.append(clip)
    manifest = Manifest(folder, folder.name, tuple(clips))
    store.write_bytes(folder / "manifest.jsonl", store.to_lines(clips))
    about = {"format": 1, "name": folder.name, "manifest_sha256": manifest.sha256}
    store.write_json(folder / "dataset.json", about)
    return manifest


def _pictures(index: int, seconds: float):
    """Yield a sky over a plain with something that crosses them."""
    rows, columns = np.mgrid[0:144, 0:256]
    sky = np.array([90 + 30 * index % 90, 130, 170]) * (0.6 + 0.4 * rows[..., None] / 144)
    ground = np.array([70, 84 + 17 * index % 60, 60]) * (0.5 + 0.5 * rows[..., None] / 144)
    scene = np.where(rows[..., None] > 96, ground, sky)
    for step in range(round(12 * seconds)):
        centre = 256 * step / (12 * seconds)
        body = (abs(columns - centre) < 34) & (abs(rows - 92) < 16)
        yield np.where(body[..., None], [214, 90, 60], scene).astype(np.uint8)


def _sound(model: str, index: int, seconds: float) -> np.ndarray:
    """Return a swelling hum with harmonics, spoilt in the way of the model."""
    rng = np.random.default_rng([index, len(model)])
    time = np.arange(round(seconds * RATE)) / RATE
    base = 110 * (1 + index) * (1 - 0.06 * np.tanh(2 * (time / seconds - 0.5) * 4))
    phase = 2 * np.pi * np.cumsum(base) / RATE
    hum = sum(np.sin(k * phase) / k for k in range(1, 9))
    swell = np.exp(-((time / seconds - 0.5) ** 2) / 0.08) + 0.1
    hiss = rng.normal(size=len(time))
    if model == "silence":
        return np.zeros(len(time), np.float32)
    if model == "noise":
        return (0.05 * hiss).astype(np.float32)
    holes = np.ones(len(time))
    if model == "foleycrafter-mini":
        holes = (np.sin(2 * np.pi * time * 3 / seconds + index) > -0.3).astype(float)
    amount = 0.004 if model == "reference" else 0.02
    return ((0.12 * hum + amount * hiss) * swell * holes).astype(np.float32)


def _activity(model: str, index: int, seconds: float) -> list[list[float]]:
    if model == "silence":
        return []
    if model == "foleycrafter-mini":
        return [[0.0, 0.28 * seconds], [0.42 * seconds, 0.66 * seconds], [0.8 * seconds, seconds]]
    if model == "noise":
        return [[0.0, seconds]]
    return [[0.05 * seconds, 0.93 * seconds]]


def _make_run(folder: Path, model: str, rank: int, manifest: Manifest) -> None:
    rng = np.random.default_rng(rank)
    clips = [
        _clip_scores(model, rank, index, clip, rng) for index, clip in enumerate(manifest.clips)
    ]
    takes = [_take(folder, model, index, clip) for index, clip in enumerate(manifest.clips)]
    store.write_bytes(folder / "takes.jsonl", store.to_lines(takes))
    store.write_json(folder / "run.json", {"dataset": {"folder": str(manifest.folder)}, "seed": 0})
    result = _result(model, rank, manifest, rng)
    for place in (folder / "scores" / PROTOCOL.name, folder):
        store.write_bytes(place / "clips.jsonl", store.to_lines(clips))
        store.write_json(place / "result.json", result)


def _take(folder: Path, model: str, index: int, clip: Clip) -> Take:
    audio = f"takes/{clip.id}.wav"
    if model == "noise" and index == 1:
        reason = Reason("generate", "time-out", "took over 300 s", True)
        return Take(
            id=clip.id,
            audio=None,
            sample_rate=RATE,
            span=(0, 0),
            seed=0,
            status="failed",
            reason=reason,
        )
    write_wav(folder / audio, _sound(model, index, clip.seconds), RATE)
    return Take(id=clip.id, audio=audio, sample_rate=RATE, span=(0.0, clip.seconds), seed=0)


def _clip_scores(model: str, rank: int, index: int, clip: Clip, rng) -> ClipScores:
    measures = {
        name: Measure(value=None, reason="nothing is active")
        if model == "silence" and name == "continuity.spill"
        else Measure(value=float(_value(rank, typical, spread, higher) * rng.uniform(0.8, 1.2)))
        for name, higher, _, typical, spread in METRICS
        if not name.startswith("fad.")
    }
    evidence = {
        "active": _activity(model, index, clip.seconds),
        "expected": [[0.0, 0.9 * clip.seconds]],
    }
    family = FAMILIES[index % len(FAMILIES)]
    return ClipScores(
        id=clip.id, label=clip.label, family=family, metrics=measures, evidence=evidence
    )


def _value(rank: int, typical: float, spread: float, higher: bool) -> float:
    worse = typical - spread * (rank - 1) if higher else typical + spread * (rank - 1)
    return max(worse, 0.0)


def _result(model: str, rank: int, manifest: Manifest, rng) -> Result:
    n = len(manifest.clips)
    failed = manifest.clips[1].id if model == "noise" else None
    return Result(
        model=model,
        revision=_revision(rank),
        dataset=DatasetRef(name=manifest.name, split="test", manifest_sha256=manifest.sha256, n=n),
        protocol=PROTOCOL,
        weights=[{"name": f"{model}-weights", "sha256": f"{rank:02x}" * 32, "licence": "CC0-1.0"}],
        versions={"sfbench": "0.1.0", "numpy": "2.0"},
        scores=[_score(model, rank, metric, n - bool(failed), rng) for metric in METRICS],
        strata={
            label: [_score(model, rank, metric, 1, rng) for metric in METRICS[3:]]
            for label in LABELS[: min(n, len(LABELS))]
        },
        families={
            family: [_score(model, rank, metric, 1, rng) for metric in METRICS[3:]]
            for family in FAMILIES[: min(n, len(FAMILIES))]
        },
        failures=[
            Failure(id=failed, reason=Reason("generate", "time-out", "took over 300 s", True))
        ]
        if failed
        else [],
        coverage=1.0 if failed is None else (n - 1) / n,
        scored="ab" * 32 if failed is None else "cd" * 32,
        notes=["the made-up settings step was skipped"] if model == "silence" else [],
    )


def _score(model: str, rank: int, metric: tuple, n: int, rng) -> Score:
    name, higher, unit, typical, spread = metric
    signature = f"{name}|made-up|n={n}|v1"
    common = {
        "metric": name,
        "signature": signature,
        "n": n,
        "higher_is_better": higher,
        "unit": unit,
    }
    if model == "silence" and name == "continuity.spill":
        return Score(**common, value=None, reason="nothing is active in any clip")
    value = _value(rank, typical, spread, higher) * rng.uniform(0.97, 1.03)
    half = spread * rng.uniform(0.2, 0.7)
    floor = 0.6 * typical if name.startswith("fad.") else None
    return Score(
        **common,
        value=float(value),
        low=float(max(0.0, value - half)),
        high=float(value + half),
        floor=floor,
        scales={"100cos": 100 * value, "50(1+cos)": 50 * (1 + value)}
        if name == "clip_score"
        else {},
        warnings=[f"{n} clips are fewer than 128 dimensions"] if name == "fad.vggish" else [],
    )
