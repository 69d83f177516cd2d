"""Videos inside the parquet files of a Hugging Face dataset, read row by row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from sfbench import store
from sfbench.errors import ClipError, Reason, SfbenchError

_TAKEN_FOR_VIDEO = ("video", "mp4")
_TAKEN_FOR_NAME = ("video_id", "id", "__key__", "key", "file_name", "name", "path")


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """A video inside a parquet file: the name that its row gives it, and where it stands."""

    name: str
    group: int
    row: int
    column: str


def is_parquet(name: str) -> bool:
    """Say whether a file name is one of a parquet file."""
    return name.lower().endswith(".parquet")


def index_parquet(path: Path, wanted: Callable[[str], bool]) -> list[Cell]:
    """Return the videos of a parquet file whose names are wanted; none if it holds no videos.

    The video is a column of bytes, or of {bytes, path} as `datasets` writes it; its name is a
    text column, or the path.

    Raises:
        SfbenchError: `pyarrow` is not installed, or the file is damaged.
    """
    try:
        file = _parquet().ParquetFile(path)
        video = _video_column(file.schema_arrow)
        name = _name_column(file.schema_arrow, video)
        if video is None or name is None:
            return []
        return [
            Cell(text, group, row, video)
            for group in range(file.num_row_groups)
            for row, text in enumerate(_texts(file, group, name))
            if text is not None and wanted(text)
        ]
    except (OSError, ValueError) as error:  # pyarrow's errors are of these kinds
        raise SfbenchError(f"{path} cannot be read as parquet: {error}") from None


def read_cell(path: Path, group: int, row: int, column: str, target: Path) -> None:
    """Write the video of one row to `target`.

    Raises:
        ClipError: The file is gone or damaged, or the row holds no bytes.
    """
    try:
        file = _parquet().ParquetFile(path)
        batches = file.iter_batches(batch_size=1, row_groups=[group], columns=[column])
        value = next(batch for at, batch in enumerate(batches) if at == row)[column][0].as_py()
    except FileNotFoundError:
        raise ClipError(_reason("missing-media", f"{path.name} is gone")) from None
    except (OSError, ValueError, StopIteration) as error:
        raise ClipError(_reason("damaged-shard", f"{path.name}, row {row}: {error}")) from None
    data = value.get("bytes") if isinstance(value, dict) else value
    if not data:
        raise ClipError(_reason("missing-media", f"{path.name}, row {row} holds no video"))
    store.write_bytes(target, data)


def _reason(code: str, detail: str) -> Reason:
    return Reason("media", code, detail, retryable=True)


def _parquet() -> Any:
    try:
        import pyarrow.parquet as parquet
    except ModuleNotFoundError:
        raise SfbenchError(
            "to read parquet files of a dataset: pip install 'sfbench[data]'"
        ) from None
    return parquet


def _video_column(schema: Any) -> str | None:
    """Return the column of videos: of bytes or {bytes, path}, best if its name says so."""
    from pyarrow import types

    def holds_bytes(kind: Any) -> bool:
        if types.is_struct(kind):
            return any(field.name == "bytes" for field in kind)
        return bool(types.is_binary(kind) or types.is_large_binary(kind))

    names = [field.name for field in schema if holds_bytes(field.type)]
    named = [name for name in names if any(word in name.lower() for word in _TAKEN_FOR_VIDEO)]
    return next(iter(named or (names if len(names) == 1 else [])), None)


def _name_column(schema: Any, video: str | None) -> str | None:
    """Return the column, as a dotted path, that names the videos."""
    from pyarrow import types

    texts = {field.name for field in schema if types.is_string(field.type)}
    texts |= {field.name for field in schema if types.is_large_string(field.type)}
    for name in _TAKEN_FOR_NAME:
        if name in texts:
            return name
    kind = schema.field(video).type if video is not None else None
    if kind is not None and types.is_struct(kind) and any(one.name == "path" for one in kind):
        return f"{video}.path"
    return None


def _texts(file: Any, group: int, column: str) -> list[str | None]:
    """Return a row group's texts without reading its videos."""
    outer, _, inner = column.partition(".")
    values = file.read_row_group(group, columns=[column])[outer].to_pylist()
    return [value and value[inner] for value in values] if inner else list(values)
