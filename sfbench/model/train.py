"""Reads a training recipe and hands it to its trainer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from sfbench import benchmark_files
from sfbench.catalog import Catalog
from sfbench.progress import Watch, quiet

Trainer = Callable[[dict[str, Any], Path, bool, Watch], None]  # (settings, out, resume, watch)

trainers: Catalog[Trainer] = Catalog(
    "trainer",
    {
        "grounding": "sfbench.model.grounding.trainer:train_grounding",
        "frame-adapter": "sfbench.model.tuning.frame_adapter:train_frame_adapter",
        "temporal-adapter": "sfbench.model.tuning.temporal_adapter:train_temporal_adapter",
        "series": "sfbench.series:train_series",
        "autoencoder": "sfbench.model.tuning.autoencoder:train_autoencoder",
        "text-to-audio": "sfbench.model.tuning.text_to_audio:train_text_to_audio",
        "onset-detector": "sfbench.model.tuning.onset_detector:train_onset_detector",
        "label-projection": "sfbench.model.tuning.label_projection:train_label_projection",
        "clip": "sfbench.model.encoders.clip.trainer:train_clip",
        "clap": "sfbench.model.encoders.clap:train_clap",
        "cnn14": "sfbench.model.encoders.cnn14:train_cnn14",
        "vggish": "sfbench.model.encoders.vggish:train_vggish",
        "wav2clip": "sfbench.model.encoders.wav2clip:train_wav2clip",
        "cavp": "sfbench.model.diff_foley_training.cavp:train_cavp",
        "diff-foley-vae": "sfbench.model.diff_foley_training.vae:train_vae",
        "diff-foley": "sfbench.model.diff_foley_training.denoiser:train_denoiser",
        "diff-foley-classifier": "sfbench.model.diff_foley_training.classifier:train_classifier",
    },
    group="sfbench.trainers",
)


class TrainingRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which trainer runs, and with what settings.

    Attributes:
        format: Version of this file format.
        name: Name of what is trained; also the default output folder.
        trainer: Row of the table of trainers.
        settings: Passed to the trainer.
    """

    format: int
    name: str
    trainer: str
    settings: dict[str, Any] = {}


def train(
    recipe: Path, out: Path | None = None, *, resume: bool = False, watch: Watch = quiet
) -> None:
    """Train by a recipe into `out`, by default a folder of the recipe's name.

    Raises:
        SfbenchError: The recipe cannot be read, or its trainer is unknown.
    """
    read = benchmark_files.read_toml(recipe, TrainingRecipe)
    trainers[read.trainer](read.settings, out or Path(read.name), resume, watch)
