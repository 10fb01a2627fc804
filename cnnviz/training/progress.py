"""How far a training is. It does not stand beside the loop, so that whoever only reads reports imports no torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One report of a training. `loss` and `accuracy` are None except at the end of an epoch.

    epoch      finished epochs; 0 with an accuracy is the network before its training.
    part       how much of the whole training is done, 0 to 1.
    loss       mean cross-entropy over the epoch, of each training patch before its step; None for epoch 0.
    accuracy   part of the held-out patches that is classified correctly, 0 to 1.
    """

    epoch: int
    part: float
    loss: float | None = None
    accuracy: float | None = None
