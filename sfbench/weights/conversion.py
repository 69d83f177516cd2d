"""What is remembered of weights that were converted to safetensors."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from sfbench import store
from sfbench.weights.declaration import Weights
from sfbench.weights.record import read_record

_PICKLED = frozenset({".bin", ".ckpt", ".pt", ".pth", ".tar"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A file in safetensors, and the published file that it was made from.

    Attributes:
        source_sha256: Hash of the published file.
        source_size: Its length in bytes.
        sha256: Hash of the converted file.
        size: Its length in bytes.
        left_out: What the published file held beside the tensors: an optimiser, counters.
    """

    source_sha256: str
    source_size: int
    sha256: str
    size: int
    left_out: list[str] = field(default_factory=list)


def is_pickled(declared: Weights) -> bool:
    """Say whether weights are published in Python's own format, which can carry code."""
    return Path(declared.file).suffix in _PICKLED


def converted_path(path: Path) -> Path:
    """Return where the converted file of a published one lies: beside it.

    >>> converted_path(Path("timestamp_detector.pth.tar")).as_posix()
    'timestamp_detector.pth.safetensors'
    """
    return path.with_suffix(".safetensors")


def conversion_of(declared: Weights, path: Path) -> Conversion | None:
    """Return what is remembered of a conversion of the published file at `path`.

    None where there is none, or one of another file than the one that was declared or fetched.
    """
    if not is_pickled(declared) or not converted_path(path).is_file():
        return None
    try:
        found = msgspec.json.decode(_memory(path).read_bytes(), type=Conversion)
    except (OSError, msgspec.MsgspecError):
        return None
    fetched = read_record(path)
    expected = declared.sha256 or (fetched.sha256 if fetched else found.source_sha256)
    return found if found.source_sha256 == expected else None


def remember(path: Path, conversion: Conversion) -> None:
    """Write down the conversion of the published file at `path`."""
    store.write_json(_memory(path), conversion)


def _memory(path: Path) -> Path:
    converted = converted_path(path)
    return converted.with_name(f"{converted.name}.json")
