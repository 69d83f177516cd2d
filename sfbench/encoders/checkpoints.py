"""The published checkpoints of the networks: where they are, and how they are read."""

from pathlib import Path
from typing import TYPE_CHECKING

from sfbench.errors import SfbenchError
from sfbench.weights.declaration import Weights
from sfbench.weights.fetch import fetch
from sfbench.weights.locate import locate
from sfbench.weights.state import load_state

if TYPE_CHECKING:
    from torch import Tensor

_PANNS = "https://zenodo.org/records/3987831/files"
_SPECVQGAN_PUBLIC = "https://a3s.fi/swift/v1/AUTH_a235c0f452d648828f745589cde1219a/specvqgan_public"
_SPECVQGAN = (
    "https://raw.githubusercontent.com/v-iashin/SpecVQGAN/33c601d6dbb83867b8af5ad9b1613c31bafb4a40"
    "/specvqgan/modules"
)

VGGISH = Weights(
    name="vggish",
    file="vggish-10086976.pth",
    size=288_567_937,
    licence="Apache-2.0",
    sha256="10086976245803799d9194e9a73d9b6c1549c71d1b80106f5cade5608a561f4b",
    url="https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth",
)

CNN14_32K = Weights(
    name="cnn14-32k",
    file="Cnn14_mAP=0.431.pth",
    size=327_428_481,
    licence="CC-BY-4.0",
    sha256="0dc499e40e9761ef5ea061ffc77697697f277f6a960894903df3ada000e34b31",
    url=f"{_PANNS}/Cnn14_mAP%3D0.431.pth",
)

CNN14_16K = Weights(
    name="cnn14-16k",
    file="Cnn14_16k_mAP=0.438.pth",
    size=358_668_570,
    licence="CC-BY-4.0",
    sha256="e2ee543a27919542c2ea03eabaa70b24dcd4e6c8e05621de6b67a94e4c5058e6",
    url=f"{_PANNS}/Cnn14_16k_mAP%3D0.438.pth",
)


CLIP_VIT_B_32 = Weights(
    name="clip-vit-b-32",
    file="clip-vit-b-32-openai.safetensors",
    size=605_143_284,
    licence="Apache-2.0",
    sha256="e6d1bd7789aa45192b3bf90570a789b478bae1b74ebcce7eddd908e83a2b7c31",
    repo="timm/vit_base_patch32_clip_224.openai",
    revision="a6f597a30f7b82c51704746581f9a4e41421e878",
    path="open_clip_model.safetensors",
)

CLIP_VIT_H_14 = Weights(
    name="clip-vit-h-14",
    file="clip-vit-h-14-laion2b-s32b-b79k.bin",
    size=3_944_692_325,
    licence="MIT",
    sha256="9a78ef8e8c73fd0df621682e7a8e8eb36c6916cb3c16b291a082ecd52ab79cc4",
    repo="laion/CLIP-ViT-H-14-laion2B-s32B-b79K",
    revision="1c2b8495b28150b8a4922ee1c8edee224c284c0c",
    path="open_clip_pytorch_model.bin",
)

CLIP_VOCABULARY = Weights(
    name="clip-vocabulary",
    file="bpe_simple_vocab_16e6.txt.gz",
    size=1_356_917,
    licence="MIT",
    sha256="924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a",
    url="https://raw.githubusercontent.com/openai/CLIP/d05afc436d78f1c48dc0dbf8e5980a9d471f35f6"
    "/clip/bpe_simple_vocab_16e6.txt.gz",
)

CLAP_630K = Weights(
    name="clap-630k-audioset-best",
    file="630k-audioset-best.pt",
    size=1_863_587_645,
    licence="CC0-1.0",
    sha256="8053c9775516af2f4902e1e8281e356cc1bf7a85e8b761908170767b77c3f037",
    repo="lukewys/laion_clap",
    revision="b3708341862f581175dba5c356a4ebf74a9b6651",
    path="630k-audioset-best.pt",
)

