"""Which files of its repository make up a model on offer, chosen by rule from what is there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from photoclip.clip.architectures import architecture_config
from photoclip.clip.catalogue import Format, Offer
from photoclip.clip.hub import Hub, HubFile, Repository
from photoclip.clip.models import ABOUT_FILE, CHECKPOINT_FILE, CONFIG_FILE
from photoclip.clip.tokens import TOKENIZER_FILES
from photoclip.errors import PhotoClipError

# In the order of preference: safetensors cannot hold code.
_WEIGHTS: dict[Format, tuple[str, ...]] = {
    "open_clip": (
        CHECKPOINT_FILE,
        "open_clip_pytorch_model.safetensors",
        "open_clip_pytorch_model.bin",
    ),
    "transformers": ("model.safetensors", "pytorch_model.bin"),
}
# Of open_clip's format `config.json` is left out: there it describes something else, timm's image
# tower or the model as transformers sees it.
_CONFIGURATION: dict[Format, tuple[str, ...]] = {
    "open_clip": (CONFIG_FILE,),
    "transformers": ("config.json", "preprocessor_config.json"),
}


@dataclass(frozen=True)
class ModelFiles:
    """What a model's folder shall hold.

    Attributes:
        files: what to fetch; the names differ from each other and have no folders in them.
        written: what to write beside them, text by file name: what PhotoClip knows of the model,
            and its configuration where the repository has none.
    """

    files: tuple[HubFile, ...]
    written: Mapping[str, str]

    @property
    def size(self) -> int:
        """The bytes of all files to fetch."""
        return sum(file.size for file in self.files)


def model_files(offer: Offer, hub: Hub) -> ModelFiles:
    """Ask the hub which files a model consists of, and what is published of each.

    Raises:
        PhotoClipError: the hub cannot be asked, or the repository lacks something needed.
    """
    repository = hub.repository(offer.repository)
    weights = next((name for name in _WEIGHTS[offer.format] if name in repository.files), None)
    own = _present(repository, (*_CONFIGURATION[offer.format], *TOKENIZER_FILES))
    described = offer.architecture or "config.json" in own
    if weights is None or not described:
        raise PhotoClipError(
            f"The repository {offer.repository} does not hold a model that PhotoClip can use. "
            "Choose another model."
        )
    files = [hub.file(repository, name) for name in (*own, weights)]
    if offer.text_tower:
        tower = hub.repository(offer.text_tower)
        names = _present(tower, ("config.json", *TOKENIZER_FILES))
        files += [hub.file(tower, name) for name in names if name not in own]
    written = {ABOUT_FILE: _as_json(_about(offer, repository.commit))}
    if offer.format == "open_clip" and CONFIG_FILE not in own:
        written[CONFIG_FILE] = _as_json(architecture_config(offer.architecture))
    # The weights last: what is wrong with the rest shows before hours of waiting.
    return ModelFiles(tuple(sorted(files, key=lambda file: file.size)), written)


def _about(offer: Offer, commit: str) -> dict[str, object]:
    return {
        "licence": offer.licence,
        "description": offer.good_at,
        "languages": offer.languages,
        "source": f"{offer.page}/tree/{commit}",
    }


def _as_json(document: dict[str, object]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _present(repository: Repository, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in repository.files]
