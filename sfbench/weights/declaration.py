"""What a file of weights is, and the table of all that are declared, alone or as repositories.

A row lies beside the network that uses it and carries no code; nothing is fetched on import.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sfbench.catalog import Catalog
from sfbench.errors import SfbenchError

HUB = "https://huggingface.co"

COMMIT = r"[0-9a-f]{40}"
_PART = r"[A-Za-z0-9][^/\\\0]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A file of weights: where it is published, how big it is, what it must hash to.

    Either `url` is given, or `repo`, `revision` and `path`; either `size` or `at_most`. What is not
    published, length or hash, is recorded at the first fetch and held to after.

    Attributes:
        name: What it is called on the command line, for example `cnn14-32k`; of a file of a
            repository, the row's name and a path: `auffusion/unet/config.json`.
        file: Path in the weights folder, for example `Cnn14_mAP=0.431.pth`; its folders keep files
            of a repository apart from others of their names.
        licence: SPDX identifier, or the licence's short name.
        size: Published length in bytes, or None.
        at_most: Length in bytes above which nothing is fetched, where none is published.
        sha256: Published hash, or None.
        md5: Published MD5, or None, for files whose publisher states no other hash.
        url: Address of the file.
        repo: Hub id of the repository, for example `h94/IP-Adapter`.
        revision: Commit of the repository, 40 hexadecimal digits: branches move. `main` where no
            commit is known; then the first fetch is what later ones are held to.
        path: Path of the file in the repository.
    """

    name: str
    file: str
    licence: str
    size: int | None = None
    at_most: int | None = None
    sha256: str | None = None
    md5: str | None = None
    url: str | None = None
    repo: str | None = None
    revision: str | None = None
    path: str | None = None

    def __post_init__(self) -> None:
        for wrong in self._wrong():
            raise ValueError(wrong)

    def _wrong(self) -> Iterator[str]:
        if not re.fullmatch(rf"{_PART}(/{_PART})*", self.file):
            yield f"unsafe file name {self.file!r}: it may not leave the weights folder"
        if (self.size is None) == (self.at_most is None):
            yield f"{self.name} needs either size or at_most"
        if self.limit < 1:
            yield f"size of {self.name} is {self.limit}; weights have at least one byte"
        if self.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            yield f"sha256 of {self.name} is not 64 lower-case hexadecimal digits"
        if self.md5 is not None and not re.fullmatch(r"[0-9a-f]{32}", self.md5):
            yield f"md5 of {self.name} is not 32 lower-case hexadecimal digits"
        if (self.url is None) == (self.repo is None):
            yield f"{self.name} needs either url, or repo, revision and path"
        if self.repo and not (self.path and re.fullmatch(COMMIT + "|main", self.revision or "")):
            yield f"{self.name} needs path, and a commit of 40 digits (or main) as revision"

    @property
    def limit(self) -> int:
        """Length in bytes that the file has, or at most has where none is published."""
        return self.size if self.size is not None else self.at_most or 0

    @property
    def address(self) -> str:
        """Address of the file; `$HF_ENDPOINT` replaces the hub's own."""
        if self.url is not None:
            return self.url
        hub = (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
        return f"{hub}/{self.repo}/resolve/{self.revision}/{quote(self.path or '')}"


Repository = tuple[Weights, ...]
"""Files that are published together; one row of the table."""

known: Catalog[Weights | Repository] = Catalog(
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
        "roberta-vocabulary": "sfbench.encoders.checkpoints:ROBERTA_VOCABULARY",
        "roberta-merges": "sfbench.encoders.checkpoints:ROBERTA_MERGES",
        "melception": "sfbench.encoders.checkpoints:MELCEPTION",
        "passt": "sfbench.encoders.checkpoints:PASST",
        "wav2clip": "sfbench.encoders.checkpoints:WAV2CLIP",
        "grounding": "sfbench.encoders.checkpoints:GROUNDING",
        "grounding-vocabulary": "sfbench.encoders.checkpoints:GROUNDING_VOCABULARY",
        "auffusion": "sfbench.model.published:AUFFUSION",
        "foleycrafter-semantic": "sfbench.model.published:SEMANTIC_ADAPTER",
        "foleycrafter-temporal": "sfbench.model.published:TEMPORAL_ADAPTER",
        "foleycrafter-detector": "sfbench.model.published:TIME_DETECTOR",
        "foleycrafter-vocoder": "sfbench.model.published:VOCODER",
        "ip-adapter-image-encoder": "sfbench.model.published:IMAGE_ENCODER",
        "diff-foley-cavp": "sfbench.model.published:DIFF_FOLEY_CAVP",
        "diff-foley-ldm": "sfbench.model.published:DIFF_FOLEY_LDM",
        "diff-foley-classifier": "sfbench.model.published:DIFF_FOLEY_CLASSIFIER",
    },
    group="sfbench.weights",
)

