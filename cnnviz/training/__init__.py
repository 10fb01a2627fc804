"""Data sets, and networks that are trained here. Only `fit` and the files that build networks import torch."""
