"""The source `vggsound`: clips of VGGSound's lists, media from the user's folders or YouTube."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sfbench.curation.acquire.download import Download, open_download
from sfbench.curation.source import Candidate
from sfbench.curation.vggsound.boxes import Boxes, open_boxes, read_areas
from sfbench.curation.vggsound.fetch import fetch_list, is_address
from sfbench.curation.vggsound.listing import Listing, Row, join, joint_name, read_list, rows_sha256
from sfbench.curation.vggsound.media import Found, bring, find_media
from sfbench.curation.vggsound.names import LENGTH
from sfbench.curation.vggsound.vggsounder import installed_table, is_table, read_tags
from sfbench.errors import Reason, SfbenchError
from sfbench.manifest import Manifest
from sfbench.progress import Watch, quiet

_NO_LIST = (
    "--source vggsound needs a list of clips; type: sfbench curate --metadata vggsound.csv "
    "--media DIR --out OUT (a file or an https address of hche11/VGGSound's data/vggsound.csv), "
    "or get the test clips' list by: pip install 'sfbench[vggsound]'"
)
_NO_MEDIA = (
    "no media folder was given; type: sfbench curate --media DIR (a tree of <id>_<start>.mp4, "
    "tar shards, or a downloaded dataset), or add --download to ask YouTube"
)


@dataclass(frozen=True, slots=True)
class VGGSound:
    """VGGSound (Chen et al., ICASSP 2020): 10 s of YouTube videos, one label each.

    Attributes:
        files: Lists of clips; where they disagree on a clip, the first one counts.
        listings: What is known of those lists.
        identity: Hash of what the lists say. Media are not part of it: a clip is known by its id,
            and a curation may go on when more media have arrived, from wherever.
        media: Folders of media, the first one winning.
        only: Take this split alone; both when None.
        limit: Offer only the first clips.
        boxes: What people drew around the sounding objects, or None.
        download: How clips that are in no folder are brought from YouTube; not at all when None.
        watch: Shows the progress of listing shards.
    """

    files: tuple[Path, ...]
    listings: tuple[Listing, ...]
    identity: str
    media: tuple[Path, ...] = ()
    only: str | None = None
    limit: int | None = None
    boxes: Boxes | None = None
    download: Download | None = None
    watch: Watch = quiet

    @property
    def name(self) -> str:
        """`vggsound`, and the split if only one is taken."""
        return f"vggsound:{self.only}" if self.only else "vggsound"

    @property
    def licence(self) -> str:
        """Licence of the annotations; the videos stay their owners' and are not to be passed on."""
        return "cc-by-4.0"

    @property
    def lists(self) -> list[dict[str, Any]]:
        """What `dataset.json` says of the lists."""
        listed = [{name: getattr(one, name) for name in one.__slots__} for one in self.listings]
        return [*listed, *([self.boxes.listed] if self.boxes else [])]

    @property
    def notes(self) -> list[str]:
        """Sentences that name the lists."""
        together = [f"lists together: {joint_name(self.listings)}"] * (len(self.listings) > 1)
        return [*map(str, self.listings), *together, *([str(self.boxes)] if self.boxes else [])]

    def candidates(self) -> Iterator[Candidate]:
        """Yield the clips of the lists, sorted by id; those without media and download say so.

        Raises:
            SfbenchError: A list, the boxes or a media folder cannot be read.
        """
        found = find_media(self.media, self.watch)
        absent = _absence(self.media, found) if self.download is None else None
        areas = read_areas(self.boxes.path) if self.boxes else {}
        rows = [row for row in _rows(self.files) if self.only in (None, row.split)]
        for row in rows[: self.limit]:
            yield _candidate(row, found.origins.get(row.id), absent, areas.get(row.id))

    def fetch(self, candidate: Candidate, path: Path) -> None:
        """Write the clip's media to `path`.

        Raises:
            ClipError: They are missing, the shard that holds them is damaged, or YouTube does not
                give them.
        """
        if self.download is not None and not candidate.origin:
            self.download.bring(candidate.recording, candidate.start, LENGTH, path)
        else:
            bring(candidate.origin, path)

    def heard(
        self, manifest: Manifest, siblings: Mapping[str, Collection[str]]
    ) -> Mapping[str, bool]:
        """Return by clip id whether people heard the label, of clips that VGGSounder speaks of.

        Raises:
            SfbenchError: VGGSounder's table is neither among the lists nor installed.
        """
        table = next(filter(is_table, self.files), None) or installed_table()
        if table is None:
            raise SfbenchError(
                "what people heard stands in VGGSounder's table; type: "
                "pip install 'sfbench[vggsound]'"
            )
        tags = read_tags(table)
        return {
            clip.id: tags[clip.id].audible(siblings.get(clip.label, (clip.label,)))
            for clip in manifest.clips
            if clip.label and clip.id in tags
        }


