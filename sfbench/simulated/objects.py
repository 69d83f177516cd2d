"""The sounding objects: one row per VGGSound label."""

from dataclasses import dataclass

from sfbench.simulated import bursts, engines, sirens
from sfbench.simulated.synth import Voice
from sfbench.simulated.trajectory import Kind

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SoundingObject:
    """What a label's object can do.

    Attributes:
        family: Family of the label (curation recipes use the same names); empty when the label
            promises no continuous sound.
        place: Backdrop that it stands before.
        voice: Makes its sound.
        kinds: Trajectories that suit it.
        speed: Range in metres per second.
        nearest: Range of the least distance, in metres.
        altitude: Range in metres.
    """

    family: str
    place: str
    voice: Voice
    kinds: tuple[Kind, ...]
    speed: Range = (0.0, 0.0)
    nearest: Range = (8.0, 40.0)
    altitude: Range = (0.0, 0.0)


_PASSING: tuple[Kind, ...] = ("pass-by", "approach-recede")
_ROAMING: tuple[Kind, ...] = ("pass-by", "approach-recede", "hover")
_STANDING: tuple[Kind, ...] = ("static",)

CONTINUOUS: dict[str, SoundingObject] = {
    "ambulance siren": SoundingObject(
        "siren", "street", sirens.hi_lo, (*_PASSING, "static"), (10, 24), (7, 30)
    ),
    "airplane flyby": SoundingObject(
        "aircraft", "sky", engines.jet, _PASSING, (45, 80), (60, 160), (30, 90)
    ),
    "train horning": SoundingObject(
        "rail", "track", sirens.train_horn, _PASSING, (12, 32), (12, 40)
    ),
    "race car, auto racing": SoundingObject(
        "road", "circuit", engines.racer, _PASSING, (30, 55), (16, 50)
    ),
    "motorboat, speedboat acceleration": SoundingObject(
        "craft", "water", engines.motorboat, _ROAMING, (8, 18), (8, 30)
    ),
    "lawn mowing": SoundingObject(
        "working vehicle", "lawn", engines.mower, _ROAMING, (1.0, 2.2), (2, 8)
    ),
    "helicopter": SoundingObject(
        "aircraft", "sky", engines.rotor, _ROAMING, (18, 45), (30, 90), (15, 45)
    ),
    "fire truck siren": SoundingObject(
        "siren", "street", sirens.wail, (*_PASSING, "static"), (9, 20), (8, 30)
    ),
    "train whistling": SoundingObject(
        "rail", "track", sirens.steam_whistle, _PASSING, (8, 20), (10, 35)
    ),
    "driving motorcycle": SoundingObject(
        "road", "road", engines.motorcycle, _PASSING, (10, 28), (5, 25)
    ),
    "police car (siren)": SoundingObject(
        "siren", "street", sirens.yelp, (*_PASSING, "static"), (12, 30), (7, 30)
    ),
    "railroad car, train wagon": SoundingObject(
        "rail", "track", engines.rolling, _PASSING, (8, 22), (10, 30)
    ),
    "car passing by": SoundingObject("road", "road", engines.car, _PASSING, (11, 30), (5, 25)),
    "civil defense siren": SoundingObject(
        "siren", "town", sirens.rotor_siren, _STANDING, nearest=(20, 120)
    ),
}
"""Labels of the specification's core list; families follow each other in turn."""

REJECTED: dict[str, SoundingObject] = {
    "dog barking": SoundingObject("", "lawn", bursts.barking, _STANDING, nearest=(3, 10)),
    "raining": SoundingObject("", "road", bursts.rain, _STANDING),
    "vehicle horn, car horn, honking": SoundingObject("", "street", bursts.honking, _STANDING),
    "wind noise": SoundingObject("", "lawn", bursts.wind, _STANDING),
    "hammering nails": SoundingObject("", "town", bursts.hammering, _STANDING, nearest=(2, 6)),
    "fireworks banging": SoundingObject("", "town", bursts.fireworks, _STANDING, nearest=(60, 150)),
}
"""Labels of impulsive acts and weather, which no recipe for continuous sound keeps."""

OBJECTS = CONTINUOUS | REJECTED
