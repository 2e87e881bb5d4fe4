"""Labels from captions: which of sixty concrete nouns some caption of a photo names.

    python -m tests.benchmarks.nouns CAPTIONS --only NAMES --labels OUT --absent OUT
    photoclip eval relevance --images DIR --labels OUT --absent OUT
    photoclip eval tags --images DIR --labels OUT

The nouns are the most frequent of Flickr8k's test captions that name something to be seen, with
their synonyms and what they are a kind of. Left out are those that captions mostly use for
something else (to swing, to look at the camera, a path of action). `--absent` gets things that no
test caption names.
"""

import argparse
import re
from pathlib import Path

from photoclip.clip.pairs import read_captions, read_names

NOUNS = {
    "child": "child children kid kids boy boys girl girls toddler toddlers baby babies",
    "man": "man men guy guys gentleman",
    "dog": "dog dogs puppy puppies poodle greyhound labrador terrier dalmatian collie retriever"
    " bulldog dachshund boxer rottweiler doberman",
    "boy": "boy boys",
    "water": "water lake ocean sea river pool pond stream creek",
    "girl": "girl girls",
    "woman": "woman women lady ladies",
    "grass": "grass grassy lawn",
    "ball": "ball balls football basketball baseball",
    "street": "street streets road",
    "beach": "beach beaches shore seashore",
    "jacket": "jacket jackets coat coats",
    "snow": "snow snowy",
    "rock": "rock rocks boulder boulders rocky cliff",
    "crowd": "crowd crowds crowded",
    "hat": "hat hats cap caps beanie",
    "ocean": "ocean sea",
    "mountain": "mountain mountains",
    "building": "building buildings",
    "bicycle": "bicycle bicycles bike bikes cyclist cyclists bicyclist",
    "tree": "tree trees",
    "sand": "sand sandy",
    "lake": "lake pond",
    "wall": "wall walls",
    "baby": "baby babies infant toddler toddlers",
    "dress": "dress dresses",
    "sidewalk": "sidewalk pavement",
    "river": "river stream creek",
    "hill": "hill hills",
    "surfing": "surfboard surfer surfers surfing surf",
    "swimming pool": "pool pools",
    "swimsuit": "swimsuit bikini swimsuits trunks",
    "car": "car cars",
    "forest": "forest woods wooded",
    "table": "table tables",
    "sunglasses": "sunglasses",
    "motorcycle": "motorcycle motorcycles motorbike motocross motorcyclist dirtbike",
    "skateboard": "skateboard skateboarder skateboarding skateboards skateboarders",
    "ski": "ski skis skier skiers skiing",
    "boat": "boat boats canoe kayak raft canoes kayaks kayaker ship",
    "playground": "playground",
    "helmet": "helmet helmets",
    "snowboard": "snowboard snowboarder snowboarding",
    "bench": "bench benches",
    "stairs": "stairs steps staircase",
    "fence": "fence fences",
    "soccer": "soccer",
    "rope": "rope ropes",
    "flower": "flower flowers",
    "basketball": "basketball",
    "ice": "ice icy",
    "tennis": "tennis",
    "backpack": "backpack backpacks",
    "frisbee": "frisbee",
    "baseball": "baseball",
    "football": "football",
    "chair": "chair chairs",
    "flag": "flag flags",
    "sled": "sled sleds sledding",
    "fountain": "fountain fountains",
}
ABSENT = (
    "x-ray", "circuit board", "submarine", "giraffe", "microscope", "passport", "receipt",
    "QR code", "piano", "sushi", "pizza", "wedding cake", "airplane cockpit", "satellite dish",
    "lighthouse", "windmill", "penguin", "shark", "octopus", "jellyfish", "spider", "crocodile",
    "polar bear", "tractor engine", "space shuttle", "telescope", "stethoscope", "chess board",
    "dinosaur skeleton", "volcano eruption", "northern lights", "steam locomotive",
    "business card", "spreadsheet", "keyboard", "coral reef", "igloo", "camel", "pyramid",
    "solar panel",
)  # fmt: skip


def main() -> None:
    """Write both lists."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("captions", type=Path)
    parser.add_argument("--only", type=Path)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--absent", type=Path)
    given = parser.parse_args()
    captions = read_captions(given.captions)
    wanted = read_names(given.only) if given.only else frozenset(captions)
    with given.labels.open("w", encoding="utf-8") as file:
        for name in sorted(wanted & captions.keys()):
            text = " ".join(captions[name]).lower().replace("dirt bike", "dirtbike")
            words = set(re.findall("[a-z]+", text))
            for noun, names in NOUNS.items():
                if words & set(names.split()):
                    file.write(f"{name}\t{noun.replace(' ', '_')}\n")
    if given.absent:
        given.absent.write_text("".join(f"{thing}\n" for thing in ABSENT), encoding="utf-8")


if __name__ == "__main__":
    main()
