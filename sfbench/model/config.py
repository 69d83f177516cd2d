"""A generator's config: one TOML file in `model/`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from sfbench import benchmark_files
from sfbench.clip import slug
from sfbench.errors import SfbenchError


class GeneratorConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which generator runs, and with what settings.

    Attributes:
        format: Version of this file format.
        name: The system's name in tables, and of a folder: letters, digits, `_`, `-` and `.`.
        generator: Row of the table of generators.
        about: A sentence for people.
        licence: Licence of what the system answers with.
        settings: Passed to the generator.
        batch: Clips that a network makes together, if `--batch` does not say; no answer depends
            on it.
    """

    format: int
    name: Annotated[str, msgspec.Meta(pattern=r"^\w[\w.-]{0,99}$")]
    generator: str
    about: str
    licence: str
    settings: dict[str, Any] = {}
    batch: Annotated[int, msgspec.Meta(ge=1)] | None = None


def read_config(model: str, changes: Sequence[str] = ()) -> GeneratorConfig:
    """Return the config behind `NAME`, `FILE.toml`, `folder:DIR` or `command:FILE.toml`.

    Args:
        model: What the user typed.
        changes: Settings to change, as `key=value`; values are TOML, bare words are text.

    Raises:
        SfbenchError: There is no such config, or a change cannot be read.
    """
    kind, colon, argument = model.partition(":")
    if colon and kind == "folder":
        config = _folder_config(argument)
    elif colon and kind == "command":
        config = _command_config(Path(argument))
    else:
        config = benchmark_files.read_toml(benchmark_files.find("model", model), GeneratorConfig)
    return msgspec.structs.replace(config, settings=_changed(config.settings, changes))


def _folder_config(folder: str) -> GeneratorConfig:
    name = slug(folder.rstrip("/").rsplit("/", maxsplit=1)[-1])
    return GeneratorConfig(
        format=benchmark_files.FORMAT,
        name=name,
        generator="folder",
        about=f"the sounds of the folder {name}",
        licence="unknown",
        settings={"folder": folder},
    )


def _command_config(path: Path) -> GeneratorConfig:
    config = benchmark_files.read_toml(path, GeneratorConfig)
    if config.generator != "command":
        raise SfbenchError(f'{path} runs no command: it has generator = "{config.generator}"')
    return config


def _changed(settings: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    changed = dict(settings)
    for change in changes:
        key, equals, text = change.partition("=")
        if not equals or not key:
            raise SfbenchError(f"--set {change!r} is no key=value")
        changed[key.strip()] = _value(text.strip())
    return changed


def _value(text: str) -> Any:
    try:
        return msgspec.toml.decode(f"value = {text}".encode())["value"]
    except msgspec.DecodeError:
        return text
