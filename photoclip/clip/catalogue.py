"""The models on offer: what each is good at, under which licence, and where it comes from.

Names of repositories, embedding widths and image sizes are those of open_clip's `pretrained.py`
and `model_configs`, which a test compares. Sizes and checksums of files are not written down here:
the hub publishes them, and they are asked for when a model is downloaded. Licences are those the
publishers name: OpenAI for code and weights of CLIP in the repository github.com/openai/CLIP, the
others on the models' pages as they were when this was written.
"""

import difflib
from dataclasses import dataclass
from typing import Literal

from photoclip.errors import PhotoClipError

Format = Literal["open_clip", "transformers"]


@dataclass(frozen=True)
class Offer:
    """One model that can be downloaded.

    Attributes:
        name: what a person types, and the name of the folder it comes to lie in.
        title: what the field calls it.
        repository: where it lies on the hub, "owner/name".
        architecture: open_clip's name of its architecture; "" where the repository describes it.
        tag: open_clip's name of these weights among those of the architecture, or "".
        format: how the repository stores it: open_clip's files, or those of transformers.
        licence: a short name.
        dim: the length of an embedding.
        image_size: the side of the pictures it sees, in pixels.
        good_at: one sentence for a person.
        languages: ISO 639 codes of what its texts may be in, "mul" for many, Chinese among them.
        spoken: the same in words.
        text_tower: the repository of the text tower's configuration and tokenizer, where the
            model's own has none; else "".
    """

    name: str
    title: str
    repository: str
    architecture: str
    tag: str
    licence: str
    dim: int
    image_size: int
    good_at: str
    languages: tuple[str, ...] = ("en",)
    spoken: str = "English"
    format: Format = "open_clip"
    text_tower: str = ""

    @property
    def chinese(self) -> bool:
        """Whether it understands Chinese."""
        return "mul" in self.languages or "zh" in self.languages

    @property
    def page(self) -> str:
        """The model's page on the hub, with its card and licence."""
        return f"https://huggingface.co/{self.repository}"


OFFERS: tuple[Offer, ...] = (
    Offer(
        name="siglip2-vit-b-16",
        title="SigLIP 2 ViT-B/16",
        repository="timm/ViT-B-16-SigLIP2",
        architecture="ViT-B-16-SigLIP2",
        tag="webli",
        licence="Apache-2.0",
        dim=768,
        image_size=224,
        languages=("mul",),
        spoken="109 languages, Chinese among them",
        good_at="The best all-round choice, and the one for searching in Chinese.",
    ),
    Offer(
        name="xlm-roberta-vit-b-32",
        title="OpenCLIP XLM-RoBERTa ViT-B/32 LAION-5B",
        repository="laion/CLIP-ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k",
        architecture="xlm-roberta-base-ViT-B-32",
        tag="laion5b_s13b_b90k",
        licence="MIT",
        dim=512,
        image_size=224,
        languages=("mul",),
        spoken="100 languages, Chinese among them",
        good_at="Many languages, at the speed of a ViT-B/32.",
        text_tower="FacebookAI/xlm-roberta-base",
    ),
    Offer(
        name="mobileclip2-s2",
        title="MobileCLIP2-S2",
        repository="timm/MobileCLIP2-S2-OpenCLIP",
        architecture="MobileCLIP2-S2",
        tag="dfndr2b",
        licence="Apple AMLR, for research only",
        dim=512,
        image_size=256,
        good_at="Small and fast, made for devices without a graphics card.",
    ),
    Offer(
        name="datacomp-vit-b-16",
        title="OpenCLIP ViT-B/16 DataComp-XL",
        repository="laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K",
        architecture="ViT-B-16",
        tag="datacomp_xl_s13b_b90k",
        licence="MIT",
        dim=512,
        image_size=224,
        good_at="Sees finer detail than a ViT-B/32, at about a quarter of its speed.",
    ),
    Offer(
        name="datacomp-vit-b-32",
        title="OpenCLIP ViT-B/32 DataComp-XL",
        repository="laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K",
        architecture="ViT-B-32",
        tag="datacomp_xl_s13b_b90k",
        licence="MIT",
        dim=512,
        image_size=224,
        good_at="Better than OpenAI's ViT-B/32 at the same speed.",
    ),
    Offer(
        name="openai-vit-l-14",
        title="OpenAI CLIP ViT-L/14",
        repository="timm/vit_large_patch14_clip_224.openai",
        architecture="ViT-L-14-quickgelu",
        tag="openai",
        licence="MIT",
        dim=768,
        image_size=224,
        good_at="The largest here; thorough, and slow without a graphics card.",
    ),
    Offer(
        name="openai-vit-b-32",
        title="OpenAI CLIP ViT-B/32",
        repository="timm/vit_base_patch32_clip_224.openai",
        architecture="ViT-B-32-quickgelu",
        tag="openai",
        licence="MIT",
        dim=512,
        image_size=224,
        good_at="The original CLIP that most others are compared with.",
    ),
    Offer(
        name="openai-clip-vit-base-patch32",
        title="OpenAI CLIP ViT-B/32 as Hugging Face publishes it",
        repository="openai/clip-vit-base-patch32",
        architecture="",
        tag="",
        licence="MIT",
        dim=512,
        image_size=224,
        format="transformers",
        good_at="The original CLIP, for results equal to those of transformers.",
    ),
    Offer(
        name="openai-rn50",
        title="OpenAI CLIP ResNet-50",
        repository="timm/resnet50_clip.openai",
        architecture="RN50-quickgelu",
        tag="openai",
        licence="MIT",
        dim=1024,
        image_size=224,
        good_at="The original CLIP with a convolutional image tower, for comparisons.",
    ),
)


def find_offer(name: str) -> Offer:
    """The offer of this name; its repository's name is understood, too.

    Raises:
        PhotoClipError: no model of this name is on offer.
    """
    wanted = name.strip().casefold()
    for offer in OFFERS:
        if wanted in (offer.name.casefold(), offer.repository.casefold()):
            return offer
    names = [offer.name for offer in OFFERS]
    close = [each for each in names if wanted and wanted in each]
    close = close or difflib.get_close_matches(wanted, names, n=2)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"These are: {', '.join(names)}."
    raise PhotoClipError(f"No model called “{name}” is on offer. {hint}")
