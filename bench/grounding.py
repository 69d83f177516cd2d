"""The grounding step against the bare network: python bench/grounding.py [CLIPS].

One thread, as in a worker of `sfbench curate`; processor time, so that other programs do not count.
The published network has random weights here: they cost the same and mean nothing.
"""

import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import torch

from sfbench.curation.recipe import read_recipe
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps import grounding
from sfbench.encoders.grounding.cnn8rnn import Cnn8Rnn
from sfbench.encoders.grounding.grounder import Grounder, grounders
from sfbench.encoders.grounding.network import Geometry, new_network
from sfbench.encoders.grounding.words import Vocabulary, vocabulary_of

LABEL, PROMPT = "helicopter", "a helicopter flying"
ROUNDS, SECONDS = 5, 10


def published() -> Cnn8Rnn:
    network = new_network(Geometry(words=5221)).eval().to(memory_format=torch.channels_last)
    words: Vocabulary = vocabulary_of([PROMPT])
    return Cnn8Rnn(network, words, "cpu", "random weights", "random weights")


def processor_seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def ratios(grounder: Cnn8Rnn, count: int) -> str:
    sounds = np.random.default_rng(0).normal(0, 0.1, (count, SECONDS * grounder.rate))
    sounds = sounds.astype(np.float32)
    rows = [grounder.vocabulary.encode(PROMPT)]
    step = grounding.GroundingStep(read_recipe("simulated"))
    drafts = [
        Draft(Candidate(id="x", label=LABEL), media=SimpleNamespace(sound={grounder.rate: sound}))
        for sound in sounds
    ]

    @torch.inference_mode()
    def bare(batch: int) -> None:
        for begin in range(0, count, batch):
            grounder.network(torch.from_numpy(sounds[begin : begin + batch]), rows)

    grounding._opened = lambda encoder: grounder
    works = {
        "one": lambda: bare(1),
        "eight": lambda: bare(8),
        "step": lambda: [step.keep(draft) for draft in drafts],
        "batches": lambda: grounder(list(sounds), [PROMPT]),
        "ten": lambda: grounder(list(sounds), [PROMPT] * 10),
    }
    taken = {
        name: min(processor_seconds(work) for _ in range(ROUNDS)) for name, work in works.items()
    }
    bare_best = min(taken["one"], taken["eight"])
    return (
        f"{1000 * bare_best / count:7.1f} ms | {taken['step'] / taken['one']:5.2f} "
        f"| {taken['step'] / bare_best:5.2f} | {taken['batches'] / bare_best:5.2f} "
        f"| {taken['ten'] / bare_best:5.2f}"
    )


def main(count: int) -> None:
    torch.set_num_threads(1)
    print(
        "bare forward of a 10 s clip | step / bare, one at a time | step / best bare "
        "| batches of 8, 1 prompt / best bare | 10 prompts / best bare"
    )
    makers: dict[str, Callable[[], Grounder]] = {
        "mini": lambda: grounders["grounding-mini"]("cpu"),
        "published size": published,
    }
    for name, make in makers.items():
        print(f"{name:>15}: {ratios(make(), count)}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 16)
