"""Writes parquet whose columns `video` and `audio` hold the media, as `datasets` types them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sfbench.curation.embed.write import Example
from sfbench.errors import SfbenchError

_ROWS = 50  # in a row group: about 100 MB, what a reader holds at a time


def write_parquet(path: Path, examples: Sequence[Example]) -> None:
    """Write a parquet file.

    Raises:
        SfbenchError: `datasets` is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
        from datasets import Audio, Features, Value, Video
    except ModuleNotFoundError as error:
        raise SfbenchError(
            f"--format parquet needs {error.name}: pip install 'sfbench[data]'"
        ) from None
    texts = {name: Value("string") for name in ("id", "label", "family", "sha256")}
    numbers = {name: Value("float64") for name in ("start", "seconds")}
    columns = Features({**texts, **numbers, "video": Video(), "audio": Audio()})
    schema = columns.arrow_schema  # says the types of columns to `datasets`
    table = pyarrow.Table.from_pylist([_row(one) for one in examples], schema=schema)
    pyarrow.parquet.write_table(table, path, row_group_size=_ROWS)


def _row(one: Example) -> dict[str, Any]:
    name = Path(one.clip.video).name
    sound = {"bytes": one.sound, "path": f"{one.clip.id}.flac"}
    return {**one.about, "video": {"bytes": one.video, "path": name}, "audio": sound}
