"""Parts of the picture covered with grey, and what becomes of the score: shared by occlusion and feature ablation."""

from collections.abc import Sequence

import torch

from cnnviz.attribution.question import Question, Window


def covered_scores(question: Question, masks: torch.Tensor) -> tuple[list[float], list[float]]:
    """The class's score and probability with the pixels of each mask (N, H, W) set to the mean colour."""
    images = question.image * ~masks[:, None]
    answers = question.answers(images)
    scores, probabilities = answers[:, question.class_index], answers.softmax(1)[:, question.class_index]
    return scores.tolist(), probabilities.tolist()


def mask_of(window: tuple[range, range], height: int, width: int) -> torch.Tensor:
    """Which pixels a window covers: (H, W), boolean."""
    mask = torch.zeros(height, width, dtype=torch.bool)
    rows, columns = window
    mask[rows.start : rows.stop, columns.start : columns.stop] = True
    return mask


def walked(
    windows: Sequence[tuple[range, range]], scores: Sequence[float], probabilities: Sequence[float]
) -> tuple[Window, ...]:
    """What was covered, with what came of it."""
    return tuple(
        Window(rows, columns, score, probability)
        for (rows, columns), score, probability in zip(windows, scores, probabilities, strict=True)
    )
