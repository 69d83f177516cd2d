"""PaSST: one embedding and the AudioSet logits of ten seconds, at 32 kHz, by a transformer.

Source: Koutini et al., arXiv 2110.05069; front end of kkoutini/passt_hear21@5f1cce6,
hear21passt/models/preprocess.py; ten seconds as hkchengrex/av-benchmark@050a5cd takes them,
av_bench/extract.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from sfbench.encoders.batch import require_length
from sfbench.encoders.checkpoints import PASST, read_checkpoint
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.fill import filled
from sfbench.encoders.passt_network import CLASSES, EMBEDDING, PasstNetwork
from sfbench.encoders.spectrum import htk_bands, spectra

RATE = 32_000
LENGTH = 10 * RATE

_TRANSFORM, _WINDOW, _HOP = 1024, 800, 320
_BANDS, _LOW, _HIGH = 128, 0.0, 15_000.0
_EMPHASIS = 0.97
_AT_ONCE = 4  # sounds; 1190 tokens each


@dataclass(frozen=True, slots=True)
class Passt:
    """Embeds a sound as `embedding`, [1, 768], and `logits`, [1, 527], before the sigmoid.

    Only the first ten seconds count, and silence follows a shorter sound. Tools that hear short
    sounds unpadded or average windows over long ones have other numbers there. The embedding is
    the mean of the class token and the distillation token.
    """

    network: PasstNetwork
    device: str = "cpu"
    name: str = "passt"
    signature: str = "passt-s-swa-p16-ap476-32k|first-10s|768d|527-logits"
    rate: int = RATE
    outputs: Mapping[str, int] = field(
        default_factory=lambda: {"embedding": EMBEDDING, "logits": CLASSES}
    )

    @torch.inference_mode()
    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at 32 kHz, its `embedding` and its `logits`.

        Raises:
            ClipError: A sound has no samples.
        """
        require_length(sounds, 1, self.rate, self.name)
        answers: list[Outputs] = []
        for begin in range(0, len(sounds), _AT_ONCE):
            batch = _ten_seconds(sounds[begin : begin + _AT_ONCE]).to(self.device)
            embedding, logits = self.network(log_mel(batch))
            rows = zip(embedding.cpu().split(1), logits.cpu().split(1), strict=True)
            answers += [
                {"embedding": own.numpy(), "logits": scores.numpy()} for own, scores in rows
            ]
        return answers


def open_passt(device: str) -> Passt:
    """Return the extractor with the published weights (mAP 0.476).

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    return Passt(passt_network(read_checkpoint(PASST)).to(device), device)


def passt_network(state: Mapping[str, Tensor], depth: int = 12) -> PasstNetwork:
    """Return the network with the tensors of the published layout.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    used = {key: value for key, value in state.items() if not key.startswith("head_dist.")}
    return filled(lambda: PasstNetwork(depth), used)


def log_mel(sounds: Tensor) -> Tensor:
    """Return log-mel spectra, [B, 128, T], T = (n - 1) // 320 + 1, of sounds, [B, n].

    Each sample loses 0.97 of the one before it. Then the power in windows of 25 ms every 10 ms, in
    triangular bands on the HTK mel scale, plus 1e-5; its natural logarithm plus 4.5, over 5.
    """
    emphasised = sounds[:, 1:] - _EMPHASIS * sounds[:, :-1]
    window = torch.hann_window(_WINDOW, periodic=False, device=sounds.device)
    margin = (_TRANSFORM - _WINDOW) // 2
    window = torch.nn.functional.pad(window, (margin, margin))
    power = torch.view_as_real(spectra(emphasised, window, _HOP)).square().sum(-1)
    bands = htk_bands(RATE, _TRANSFORM, _BANDS, _LOW, _HIGH).to(sounds.device)
    return ((power @ bands + 1e-5).log().transpose(1, 2) + 4.5) / 5


def _ten_seconds(sounds: Sequence[Samples]) -> Tensor:
    whole = np.zeros((len(sounds), LENGTH), np.float32)
    for row, sound in zip(whole, sounds, strict=True):
        row[: len(sound)] = sound[:LENGTH]
    return torch.from_numpy(whole)
