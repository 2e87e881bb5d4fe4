"""Texts that name each ImageNet class: its everyday name, synonyms, definition and broader kinds.

The names are open_clip's, synonyms and definitions are WordNet's as shipped with timm; both are
read from the installed packages, offline. The table of broader kinds is our own.
"""

from dataclasses import dataclass
from importlib.resources import files

from open_clip import IMAGENET_CLASSNAMES

TEMPLATES = ("{}", "a photo of {a} {}.", "a picture of {a} {}", "there is {a} {} in the photo")

# First and last class number of runs of classes that one everyday word covers.
_KINDS: tuple[tuple[str, int, int], ...] = (
    ("fish", 0, 6), ("fish", 389, 397), ("shark", 2, 4), ("chicken", 7, 8),
    ("bird", 7, 24), ("bird", 80, 100), ("bird", 127, 146), ("owl", 24, 24), ("parrot", 87, 90),
    ("water bird", 97, 100), ("water bird", 127, 146), ("stork", 127, 128), ("heron", 131, 132),
    ("penguin", 145, 145), ("eagle", 22, 22), ("salamander", 25, 29), ("frog", 30, 32),
    ("turtle", 33, 36), ("lizard", 38, 48), ("reptile", 33, 68), ("crocodile", 49, 50),
    ("dinosaur", 51, 51), ("snake", 52, 68), ("spider", 72, 77), ("snail", 113, 113),
    ("crab", 118, 121), ("lobster", 122, 123), ("elephant", 385, 386), ("elephant", 101, 101),
    ("kangaroo", 104, 104), ("whale", 147, 148), ("seal", 150, 150),
    ("dog", 151, 268), ("puppy", 151, 268), ("small dog", 151, 157), ("terrier", 179, 202),
    ("retriever", 205, 209), ("spaniel", 215, 221), ("sheepdog", 224, 232), ("poodle", 265, 267),
    ("wolf", 269, 271), ("wild dog", 273, 275), ("fox", 277, 280),
    ("cat", 281, 285), ("kitten", 281, 285), ("pet", 151, 268), ("pet", 281, 285),
    ("wild cat", 286, 293), ("big cat", 286, 293), ("bear", 294, 297),
    ("beetle", 300, 307), ("insect", 300, 326), ("butterfly", 321, 326), ("rabbit", 330, 332),
    ("rodent", 333, 338), ("squirrel", 335, 335), ("horse", 339, 340), ("pig", 341, 343),
    ("cow", 345, 347), ("cattle", 345, 347), ("sheep", 348, 349), ("goat", 350, 350),
    ("deer", 351, 353), ("antelope", 351, 353), ("camel", 354, 354), ("ape", 365, 369),
    ("monkey", 370, 382), ("panda", 388, 388),
    ("animal", 0, 108), ("animal", 127, 397),
    ("airplane", 404, 404), ("airplane", 895, 895), ("airplane", 908, 908), ("plane", 404, 404),
    ("guitar", 402, 402), ("guitar", 546, 546), ("clock", 409, 409), ("clock", 530, 530),
    ("clock", 892, 892), ("watch", 531, 531), ("ball", 429, 430), ("ball", 522, 522),
    ("ball", 574, 574), ("ball", 722, 722), ("ball", 768, 768), ("ball", 805, 805),
    ("ball", 852, 852), ("ball", 890, 890), ("bicycle", 444, 444), ("bicycle", 671, 671),
    ("bike", 444, 444), ("bike", 671, 671), ("bottle", 440, 440), ("bottle", 720, 720),
    ("bottle", 737, 737), ("bottle", 898, 898), ("bottle", 907, 907), ("beer", 440, 441),
    ("boat", 472, 472), ("boat", 484, 484), ("boat", 554, 554), ("boat", 576, 576),
    ("boat", 625, 625), ("boat", 814, 814), ("boat", 871, 871), ("boat", 914, 914),
    ("sailing boat", 484, 484), ("sailing boat", 780, 780), ("sailing boat", 914, 914),
    ("ship", 403, 403), ("ship", 510, 510), ("ship", 628, 628), ("ship", 724, 724),
    ("ship", 780, 780), ("ship", 913, 913), ("car", 436, 436), ("car", 468, 468),
    ("car", 511, 511), ("car", 609, 609), ("car", 627, 627), ("car", 656, 656), ("car", 661, 661),
    ("car", 751, 751), ("car", 817, 817), ("truck", 555, 555), ("truck", 569, 569),
    ("truck", 717, 717), ("truck", 864, 864), ("truck", 867, 867), ("truck", 675, 675),
    ("bus", 654, 654), ("bus", 779, 779), ("bus", 874, 874), ("train", 466, 466),
    ("train", 547, 547), ("train", 565, 565), ("train", 705, 705), ("train", 820, 820),
    ("motorcycle", 665, 665), ("motorcycle", 670, 670), ("scooter", 670, 670),
    ("vehicle", 407, 408), ("camera", 732, 732), ("camera", 759, 759), ("phone", 487, 487),
    ("phone", 528, 528), ("phone", 707, 707), ("computer", 527, 527), ("computer", 620, 620),
    ("computer", 681, 681), ("laptop", 620, 620), ("laptop", 681, 681), ("screen", 664, 664),
    ("screen", 782, 782), ("TV", 851, 851), ("chair", 423, 423), ("chair", 559, 559),
    ("chair", 765, 765), ("sofa", 831, 831), ("bed", 520, 520), ("bed", 564, 564),
    ("table", 532, 532), ("table", 736, 736), ("desk", 526, 527), ("bench", 703, 703),
    ("bookshelf", 453, 453), ("furniture", 493, 493), ("lamp", 619, 619), ("lamp", 846, 846),
    ("cup", 504, 504), ("cup", 968, 968), ("coffee", 967, 967), ("coffee", 504, 504),
    ("glass of wine", 966, 966), ("dress", 578, 578), ("hat", 515, 515), ("hat", 808, 808),
    ("helmet", 518, 518), ("helmet", 560, 560), ("shoe", 514, 514), ("shoe", 630, 630),
    ("shoe", 770, 770), ("shoe", 774, 774), ("swimsuit", 445, 445), ("swimsuit", 639, 639),
    ("swimsuit", 842, 842), ("coat", 568, 568), ("coat", 869, 869), ("glasses", 836, 837),
    ("bag", 414, 414), ("bag", 636, 636), ("bag", 728, 728), ("bag", 748, 748),
    ("house", 425, 425), ("house", 660, 660), ("tower", 437, 437), ("tower", 442, 442),
    ("tower", 900, 900), ("temple", 832, 832), ("building", 497, 498), ("building", 698, 698),
    ("building", 663, 663), ("building", 668, 668), ("bridge", 821, 821), ("bridge", 839, 839),
    ("bridge", 888, 888), ("shop", 415, 415), ("shop", 454, 454), ("shop", 467, 467),
    ("shop", 509, 509), ("shop", 582, 582), ("shop", 788, 788), ("shop", 860, 860),
    ("shop", 865, 865), ("piano", 579, 579), ("piano", 881, 881), ("drum", 541, 541),
    ("musical instrument", 401, 402), ("musical instrument", 513, 513),
    ("musical instrument", 558, 558), ("musical instrument", 776, 776),
    ("musical instrument", 889, 889), ("gun", 413, 413), ("gun", 763, 764), ("knife", 499, 499),
    ("skiing", 795, 795), ("street", 919, 920), ("fence", 489, 489), ("fence", 716, 716),
    ("fence", 912, 912), ("vegetable", 936, 947), ("fruit", 948, 957), ("apple", 948, 948),
    ("food", 923, 943), ("food", 959, 963), ("food", 948, 954), ("dessert", 927, 929),
    ("cake", 927, 927), ("bread", 930, 932), ("mountains", 970, 970), ("landscape", 970, 980),
    ("sea", 973, 973), ("coast", 976, 978), ("lake", 975, 975), ("flower", 985, 986),
    ("flower", 883, 883), ("mushroom", 991, 997), ("stage", 819, 819), ("person", 981, 983),
    ("man", 982, 982), ("baseball", 981, 981), ("wedding", 982, 982),
)  # fmt: skip


