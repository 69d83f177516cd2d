"""What the mini autoencoder and its phases leave of true sounds: the mini generators' ceiling.

Run: python bench/codec.py DATASET FOLDER [CLIPS]
     sfbench run --model folder:FOLDER --data DATASET --protocol mini

Writes the true sound of each test clip, coded, decoded and given phases, into FOLDER.
"""

import sys
from pathlib import Path

import torch

from sfbench.manifest import read_manifest
from sfbench.media.read import read_media
from sfbench.media.write import write_wav
from sfbench.model.auffusion.decode import sounds
from sfbench.model.config import read_config
from sfbench.model.settings import checked
from sfbench.model.smooth_foley.choose import choose
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.tuning.prepare import moments


@torch.inference_mode()
def main() -> None:
    """Write one wav file for each clip."""
    manifest, folder = read_manifest(Path(sys.argv[1])), Path(sys.argv[2])
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else None
    settings = checked(read_config("smooth-foley-mini-untimed").settings, Settings)
    networks = choose(settings, "cpu", ["autoencoder"]).load()
    folder.mkdir(parents=True, exist_ok=True)
    rate = networks.image.rate
    for clip in manifest.split("test")[:limit]:
        own = read_media(manifest.path(clip.video), rates=(rate,)).sound[rate]
        mean = moments(networks, own).chunk(2)[0]
        made = sounds(networks.vae, networks.vocoder, mean[None])[0].numpy()
        write_wav(folder / f"{clip.id}.wav", made[: round(clip.seconds * rate)], rate)


if __name__ == "__main__":
    main()
