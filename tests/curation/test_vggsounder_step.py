import msgspec
import pytest

from sfbench.curation.chosen import choose_steps
from sfbench.curation.recipe import read_recipe
from sfbench.curation.rules.vggsounder import CODES, VGGSounderRule
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps import vggsounder as step_module
from sfbench.curation.steps.vggsounder import VGGSounderStep, flags_of
from sfbench.curation.vggsound.vggsounder import Tags, installed_table, read_tags
from sfbench.errors import SfbenchError

SIRENS = ["ambulance siren", "police car (siren)"]


@pytest.fixture(scope="module")
def recipe():
    return read_recipe("vgg-c")


def tags(modalities, *flags, key="abcdefghijk_000030"):
    music, still, voice = (flag in flags for flag in ("music", "still", "voice"))
    return Tags(key, modalities, music, still, voice, next(iter(modalities)))


def judge(recipe, monkeypatch, tag, label="ambulance siren"):
    monkeypatch.setattr(step_module, "_table", lambda: {tag.id: tag})
    draft = Draft(Candidate(id=tag.id, label=label))
    reason = VGGSounderStep(recipe).keep(draft)
    return reason and reason.code, draft.evidence["flags"]


def test_a_siblings_name_counts_as_hearing_the_label(recipe, monkeypatch):
    code, flags = judge(recipe, monkeypatch, tags({"police car (siren)": "A"}))
    assert code is None
    assert (flags["audible"], flags["label_audible"]) == (True, False)
    assert (flags["visible"], flags["off_screen"]) == (False, True)
    code, flags = judge(recipe, monkeypatch, tags({"police car (siren)": "V", "raining": "A"}))
    assert code == "label-inaudible"
    assert (flags["audible"], flags["visible"], flags["off_screen"]) == (False, True, False)


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ((), None),
        (("music",), "background-music"),
        (("voice",), "voice-over"),
        (("still",), "still-image"),
        (("still", "music"), "background-music"),
    ],
)
def test_each_flag_has_its_code(recipe, monkeypatch, flags, code):
    assert judge(recipe, monkeypatch, tags({"ambulance siren": "AV"}, *flags))[0] == code


def test_what_a_recipe_does_not_drop_is_evidence_all_the_same(recipe, monkeypatch):
    lenient = msgspec.structs.replace(recipe, vggsounder=VGGSounderRule(version="1.0", drop=[]))
    code, flags = judge(lenient, monkeypatch, tags({"raining": "A"}, "music", "voice", "still"))
    assert code is None
    assert flags["background_music"] and flags["voice_over"] and flags["still_image"]
    assert flags["audible"] is False
    strict = msgspec.structs.replace(
        recipe, vggsounder=VGGSounderRule(version="1.0", drop=["off-screen"])
    )
    assert judge(strict, monkeypatch, tags({"ambulance siren": "A"}))[0] == "off-screen"


def test_of_a_clip_that_nobody_tagged_nothing_is_known_and_it_stays(recipe, monkeypatch):
    monkeypatch.setattr(step_module, "_table", dict)
    draft = Draft(Candidate(id="abcdefghijk_000030", label="ambulance siren"))
    assert VGGSounderStep(recipe).keep(draft) is None
    said = {name: value for name, value in draft.evidence["flags"].items() if name != "table"}
    assert said.pop("listed") is False
    assert set(said.values()) == {None}, "null is not False"
    rule = VGGSounderRule(version="1.0", drop=["not-listed"])
    strict = VGGSounderStep(msgspec.structs.replace(recipe, vggsounder=rule))
    assert strict.keep(draft).code == "not-listed"


def test_without_a_label_nobody_can_say_whether_it_is_heard():
    flags = flags_of(tags({"raining": "A"}), None, [])
    assert flags["audible"] is flags["visible"] is flags["label_audible"] is None
    assert flags["background_music"] is False


class Named:
    """A source of clips with these ids."""

    def __init__(self, *ids):
        self.clips = [Candidate(id=key, label="helicopter") for key in ids]


def test_the_step_is_skipped_with_a_note_where_no_clip_is_of_vggsound(recipe):
    source = Named("sim-0001", "clip00")
    chosen, notes = choose_steps(recipe, source, source.clips)
    assert [step.name for step in chosen.early] == ["label"]
    assert notes[0] == "no clip is named like one of VGGSound: the vggsounder step was skipped"
    source = Named("sim-0001", "abcdefghijk_000030")
    assert "vggsounder" in choose_steps(recipe, source, source.clips)[0].names


def test_a_missing_or_other_package_is_one_message_with_what_to_type(recipe, monkeypatch):
    source = Named("abcdefghijk_000030")
    monkeypatch.setattr(step_module, "installed_version", lambda: "0.1.6")
    with pytest.raises(SfbenchError, match=r"asks VGGSounder 1\.0.*pip install 'vggsounder==1\.0'"):
        choose_steps(recipe, source, source.clips)
    monkeypatch.setattr(step_module, "installed_table", lambda: None)
    with pytest.raises(SfbenchError, match=r"pip install 'vggsounder==1\.0'.*out of the recipe"):
        choose_steps(recipe, source, source.clips)


def test_a_rule_with_an_unknown_code_or_none_at_all_says_so(recipe):
    rule = VGGSounderRule(version="1.0", drop=["music"])
    with pytest.raises(SfbenchError, match=f"'music'; choose from {CODES[0]}"):
        VGGSounderStep(msgspec.structs.replace(recipe, vggsounder=rule))
    with pytest.raises(SfbenchError, match=r"no \[vggsounder\]"):
        VGGSounderStep(msgspec.structs.replace(recipe, vggsounder=None))


def test_the_published_table_counts_as_its_authors_do():
    everything = read_tags(installed_table()).values()
    assert sum(one.background_music for one in everything) == 3055
    assert sum(one.static_image for one in everything) == 1622
    assert sum(one.voice_over for one in everything) == 2985