def open_vggsound(
    argument: str,
    limit: int | None,
    *,
    metadata: Sequence[str] = (),
    media: Sequence[Path] = (),
    boxes: Path | None = None,
    offline: bool = False,
    download: bool = False,
    cookies: Path | None = None,
    proxy: str | None = None,
    rate: str | None = None,
    sleep: float | None = None,
    watch: Watch = quiet,
) -> VGGSound:
    """Return the source `vggsound`, or `vggsound:train`, `vggsound:test` for one split.

    Args:
        argument: What stands after the colon.
        limit: At most this many clips of the list.
        metadata: Files or addresses of lists; without any, VGGSounder's table if it is installed.
        media: Folders of media.
        boxes: File of VGG-SS's boxes.
        offline: Whether to leave the network alone.
        download: Whether to ask YouTube for clips that are in no folder.
        cookies: File of cookies for it.
        proxy: HTTP proxy to reach it by.
        rate: Bytes a second of one download, such as 500K.
        sleep: Seconds between downloads.
        watch: Shows progress.

    Raises:
        SfbenchError: There is no list, it cannot be had or read, or an option is wrong.
    """
    if argument not in ("", "train", "test"):
        raise SfbenchError(f"vggsound:{argument} is no split; type vggsound:test or vggsound:train")
    asked = {"cookies": cookies, "proxy": proxy, "rate": rate, "sleep": sleep}
    bringing = _downloading(download, offline, asked)
    locate = partial(_locate, offline=offline)
    files = tuple(map(locate, metadata)) or _installed()
    read = [read_list(file) for file in files]
    identity = f"vggsound:{argument}:{rows_sha256(join([rows for rows, _ in read]))}"
    listings = tuple(listing for _, listing in read)
    drawn = open_boxes(boxes) if boxes else None
    if drawn is not None:
        identity += f":{drawn.sha256}"
    only = argument or None
    return VGGSound(files, listings, identity, tuple(media), only, limit, drawn, bringing, watch)


def _downloading(download: bool, offline: bool, asked: dict[str, Any]) -> Download | None:
    """Return how to download, or None when it was not asked for."""
    given = {name: value for name, value in asked.items() if value is not None}
    if not download and given:
        raise SfbenchError(f"--{next(iter(given))} is for downloads; add --download")
    if download and offline:
        raise SfbenchError("nothing is downloaded while offline; leave out --download")
    return open_download(**given) if download else None


def _locate(name: str, offline: bool) -> Path:
    return fetch_list(name, offline=offline) if is_address(name) else Path(name)


def _installed() -> tuple[Path, ...]:
    table = installed_table()
    if table is None:
        raise SfbenchError(_NO_LIST)
    return (table,)


def _rows(files: Sequence[Path]) -> list[Row]:
    return join([read_list(file)[0] for file in files])


def _absence(media: Sequence[Path], found: Found) -> Reason:
    """Return the reason of every clip that was not found."""
    folders = ", ".join(map(str, media))
    detail = f"not in {folders} by the name <id>_<start>.mp4" if media else _NO_MEDIA
    return Reason("media", "missing-media", "; ".join([detail, *found.damages]), retryable=True)


def _candidate(
    row: Row, origin: str | None, absent: Reason | None, area: float | None
) -> Candidate:
    return Candidate(
        id=row.id,
        label=row.label,
        start=float(row.start),
        split=row.split,
        recording=row.youtube,
        origin=origin or "",
        missing=absent if origin is None else None,
        area=area,
    )