@dataclass(frozen=True)
class ClassTexts:
    """Texts by class.

    Attributes:
        texts: every text of every class; one that belongs to two classes is there twice.
        of_class: for each of the 1,000 classes the numbers of its texts, the first of which is
            the class's own name in a photo's words.
    """

    texts: tuple[str, ...]
    of_class: tuple[tuple[int, ...], ...]


def imagenet_texts() -> ClassTexts:
    """The texts of the 1,000 classes in ImageNet's customary order."""
    synsets = _info("imagenet_synsets.txt").split()
    lemmas = _table("imagenet_synset_to_lemma.txt")
    definitions = _table("imagenet_synset_to_definition.txt")
    texts: list[str] = []
    of_class: list[tuple[int, ...]] = []
    for number, synset in enumerate(synsets):
        names = [IMAGENET_CLASSNAMES[number], *lemmas[synset].split(", ")]
        kinds = [kind for kind, first, last in _KINDS if first <= number <= last]
        own = [_fill(TEMPLATES[1], names[0])]
        own += [_fill(template, name) for name in names + kinds for template in TEMPLATES]
        own.append(definitions[synset])
        own.append(f"{IMAGENET_CLASSNAMES[number]}, {definitions[synset]}")
        unique = list(dict.fromkeys(own))
        of_class.append(tuple(range(len(texts), len(texts) + len(unique))))
        texts += unique
    return ClassTexts(tuple(texts), tuple(of_class))


def _fill(template: str, name: str) -> str:
    return template.format(name, a="an" if name[0].lower() in "aeiou" else "a")


def _info(name: str) -> str:
    return files("timm.data").joinpath("_info", name).read_text(encoding="utf-8")


def _table(name: str) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in _info(name).splitlines() if "\t" in line)
