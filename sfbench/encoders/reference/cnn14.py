"""PANNs Cnn14 as panns_inference (32 kHz) and frechet_audio_distance (16 kHz) compute it.

panns_inference runs a download as soon as it is imported, and its front door overwrites a small
checkpoint; so its network is taken past both. Both packages give probabilities only; the logits are
what the network's own last layer says of its embedding.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sfbench.encoders.checkpoints import CNN14_16K, CNN14_32K, read_checkpoint
from sfbench.encoders.cnn14 import CLASSES, EMBEDDING
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.reference.extractor import ReferenceExtractor
from sfbench.encoders.reference.upstream import loaded, part, signed

_FRAMES = 31  # hops that five halvings use up


@dataclass(frozen=True, slots=True)
class Variant:
    """One rate of Cnn14, and who publishes its code.

    Attributes:
        name: Name of our extractor.
        signature: Its signature.
        distribution: The package.
        module: Where its networks are.
        network: The class of this one.
        rate: Sample rate, in Hz.
        highest: Upper edge of the mel bands, in Hz.
    """

    name: str
    signature: str
    distribution: str
    module: str
    network: str
    rate: int
    highest: int


AT_32K = Variant(
    name="cnn14-32k",
    signature="cnn14-32k-mAP0.431|clip|2048d-relu|527-logits",
    distribution="panns_inference",
    module="panns_inference.models",
    network="Cnn14",
    rate=32_000,
    highest=14_000,
)
AT_16K = Variant(
    name="cnn14-16k",
    signature="cnn14-16k-mAP0.438|clip|2048d-relu|527-logits",
    distribution="frechet_audio_distance",
    module="frechet_audio_distance.models.pann",
    network="Cnn14_16k",
    rate=16_000,
    highest=8_000,
)


def open_cnn14_32k(device: str) -> ReferenceExtractor:
    """Return the extractor at 32 kHz with the published weights.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    return cnn14(loaded(cnn14_network(AT_32K), read_checkpoint(CNN14_32K)), AT_32K, device)


def open_cnn14_16k(device: str) -> ReferenceExtractor:
    """Return the extractor at 16 kHz with the published weights.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    return cnn14(loaded(cnn14_network(AT_16K), read_checkpoint(CNN14_16K)), AT_16K, device)


def cnn14_network(variant: Variant) -> nn.Module:
    """Return the package's network, not filled but for its front end."""
    make = getattr(part(variant.module), variant.network)
    network: nn.Module = make(
        sample_rate=variant.rate,
        window_size=variant.rate * 32 // 1000,
        hop_size=variant.rate // 100,
        mel_bins=64,
        fmin=50,
        fmax=variant.highest,
        classes_num=CLASSES,
    )
    return network


def cnn14(network: nn.Module, variant: Variant, device: str = "cpu") -> ReferenceExtractor:
    """Return the extractor over a network that is filled."""
    network = network.to(device)

    def embed(sound: Samples) -> Outputs:
        embedding: Tensor = network(torch.from_numpy(sound[None]).to(device))["embedding"]
        logits: Tensor = network.get_submodule("fc_audioset")(embedding)
        return {"embedding": embedding.cpu().numpy(), "logits": logits.cpu().numpy()}

    def each(sounds: Sequence[Samples]) -> list[Outputs]:
        return [embed(sound) for sound in sounds]

    return ReferenceExtractor(
        name=variant.name,
        signature=signed(variant.signature, variant.distribution),
        rate=variant.rate,
        outputs={"embedding": EMBEDDING, "logits": CLASSES},
        shortest=_FRAMES * variant.rate // 100,
        embed=each,
    )
