"""VGGish as the package torchvggish computes it, front end and network.

As in the published Fréchet audio distances, the last ReLU is taken off and there is no PCA.
"""

from torch import Tensor, nn

from sfbench.encoders.checkpoints import VGGISH, read_checkpoint
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.reference.extractor import ReferenceExtractor
from sfbench.encoders.reference.upstream import loaded, signed, upstream
from sfbench.encoders.vggish import RATE, SHORTEST

_SIGNATURE = "vggish-10086976-16k|no-pca|no-relu|0.96s-frames|128d"


def open_vggish(device: str) -> ReferenceExtractor:
    """Return the extractor with the published weights.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    return vggish(loaded(vggish_network(), read_checkpoint(VGGISH)), device)


def vggish_network() -> nn.Module:
    """Return the package's network without its last ReLU, not filled."""
    package = upstream("torchvggish.torchvggish")
    network: nn.Module = package.VGG(package.make_layers(), postprocess=False)
    network.embeddings = network.get_submodule("embeddings")[:-1]  # type: ignore[index]
    return network


def vggish(network: nn.Module, device: str = "cpu") -> ReferenceExtractor:
    """Return the extractor over a network that is filled."""
    front_end = upstream("torchvggish.vggish_input")
    network = network.to(device)

    def embed(sound: Samples) -> Outputs:
        examples: Tensor = front_end.waveform_to_examples(sound, RATE)
        return {"embedding": network(examples.to(device)).cpu().numpy()}

    return ReferenceExtractor(
        name="vggish",
        signature=signed(_SIGNATURE, "torchvggish"),
        rate=RATE,
        outputs={"embedding": 128},
        shortest=SHORTEST,
        embed=lambda sounds: [embed(sound) for sound in sounds],
    )
