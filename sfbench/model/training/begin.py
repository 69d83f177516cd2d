"""Begins a training: on which devices, and in what precision."""

import importlib.util
from pathlib import Path

from accelerate import Accelerator
from accelerate.state import AcceleratorState

from sfbench.errors import SfbenchError
from sfbench.model.training.pace import Pace


def begin(pace: Pace, out: Path) -> Accelerator:
    """Return what runs a training; it logs for TensorBoard where that is installed.

    Args:
        pace: How the part learns.
        out: Where logs go.

    Raises:
        SfbenchError: The device does not compute in this precision.
    """
    board = importlib.util.find_spec("tensorboard") is not None
    AcceleratorState._reset_state()  # a series may train one part after another, each in its own
    accelerator = Accelerator(
        gradient_accumulation_steps=pace.accumulate,
        mixed_precision=pace.precision,
        log_with="tensorboard" if board else None,
        project_dir=out,
    )
    if pace.precision == "fp16" and accelerator.device.type == "cpu":
        # It would compute in float32 and not say so.
        raise SfbenchError('precision = "fp16" needs a GPU; set "bf16" or "no"')
    return accelerator
