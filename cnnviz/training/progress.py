"""How far a training is; apart from the loop itself, so that who only reads it does not import torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One report of a training. `loss` and `accuracy` are given where an epoch ends; in between they are None.

    epoch      finished epochs; 0 with an accuracy is the network before its training.
    part       how much of the whole training is done, 0 to 1.
    loss       mean cross-entropy of the training patches over the epoch, each as it was met; None for epoch 0.
    accuracy   share of the held-out patches that are classified rightly, 0 to 1.
    """

    epoch: int
    part: float
    loss: float | None = None
    accuracy: float | None = None
