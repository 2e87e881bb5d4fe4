"""The photo library: scanning, decoding, storage, search, tags. Knows no Qt."""
