"""What one media file may cost, and the word for refusing it."""

from dataclasses import dataclass

from sfbench.errors import ClipError, Reason


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost before it is refused.

    The caller's worker process limits time and memory from outside (`sfbench.executor`); these
    limits end most hostile files earlier and name what is wrong with them.

    Attributes:
        seconds: Longest sound or picture, declared or decoded.
        pixels: Largest picture, width times height.
        file_bytes: Largest file.
        picture_bytes: Most memory for the pictures that are kept.
        channels: Most channels of a sound stream.
        sample_rates: Lowest and highest rate of a sound stream, in Hz.
    """

    seconds: float = 60.0
    pixels: int = 4096 * 2304
    file_bytes: int = 1 << 30
    picture_bytes: int = 1 << 30
    channels: int = 32
    sample_rates: tuple[int, int] = (1_000, 384_000)

    def too_long(self, seconds: float) -> bool:
        """Whether a length is refused; codecs pad the end, so a little more is let through."""
        return seconds > self.seconds + 0.5


def refusal(code: str, detail: str) -> ClipError:
    """Return the error that ends the reading of one file, ready to raise."""
    return ClipError(Reason("media", code, detail))
