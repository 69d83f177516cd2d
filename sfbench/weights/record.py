"""What is remembered of a first fetch: the hash and the length that later files are held to."""

import re
from dataclasses import dataclass
from pathlib import Path

from sfbench import store


@dataclass(frozen=True, slots=True)
class Record:
    """What a file of weights was when it was first fetched.

    Attributes:
        sha256: Its hash; of a damaged record, what no file has.
        size: Its length in bytes, or None where an older record does not say.
    """

    sha256: str
    size: int | None


def record_of(path: Path) -> Path:
    """Return the file of the record, which `sha256sum --check` reads."""
    return path.with_name(f"{path.name}.sha256")


def write_record(path: Path, record: Record) -> None:
    """Write the record of the weights at `path`."""
    store.write_text(record_of(path), f"{record.sha256}  {path.name}\n# {record.size} bytes\n")


def read_record(path: Path) -> Record | None:
    """Return the record of the weights at `path`, or None where there is none."""
    if not record_of(path).is_file():
        return None
    text = record_of(path).read_text(encoding="utf-8", errors="replace")
    told = re.search(r"^# (\d+) bytes$", text, re.MULTILINE)
    return Record(text[:64], int(told[1]) if told else None)
