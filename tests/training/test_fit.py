"""The training loop, and the experiment made with it, on little data."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.training import shuffled_pixels
from cnnviz.training.fit import fit
from cnnviz.training.progress import Progress
from cnnviz.training.shuffled_pixels import Run, four_runs, train


def epochs_of(run: Run, epochs: int) -> list[Progress]:
    return [progress for progress in train(run, epochs) if progress.accuracy is not None]


def linear_problem() -> tuple[np.ndarray, np.ndarray]:
    inputs = np.random.default_rng(0).standard_normal((200, 1, 2, 2))
    return inputs, (inputs[:, 0, 0, 0] > 0).astype(np.int64)


def test_a_step_of_the_loop_is_the_step_torch_takes() -> None:
    inputs, labels = linear_problem()
    torch.manual_seed(0)
    ours, theirs = (nn.Sequential(nn.Flatten(), nn.Linear(4, 2)).double() for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    reports = list(fit(ours, inputs, labels, inputs, labels, epochs=1, batch_size=200))
    optimizer = torch.optim.Adam(theirs.parameters(), lr=1e-3)
    scaled = torch.from_numpy((inputs - inputs.mean()) / inputs.std())
    loss = nn.functional.cross_entropy(theirs(scaled), torch.from_numpy(labels))
    loss.backward()
    optimizer.step()
    assert reports[-1].loss == pytest.approx(loss.item(), abs=1e-12)
    assert all(torch.allclose(a, b, atol=1e-12) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))


def test_it_learns_and_its_reports_run_from_the_start_to_the_end() -> None:
    inputs, labels = linear_problem()
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2)).double()
    reports = list(fit(network, inputs, labels, inputs, labels, epochs=20, batch_size=10, learning_rate=0.05))
    epochs = [report for report in reports if report.accuracy is not None]
    assert [report.epoch for report in epochs] == list(range(21))
    assert epochs[0].loss is None
    assert epochs[-1].accuracy is not None
    assert epochs[-1].accuracy > 0.95
    parts = [report.part for report in reports]
    assert parts == sorted(parts)
    assert parts[-1] == 1
    assert len(reports) > len(epochs)  # also within an epoch


def test_it_works_only_while_it_is_asked() -> None:
    inputs, labels = linear_problem()
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2)).double()
    reports = fit(network, inputs, labels, inputs, labels, epochs=1000, batch_size=1)
    next(reports)
    next(reports)
    after = network[1].weight.detach().clone()
    reports.close()
    assert torch.equal(network.get_parameter("1.weight"), after)


def test_it_leaves_nothing_behind_in_torch() -> None:
    inputs, labels = linear_problem()
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2)).double()
    before = torch.get_rng_state(), torch.get_num_threads(), torch.is_grad_enabled(), torch.get_default_dtype()
    reports = fit(network, inputs, labels, inputs, labels, epochs=2)
    next(reports)
    assert torch.is_grad_enabled()
    list(reports)
    after = torch.get_rng_state(), torch.get_num_threads(), torch.is_grad_enabled(), torch.get_default_dtype()
    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]


def test_the_same_run_gives_the_same_numbers() -> None:
    run = Run("dense", False, seed=4, count=60)
    assert epochs_of(run, 2) == epochs_of(run, 2)


def test_a_dense_network_trains_the_same_on_shuffled_pixels_when_its_start_is_shuffled_along() -> None:
    whole, torn = (epochs_of(Run("dense", is_torn, seed=1, count=200), 3) for is_torn in (False, True))
    for a, b in zip(whole, torn, strict=True):
        assert a.accuracy == b.accuracy
        assert (a.loss or 0) == pytest.approx(b.loss or 0, abs=1e-9)


def test_with_another_start_a_dense_network_does_about_as_well() -> None:
    whole, torn = (epochs_of(Run("dense", is_torn, 1, 600, same_start=False), 5)[-1] for is_torn in (False, True))
    assert whole.loss != torn.loss
    assert abs((whole.accuracy or 0) - (torn.accuracy or 0)) < 0.12


def test_a_convolution_loses_much_by_the_shuffle() -> None:
    whole, torn = (epochs_of(Run("convolution", is_torn, seed=1, count=600), 5)[-1] for is_torn in (False, True))
    assert (whole.accuracy or 0) > 0.65
    assert (torn.accuracy or 0) < (whole.accuracy or 0) - 0.25


def test_the_held_out_patches_are_none_of_the_training_patches() -> None:
    patches, _, held_out, _ = shuffled_pixels.patches_for(0, 60)
    seen = {patch.tobytes() for patch in patches}
    assert not seen & {patch.tobytes() for patch in held_out}


def test_the_experiment_is_both_networks_on_both_kinds_of_pixels() -> None:
    runs = four_runs(seed=3, count=600, same_start=False)
    assert {(run.network, run.shuffled) for run in runs} == {
        (network, torn) for network in ("dense", "convolution") for torn in (False, True)
    }
    assert {(run.seed, run.count) for run in runs} == {(3, 600)}
