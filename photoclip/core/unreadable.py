"""The error of a photo that cannot be read, and the plain sentence for each cause."""

from photoclip.errors import PhotoClipError


class UnreadablePhoto(PhotoClipError):  # noqa: N818  the core speaks of it by this name
    """One photo cannot be read.

    The text is one plain sentence without the file's name, so that a list can put the name in
    front of it. `permanent` is True where reading the same bytes again with the same decoder must
    fail again, False where it may work later. `detail` is what the decoder said, for the log only.
    """

    def __init__(self, sentence: str, *, permanent: bool = True, detail: str = "") -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.detail = detail


def empty() -> UnreadablePhoto:
    """The file has no bytes."""
    return UnreadablePhoto("It is empty.")


def only_zeros() -> UnreadablePhoto:
    """The file has its length but lost its content, as after a crash or a failed recovery."""
    return UnreadablePhoto("It is empty: it holds nothing but zeros.")


def not_a_picture(detail: str = "") -> UnreadablePhoto:
    """The bytes are of no format that PhotoClip knows."""
    return UnreadablePhoto("It is not a picture PhotoClip can read.", detail=detail)


def cut_short(detail: str = "") -> UnreadablePhoto:
    """The file ends before the picture does."""
    return UnreadablePhoto("It is cut short and cannot be read.", detail=detail)


def damaged(detail: str = "") -> UnreadablePhoto:
    """The format is known, the bytes contradict it."""
    return UnreadablePhoto("It is damaged and cannot be read.", detail=detail)


def too_large(size: tuple[int, int] | None, detail: str = "") -> UnreadablePhoto:
    """Decoding would need more memory than one photo may take; `size` in px, where known."""
    if size is None:
        return UnreadablePhoto("It is too large.", detail=detail)
    return UnreadablePhoto(f"It is too large: {size[0]:,} × {size[1]:,} pixels.", detail=detail)


def no_memory(detail: str = "") -> UnreadablePhoto:
    """The computer had not enough memory at that moment."""
    return UnreadablePhoto(
        "There was not enough memory to read it.", permanent=False, detail=detail
    )


def no_raw_decoder() -> UnreadablePhoto:
    """A RAW file where the RAW decoder is not installed."""
    return UnreadablePhoto("It is a RAW photo, and RAW is not supported on this computer.")