groups: Mapping[str, tuple[str, ...]] = {
    "audioldm": ("vggish", "cnn14-16k"),
    "avbench": ("vggish", "cnn14-16k", "passt"),
    "diff-foley": ("diff-foley-cavp", "diff-foley-ldm", "diff-foley-classifier"),
    "fad-0.3": ("vggish", "cnn14-32k", "clap-630k-audioset-best"),
    "foleycrafter-clip": ("wav2clip", "clip-vit-b-32"),
    "paper": (
        "vggish",
        "cnn14-32k",
        "clap-630k-audioset-best",
        "wav2clip",
        "clip-vit-b-32",
        "melception",
        "melception-statistics",
    ),
    "foleycrafter": (
        "auffusion",
        "foleycrafter-semantic",
        "foleycrafter-temporal",
        "foleycrafter-detector",
        "foleycrafter-vocoder",
        "ip-adapter-image-encoder",
    ),
    "grounding": ("grounding", "grounding-vocabulary"),
    "second-opinion": ("clap-630k-audioset-best", "roberta-vocabulary", "roberta-merges"),
    "semantic": ("grounding", "grounding-vocabulary"),
    "smooth-foley": (
        "auffusion",
        "foleycrafter-semantic",
        "foleycrafter-temporal",
        "foleycrafter-vocoder",
        "ip-adapter-image-encoder",
        "clip-vit-h-14",
        "clip-vocabulary",
    ),
    "specvqgan": ("melception", "melception-statistics"),
}
"""Rows of the table by name of the protocol or model that needs them all.

A group may bear the name of a row that is of no use without the others.
"""

NONE_DECLARED = "no weights are declared: the protocol basic needs none"


def chosen(names: Sequence[str]) -> list[Weights]:
    """Return the declared files of these names, of rows, groups or files; all for no name.

    Raises:
        SfbenchError: A name is unknown; the message lists the known ones.
    """
    rows = [row for name in names for row in groups.get(name, (name,))] if names else list(known)
    files = [file for row in rows for file in _files(row)]
    return list(dict.fromkeys(files))


def _files(name: str) -> Repository:
    """Return the files of a row, or the one file of a repository that is called so."""
    row, slash, _ = name.partition("/")
    if row not in known:
        raise SfbenchError(
            f"no weights called {name!r}; choose from {', '.join(known)}, "
            f"or a group: {', '.join(groups)}"
        )
    declared = known[row]
    files = declared if isinstance(declared, tuple) else (declared,)
    if not slash:
        return files
    if not (called := tuple(file for file in files if file.name == name)):
        raise SfbenchError(
            f"no weights called {name!r}; {row} has {', '.join(one.name for one in files)}"
        )
    return called


def groups_of(name: str) -> tuple[str, ...]:
    """Return the groups that some weights belong to.

    >>> groups_of("melception")
    ('paper', 'specvqgan')
    >>> groups_of("auffusion/unet/config.json")
    ('foleycrafter', 'smooth-foley')
    """
    row = name.partition("/")[0]
    return tuple(group for group, members in groups.items() if row in members)
