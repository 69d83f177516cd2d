from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench.curation.challenge import Entrant, challenge_of, choose
from sfbench.curation.recipe import read_recipe
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps.challenge import ChallengeStep
from sfbench.errors import SfbenchError

UNSEEN = {"flags": {"off_screen": True}}
SEEN = {"flags": {"off_screen": False}}


@pytest.fixture(scope="module")
def recipe():
    return read_recipe("vgg-c")


@pytest.fixture(scope="module")
def rule(recipe):
    return recipe.challenge


def test_a_score_is_the_weighted_mean_of_what_is_known(rule):
    found = challenge_of({**UNSEEN, "grounding": {"coverage": 0.4}}, rule)
    assert found.terms == {"off_screen": 1.0, "long": 0.4}
    assert found.score == pytest.approx((1.0 * 1.0 + 0.5 * 0.4) / 1.5)
    assert found.absent == ("unlike", "small", "blurred")


def test_without_evidence_there_is_no_score_and_that_is_no_zero(rule):
    nothing = challenge_of({}, rule)
    assert (nothing.score, nothing.terms) == (None, {})
    assert set(nothing.absent) == set(msgspec.structs.asdict(rule.weights))
    assert challenge_of(SEEN, rule).score == 0.0


def test_terms_run_from_easy_to_hard_and_stay_there(rule):
    sight = {"similarity": rule.alike, "sharpness": rule.sharp}
    easy = challenge_of({"sight": sight, "size": {"area": rule.large, "unseen": 0.0}}, rule)
    assert set(easy.terms.values()) == {0.0}
    sight = {"similarity": rule.foreign - 1, "sharpness": 0.0}
    hard = challenge_of({"sight": sight, "size": {"area": 0.0, "unseen": 1.0}}, rule)
    assert set(hard.terms.values()) == {1.0}
    half = {"sight": {"similarity": (rule.alike + rule.foreign) / 2}}
    assert challenge_of(half, rule).terms == {"unlike": 0.5}


def test_what_was_measured_as_nothing_is_absent(rule):
    nothing = {"similarity": None, "sharpness": None}
    size = {"area": None, "unseen": None}
    found = challenge_of({"sight": nothing, "size": size, "grounding": {}}, rule)
    assert found.score is None


def test_what_people_say_of_the_unseen_counts_before_what_the_truth_says(rule):
    size = {"area": None, "unseen": 0.25}
    assert challenge_of({"size": size}, rule).terms == {"off_screen": 0.25}
    assert challenge_of({**SEEN, "size": size}, rule).terms == {"off_screen": 0.0}


def entrant(key, family="rail", score=0.5, recording=None, forced=False):
    return Entrant(key, family, recording or key, score, forced)


def test_families_have_equal_shares_as_far_as_they_have_clips():
    sizes = {"siren": 40, "rail": 10, "craft": 2}
    entrants = [entrant(f"{f}{n}", f) for f, size in sizes.items() for n in range(size)]
    chosen = choose(entrants, 20, seed=0)
    assert Counter(key.rstrip("0123456789") for key in chosen) == {
        "siren": 9,
        "rail": 9,
        "craft": 2,
    }


def test_the_hardest_clips_of_a_family_come_first_and_unknown_ones_last():
    scores = {"a": 0.1, "b": None, "c": 0.9, "d": 0.0}
    entrants = [entrant(key, score=score) for key, score in scores.items()]
    assert choose(entrants, 4, seed=0) == ["c", "a", "d", "b"]


def test_one_recording_is_chosen_once():
    entrants = [entrant(f"a{n}", score=1.0, recording="same") for n in range(5)]
    entrants.append(entrant("b", score=0.1))
    assert len(choose(entrants, 3, seed=0)) == 2


def test_a_reviewers_clips_are_in_whatever_the_rule_says():
    entrants = [entrant(f"a{n}", score=1.0) for n in range(9)]
    wanted = [entrant(f"w{n}", score=0.0, recording="same", forced=True) for n in range(4)]
    assert set(choose(entrants + wanted, 3, seed=0)) == {"w0", "w1", "w2", "w3"}
    assert {"w0", "w1", "w2", "w3"} < set(choose(entrants + wanted, 6, seed=0))


@given(
    st.lists(
        st.tuples(
            st.sampled_from("xyz"), st.sampled_from([None, 0.0, 0.5, 1.0]), st.integers(0, 9)
        ),
        max_size=30,
    ),
    st.integers(1, 12),
    st.randoms(use_true_random=False),
)
def test_the_choice_depends_on_no_order_and_fills_what_can_be_filled(drawn, count, random):
    entrants = [entrant(f"c{n}", *one[:2], f"r{one[2]}") for n, one in enumerate(drawn)]
    chosen = choose(entrants, count, seed=0)
    random.shuffle(entrants)
    assert choose(entrants, count, seed=0) == chosen
    by_id = {one.id: one for one in entrants}
    recordings = {by_id[key].recording for key in chosen}
    assert len(recordings) == len(chosen) == min(count, len({one.recording for one in entrants}))


def test_another_seed_orders_equals_anew():
    entrants = [entrant(f"c{n}") for n in range(40)]
    assert choose(entrants, 10, seed=0) != choose(entrants, 10, seed=1)


def drafts(*evidence, split="test", label="helicopter"):
    return [
        Draft(
            Candidate(id=f"c{n}", label=label, split=split, recording=f"r{n}"), evidence=dict(one)
        )
        for n, one in enumerate(evidence)
    ]


def test_the_step_drops_easy_test_clips_and_leaves_training_alone(recipe):
    small = msgspec.structs.replace(
        recipe, challenge=msgspec.structs.replace(recipe.challenge, clips=1)
    )
    offered = drafts(SEEN, UNSEEN)
    reasons = ChallengeStep(small).drop(offered)
    assert {key: reason.code for key, reason in reasons.items()} == {"c0": "not-in-challenge"}
    assert "challenge score 0" in reasons["c0"].detail
    assert offered[1].evidence["challenge"]["score"] == 1.0
    assert ChallengeStep(small).drop(drafts(SEEN, UNSEEN, split="train")) == {}


def test_a_clip_of_a_chosen_recording_has_a_reason_of_its_own(recipe):
    first, second = drafts(UNSEEN, SEEN)
    twin = Draft(Candidate(id="twin", label="helicopter", split="test", recording="r0"))
    reasons = ChallengeStep(recipe).drop([first, second, twin])
    assert {key: reason.code for key, reason in reasons.items()} == {"twin": "same-recording"}


@pytest.mark.parametrize(
    "change, said",
    [
        ({"clips": 0}, "1 or more"),
        ({"foreign": 0.5}, "below"),
        ({"sharp": 0.0}, "above 0"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(recipe, change, said):
    rule = msgspec.structs.replace(recipe.challenge, **change)
    with pytest.raises(SfbenchError, match=said):
        ChallengeStep(msgspec.structs.replace(recipe, challenge=rule))


def test_a_recipe_without_the_rule_says_so(recipe):
    with pytest.raises(SfbenchError, match=r"no \[challenge\]"):
        ChallengeStep(msgspec.structs.replace(recipe, challenge=None))
