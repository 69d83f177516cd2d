"""What the classes of a small encoder are called."""

from functools import cache

import msgspec

from sfbench.benchmark_files import benchmark_folder


@cache
def mini_labels(name: str) -> tuple[str, ...]:
    """Return the VGGSound labels of a shipped classifier, in the order of its logits."""
    path = benchmark_folder("model") / "mini" / f"{name}.labels.json"
    return msgspec.json.decode(path.read_bytes(), type=tuple[str, ...])
