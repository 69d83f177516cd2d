"""Asks a grounding network about clips whose truth is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sfbench.encoders.grounding import FRAMES_PER_SECOND
from sfbench.encoders.grounding_network import GroundingNetwork, heard
from sfbench.encoders.grounding_pooling import pooled
from sfbench.encoders.grounding_words import Vocabulary
from sfbench.model.grounding.lessons import Lesson


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

    Attributes:
        clips: Clips that were asked about.
        unlike: Clips among them whose label is not heard.
        label_auc: Chance that a clip whose label is heard scores above one whose label is not,
            each asked for its own label.
        label_f1: F1 of "the label is heard" at a clip score of 0.5 or more.
        pair_auc: The same chance over every clip and every prompt.
        frame_f1: F1 of frames at 0.5 or more, every clip asked for its own label.
        frame_f1_heard: The same over clips whose label is heard.
        frame_f1_always: F1 over those clips of saying yes everywhere: what the other must beat.
    """

    clips: int
    unlike: int
    label_auc: float
    label_f1: float
    pair_auc: float
    frame_f1: float
    frame_f1_heard: float
    frame_f1_always: float


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
    frames = [(one.scores[str(one.lesson.shown)] >= 0.5, expected(one)) for one in own]
    alike = [pair for pair, is_like in zip(frames, like, strict=True) if is_like]
    pairs = [
        (pooled(scores), label == one.lesson.heard)
        for one in answers
        for label, scores in one.scores.items()
    ]
    return Marks(
        clips=len(own),
        unlike=int((~like).sum()),
        label_auc=auc(clip, like),
        label_f1=f1(clip >= 0.5, like),
        pair_auc=auc(np.array([score for score, _ in pairs]), np.array([yes for _, yes in pairs])),
        frame_f1=_over_frames(frames),
        frame_f1_heard=_over_frames(alike),
        frame_f1_always=_over_frames([(np.ones_like(true), true) for _, true in alike]),
    )


def expected(answer: Answer) -> NDArray[np.bool_]:
    """Return the frames in which the clip's label can be heard, [T], by the truth."""
    lesson = answer.lesson
    count = len(next(iter(answer.scores.values())))
    middle = (np.arange(count) + 0.5) / FRAMES_PER_SECOND
    inside = np.zeros(count, np.bool_)
    for begin, end in lesson.audible if lesson.shown == lesson.heard else ():
        inside |= (begin <= middle) & (middle < end)
    return inside


def auc(scores: NDArray[np.floating], yes: NDArray[np.bool_]) -> float:
    """Return the chance that a yes scores above a no, ties counting half; nan without both.

    >>> auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))
    0.875
    """
    if yes.all() or not yes.any():
        return float("nan")
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


def _over_frames(pairs: Sequence[tuple[NDArray[np.bool_], NDArray[np.bool_]]]) -> float:
    if not pairs:
        return float("nan")
    return f1(
        np.concatenate([said for said, _ in pairs]), np.concatenate([is_ for _, is_ in pairs])
    )
