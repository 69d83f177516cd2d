"""VGGSound's lists of clips: read in every form that is in use, and recognised by name."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sfbench import store
from sfbench.curation.vggsound.names import YOUTUBE, clip_id, id_of
from sfbench.curation.vggsound.vggsounder import (
    installed_table,
    installed_version,
    is_vggsounder,
    read_tags,
)
from sfbench.errors import SfbenchError

SPLITS = ("train", "test")

# Rows (train, test) of the published lists; hche11/VGGSound@9bbc749, counted.
PUBLISHED = {
    (183_971, 15_496): "vggsound.csv",
    (183_730, 0): "train.csv",
    (0, 15_446): "test.csv",
    (183_730, 15_446): "train.csv + test.csv",
}
_BLOBS = {
    "53da0dc492b8a3fadf770f0f175cef1e652c0447": "vggsound.csv",
    "4d3a49e5f22484cae9f9df5991f99c1cdcac0c42": "train.csv",
    "c6f4c1545810a2db37b05ee81aedb6b301d5a56f": "test.csv",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: 10 s of a YouTube video.

    Attributes:
        id: The clip's key, `<youtube id>_<start:06d>`.
        label: VGGSound's label, verbatim.
        split: `train` or `test`.
    """

    id: str
    label: str
    split: str

    @property
    def youtube(self) -> str:
        """Id of the video that the clip is cut from."""
        return self.id[:11]

    @property
    def start(self) -> int:
        """Where the clip begins in the video, in seconds."""
        return int(self.id[12:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is known of a list; stands in `dataset.json`.

    Attributes:
        name: Which published list it is, or `unpublished`.
        match: How it was recognised: `bytes`, `bytes but for line ends`, `rows`, or `none`.
        file: The file's own name.
        sha256: Hash of its bytes.
        rows: Lines that name a clip.
        train: Rows of the training split.
        test: Rows of the test split.
        repeated: Rows whose clip stood in an earlier row; the first one counts.
        contradicting: Repeated rows with another label or split than the first.
    """

    name: str
    match: str
    file: str
    sha256: str
    rows: int
    train: int
    test: int
    repeated: int
    contradicting: int

    def __str__(self) -> str:
        name = self.name if self.match != "none" else f"{self.file} (no published list)"
        return f"list {name}: {self.rows} rows, sha256 {self.sha256[:12]}, match by {self.match}"


def read_list(path: Path) -> tuple[list[Row], Listing]:
    """Return the clips of a list in the file's order, each once, and what is known of the list.

    Read are VGGSound's own forms, with and without a header, with any line ends, with and without
    quotes, separated by commas or tabs: `id,start,label,split` and `id_start.mp4,label` (whose
    split is told by `train` or `test` in the file's name); and the tables of VGGSounder.

    Raises:
        SfbenchError: The file cannot be read, or a line names no clip; the message says which.
    """
    data = _bytes(path)
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise SfbenchError(f"{path} is no text: {error}") from None
    if lines and is_vggsounder(lines[0]):
        return _multi_label(path, data)
    try:
        rows = list(_parse(path, lines))
    except csv.Error as error:
        raise SfbenchError(f"{path} cannot be read as CSV: {error}") from None
    if not rows:
        raise SfbenchError(f"{path} names no clips")
    once, repeated, contradicting = _once(rows)
    name, match = _recognise(data, rows)
    return once, _listing(path, data, rows, name, match, (repeated, contradicting))


def join(lists: Sequence[list[Row]]) -> list[Row]:
    """Return the clips of several lists, sorted by id, each as the first list has it."""
    rows, _, _ = _once([row for one in lists for row in one])
    return sorted(rows, key=lambda row: row.id)


def rows_sha256(rows: Sequence[Row]) -> str:
    """Return a hash of what a list says, whatever its bytes are; rows are sorted by id."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.id}\t{row.label}\t{row.split}\n".encode())
    return digest.hexdigest()


def joint_name(listings: Sequence[Listing]) -> str:
    """Return the name of lists taken together, as `train.csv + test.csv`."""
    counts = (sum(one.train for one in listings), sum(one.test for one in listings))
    if len(listings) > 1 and counts in PUBLISHED:
        return PUBLISHED[counts]
    return " + ".join(one.name for one in listings)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SfbenchError(f"the list {path} cannot be read: {error.strerror}") from None


def _parse(path: Path, lines: Sequence[str]) -> Iterator[Row]:
    separator = "\t" if lines and "\t" in lines[0] else ","
    told = _told_split(path)
    for number, fields in enumerate(csv.reader(lines, delimiter=separator), start=1):
        fields = [field.strip() if place == 0 else field for place, field in enumerate(fields)]
        if not any(fields):
            continue
        row = _row(fields, told)
        if isinstance(row, Row):
            yield row
        elif number > 1 or not _is_header(fields):
            raise SfbenchError(f"{path}, line {number}: {row}")


def _told_split(path: Path) -> str | None:
    told = [split for split in SPLITS if split in path.name.lower()]
    return told[0] if len(told) == 1 else None


def _is_header(fields: Sequence[str]) -> bool:
    values = any(field.strip().isdecimal() or field.strip() in SPLITS for field in fields)
    return not values and not fields[0].endswith(".mp4")


def _row(fields: list[str], told: str | None) -> Row | str:
    """Return the clip that a line names, or what is wrong with the line."""
    if len(fields) >= 2 and (key := id_of(fields[0])) is not None:
        if told is None:
            return "no split is named; give the file a name with train or test in it"
        return Row(key, ",".join(fields[1:]).strip(), told)
    if len(fields) < 4 or not YOUTUBE.fullmatch(fields[0]):
        return f"{','.join(fields)!r} is not id,start,label,split"
    # A label with commas that was written without quotes fell apart.
    start, label, split = fields[1].strip(), ",".join(fields[2:-1]).strip(), fields[-1].strip()
    if not (start.removesuffix(".0").isdecimal() and label):
        return f"{','.join(fields)!r} is not id,start,label,split"
    if split not in SPLITS:
        return f"split {split!r} is neither train nor test"
    return Row(clip_id(fields[0], int(start.removesuffix(".0"))), label, split)


def _once(rows: Sequence[Row]) -> tuple[list[Row], int, int]:
    """Return each clip's first row, the number of later rows, and how many of them contradict."""
    first: dict[str, Row] = {}
    contradicting = sum(first.setdefault(row.id, row) != row for row in rows)
    return list(first.values()), len(rows) - len(first), contradicting


def _recognise(data: bytes, rows: Sequence[Row]) -> tuple[str, str]:
    """Return the name of the published list that this is, and what says so."""
    unix = data.replace(b"\r\n", b"\n")
    variants = {
        "bytes": [data],
        "bytes but for line ends": [unix, unix.rstrip(b"\n"), unix.replace(b"\n", b"\r\n")],
    }
    for match, forms in variants.items():
        for form in forms:
            if (name := _BLOBS.get(_git_blob(form))) is not None:
                return name, match
    counts = Counter(row.split for row in rows)
    published = PUBLISHED.get((counts["train"], counts["test"]))
    return (published, "rows") if published else ("unpublished", "none")


def _git_blob(data: bytes) -> str:
    """Return the id that git gives a file of these bytes."""
    header = b"blob %d\0" % len(data)
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()


def _multi_label(path: Path, data: bytes) -> tuple[list[Row], Listing]:
    tags = read_tags(path)
    rows = [Row(one.id, one.label, "test") for one in tags.values()]
    which = installed_version() if path == installed_table() else "of unknown version"
    name = f"VGGSounder {which}, {path.name}"
    listing = _listing(path, data, rows, name, "columns", (0, 0))
    return rows, listing


def _listing(
    path: Path, data: bytes, rows: Sequence[Row], name: str, match: str, twice: tuple[int, int]
) -> Listing:
    counts = Counter(row.split for row in rows)
    return Listing(
        name=name,
        match=match,
        file=path.name,
        sha256=store.sha256_bytes(data),
        rows=len(rows),
        train=counts["train"],
        test=counts["test"],
        repeated=twice[0],
        contradicting=twice[1],
    )
