"""Tidy names of cameras and lenses from what makers write into EXIF."""

import re
from typing import Final

# What companies add to their name; it differs from one firmware to the next.
_COMPANY: Final = re.compile(
    r"\b(corporation|corp|company|co|ltd|limited|inc|gmbh|ag|electronics|optical|imaging"
    r"|techwin|technologies|electric|digital cameras?|computer|camera ag|photo film)\b[.,]*",
    re.I,
)
# Company to brand.
_KNOWN: Final = {
    "eastman kodak": "Kodak",
    "fuji": "Fujifilm",
    "hewlett-packard": "HP",
    "hmd global": "Nokia",
    "om digital solutions": "OM System",
    "seiko epson": "Epson",
}
# Makers whose name models begin with, though the make says another (Pentax by Ricoh).
_BRANDS: Final = frozenset(
    "apple canon casio dji epson fujifilm google gopro hasselblad hp huawei kodak leica lg minolta "
    "motorola nikon nokia olympus oneplus oppo panasonic pentax ricoh samsung sanyo sigma sony "
    "toshiba vivo xiaomi".split()
)
_NO_LENS: Final = re.compile(r"[-\s.0/]*(mm)?[-\s.0/f]*|unknown.*|none|n/?a|no lens|\(\d+\)", re.I)


def camera_name(make: str | None, model: str | None) -> str | None:
    """Make and model in one, the make once: "NIKON CORPORATION", "NIKON D90" to "Nikon D90"."""
    maker, name = _maker(make or ""), " ".join((model or "").split())
    if not name:
        return maker or None
    first, _, rest = name.partition(" ")
    if maker and name.lower() == maker.lower():
        return maker
    if maker and rest and name.lower().startswith(f"{maker.lower()} "):
        return f"{maker} {name[len(maker) + 1 :]}"
    if first.lower() in _BRANDS and rest:
        return f"{_cased(first)} {rest}"
    return f"{maker} {name}".strip()


def lens_name(make: str | None, model: str | None) -> str | None:
    """The lens's model, after its make where the make is no camera brand already in it."""
    name = " ".join((model or "").split())
    if not name or _NO_LENS.fullmatch(name):
        return None
    maker = _maker(make or "")
    if maker and maker.lower() not in name.lower():
        return f"{maker} {name}"
    return name


def _maker(make: str) -> str:
    bare = " ".join(_COMPANY.sub(" ", make).replace(",", " ").split())
    return _KNOWN.get(bare.lower()) or " ".join(map(_cased, bare.split()))


def _cased(word: str) -> str:
    """NIKON and samsung to Nikon and Samsung; HTC, DJI and iQOO are meant as they are."""
    if word.isalpha() and (word.islower() or (word.isupper() and len(word) > 3)):
        return word.capitalize()
    return word
