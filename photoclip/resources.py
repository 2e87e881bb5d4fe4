"""Where the files shipped with PhotoClip lie: icons, style, vocabulary, the starter model."""

from pathlib import Path


def resource_path(*parts: str) -> Path:
    """The path of a shipped resource, in a wheel, a frozen app or a source checkout."""
    package = Path(__file__).parent
    shipped = package / "resources"
    root = shipped if shipped.is_dir() else package.parent / "resources"
    return root.joinpath(*parts)
