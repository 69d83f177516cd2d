"""Asks what people saw and heard in a clip: VGGSounder's tags of VGGSound's test clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sfbench.curation.recipe import Recipe
from sfbench.curation.rules.vggsounder import VGGSounderRule
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.vggsound.names import id_of
from sfbench.curation.vggsound.vggsounder import Tags, installed_table, installed_version, read_tags
from sfbench.errors import Reason, SfbenchError

NAME = "vggsounder"
FLAGS = "flags"
"""Where its evidence stands."""

_DETAILS = {
    "not-listed": "VGGSounder has no tags of this clip",
    "label-inaudible": "nobody heard {label} or a sound of its family",
    "off-screen": "{label} is heard, and nothing of its family is seen",
    "background-music": "music plays over the scene",
    "voice-over": "somebody speaks who is not in the scene",
    "still-image": "the picture stands still",
}


@dataclass(frozen=True, slots=True)
class VGGSounderStep:
    """Drops clips for what people say of them; clips that nobody tagged are unknown, not bad.

    Labels are judged by family: where a label is absent, people often chose a sibling, such as
    police car for ambulance siren.
    """

    recipe: Recipe
    name: str = NAME
    needs_media: bool = False

    def __post_init__(self) -> None:
        self.rule.check()

    @property
    def rule(self) -> VGGSounderRule:
        """The recipe's rule.

        Raises:
            SfbenchError: The recipe states none.
        """
        return self.recipe.stated(NAME, VGGSounderRule)

    def idle(self, candidates: Sequence[Candidate]) -> str | None:
        """Return why there is nothing to ask, or None.

        Raises:
            SfbenchError: The table is not on this machine, or is another than the recipe's.
        """
        if not any(id_of(candidate.id) == candidate.id for candidate in candidates):
            return f"no clip is named like one of VGGSound: the {NAME} step was skipped"
        _check_package(self.rule.version)
        return None

    def keep(self, draft: Draft) -> Reason | None:
        """Return None if nothing is said that the recipe drops; all that is said is evidence."""
        label = draft.candidate.label
        tags = _table().get(draft.candidate.id)
        flags = flags_of(tags, label, self.recipe.relatives(label) if label else [])
        draft.evidence[FLAGS] = {**flags, "table": f"vggsounder {self.rule.version}"}
        code = next((code for code in codes_of(flags) if code in self.rule.drop), None)
        return Reason(NAME, code, _DETAILS[code].format(label=label)) if code else None


def flags_of(tags: Tags | None, label: str | None, family: Sequence[str]) -> dict[str, Any]:
    """Return what people say of a clip; everything is None where they say nothing.

    Args:
        tags: The clip's tags, if there are any.
        label: Its label, or None.
        family: Labels of the same family, the label itself among them.
    """
    named = tags is not None and label is not None
    audible = tags.audible(family) if tags and named else None
    visible = tags.visible(family) if tags and named else None
    return {
        "listed": tags is not None,
        "label_audible": tags.audible([label]) if tags and label else None,
        "audible": audible,
        "visible": visible,
        "off_screen": audible and not visible,
        "background_music": tags.background_music if tags else None,
        "voice_over": tags.voice_over if tags else None,
        "still_image": tags.static_image if tags else None,
    }


def codes_of(flags: dict[str, Any]) -> list[str]:
    """Return the codes of what speaks against a clip, in the order of `CODES`.

    >>> codes_of({"listed": True, "audible": True, "off_screen": False, "background_music": True,
    ...           "voice_over": None, "still_image": True})
    ['background-music', 'still-image']
    """
    holds = {
        "not-listed": not flags["listed"],
        "label-inaudible": flags["audible"] is False,
        "off-screen": flags["off_screen"],
        "background-music": flags["background_music"],
        "voice-over": flags["voice_over"],
        "still-image": flags["still_image"],
    }
    return [code for code, held in holds.items() if held]


def _check_package(version: str) -> None:
    if installed_table() is None:
        raise SfbenchError(
            f"the step {NAME} needs VGGSounder's table: pip install 'vggsounder=={version}', "
            f"or take {NAME} out of the recipe's steps"
        )
    if installed_version() != version:
        raise SfbenchError(
            f"the recipe asks VGGSounder {version}, installed is {installed_version()}: "
            f"pip install 'vggsounder=={version}', or change vggsounder.version in the recipe"
        )


@cache
def _table() -> dict[str, Tags]:
    path = installed_table()
    if path is None:
        raise SfbenchError("VGGSounder's table has vanished; type: pip install vggsounder")
    return read_tags(path)
