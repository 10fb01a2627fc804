"""A filtered picture tells the truth about the output."""

import numpy as np

from cnnviz.figures.filtered import filtered_picture


def test_a_blurred_picture_stays_grey_and_says_where_it_was_cut_off() -> None:
    picture = filtered_picture(np.array([[-20.0, 100.4, 300.0]]), weights_sum=1.0)
    assert np.asarray(picture.image).tolist() == [[0, 100, 255]]
    assert (picture.low, picture.high) == ("0 and below", "255 and above")
    inside = filtered_picture(np.array([[0.0, 255.0]]), weights_sum=1.0)
    assert (inside.low, inside.high) == ("0", "255")


def test_a_signed_answer_diverges_from_zero_and_its_legend_is_symmetric() -> None:
    picture = filtered_picture(np.array([[-3.0, 0.0, 6.0]]), weights_sum=0.0)
    negative, zero, positive = np.asarray(picture.image)[0].astype(int)
    assert negative[2] > negative[0]  # bluish
    assert positive[0] > positive[2]  # reddish
    assert zero.min() > 240
    assert (picture.low, picture.high) == ("−6", "6")


def test_a_magnitude_runs_from_zero_to_its_largest() -> None:
    picture = filtered_picture(np.array([[0.0, 2.5]]), weights_sum=0.0)
    assert (picture.palette, picture.low, picture.high) == ("sequential", "0", "2.50")


def test_an_output_of_zeros_does_not_become_noise() -> None:
    picture = filtered_picture(np.zeros((3, 3)), weights_sum=0.0)
    assert len(np.unique(np.asarray(picture.image).reshape(-1, 3), axis=0)) == 1
