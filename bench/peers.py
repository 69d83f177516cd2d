"""What others' passes cost on the same clips, against one run of the protocol `paper`.

Run: python bench/peers.py DATASET [CLIPS]   (in an environment with sfbench[reference])

`frechet_audio_distance` is the package itself, its own loading, batch of one and matrix square root
included; its networks have random weights, so that nothing is downloaded. The rows called style do
what audioldm_eval, SpecVQGAN and im2wav do with our networks, since those tools cannot be installed
beside the others: each pass decodes and resamples every file anew, one clip at a time. Their sum is
compared with sfbench's protocol `paper`, cold, which adds intervals, floors and KAD.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import resampy
import soundfile
import torch
from paper import row, score, timed
from random_networks import use_random_networks
from scipy.linalg import sqrtm

from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.extractor import extractors, frame_extractors
from sfbench.encoders.reference.clap import clap_module
from sfbench.encoders.reference.upstream import upstream
from sfbench.encoders.reference.vggish import vggish_network
from sfbench.eval.protocol import read_protocol
from sfbench.manifest import Manifest, read_manifest
from sfbench.media.read import NATIVE, read_media
from sfbench.model.config import read_config
from sfbench.model.generate import Run, generate

RATES = {"vggish": 16_000, "pann": 32_000, "clap": 48_000}


def main() -> None:
    """Print a row per pass, their sum, and sfbench's one run."""
    use_random_networks()
    manifest = read_manifest(Path(sys.argv[1]))
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run = generate(manifest, read_config("noise"), folder / "runs", limit=limit)
        own, made = folders_of_sounds(manifest, run, folder)
        cache = EmbeddingCache(folder / "cache")
        ours = timed(lambda: score(run, manifest, read_protocol("paper"), cache))
        print(f"{len(run.clips)} clips", flush=True)
        row("sfbench, paper, cold", ours, ours)
        passes: dict[str, Callable[[], object]] = {
            f"frechet_audio_distance {name}": lambda name=name: distance(name).score(own, made)
            for name in RATES
        }
        passes |= {
            "audioldm_eval style": lambda: one_by_one("cnn14-32k", own, made),
            "SpecVQGAN style": lambda: one_by_one("melception", own, made),
            "CLIP score style": lambda: clip_scores(manifest, run, made),
        }
        total = 0.0
        for name, work in passes.items():
            seconds = timed(work)
            row(name, seconds, ours)
            total += seconds
        row("sum of the passes", total, ours)


def folders_of_sounds(manifest: Manifest, run: Run, folder: Path) -> tuple[str, str]:
    """Lay out true and generated sounds as the tools want them: two folders of wav files."""
    for clip in run.clips:
        media = read_media(manifest.folder / clip.video, rates=[NATIVE])
        (folder / "own").mkdir(exist_ok=True)
        soundfile.write(folder / "own" / f"{clip.id}.wav", media.sound[NATIVE], media.sample_rate)
    return str(folder / "own"), str(run.folder / "takes")


def distance(name: str) -> SimpleNamespace:
    """Return the package's object for a network, made without its downloads."""
    package = upstream("frechet_audio_distance.fad")
    made = object.__new__(package.FrechetAudioDistance)
    vars(made).update(
        model_name=name, sample_rate=RATES[name], channels=1, verbose=False, audio_load_worker=8
    )
    made.device = torch.device("cpu")
    made.model = {"vggish": their_vggish, "pann": their_pann, "clap": clap_module}[name]()
    made.model.eval()
    return made


def their_vggish() -> torch.nn.Module:
    """Return torchvggish's network behind the front end that its `forward` has."""
    network, front_end = vggish_network(), upstream("torchvggish.vggish_input")

    class Whole(torch.nn.Module):
        @torch.no_grad()
        def forward(self, sound: np.ndarray, rate: int) -> torch.Tensor:
            return network(front_end.waveform_to_examples(sound, rate))

    return Whole()


def their_pann() -> torch.nn.Module:
    """Return the package's own Cnn14."""
    models = upstream("frechet_audio_distance.models.pann")
    return models.Cnn14(
        sample_rate=32_000,
        window_size=1024,
        hop_size=320,
        mel_bins=64,
        fmin=50,
        fmax=16_000,
        classes_num=527,
    )


def one_by_one(name: str, own: str, made: str) -> float:
    """Return a distance and a divergence as per-metric tools do: one file at a time, then sqrtm."""
    extractor = extractors[name]("cpu")
    sides = [
        [extractor([loaded(path, extractor.rate)])[0] for path in sorted(Path(side).iterdir())]
        for side in (own, made)
    ]
    first, second = (np.concatenate([one["embedding"] for one in side]) for side in sides)
    covariances = [np.cov(cloud, rowvar=False) for cloud in (first, second)]
    root = np.trace(sqrtm(covariances[0] @ covariances[1])).real
    shift = first.mean(axis=0) - second.mean(axis=0)
    return float(shift @ shift + np.trace(covariances[0] + covariances[1]) - 2 * root)


def clip_scores(manifest: Manifest, run: Run, made: str) -> float:
    """Return the mean cosine of pictures and sounds, one clip at a time."""
    ear, eye = extractors["wav2clip"]("cpu"), frame_extractors["clip-vit-b-32"]("cpu")
    cosines = []
    for clip in run.clips:
        frames = read_media(manifest.folder / clip.video, every=30).frames
        seen = eye([frames])[0]["embedding"].mean(axis=0)
        heard = ear([loaded(Path(made) / f"{clip.id}.wav", ear.rate)])[0]["embedding"][0]
        cosines.append(seen @ heard / np.linalg.norm(seen) / np.linalg.norm(heard))
    return float(np.mean(cosines))


def loaded(path: Path, rate: int) -> np.ndarray:
    """Return a file's sound at a rate, resampled as the tools do."""
    sound, own = soundfile.read(path, dtype="float32")
    mono = sound.mean(axis=1) if sound.ndim > 1 else sound
    return resampy.resample(mono, own, rate).astype(np.float32) if own != rate else mono


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    began = time.perf_counter()
    main()
    print(f"{time.perf_counter() - began:.0f} s in all")
