"""The error a person can cause or meet, told in one plain sentence."""


class PhotoClipError(Exception):
    """An expected failure. Its text is shown to the person as it is, without a traceback.

    The text says what happened and what to do, names the file, and carries no codes.
    """
