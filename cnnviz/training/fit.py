"""A training loop that reports how far it is, and works only while somebody takes its reports."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from cnnviz.training.progress import Progress

CHUNK = 3  # batches between two reports: a fraction of a second


def prepare() -> None:
    """Make a first optimizer: torch then imports what it needs for it, once in a process, in a second or more."""
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])


def fit(
    network: nn.Module,
    patches: np.ndarray,
    labels: np.ndarray,
    held_out: np.ndarray,
    held_out_labels: np.ndarray,
    *,
    epochs: int,
    seed: int = 0,
    batch_size: int = 32,
    learning_rate: float = 1e-3,
) -> Iterator[Progress]:
    """Train `network` in place with Adam on patches (N, C, H, W) and labels (N,); a report after every few batches.

    It works only while the next report is asked for; to stop it, do not ask. The order of the batches comes from `seed`
    alone; torch's global state is neither read nor changed. All patches are shifted and scaled by one mean and one
    standard deviation, those of all training values, so that a shuffle of the pixels changes nothing else.
    """
    dtype = next(network.parameters()).dtype
    mean, spread = float(patches.mean()), float(patches.std()) or 1.0
    inputs, tests = ((torch.tensor(values, dtype=dtype) - mean) / spread for values in (patches, held_out))
    targets = torch.tensor(labels)
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    generator = torch.Generator().manual_seed(seed)
    yield Progress(0, 0.0, accuracy=accuracy(network, tests, held_out_labels))
    for epoch in range(1, epochs + 1):
        total = 0.0
        batches = torch.randperm(len(inputs), generator=generator).split(batch_size)
        for number, batch in enumerate(batches, start=1):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(inputs[batch]), targets[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            if number % CHUNK == 0 and number < len(batches):
                yield Progress(epoch - 1, (epoch - 1 + number / len(batches)) / epochs)
        yield Progress(epoch, epoch / epochs, total / len(inputs), accuracy(network, tests, held_out_labels))


def accuracy(network: nn.Module, inputs: torch.Tensor, labels: np.ndarray) -> float:
    """The part, from 0 to 1, of inputs (N, C, H, W) whose highest score is that of their label (N,)."""
    with torch.no_grad():
        guesses = torch.cat([network(some).argmax(dim=1) for some in inputs.split(256)])
    return float((guesses.numpy() == labels).mean())
