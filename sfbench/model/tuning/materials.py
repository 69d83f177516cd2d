"""What a training begins with: networks, and clips of which what it learns from is at hand."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator

from sfbench.encoders.cache import EmbeddingCache, home_cache
from sfbench.errors import SfbenchError
from sfbench.model.recordings import Recordings
from sfbench.model.smooth_foley.choose import Choice, choose
from sfbench.model.smooth_foley.look import Look
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.training.begin import begin
from sfbench.model.tuning.lesson import (
    Lessons,
    is_checked,
    of_audioset_strong,
    of_dataset,
    of_world,
)
from sfbench.model.tuning.listen import Listen
from sfbench.model.tuning.prepare import Digest, Ready, Sight, latents, prepare
from sfbench.model.tuning.settings import Settings
from sfbench.progress import Watch, quiet
from sfbench.simulated.world import PREFIX, read_world


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """What a training begins with.

    Attributes:
        accelerator: What runs it.
        networks: The networks, frozen.
        begins: Hashes of their files, by name.
        cache: Where what is kept of the clips is.
        recordings: Where the clips' sounds and pictures come from.
        data_sha256: Hash of all lessons.
        learn: Clips to learn from.
        check: Clips to look at.
        skipped: Clips that cannot be used, by reason.
    """

    accelerator: Accelerator
    networks: Networks
    begins: Mapping[str, str]
    cache: EmbeddingCache
    recordings: Recordings
    data_sha256: str
    learn: list[Ready]
    check: list[Ready]
    skipped: Mapping[str, int]


def gather(
    settings: Settings,
    out: Path,
    watch: Watch,
    *,
    digest: Callable[[Networks], Digest] | None = latents,
    parts: Collection[str] = (),
    sight: Callable[[Networks, Choice], Sight] | None = None,
    timed: bool = False,
    labelled: bool = False,
) -> Materials:
    """Return what a training begins with.

    Args:
        settings: The settings.
        out: Where its logs go.
        watch: Shows progress.
        digest: Says what is kept of sounds; None where they are not needed.
        sight: Says what is kept of pictures.
        parts: Parts of the mini weights that it begins from.
        timed: Whether only clips are used of which it is known when they sound.
        labelled: Whether only clips are used that have a label.

    Raises:
        SfbenchError: Weights or data are missing, or too few clips can be used.
    """
    accelerator = begin(settings, out)
    device = str(accelerator.device)
    choice, lessons = choose(settings.networks, device, parts), _lessons(settings, watch)
    usable, skipped = _usable(lessons, timed=timed, labelled=labelled)
    networks, cache = choice.load(), home_cache()
    networks.move(device, torch.float32)
    kept = digest(networks) if digest else None
    seen = sight(networks, choice) if sight else None
    listen = Listen(
        recordings=lessons.recordings,
        cache=cache,
        signature=kept.signature if kept else "",
        rate=networks.image.rate,
        seconds=networks.image.columns / networks.image.per_second,
        look=_look(settings, seen, cache, lessons.recordings) if seen else None,
    )
    shown = watch if accelerator.is_main_process else quiet
    with accelerator.main_process_first():
        ready, failed = prepare(usable, listen, kept, seen, shown)
    learn, check = _parted(ready, settings, skipped + failed)
    return Materials(
        accelerator=accelerator,
        networks=networks,
        begins=choice.hashes,
        cache=cache,
        recordings=lessons.recordings,
        data_sha256=lessons.sha256,
        learn=learn,
        check=check,
        skipped=dict(skipped + failed),
    )


def _lessons(settings: Settings, watch: Watch) -> Lessons:
    if settings.data.startswith(PREFIX):
        return of_world(read_world(settings.data), settings.clips, watch)
    if not settings.data.endswith(".tsv"):
        return of_dataset(Path(settings.data), settings.split)
    if not (settings.media and settings.names):
        raise SfbenchError("AudioSet-strong needs settings.media and settings.names")
    return of_audioset_strong(Path(settings.data), Path(settings.media), Path(settings.names))


def _usable(lessons: Lessons, *, timed: bool, labelled: bool) -> tuple[Lessons, Counter[str]]:
    """Return the clips of which enough is known, and how many others there are, by reason."""
    rows, skipped = [], Counter[str]()
    for one in lessons.rows:
        if timed and one.spans is None:
            skipped["no-intervals"] += 1
        elif labelled and one.clip.label is None:
            skipped["no-label"] += 1
        else:
            rows.append(one)
    return Lessons(lessons.recordings, tuple(rows)), skipped


def _look(settings: Settings, sight: Sight, cache: EmbeddingCache, recordings: Recordings) -> Look:
    known = settings.networks
    return Look(
        recordings=recordings,
        cache=cache,
        signature=sight.signature,
        seconds=known.seconds,
        fps=known.fps,
        frames=known.frames,
        crop=None,
        keep=sight.keep,
    )


def _parted(
    ready: list[Ready], settings: Settings, skipped: Counter[str]
) -> tuple[list[Ready], list[Ready]]:
    """Return the clips to learn from and those to look at."""
    check = [one for one in ready if is_checked(one.lesson, settings.check_share)]
    learn = [one for one in ready if not is_checked(one.lesson, settings.check_share)]
    if not learn or not check:
        why = ", ".join(f"{count} {code}" for code, count in sorted(skipped.items())) or "none"
        raise SfbenchError(
            f"{settings.data} gives {len(learn)} clips to learn from and {len(check)} to look at "
            f"(skipped: {why}); curate more, or change settings.check_share"
        )
    return learn, check[: settings.check_clips]
