"""What others' passes cost on the same clips, against one run of the protocol `paper`.

Run: python bench/peers.py DATASET [CLIPS]   (in an environment with sfbench[reference])

`frechet_audio_distance` is the package itself (`peer_package.py`). The rows called style do with
our networks what other tools do (`peer_passes.py`), for these cannot be installed beside the rest:
audioldm_eval, SpecVQGAN and im2wav are repositories of other years' pins; fadtk 1.1 takes
transformers back to version 4 and fetches its checkpoints as it opens a model; av-benchmark wants
its author's forks of four packages from git. All networks have random weights, which cost the
same, and nothing is downloaded.

Two sums are compared with sfbench's protocol `paper`, cold, which adds intervals, floors and KAD:
of the passes that fill the paper's table with one tool for each column, and of all passes, some of
which no column of that table asks for.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import soundfile
from paper import row, score, timed
from peer_package import RATES, distance
from peer_passes import avbench, clip_scores, fadtk, one_by_one, specvqgan
from random_networks import use_random_networks

from sfbench.encoders.cache import EmbeddingCache
from sfbench.eval.protocol import read_protocol
from sfbench.manifest import Manifest, read_manifest
from sfbench.media.read import NATIVE, read_media
from sfbench.model.config import read_config
from sfbench.model.generate import Run, generate

Pass = Callable[[], object]


def main() -> None:
    """Print a row per pass, their sums, and sfbench's one run."""
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
        spent = total(passes_of_the_table(manifest, run, own, made), ours)
        row("sum: the paper's table by one tool each", spent, ours)
        spent += total(passes_beside_it(own, made, folder), ours)
        row("sum of all passes", spent, ours)


def passes_of_the_table(manifest: Manifest, run: Run, own: Path, made: Path) -> dict[str, Pass]:
    """Return what fills the columns of the paper's table: three FAD, MKL and CLIP score."""
    distances = {f"frechet_audio_distance {name}": partial(fad, name, own, made) for name in RATES}
    return distances | {
        "SpecVQGAN style": lambda: specvqgan(own, made),
        "CLIP score style": lambda: clip_scores(manifest, run, made),
    }


def passes_beside_it(own: Path, made: Path, folder: Path) -> dict[str, Pass]:
    """Return the passes of tools that have the same or other columns their own way."""
    return {
        "audioldm_eval style": lambda: one_by_one("cnn14-32k", own, made),
        "fadtk style, vggish": lambda: fadtk("vggish", own, made, folder / "fadtk"),
        "av-benchmark style": lambda: avbench(own, made),
        "fadtk style, clap-laion-audio": lambda: fadtk("clap", own, made, folder / "fadtk"),
    }


def total(passes: dict[str, Pass], ours: float) -> float:
    """Print how long each pass takes; return the sum, in seconds."""
    spent = 0.0
    for name, work in passes.items():
        seconds = timed(work)
        row(name, seconds, ours)
        spent += seconds
    return spent


def fad(name: str, own: Path, made: Path) -> float:
    """Return the package's distance by a network, which it opens and runs itself."""
    return float(distance(name).score(str(own), str(made)))


def folders_of_sounds(manifest: Manifest, run: Run, folder: Path) -> tuple[Path, Path]:
    """Lay out true and generated sounds as the tools want them: two folders of wav files."""
    own = folder / "own"
    own.mkdir()
    for clip in run.clips:
        media = read_media(manifest.folder / clip.video, rates=[NATIVE])
        soundfile.write(own / f"{clip.id}.wav", media.sound[NATIVE], media.sample_rate)
    return own, run.folder / "takes"


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    began = time.perf_counter()
    main()
    print(f"{time.perf_counter() - began:.0f} s in all")
