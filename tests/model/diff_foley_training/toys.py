"""Settings of tiny trainings: those of the shipped recipes with few clips and steps."""

from sfbench.benchmark_files import benchmark_folder, read_toml
from sfbench.model.train import TrainingRecipe

FEW = {"size": "tiny", "clips": 3, "check_clips": 2, "steps": 20, "batch": 2, "check_every": 10}
LESS = {
    "diff-foley-cavp": {"frames": 2, "segments": 2},
    "diff-foley-vae": {"columns": 16},
    "diff-foley": {},
    "diff-foley-classifier": {},
}


def recipe(name):
    return read_toml(benchmark_folder("model") / "train" / f"{name}-mini.toml", TrainingRecipe)


def settings_for(name, weights=None, **changes):
    known = recipe(name).settings | FEW | LESS[name]
    if "cavp" in known:
        known |= {part: str(weights / f"diff-foley-{part}.safetensors") for part in ("cavp", "vae")}
    return known | changes
