"""Prints how many transformed copies the duplicates step finds among other clips, and how fast.

Run: python -m bench.copies [clips] [copies] [seed]

All sounds come from one synthesiser, so that strangers are as alike as clips can be; all went
through AAC. Copies differ in level (up to 9 dB), start (0.5 s either way) and bit rate (16 to 32
kbit/s, the others have about 70).
"""

import sys
import time

import numpy as np

from sfbench.curation.copies import find_copies
from sfbench.curation.fingerprint import fingerprint, fingerprinting_ffmpeg
from sfbench.curation.recipe import read_recipe
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.sound import hear
from tests.curation.recode import reuploaded, through_aac

USUAL = 69_000  # bits per second


def main(clips: int, copies: int, seed: int) -> None:
    rule, ffmpeg = read_recipe("vgg-c").duplicates, fingerprinting_ffmpeg()
    if rule is None:
        raise SystemExit("the recipe vgg-c has no [duplicates]")
    random = np.random.default_rng(seed)
    copied = random.choice(clips, copies, replace=False).tolist()
    prints, owners, spent = [], [], 0.0
    for owner in [*range(clips), *copied]:
        sound = hear(draw_scene(seed, owner)).sound
        made = through_aac(sound, USUAL) if len(owners) < clips else reuploaded(sound, random)
        begin = time.perf_counter()
        prints.append(fingerprint(made, ffmpeg))
        spent += time.perf_counter() - begin
        owners.append(owner)
    marked = [place for place, one in enumerate(prints) if one is not None]
    begin = time.perf_counter()
    found = find_copies([one for one in prints if one is not None], rule)
    compared = time.perf_counter() - begin
    pairs = [(marked[place], marked[copy.of]) for place, copy in found.items()]
    right = sum(one >= clips and owners[one] == owners[other] for one, other in pairs)
    print("| clips | copies | found | false | ms to fingerprint | ms to compare, a clip |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {clips} | {copies} | {right} | {len(pairs) - right} | "
        f"{1e3 * spent / len(prints):.0f} | {1e3 * compared / len(prints):.1f} |"
    )
    for one, other in pairs:
        if owners[one] != owners[other]:
            print(
                f"false: {draw_scene(seed, owners[one]).id} = {draw_scene(seed, owners[other]).id}"
            )


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [1000, 50, 1][len(given) :]))
