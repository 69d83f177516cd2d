"""The rule by which golden vectors get their weights, and the inputs they were made from.

No published weights lie in the repository, yet a port must be exact: the upstream network was
filled by this rule, key by key, and so is ours through its own loader.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent


def chance(salt: str, key: str) -> np.random.Generator:
    """Return the source of the numbers under a key, or of an input that is called so."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(f"{salt}/{key}".encode())))


def weight(salt: str, key: str, shape: Sequence[int]) -> NDArray[np.float32]:
    """Return what the rule puts under a floating-point key, of that shape."""
    x = chance(salt, key).standard_normal(shape).astype(np.float32)
    if key.endswith("running_var"):
        return (1 + 0.1 * np.abs(x)).astype(np.float32)
    if key.endswith("running_mean"):
        return (0.1 * x).astype(np.float32)
    if key.endswith("weight_g"):
        return np.abs(1 + 0.1 * x).astype(np.float32)
    if len(shape) >= 2:
        # In double precision, rounded once; in place, since networks are large.
        root = np.sqrt(np.prod(shape[1:]))
        return np.divide(x, root, out=x, dtype=np.float64, casting="unsafe")
    if len(shape) == 1 and key.endswith("weight"):
        return (1 + 0.1 * x).astype(np.float32)
    return np.asarray(0.05 * x, np.float32)


def state(
    salt: str, shapes: Mapping[str, Sequence[int]], kept: Mapping[str, NDArray]
) -> dict[str, NDArray]:
    """Return the whole state of a network: `kept` as it is, the other keys by the rule.

    Batch counters, which no network reads outside training, are 0.
    """
    counters = {key: np.int64(0) for key in shapes if key.endswith("num_batches_tracked")}
    known = {**counters, **kept}

    def value(key: str) -> NDArray:
        return np.asarray(known[key]) if key in known else weight(salt, key, shapes[key])

    with ThreadPoolExecutor(2) as pool:  # drawing leaves Python's lock alone
        return dict(zip(shapes, pool.map(value, shapes), strict=True))


def keys(name: str) -> dict[str, list[int]]:
    """Return the published layout of a network: shape by key, in order."""
    shapes: dict[str, list[int]] = json.loads((FOLDER / f"{name}.keys.json").read_text())
    return shapes


def vectors(name: str) -> dict[str, NDArray]:
    """Return the stored outputs of an upstream network, with `salt` and `seed`."""
    with np.load(FOLDER / f"{name}.npz") as stored:
        return dict(stored)


def wave(seed: int, rate: int, seconds: float) -> NDArray[np.int16]:
    """Return the sound that golden vectors of sounds were made from, [n]."""
    rng = np.random.Generator(np.random.PCG64(seed))
    n = round(rate * seconds)
    t = np.arange(n) / rate
    x = 0.02 * rng.standard_normal(n)
    partials = rng.uniform(100, 4000, 4), rng.uniform(0.1, 0.5, 4), rng.uniform(-150, 150, 4)
    for frequency, amplitude, glide in zip(*partials, strict=True):
        x += amplitude * np.sin(2 * np.pi * (frequency + glide * t / 2) * t)
    for s in rng.uniform(0, seconds, 6):
        x += 0.5 * rng.standard_normal(n) * np.exp(-12 * np.maximum(t - s, 0)) * (t >= s)
    return np.rint(x / np.abs(x).max() * 0.7 * 32767).astype(np.int16)


def sound(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return 16-bit samples with full scale at -1 and 1, [n]."""
    return samples.astype(np.float32) / 32768


def image(seed: int, height: int, width: int) -> NDArray[np.uint8]:
    """Return the picture that golden vectors of pictures were made from, [H, W, 3]."""
    y, x, c = np.indices((height, width, 3))
    pattern = 3 * y + 5 * x * (c + 1) + x * y // 7 + 37 * seed
    return ((pattern + (y // 32) * (x // 32) * (11 + c)) % 256).astype(np.uint8)


def checksum(data: NDArray) -> int:
    """Return the CRC-32 of an input's bytes: the upstream run had the same input."""
    return zlib.crc32(data.tobytes())
