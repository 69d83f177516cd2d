"""The table of sources, and what `--source` means."""

from collections.abc import Callable

from sfbench.catalog import Catalog
from sfbench.curation.source import Source
from sfbench.errors import SfbenchError

SourceMaker = Callable[[str, int | None], Source]  # (what stands after the colon, limit) -> source

sources: Catalog[SourceMaker] = Catalog(
    "source",
    {
        "folder": "sfbench.curation.folder:open_folder",
        "simulated": "sfbench.curation.simulated.source:open_world",
    },
    group="sfbench.sources",
)


def open_source(spec: str, limit: int | None = None) -> Source:
    """Return the source behind `name` or `name:argument`.

    Raises:
        SfbenchError: The source is unknown, or its argument is missing or wrong.
    """
    name, _, argument = spec.partition(":")
    if limit is not None and limit < 1:
        raise SfbenchError(f"--limit {limit} asks for no clips; give 1 or more")
    return sources[name](argument, limit)
