"""The way that all trainings of Diff-Foley's networks go, and what is written at the end."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from numpy.random import Generator
from safetensors.torch import save
from torch import Tensor, nn

from sfbench import __version__, store
from sfbench.model.diff_foley_training.card import Telling, card_text
from sfbench.model.diff_foley_training.clips import Clips
from sfbench.model.diff_foley_training.settings import Settings
from sfbench.model.training.begin import begin
from sfbench.model.training.cycle import Subject, learn_in_cycle
from sfbench.model.training.halves import halve, halved_state
from sfbench.model.training.learn import Marks
from sfbench.model.training.progress import Goal, Progress, open_progress
from sfbench.progress import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One network that learns.

    Attributes:
        name: Begins the names of its files.
        network: All that learns, with first values.
        loss: Draws a batch from a source of chance and returns its loss.
        marks: Says how well the network does, by name of the figure.
        goal: The figure that counts.
        telling: What its card says.
        sheet: Draws samples of the network as it is, into a folder.
        needs: Hashes of the weights that it learns from, by name.
        finish: Does what is left to do after the last step.
    """

    name: str
    network: nn.Module
    loss: Callable[[Generator], Tensor]
    marks: Callable[[], Mapping[str, float]]
    goal: Goal
    telling: Telling
    sheet: Callable[[Path], None] | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
    finish: Callable[[], None] = lambda: None

    def look(self) -> Marks:
        """Return the figures of the network as it is."""
        self.network.eval()
        with torch.inference_mode():
            return dict(self.marks())


def teach(
    part: Part,
    settings: Settings,
    clips: Clips,
    check: Clips,
    out: Path,
    resume: bool,
    watch: Watch,
) -> None:
    """Train a network and write `NAME.safetensors`, `NAME.json` and `NAME.md` into `out`.

    Args:
        part: The network.
        settings: What it is trained by.
        clips: Clips that it learns from.
        check: Clips that it is looked at with.
        out: Where the files go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: `out` holds a training that was begun and `resume` does not say to go on.
    """
    data = {"learn": clips.sha256, "check": check.sha256}
    progress = open_progress(out, part.name, [settings, data, dict(part.needs)], resume)
    if progress.finished:
        return
    accelerator = begin(settings, out)
    subject = Subject(
        network=part.network,
        loss=part.loss,
        look=part.look,
        goal=part.goal,
        sheet=part.sheet,
        sheet_every=settings.sample_every,
    )
    learn_in_cycle(accelerator, subject, settings, progress, watch)
    part.finish()
    halve(part.network)
    if accelerator.is_main_process:
        _pack(part, settings, data, progress, accelerator.device.type)
        progress.close()


def _pack(
    part: Part, settings: Settings, data: Mapping[str, str], progress: Progress, device: str
) -> None:
    weights = save(halved_state(part.network))
    figures = {
        "format": 1,
        "asked": progress.asked,
        "sha256": store.sha256_bytes(weights),
        "bytes": len(weights),
        "numbers": sum(value.numel() for value in part.network.parameters()),
        "versions": {"sfbench": __version__, "torch": torch.__version__.partition("+")[0]},
        "device": device,
        "worlds": {use: f"simulated:{getattr(settings, use)}" for use in data},
        "data_sha256": data,
        "settings": settings,
        "settings_sha256": store.fingerprint(settings),
        "needs": dict(part.needs),
        "check": [asdict(look) for look in progress.looks],
        "stored": part.look(),
    }
    out, name = progress.folder, part.name
    store.write_bytes(out / f"{name}.safetensors", weights)
    store.write_json(out / f"{name}.json", figures)
    store.write_text(out / f"{name}.md", card_text(name, part.telling, figures))
