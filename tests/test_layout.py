import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from sfbench.benchmark_files import benchmark_folder, names
from sfbench.errors import SfbenchError

ROOT = Path(__file__).parent.parent
AREAS = ("curation", "model", "eval", "leaderboard")


@pytest.mark.parametrize("area", AREAS)
def test_the_benchmark_has_a_folder_per_area_that_is_not_imported(area):
    assert (ROOT / area / "README.md").is_file()
    assert not list((ROOT / area).rglob("*.py"))
    assert benchmark_folder(area) == ROOT / area


def test_every_config_in_model_opens(dataset):
    from sfbench.model.config import read_config
    from sfbench.model.generator import open_generator

    for name in names("model"):
        config = read_config(name)
        assert config.name == name
        try:
            assert open_generator(config.generator, dataset, config.settings, device="cpu")
        except SfbenchError as absent:
            ways = ("sfbench weights fetch", "sfbench train")
            assert any(way in str(absent) for way in ways), absent


def test_every_row_of_every_catalog_can_be_imported():
    from sfbench.curation.sources import sources
    from sfbench.curation.step import steps
    from sfbench.encoders.extractor import extractors, frame_extractors
    from sfbench.eval.metric import metrics
    from sfbench.model.generator import generators

    for catalog in (sources, steps, generators, metrics, extractors, frame_extractors):
        assert all(catalog[name] is not None for name in catalog)


def test_every_verb_and_benchmark_folder_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    for word in (
        "curate",
        "run",
        "score",
        "report",
        "explain",
        "train",
        "demo",
        "selftest",
        "doctor",
        "weights",
    ):
        assert f"sfbench {word}" in readme
    assert all(f"`{area}/`" in readme for area in AREAS)


def test_no_top_level_import_is_missing_from_the_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    def names(rows: list[str]) -> set[str]:
        return {re.split(r"[>=<\[]", row)[0] for row in rows}

    stated = names(project["dependencies"])
    weights = names(project["optional-dependencies"]["weights"])
    packages = {"PIL": "pillow"}
    pattern = re.compile(r"^(?:import|from) (\w+)", re.MULTILINE)
    for path in (ROOT / "sfbench").rglob("*.py"):
        outside = set(pattern.findall(path.read_text())) - sys.stdlib_module_names - {"sfbench"}
        # Networks and their training are imported when asked for; extras bring the packages.
        network = weights if "encoders" in path.parts else set()
        if path.parts[-2:] in (("clap", "text.py"), ("clap", "tokens.py")):
            network = weights | {"tokenizers", "transformers"}
        if path.parent.parent.name == "model":
            network = weights | {"accelerate", "diffusers", "transformers"}
        missing = {packages.get(name, name) for name in outside} - stated - network
        assert not missing, path


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment_outside_the_checkout(tmp_path):
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = zipfile.ZipFile(wheel).namelist()
    for name in ("curation/vgg-c.toml", "model/silence.toml", "eval/basic.toml"):
        assert f"sfbench/benchmark/{name}" in held
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    install = [environment / "bin" / "python", "-m", "pip", "install", "-q", "-c"]
    subprocess.run([*install, ROOT / "constraints.txt", wheel], check=True)
    outside = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = "curate --source simulated --limit 16 --out preview --dry-run"
    shown = subprocess.run(
        [environment / "bin" / "sfbench", *command.split()],
        cwd=tmp_path,
        env=outside,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "label:     16 →" in shown.stdout
    verb = [environment / "bin" / "sfbench", "run", "--model", "nosuch", "--data", "x"]
    ended = subprocess.run(verb, cwd=tmp_path, env=outside, capture_output=True, text=True)
    assert "sfbench curate --out x" in ended.stderr
