"""Asks a grounding network about clips whose truth is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sfbench.encoders.grounding.network import GroundingNetwork, heard
from sfbench.encoders.grounding.pooling import pooled
from sfbench.encoders.grounding.words import Vocabulary
from sfbench.model.grounding.lessons import Heard, Lesson, heard_frames


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network says of one clip.

    Attributes:
        lesson: The clip.
        scores: Scores by label, [T] each.
    """

    lesson: Lesson
    scores: dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Marks:
    """How well a network heard.

    Clips are asked for their own label unless said otherwise; "heard clips" are those whose label
    is heard. Sounds fill most of them, so that saying yes in every frame has a high F1: the last
    three figures are about telling frames apart.

    Attributes:
        clips: Clips that were asked about.
        unlike: Clips among them whose label is not heard.
        label_auc: Chance that a clip whose label is heard scores above one whose label is not.
        label_f1: F1 of "the label is heard" at a clip score of 0.5 or more.
        pair_auc: The same chance over every clip and every prompt.
        frame_f1: F1 of frames at 0.5 or more.
        frame_f1_always: F1 of saying yes in every frame: what the other must beat.
        heard_f1: F1 of the frames of heard clips.
        heard_f1_always: F1 of saying yes in each of those.
        silent_f1: F1 of "it is not there" in the frames of heard clips.
        balanced: Mean share of right frames among those with and those without the sound, in
            heard clips.
        frame_auc: Chance that a frame with the sound scores above one without, in heard clips.
    """

    clips: int
    unlike: int
    label_auc: float | None
    label_f1: float
    pair_auc: float | None
    frame_f1: float
    frame_f1_always: float
    heard_f1: float
    heard_f1_always: float
    silent_f1: float
    balanced: float | None
    frame_auc: float | None


@torch.inference_mode()
def ask(
    network: GroundingNetwork,
    vocabulary: Vocabulary,
    prompts: Mapping[str, Sequence[str]],
    lessons: Sequence[Lesson],
) -> list[Answer]:
    """Return the scores of every label's first prompt in every clip, one clip at a time."""
    network.eval()
    words = network.read([vocabulary.encode(said[0]) for said in prompts.values()])
    answers = []
    for lesson in lessons:
        scores = heard(network.listen(torch.from_numpy(lesson.power)[None]), words)[0].numpy()
        answers.append(Answer(lesson, dict(zip(prompts, scores, strict=True))))
    return answers


def mark(answers: Sequence[Answer]) -> Marks:
    """Return how well clips and frames were heard."""
    own = [one for one in answers if one.lesson.shown in one.scores]
    like = np.array([one.lesson.shown == one.lesson.heard for one in own])
    clip = np.array([pooled(one.scores[str(one.lesson.shown)]) for one in own])
    pairs = [
        (pooled(scores), label == one.lesson.heard)
        for one in answers
        for label, scores in one.scores.items()
    ]
    score, true = _frames(own)
    inside, there = _frames([one for one, is_like in zip(own, like, strict=True) if is_like])
    return Marks(
        clips=len(own),
        unlike=int((~like).sum()),
        label_auc=auc(clip, like),
        label_f1=f1(clip >= 0.5, like),
        pair_auc=auc(np.array([one for one, _ in pairs]), np.array([yes for _, yes in pairs])),
        frame_f1=f1(score >= 0.5, true),
        frame_f1_always=f1(np.ones_like(true), true),
        heard_f1=f1(inside >= 0.5, there),
        heard_f1_always=f1(np.ones_like(there), there),
        silent_f1=f1(inside < 0.5, ~there),
        balanced=balanced(inside >= 0.5, there),
        frame_auc=auc(inside, there),
    )


def _frames(answers: Sequence[Answer]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return scores of the frames of all clips for their own labels, and the truth, [N] each."""
    scores = [one.scores[str(one.lesson.shown)] for one in answers]
    true = [expected(one) for one in answers]
    nothing = np.zeros(0, np.float32)
    return np.concatenate([nothing, *scores]), np.concatenate([nothing.astype(np.bool_), *true])


def expected(answer: Answer) -> Heard:
    """Return the frames in which the clip's label can be heard, [T], by the truth."""
    lesson = answer.lesson
    count = len(next(iter(answer.scores.values())))
    there = heard_frames(lesson, count)
    return there if lesson.shown == lesson.heard else np.zeros_like(there)


def auc(scores: NDArray[np.floating], yes: NDArray[np.bool_]) -> float | None:
    """Return the chance that a yes scores above a no, ties counting half; None without both.

    >>> auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))
    0.875
    """
    if yes.all() or not yes.any():
        return None
    below, above = np.sort(scores[~yes]), scores[yes]
    wins = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(wins.mean() / 2 / len(below))


def f1(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """Return the harmonic mean of precision and recall; 1 where there is nothing to say.

    >>> f1(np.array([True, True, False]), np.array([True, False, False]))
    0.6666666666666666
    """
    both, either = int((said & true).sum()), int(said.sum() + true.sum())
    return 2 * both / either if either else 1.0


def balanced(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float | None:
    """Return the mean share of right answers among yes and among no; None without both.

    >>> balanced(np.array([True, True, True]), np.array([True, True, False]))
    0.5
    """
    if true.all() or not true.any():
        return None
    return float((said[true].mean() + (~said[~true]).mean()) / 2)
