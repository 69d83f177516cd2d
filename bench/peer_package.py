"""The package frechet_audio_distance, with networks of random weights in place of its downloads."""

from types import SimpleNamespace

import numpy as np
import torch

from sfbench.encoders.reference.clap import clap_module
from sfbench.encoders.reference.upstream import upstream
from sfbench.encoders.reference.vggish import vggish_network

RATES = {"vggish": 16_000, "pann": 32_000, "clap": 48_000}


def distance(name: str) -> SimpleNamespace:
    """Return the package's object for a network, made without its downloads.

    Loading, batch of one and matrix square root are the package's own.
    """
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
