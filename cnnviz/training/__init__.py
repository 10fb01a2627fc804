"""Data sets, and networks that are trained here. Torch is imported by `fit` and by what builds networks."""
