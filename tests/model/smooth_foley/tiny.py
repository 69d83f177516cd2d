"""Tiny generators over a dataset, and what they see of its clips."""

from dataclasses import replace
from functools import lru_cache, partial

from sfbench.model.config import read_config
from sfbench.model.smooth_foley.open import open_smooth_foley
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.smooth_foley.sized import sized_networks

QUICK = {"fps": 1.0, "steps": 1}


@lru_cache(maxsize=4)
def networks(timing):
    """Return networks that generators share: of the settings, only these make others."""
    return sized_networks(Settings(weights="random", size="tiny", timing=timing), {}, "cpu")


def opened(dataset, model="smooth-foley-tiny", **changes):
    settings = read_config(model).settings | QUICK | changes
    generator = open_smooth_foley(dataset, settings, device="cpu")
    return replace(generator, load=partial(networks, generator.settings.timing))


def answers(generator, clips, seeds=None):
    """Return the samples of each clip's sound, made together."""
    looks = [generator.look(clip) for clip in clips]
    return [sound.samples for sound in generator.perform(clips, looks, seeds or [7] * len(clips))]
