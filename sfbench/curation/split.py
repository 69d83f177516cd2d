"""Divides clips into train and test so that one recording never falls on both sides."""

from sfbench.curation.recipe import SplitRule
from sfbench.curation.source import Candidate
from sfbench.store import sha256_bytes


def split_of(candidate: Candidate, rule: SplitRule) -> str:
    """Return `train` or `test`: what the source says, else by a hash of the recording.

    A clip's split depends on nothing but its own recording and the rule, so that a dataset can
    grow without any clip changing sides.

    >>> split_of(Candidate(id="a", split="train"), SplitRule(test_share=1.0, seed=0))
    'train'
    >>> split_of(Candidate(id="a"), SplitRule(test_share=1.0, seed=0))
    'test'
    """
    if candidate.split is not None:
        return candidate.split
    key = f"{rule.seed}/{candidate.recording or candidate.id}"
    position = int(sha256_bytes(key.encode())[:12], 16) / 16**12
    return "test" if position < rule.test_share else "train"
