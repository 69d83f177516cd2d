"""Runs a generator that holds a network: workers look at clips ahead, batches are made here."""

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason, SfbenchError
from sfbench.executor import Outcome, Stage
from sfbench.model.chance import clip_seed
from sfbench.model.deliver import deliver, failed
from sfbench.model.generator import NetworkGenerator
from sfbench.take import Sound, Take

_WORKERS = 8  # more would wait for the network
_STEP = "generate"

Looked = Outcome[Clip, Any]


def perform(
    generator: NetworkGenerator,
    clips: Sequence[Clip],
    folder: Path,
    seed: int,
    *,
    batch: int,
    workers: int | None = None,
) -> Iterator[Take]:
    """Yield a take for each clip, in order; one that cannot be made costs its clip alone.

    Args:
        generator: The generator.
        clips: The clips.
        folder: The run folder.
        seed: The seed of the run; each clip has one of its own made from it and from its id.
        batch: Clips that are made together at most.
        workers: Processes that look at clips.

    Raises:
        SfbenchError: The memory is too small for the batch; the message says which to try.
    """
    with closing(_looked(generator, clips, batch, workers)) as looked:
        while together := list(islice(looked, batch)):
            there = [one for one in together if one.reason is None]
            answers = _answers(generator, there, seed)
            answers |= {one.item.id: one.reason for one in together if one.reason is not None}
            for one in together:
                yield _take(folder, one.item, clip_seed(one.item.id, seed), answers[one.item.id])


def _looked(
    generator: NetworkGenerator, clips: Sequence[Clip], batch: int, workers: int | None
) -> Generator[Looked, None, None]:
    """Yield what the generator sees of each clip; the next batch is looked at meanwhile."""
    if generator.look is None:
        yield from (Outcome(clip, None) for clip in clips)
        return
    count = workers or min(os.cpu_count() or 1, _WORKERS)
    stage = Stage(_STEP, generator.look)
    with closing(stage.run(clips, count, ahead=max(batch, 2 * count))) as outcomes:
        yield from outcomes


def _answers(
    generator: NetworkGenerator, looked: Sequence[Looked], seed: int
) -> dict[str, Sound | Reason]:
    """Return each clip's sound or reason by id; a batch that raises is tried again in ones."""
    if not looked:
        return {}
    clips = [one.item for one in looked]
    try:
        answers = generator.perform(
            clips, [one.value for one in looked], [clip_seed(clip.id, seed) for clip in clips]
        )
        return dict(zip((clip.id for clip in clips), answers, strict=True))
    except Exception as error:  # whatever a stranger's network raises costs the clip alone
        if isinstance(error, SfbenchError) and not isinstance(error, ClipError):
            raise
        if len(clips) == 1:
            return {clips[0].id: _reason(error)}
        if _is_out_of_memory(error):
            raise SfbenchError(
                f"the memory is too small for {len(clips)} clips at once; finished takes are "
                f"kept, type the same command with --batch {len(clips) // 2}"
            ) from error
    each = [_answers(generator, [one], seed) for one in looked]
    return {key: answer for answered in each for key, answer in answered.items()}


def _reason(error: Exception) -> Reason:
    if isinstance(error, ClipError):
        return error.reason
    if _is_out_of_memory(error):
        detail = "the memory is too small for this clip alone; try another --device"
        return Reason(_STEP, "out-of-memory", detail, retryable=True)
    return Reason(_STEP, "error", f"{type(error).__name__}: {error}")


def _is_out_of_memory(error: Exception) -> bool:
    """Say whether memory ran out; torch has a class for some devices and only words for others."""
    words = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (isinstance(error, RuntimeError) and "out of memory" in words)
        or (isinstance(error, RuntimeError) and "can't allocate memory" in words)
    )


def _take(folder: Path, clip: Clip, seed: int, answer: Sound | Reason) -> Take:
    if isinstance(answer, Reason):
        return failed(clip, seed, answer)
    try:
        return deliver(folder, clip, seed, answer)
    except (ClipError, ValueError) as error:
        return failed(clip, seed, _reason(error))
