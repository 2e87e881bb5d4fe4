"""The desktop window. All of PhotoClip that knows Qt, and nothing else."""
