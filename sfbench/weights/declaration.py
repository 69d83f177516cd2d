"""What a file of weights is, and the table of all that are declared.

A row lies beside the network that uses it and carries no code; nothing is fetched on import.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sfbench.catalog import Catalog

HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A file of weights: where it is published, how big it is, what it must hash to.

    Either `url` is given, or `repo`, `revision` and `path`.

    Attributes:
        name: What it is called on the command line, for example `cnn14-32k`.
        file: File name in the weights folder, for example `Cnn14_mAP=0.431.pth`.
        size: Length in bytes.
        licence: SPDX identifier, or the licence's short name.
        sha256: Published hash, or None; then the hash of the first fetch is kept and held to.
        url: Address of the file.
        repo: Hub id of the repository, for example `h94/IP-Adapter`.
        revision: Commit of the repository, 40 hexadecimal digits: branches move.
        path: Path of the file in the repository.
    """

    name: str
    file: str
    size: int
    licence: str
    sha256: str | None = None
    url: str | None = None
    repo: str | None = None
    revision: str | None = None
    path: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][^/\\\0]*", self.file):
            raise ValueError(f"unsafe file name {self.file!r}: a bare name, no folder")
        if self.size < 1:
            raise ValueError(f"size of {self.name} is {self.size}; weights have at least one byte")
        if self.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"sha256 of {self.name} is not 64 lower-case hexadecimal digits")
        if (self.url is None) == (self.repo is None):
            raise ValueError(f"{self.name} needs either url, or repo, revision and path")
        if self.repo and not (self.path and re.fullmatch(r"[0-9a-f]{40}", self.revision or "")):
            raise ValueError(f"{self.name} needs path, and a commit of 40 digits as revision")

    @property
    def address(self) -> str:
        """Address of the file; `$HF_ENDPOINT` replaces the hub's own."""
        if self.url is not None:
            return self.url
        hub = (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
        return f"{hub}/{self.repo}/resolve/{self.revision}/{quote(self.path or '')}"


known: Catalog[Weights] = Catalog(
    "weights",
    {
        "vggish": "sfbench.encoders.checkpoints:VGGISH",
        "cnn14-32k": "sfbench.encoders.checkpoints:CNN14_32K",
        "cnn14-16k": "sfbench.encoders.checkpoints:CNN14_16K",
        "melception-statistics": "sfbench.encoders.checkpoints:MELCEPTION_STATISTICS",
        "clip-vit-b-32": "sfbench.encoders.checkpoints:CLIP_VIT_B_32",
        "clip-vit-h-14": "sfbench.encoders.checkpoints:CLIP_VIT_H_14",
        "clip-vocabulary": "sfbench.encoders.checkpoints:CLIP_VOCABULARY",
        "clap-630k-audioset-best": "sfbench.encoders.checkpoints:CLAP_630K",
    },
    group="sfbench.weights",
)

NONE_DECLARED = "no weights are declared: the protocol basic needs none"


def chosen(names: Sequence[str]) -> list[Weights]:
    """Return the declared weights of these names; all of them for no name.

    Raises:
        SfbenchError: A name is unknown; the message lists the known ones.
    """
    return [known[name] for name in dict.fromkeys(names or known)]
