"""Finding and reading the files of the benchmark folders."""

import msgspec
import pytest

from sfbench import benchmark_files
from sfbench.benchmark_files import benchmark_folder, find, names, read_toml
from sfbench.errors import SfbenchError


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    limit: float = 1.0
    format: int = 1


class Table(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    name: str
    of: dict[str, int]


@pytest.fixture
def area(tmp_path, monkeypatch):
    """An area with two files, in a package that carries its benchmark."""
    monkeypatch.setattr(benchmark_files, "_PACKAGE", tmp_path)
    folder = tmp_path / "benchmark" / "eval"
    folder.mkdir(parents=True)
    for name in ("paper", "mini"):
        (folder / f"{name}.toml").write_text(f'name = "{name}"')
    (folder / "notes.md").write_text("no protocol")
    return folder


@pytest.mark.parametrize("name", ["curation", "model", "eval", "leaderboard"])
def test_a_checkout_or_a_wheel_holds_every_area(name):
    assert benchmark_folder(name).is_dir()


def test_a_checkout_carries_its_folders_beside_the_package(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark_files, "_PACKAGE", tmp_path / "sfbench")
    assert benchmark_folder("eval") == tmp_path / "eval"


def test_names_are_those_of_the_toml_files(area):
    assert names("eval") == ["mini", "paper"]
    assert names("model") == []


def test_a_name_finds_its_file(area):
    assert find("eval", "mini") == area / "mini.toml"


def test_a_path_wins_over_a_name(area, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mini.toml").write_text('name = "mine"')
    assert read_toml(find("eval", "mini.toml"), Rule).name == "mine"


@pytest.mark.parametrize(
    "name", ["pape", "", "../eval/paper", "../../secret", "/etc/passwd", "a\0b"]
)
def test_an_unknown_name_lists_the_known(area, tmp_path, name):
    (tmp_path / "secret.toml").write_text("")
    with pytest.raises(SfbenchError, match="choose from mini, paper"):
        find("eval", name)


def test_a_missing_path_is_named(area):
    with pytest.raises(SfbenchError, match=r"there is no file none\.toml"):
        find("eval", "none.toml")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"name = ", "cannot be used"),
        (b"", "missing required field `name`"),
        (b"name = 3", "Expected `str`"),
        (b'name = "a"\nlimits = 2.0', "unknown field `limits`"),
        (b'name = "\xff"', "cannot be used"),
        (b'name = "a"\nformat = 2', "has format 2, this sfbench reads 1"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, text, complaint):
    (tmp_path / "rule.toml").write_bytes(text)
    with pytest.raises(SfbenchError, match=complaint):
        read_toml(tmp_path / "rule.toml", Rule)


def test_a_missing_file_says_why(tmp_path):
    with pytest.raises(SfbenchError, match="No such file"):
        read_toml(tmp_path / "none.toml", Rule)


def test_a_file_takes_over_what_it_does_not_say_from_the_file_that_it_extends(area, tmp_path):
    (area / "paper.toml").write_text('format = 1\nname = "paper"\n[of]\na = 1\nb = 2\n')
    (tmp_path / "mine.toml").write_text('extends = "paper"\nname = "mine"\n[of]\nb = 3\n')
    (tmp_path / "yours.toml").write_text('extends = "mine.toml"\n[of]\nc = 4\n')
    for file, name, of in (
        ("mine.toml", "mine", {"a": 1, "b": 3}),
        ("yours.toml", "mine", {"a": 1, "b": 3, "c": 4}),
    ):
        assert read_toml(tmp_path / file, Table, "eval") == Table(format=1, name=name, of=of)
    with pytest.raises(SfbenchError, match="unknown field `extends`"):
        read_toml(tmp_path / "mine.toml", Rule)


@pytest.mark.parametrize(
    ("extended", "complaint"),
    [("a.toml", "extends itself"), ("b.toml", "extends itself"), ("none", "choose from")],
)
def test_a_file_that_cannot_be_extended_says_why(area, tmp_path, extended, complaint):
    (tmp_path / "a.toml").write_text(f'extends = "{extended}"')
    (tmp_path / "b.toml").write_text('extends = "a.toml"')
    with pytest.raises(SfbenchError, match=complaint):
        read_toml(tmp_path / "a.toml", Rule, "eval")
