"""What is done to the sound and the pictures of a scene that has a defect."""

from collections.abc import Iterator
from itertools import islice, repeat

import numpy as np

from sfbench.simulated.picture import Picture, frames
from sfbench.simulated.scene import FPS, RATE, SECONDS, Scene
from sfbench.simulated.synth import Samples

_SHORT = 2.0  # seconds that are left of a short clip
_OVERDRIVEN = (0.05, 0.15)  # share of samples that clip
_FROZEN_FROM = (1.5, 4.0)  # seconds
_BARS = (0.08, 0.18)  # share of the height or width, on either side
_OFFSET = (0.03, 0.15)  # mean of the samples
_HUM_DBFS = (-38.0, -26.0)


def spoilt_sound(scene: Scene, sound: Samples) -> Samples | None:
    """Return the sound as the scene's defect leaves it, [n]; None without a sound stream."""
    rng = np.random.default_rng([scene.seed, 7])
    match scene.defect:
        case "no-sound-stream":
            return None
        case "short":
            return sound[: round(_SHORT * RATE)]
        case "silent":
            return np.zeros_like(sound)
        case "clipped":
            share = rng.uniform(*_OVERDRIVEN)
            return _limited(sound / np.float32(np.quantile(np.abs(sound), 1 - share)))
        case "offset":
            return _limited(sound + np.float32(rng.uniform(*_OFFSET) * rng.choice((-1, 1))))
        case "hum":
            return _limited(sound + _hum(rng, len(sound)))
    return sound


def spoilt_pictures(scene: Scene) -> Iterator[Picture]:
    """Yield the pictures as the scene's defect leaves them."""
    rng = np.random.default_rng([scene.seed, 8])
    match scene.defect:
        case "short":
            return islice(frames(scene), round(_SHORT * FPS))
        case "still":
            return repeat(next(frames(scene)), round(SECONDS * FPS))
        case "frozen":
            return _frozen(frames(scene), round(rng.uniform(*_FROZEN_FROM) * FPS))
        case "bars":
            share, upright = rng.uniform(*_BARS), bool(rng.integers(2))
            return (_barred(picture, share, upright) for picture in frames(scene))
    return frames(scene)


def _limited(sound: Samples) -> Samples:
    return np.clip(sound, -1, 1).astype(np.float32)


def _hum(rng: np.random.Generator, count: int) -> Samples:
    """Return 50 or 60 Hz with the overtones of a bad cable, [n]."""
    mains, times = rng.choice((50, 60)), np.arange(count) / RATE
    lines = [
        rng.uniform(0.3, 1.0) / k * np.sin(2 * np.pi * (mains * k * times + rng.random()))
        for k in range(1, 7)
    ]
    hum = np.sum(lines, axis=0)
    level = 10 ** (rng.uniform(*_HUM_DBFS) / 20)
    scaled: Samples = (hum * level / np.sqrt(np.mean(hum**2))).astype(np.float32)
    return scaled


def _frozen(pictures: Iterator[Picture], last: int) -> Iterator[Picture]:
    """Yield the pictures up to one, and that one for the rest of the clip."""
    shown = list(islice(pictures, last + 1))
    yield from shown
    yield from repeat(shown[-1], round(SECONDS * FPS) - len(shown))


def _barred(picture: Picture, share: float, upright: bool) -> Picture:
    """Return a picture with black bars at two edges."""
    barred = picture.copy()
    across = barred.swapaxes(0, 1) if upright else barred
    width = round(share * len(across))
    across[:width] = across[len(across) - width :] = 0
    return barred
