"""The dataset card: README.md with the front matter that hubs and `datasets` read."""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sfbench.clip import Clip

_SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M")]


def card(about: Mapping[str, Any], splits: Mapping[str, Sequence[Clip]], files: str = "*") -> str:
    """Return the Markdown card of a dataset.

    Args:
        about: What `dataset.json` says.
        splits: Clips by split.
        files: Pattern of the files in a split's folder.
    """
    filled = {name: clips for name, clips in splits.items() if clips}
    labels = sorted({clip.label for clips in filled.values() for clip in clips if clip.label})
    return render(
        "card.md.j2",
        about=about,
        files=files,
        splits=list(filled),
        size=size_category(about["counts"]["kept"]),
        label_counts=[
            (label, [sum(clip.label == label for clip in clips) for clips in filled.values()])
            for label in labels
        ],
    )


def render(template: str, **values: object) -> str:
    """Return a template of this area, in Markdown, with its values filled in."""
    environment = Environment(
        loader=PackageLoader("sfbench.curation", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, not HTML
    )
    return environment.get_template(template).render(**values)


def size_category(clips: int) -> str:
    """Return the hub's word for a number of clips.

    >>> size_category(95)
    'n<1K'
    """
    return next((name for limit, name in _SIZES if clips < limit), "n>1M")
