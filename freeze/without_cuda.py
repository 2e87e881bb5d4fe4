"""Runs first in an app built without NVIDIA's libraries; see `without_cuda` in photoclip.spec."""

import os
import sys

# Functions are looked up when first called; Python's default is all of them at once.
sys.setdlopenflags(os.RTLD_LAZY)
# Otherwise torch would find a GPU and call what is not there.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
