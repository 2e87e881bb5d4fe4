"""CLIP itself: encoders, zero-shot prediction, training. Knows no photo library and no Qt."""
