"""The table of sources, and what `--source` means."""

import inspect
from collections.abc import Callable

from sfbench.catalog import Catalog
from sfbench.curation.source import Recommending, Source
from sfbench.errors import SfbenchError

SourceMaker = Callable[..., Source]
"""(what stands after the colon, limit, and by keyword the options that it knows) -> source.

Options are `metadata`, `media`, `boxes`, `offline`, `watch`, and for downloads `download`,
`cookies`, `proxy`, `rate` and `sleep`; a maker names those that it wants.
"""

sources: Catalog[SourceMaker] = Catalog(
    "source",
    {
        "folder": "sfbench.curation.folder:open_folder",
        "simulated": "sfbench.curation.simulated:open_world",
        "vggsound": "sfbench.curation.vggsound.source:open_vggsound",
    },
    group="sfbench.sources",
)

_USUAL = "vgg-c"

_HARMLESS = frozenset({"offline", "watch"})  # mean nothing to a source that does not know them


def open_source(spec: str, limit: int | None = None, **options: object) -> Source:
    """Return the source behind `name` or `name:argument`.

    Args:
        spec: What `--source` says.
        limit: At most this many clips.
        options: Options of the command line, by name; those not given are empty.

    Raises:
        SfbenchError: The source is unknown, its argument is missing or wrong, or it does not know
            an option that was given.
    """
    name, _, argument = spec.partition(":")
    if limit is not None and limit < 1:
        raise SfbenchError(f"--limit {limit} asks for no clips; give 1 or more")
    maker = sources[name]
    known = inspect.signature(maker).parameters
    given = {option: value for option, value in options.items() if value}
    foreign = sorted(given.keys() - known.keys() - _HARMLESS)
    if foreign:
        raise SfbenchError(f"--source {name} knows no --{foreign[0]}; leave it out")
    wanted = {option: value for option, value in given.items() if option in known}
    return maker(argument, limit, **wanted)


def suited(source: Source) -> str:
    """Return the name of the recipe that is meant when none is asked for."""
    return source.recipe if isinstance(source, Recommending) else _USUAL
