"""Takes code from the packages that published the networks, and lets none of it fetch anything."""

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from types import ModuleType

from torch import Tensor, nn

from sfbench.errors import SfbenchError

_INSTALL = "type: pip install 'sfbench[reference]' (Python 3.11 or 3.12)"


def upstream(module: str) -> ModuleType:
    """Return a module of an upstream package, imported without its warnings.

    Raises:
        SfbenchError: The package, or one that it needs, is missing or cannot be imported.
    """
    package = module.partition(".")[0]
    try:
        with quiet():
            return import_module(module)
    except ModuleNotFoundError as error:
        missing = "is not installed" if error.name == package else f"needs {error.name}"
        raise SfbenchError(f"{package} {missing}; {_INSTALL}") from None
    except (ImportError, OSError, RuntimeError) as error:  # how unfit binaries of torch's kin fail
        raise SfbenchError(
            f"{package} cannot be imported ({' '.join(str(error).split())[:200]}); "
            "torch, torchvision and torchaudio must be built for each other; "
            f"in an environment of its own, {_INSTALL}"
        ) from None


def part(module: str) -> ModuleType:
    """Return a module of an upstream package whose own `__init__` is not run.

    For packages that download something as soon as they are imported.

    Raises:
        SfbenchError: The package, or one that it needs, is missing or cannot be imported.
    """
    with _without_init(module.partition(".")[0]):
        return upstream(module)


def signed(signature: str, distribution: str) -> str:
    """Return the signature of one of our extractors as that of the package's computation."""
    return f"{signature}|backend={distribution}-{version(distribution)}"


def loaded(network: nn.Module, state: Mapping[str, Tensor]) -> nn.Module:
    """Return the package's network, holding exactly the tensors of `state`, ready to be used.

    Raises:
        SfbenchError: A tensor is missing, has another shape, or belongs to another network.
    """
    try:
        network.load_state_dict(dict(state))
    except RuntimeError as error:
        raise SfbenchError(
            f"the weights do not fit {type(network).__name__}: {' '.join(str(error).split())[:300]}"
        ) from None
    return network.eval().requires_grad_(False)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back warnings that only the package's authors could heed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _without_init(package: str) -> Iterator[None]:
    """Let the package's modules be imported as if its `__init__` were empty."""
    spec = None if package in sys.modules else find_spec(package)
    if spec is None:
        yield
        return
    stand_in = ModuleType(package)
    stand_in.__path__ = list(spec.submodule_search_locations or [])
    sys.modules[package] = stand_in
    try:
        yield
    finally:
        del sys.modules[package]
