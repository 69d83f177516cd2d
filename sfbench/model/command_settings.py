"""What an outside command is run with: its settings, placeholders and list of clips."""

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.model.settings import checked

Column = Literal["id", "video", "prompt", "seed", "duration", "out"]
Span = tuple[Annotated[float, msgspec.Meta(ge=0)], Annotated[float, msgspec.Meta(gt=0)]]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is run, and what it leaves.

    Attributes:
        command: The program and its arguments. Placeholders in them are `{video}`, `{prompt}`,
            `{seed}`, `{duration}`, `{out}` and `{out_dir}`; with mode `shard`, `{list}` and
            `{out_dir}`.
        mode: Whether it is run for one clip at a time, or for many, which stand in a list.
        output: Suffix of the sounds that it writes.
        span: The part of the clip that its sound is for, in seconds; the whole clip if None. What
            is longer is cut.
        time_limit: How long it may take for one clip, in seconds.
        folder: Where it runs.
        environment: Environment variables to add.
        prompt: Whether the prompt is the clip's label or empty.
        list_format: Format of the list of a shard.
        columns: Names of the list's columns, and what stands in them: `id`, `video`, `prompt`,
            `seed`, `duration` or `out`; all six by these names if none is given.
        files: Files that the sounds depend on: the program, its weights. A run is another one
            when they change.
    """

    command: Annotated[list[str], msgspec.Meta(min_length=1)]
    mode: Literal["clip", "shard"] = "clip"
    output: Literal[".wav", ".flac", ".mp4"] = ".wav"
    span: Span | None = None
    time_limit: Annotated[float, msgspec.Meta(gt=0)] = 600.0
    folder: str = "."
    environment: dict[str, str] = {}
    prompt: Literal["label", "none"] = "label"
    list_format: Literal["jsonl", "csv"] = "jsonl"
    columns: dict[str, Column] = {}
    files: list[str] = []


def command_settings(settings: Mapping[str, Any]) -> Settings:
    """Return checked settings.

    Raises:
        SfbenchError: A setting cannot be used, or a placeholder means nothing.
    """
    chosen = checked(settings, Settings)
    known = {"list"} if chosen.mode == "shard" else {*get_args(Column)} - {"id"}
    for argument in chosen.command:
        filled(argument, dict.fromkeys([*known, "out_dir"], ""))
    if chosen.span and chosen.span[0] >= chosen.span[1]:
        raise SfbenchError(f"span {list(chosen.span)} ends before it begins")
    return chosen


def filled(argument: str, known: Mapping[str, str]) -> str:
    """Return an argument with its placeholders replaced, each once.

    >>> filled("--video={video}", {"video": "{seed}.mp4"})
    '--video={seed}.mp4'

    Raises:
        SfbenchError: A placeholder is none of the known ones.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in known:
            names = ", ".join(f"{{{name}}}" for name in sorted(known))
            raise SfbenchError(f"`command` has {match[0]}, which means nothing; known are {names}")
        return known[match[1]]

    return re.sub(r"\{(\w+)\}", value, argument)


def write_list(rows: Sequence[Mapping[str, str]], settings: Settings, folder: Path) -> Path:
    """Write the clips of a shard, one a row, and return the file."""
    path = folder / f"list.{settings.list_format}"
    columns = settings.columns or {key: key for key in get_args(Column)}
    table = [{name: row[key] for name, key in columns.items()} for row in rows]
    if settings.list_format == "jsonl":
        path.write_bytes(store.to_lines(table))
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(columns))
            writer.writeheader()
            writer.writerows(table)
    return path
