from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sfbench.media.write import write_mp4
from tests.media.making import RATE, picture, sine


@pytest.fixture(scope="session")
def clip_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a good clip: 50 pictures at 25 per second, 2 s of tone, `moov` in front."""
    path = tmp_path_factory.mktemp("good") / "good.mp4"
    write_mp4(path, map(picture, range(50)), 25, sine(2.0), RATE)
    return path.read_bytes()


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Return a function that writes a file and returns its path."""

    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def clip(put, clip_bytes):
    return put("clip.mp4", clip_bytes)


@pytest.fixture
def wav_bytes(tmp_path):
    path = tmp_path / "source.wav"
    sound = np.zeros((16_384, 2))  # whole packets of FFmpeg's, so that only the header can tell
    soundfile.write(path, sound, 16_000, "PCM_16")
    return path.read_bytes()
