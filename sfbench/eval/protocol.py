"""What is measured, over which span, with which intervals: a TOML file in `eval/`."""

from typing import Literal

import msgspec

from sfbench import benchmark_files, store
from sfbench.errors import SfbenchError
from sfbench.media.sound import Mix

RESAMPLER = "soxr-hq"

Policy = Literal["crop", "pad", "reject"]


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a clip that is compared; longer sounds are cropped to it.

    Attributes:
        start: Where it begins, in seconds.
        seconds: Its greatest length, in seconds.
        min_seconds: Takes that share less with the clip than this fail.
        policy: What becomes of shorter sounds: `crop` compares what clip and take share, `pad`
            fills both with silence, `reject` makes the clip a failure.
    """

    start: float
    seconds: float
    min_seconds: float
    policy: Policy = "crop"


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done to every sound before it is heard.

    Attributes:
        mix: Mono is the `mean` over the channels, or the `first` channel.
        remove_dc: Whether the mean of the samples is subtracted.
    """

    mix: Mix = "mean"
    remove_dc: bool = False

    @property
    def words(self) -> list[str]:
        """What departs from the usual, for signatures."""
        return [
            *(["first-channel"] if self.mix == "first" else []),
            *(["dc-removed"] if self.remove_dc else []),
        ]


class IntervalRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How intervals are found.

    Attributes:
        level: Share of repetitions that an interval should cover, 0 to 1.
        replicates: Number of resamples for a mean over clips.
        cloud_replicates: Number of subsamples for a distance between clouds.
        seed: Seed of the resampling.
        min_clips: Fewer clips give no distance between clouds, and no interval.
    """

    level: float
    replicates: int
    cloud_replicates: int
    seed: int
    min_clips: int


class Protocol(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A protocol: equal hashes, comparable numbers."""

    format: int
    name: str
    metrics: list[str]
    window: Window
    interval: IntervalRule
    signal: Signal = Signal()

    @property
    def sha256(self) -> str:
        """Hash of everything that the protocol says; comments and layout do not count."""
        return store.fingerprint(self)


def read_protocol(name: str) -> Protocol:
    """Return the protocol behind a name in `eval/` or a path of a TOML file.

    Raises:
        SfbenchError: There is none, or it has a missing, unknown or wrong field.
    """
    path = benchmark_files.find("eval", name)
    protocol = benchmark_files.read_toml(path, Protocol)
    if not protocol.metrics or len(set(protocol.metrics)) < len(protocol.metrics):
        raise SfbenchError(f"{path}: metrics needs one name or more, each once")
    if protocol.interval.min_clips < 4 or not 0 < protocol.interval.level < 1:
        raise SfbenchError(f"{path}: interval needs min_clips of 4 or more and a level in (0, 1)")
    if protocol.window.seconds < protocol.window.min_seconds or protocol.window.start < 0:
        raise SfbenchError(f"{path}: window must start at 0 or later and hold min_seconds")
    return protocol
