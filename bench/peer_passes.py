"""The passes of per-metric tools, with our networks: each decodes and resamples every file anew.

What is left out favours the tools: they run here in one process with networks of our speed, and
without the models of theirs that sfbench does not have.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import resampy
import soundfile
import torch
import torchaudio
from scipy.linalg import sqrtm

from sfbench.encoders.extractor import Extractor, Samples, extractors, frame_extractors
from sfbench.eval.metrics.divergence import divergences
from sfbench.eval.metrics.inception import SPLITS, inception_score
from sfbench.manifest import Manifest
from sfbench.media.read import read_media
from sfbench.model.generate import Run

Rows = dict[str, np.ndarray]  # output -> [rows, width], of all files of a folder
Load = Callable[[Path, int], Samples]

SPECVQGAN_BATCH = 64
AVBENCH_BATCHES = 1, 64  # true and generated sounds
AVBENCH_SECONDS = 8
CLAP_WINDOW, CLAP_HOP = 480_000, 48_000


def one_by_one(name: str, own: Path, made: Path) -> tuple[float, float]:
    """Return a distance and a divergence as audioldm_eval does: one file at a time, then sqrtm."""
    extractor = extractors[name]("cpu")
    true, false = (embedded(extractor, side, 1, resampled) for side in (own, made))
    return frechet(true["embedding"], false["embedding"]), divergence(true, false)


def specvqgan(own: Path, made: Path) -> tuple[float, float]:
    """Return FID and MKL as SpecVQGAN's evaluation does, which has both by default."""
    extractor = extractors["melception"]("cpu")
    true, false = (embedded(extractor, side, SPECVQGAN_BATCH, resampled) for side in (own, made))
    return frechet(true["embedding"], false["embedding"]), divergence(true, false)


def clip_scores(manifest: Manifest, run: Run, made: Path) -> float:
    """Return the mean cosine of pictures and sounds as im2wav does, one clip at a time."""
    ear, eye = extractors["wav2clip"]("cpu"), frame_extractors["clip-vit-b-32"]("cpu")
    cosines = []
    for clip in run.clips:
        frames = read_media(manifest.folder / clip.video, every=30).frames
        seen = eye([frames])[0]["embedding"].mean(axis=0)
        heard = ear([resampled(made / f"{clip.id}.wav", ear.rate)])[0]["embedding"][0]
        cosines.append(seen @ heard / np.linalg.norm(seen) / np.linalg.norm(heard))
    return float(np.mean(cosines))


def fadtk(name: str, own: Path, made: Path, folder: Path) -> float:
    """Return the distance as fadtk 1.1 does: a converted file and rows on disk for each sound.

    Its CLAP hears ten seconds from each second on, the last nine of them ever more silent.
    """
    extractor = extractors[name]("cpu")
    clouds = []
    for side in (own, made):
        kept = folder / name / side.name
        kept.mkdir(parents=True)
        for path in sorted(side.glob("*.wav")):
            sound = converted(path, extractor.rate, kept)
            windows = clap_windows(sound) if name == "clap" else [sound]
            rows = [extractor([window])[0]["embedding"] for window in windows]
            np.save(kept / f"{path.stem}.npy", np.concatenate(rows).astype(np.float16))
        clouds.append(np.concatenate([np.load(path) for path in sorted(kept.glob("*.npy"))]))
    return frechet(*clouds)


def converted(path: Path, rate: int, folder: Path) -> Samples:
    """Write a file's sound at a rate in 16 bits into a folder, and read it again."""
    copy = folder / path.name
    soundfile.write(copy, by_torchaudio(path, rate), rate, "PCM_16")
    return soundfile.read(copy, dtype="float32")[0]


def clap_windows(sound: Samples) -> list[Samples]:
    """Return ten seconds from each second of a sound on, zeros after its end."""
    padded = np.pad(sound, (0, CLAP_WINDOW))
    return [padded[begin : begin + CLAP_WINDOW] for begin in range(0, len(sound), CLAP_HOP)]


def avbench(own: Path, made: Path) -> list[float]:
    """Return three distances, two divergences and two inception scores as av-benchmark does.

    Both folders are gone through for each network, eight seconds of each sound.
    """
    values = []
    for name in ("cnn14-16k", "vggish", "passt"):
        extractor = extractors[name]("cpu")
        sides = zip((own, made), AVBENCH_BATCHES, strict=True)
        true, false = (embedded(extractor, side, batch, centred) for side, batch in sides)
        values.append(frechet(true["embedding"], false["embedding"]))
        if "logits" in false:
            splits = min(SPLITS, len(false["logits"]))
            values += [divergence(true, false), inception_score(false["logits"], splits=splits)[0]]
    return values


def embedded(extractor: Extractor, folder: Path, batch: int, load: Load) -> Rows:
    """Return an extractor's outputs for all sounds of a folder, some files together."""
    paths = sorted(folder.glob("*.wav"))
    answers = []
    for begin in range(0, len(paths), batch):
        answers += extractor([load(path, extractor.rate) for path in paths[begin : begin + batch]])
    return {key: np.concatenate([answer[key] for answer in answers]) for key in extractor.outputs}


def frechet(first: np.ndarray, second: np.ndarray) -> float:
    """Return the Fréchet distance by the square root of the product of the covariances."""
    covariances = [np.cov(cloud.astype(np.float64), rowvar=False) for cloud in (first, second)]
    root = np.trace(sqrtm(covariances[0] @ covariances[1])).real
    shift = first.mean(axis=0, dtype=np.float64) - second.mean(axis=0, dtype=np.float64)
    return float(shift @ shift + np.trace(covariances[0] + covariances[1]) - 2 * root)


def divergence(true: Rows, false: Rows) -> float:
    """Return the mean divergence of the pairs, in nats."""
    return float(divergences(true["logits"], false["logits"]).mean())


def resampled(path: Path, rate: int) -> Samples:
    """Return a file's sound at a rate, by resampy."""
    sound, own = mono(path)
    return resampy.resample(sound, own, rate).astype(np.float32) if own != rate else sound


def by_torchaudio(path: Path, rate: int) -> Samples:
    """Return a file's sound at a rate, by torchaudio."""
    sound, own = mono(path)
    return torchaudio.functional.resample(torch.from_numpy(sound), own, rate).numpy()


def centred(path: Path, rate: int) -> Samples:
    """Return the first eight seconds of a file's sound without its mean, by torchaudio."""
    sound = by_torchaudio(path, rate)
    return (sound - sound.mean())[: AVBENCH_SECONDS * rate]


def mono(path: Path) -> tuple[Samples, int]:
    """Return a file's sound as the mean of its channels, and its rate."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return sound.mean(axis=1), rate
