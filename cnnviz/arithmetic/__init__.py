"""The arithmetic of convolutional networks: shapes, parameters, multiply-accumulates, windows.

Standard library only, numpy where values are computed. PyTorch is the examiner in the tests, never a dependency.
"""
