"""How wide the panes are in the room there is, before and after they are there."""

WIDE, NARROW = 1280, 800
"""Windows from the one on have room for three panes, below the other for one, in pixels."""
RAIL = 48
"""The width of the sidebar where it is folded."""


def folds(window: int, sidebar: bool, details: bool) -> bool:
    """Whether the sidebar is folded to its rail.

    Args:
        window: its width in logical pixels.
        sidebar, details: whether a person wants them.
    """
    return (details and window < WIDE) or not sidebar or window < NARROW


def kind_of(window: int) -> str:
    """Windows of one kind have the same panes."""
    return "wide" if window >= WIDE else "narrow" if window < NARROW else "middle"
