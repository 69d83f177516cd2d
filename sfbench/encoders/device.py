"""Where networks run."""

import importlib.util
import re

from sfbench.errors import SfbenchError

AUTO = "auto"


def choose_device(name: str, *, idle: bool = False) -> str:
    """Return the device of a name: `cpu`, `cuda`, `cuda:1`, `mps`; `auto` takes the best there is.

    Args:
        name: The name.
        idle: Whether nothing will run there; then torch is not asked.

    Raises:
        SfbenchError: It is no device's name, or this machine has none such.
    """
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", name):
        raise SfbenchError(f"no device called {name!r}; choose from auto, cpu, cuda, cuda:1, mps")
    if idle:
        return "cpu"
    there = _accelerators() if name != "cpu" else []
    if name == AUTO:
        return there[0] if there else "cpu"
    if name != "cpu" and name not in there:
        raise SfbenchError(
            f"this machine has no {name}; type --device {' or '.join([*there, 'cpu'])}"
        )
    return name


def _accelerators() -> list[str]:
    """Return the devices that torch can use besides the processor, the best first."""
    if importlib.util.find_spec("torch") is None:
        return []
    import torch

    cuda = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return [*(["cuda"] if cuda else []), *cuda, *mps]