ROBERTA_VOCABULARY = Weights(
    name="roberta-vocabulary",
    file="roberta-base.vocab.json",
    size=898_823,
    licence="MIT",
    sha256="9e7f63c2d15d666b52e21d250d2e513b87c9b713cfa6987a82ed89e5e6e50655",
    repo="FacebookAI/roberta-base",
    revision="e2da8e2f811d1448a5b465c236feacd80ffbac7b",
    path="vocab.json",
)

ROBERTA_MERGES = Weights(
    name="roberta-merges",
    file="roberta-base.merges.txt",
    size=456_318,
    licence="MIT",
    sha256="1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    repo="FacebookAI/roberta-base",
    revision="e2da8e2f811d1448a5b465c236feacd80ffbac7b",
    path="merges.txt",
)

MELCEPTION = Weights(
    name="melception",
    file="melception-21-05-10T09-28-40.pt",
    at_most=400_000_000,
    licence="MIT",
    md5="a71a41041e945b457c7d3d814bbcf72d",
    url=f"{_SPECVQGAN_PUBLIC}/melception-21-05-10T09-28-40.pt",
)

MELCEPTION_STATISTICS = Weights(
    name="melception-statistics",
    file="train_means_stds_melspec_10s_22050hz.txt",
    size=1_760,
    licence="MIT",
    sha256="77e3ce8a878a837231581855434e2a85926b87d5cad0d57a3d0cad3292b2a5cc",
    url=f"{_SPECVQGAN}/losses/vggishish/data/train_means_stds_melspec_10s_22050hz.txt",
)

PASST = Weights(
    name="passt",
    file="passt-s-f128-p16-s10-ap.476-swa.pt",
    size=344_665_734,
    licence="Apache-2.0",
    sha256="302903fa8c4aee817b11dc982da0b29aaf8d11a3e722420476d0a12c9db70c2c",
    url="https://github.com/kkoutini/PaSST/releases/download/v0.0.1-audioset"
    "/passt-s-f128-p16-s10-ap.476-swa.pt",
)

# Neither its length nor a hash is published.
WAV2CLIP = Weights(
    name="wav2clip",
    file="Wav2CLIP.pt",
    at_most=200_000_000,
    licence="MIT",
    url="https://github.com/descriptinc/lyrebird-wav2clip/releases/download/v0.1.0-alpha"
    "/Wav2CLIP.pt",
)


# Neither hash is published. The commit of the weights held an empty vocabulary; a later one, whose
# name is not known in full, brought it.
GROUNDING = Weights(
    name="grounding",
    file="cnn8rnn-w2vmean-audiocaps-grounding.safetensors",
    at_most=36_000_000,
    licence="Apache-2.0",
    repo="wsntxxn/cnn8rnn-w2vmean-audiocaps-grounding",
    revision="acaefebdfd5fca3fada31f8fe02f46bf27aab7d2",
    path="model.safetensors",
)

GROUNDING_VOCABULARY = Weights(
    name="grounding-vocabulary",
    file="cnn8rnn-w2vmean-audiocaps-grounding.vocab.json",
    at_most=200_000,
    licence="Apache-2.0",
    url="https://huggingface.co/wsntxxn/cnn8rnn-w2vmean-audiocaps-grounding/resolve/main/vocab.json",
)


def read_checkpoint(declared: Weights) -> "dict[str, Tensor]":
    """Return the tensors of some declared weights that are on this machine; nothing is fetched.

    Raises:
        SfbenchError: The file is not here, is not the one that was declared, or is unreadable.
    """
    return load_state(here(declared))


def here(declared: Weights) -> Path:
    """Return the checked file of some declared weights; nothing is fetched.

    Raises:
        SfbenchError: The file is not here, or is not the one that was declared.
    """
    if locate(declared) is None:
        raise SfbenchError(
            f"{declared.name} is not on this machine; type: sfbench weights fetch {declared.name}"
        )
    return fetch(declared, offline=True)
