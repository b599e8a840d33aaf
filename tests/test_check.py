"""A refused argument is told in one sentence: its name, what is allowed, what was given."""

import re
from fractions import Fraction

import numpy as np
import pytest

from initbook import _check


def refuses(error, message, check, *args, **kwargs):
    """The whole message, not a part of it: a sentence that loses the name must not pass."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        check(*args, **kwargs)


NOT_NUMBERS = [True, False, np.True_, None, "1", 1j, [1.0], np.ones(1), np.array(1.0)]


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=repr)
def test_what_is_not_a_number_is_refused_as_one(value):
    refuses(TypeError, f"std must be a number; got {value!r}", _check.number, "std", value)


@pytest.mark.parametrize("value", [0.5, 2, np.float32(0.5), np.int64(2), Fraction(1, 2)], ids=repr)
def test_every_kind_of_real_number_becomes_a_python_float(value):
    number = _check.number("std", value)
    assert type(number) is float and number == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), np.float64("nan")])
def test_a_number_must_be_finite_even_without_bounds(value):
    refuses(ValueError, f"std must be a finite number; got {value!r}", _check.number, "std", value)


BOUNDS = [
    ({"at_least": 0}, "at least 0", [0, 1e-300], [-1e-300, -1]),
    ({"above": 0}, "above 0", [1e-300], [0, -0.0, -1]),
    ({"below": 1}, "below 1", [0.999, -5], [1, 1.5]),
    ({"at_least": 0, "below": 1}, "at least 0 and below 1", [0, 0.5], [-0.1, 1]),
    ({"at_least": 0.25}, "at least 0.25", [0.25], [0.2]),
]


@pytest.mark.parametrize(("bounds", "words", "inside", "outside"), BOUNDS,
                         ids=[words for _, words, _, _ in BOUNDS])
def test_a_number_is_held_to_its_bounds_and_the_message_says_them(bounds, words, inside, outside):
    for value in inside:
        assert _check.number("rate", value, **bounds) == value
    for value in outside:
        refuses(ValueError, f"rate must be a finite number {words}; got {value!r}",
                _check.number, "rate", value, **bounds)


@pytest.mark.parametrize("value", [True, 2.0, "3", None, np.array(3)], ids=repr)
def test_a_count_is_a_whole_number_and_a_bool_is_not(value):
    refuses(TypeError, f"steps must be a whole number; got {value!r}", _check.count, "steps", value)


def test_a_count_has_a_smallest_value_and_is_a_python_int():
    assert type(_check.count("steps", np.int64(3))) is int
    assert _check.count("steps", 0, at_least=0) == 0
    refuses(ValueError, "steps must be a whole number of at least 1; got 0",
            _check.count, "steps", 0)


@pytest.mark.parametrize("value", [[1, 2], np.ones(2, bool), ["a"], [None], np.ones(2, complex)],
                         ids=repr)
def test_an_array_of_anything_but_floats_is_refused_with_the_cure(value):
    dtype = np.asarray(value).dtype
    refuses(TypeError, "x must be an array of floats (convert integers with .astype(float)); "
                       f"got dtype {dtype}", _check.floats, "x", value)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_an_array_of_floats_keeps_its_type_and_is_not_copied(dtype):
    x = np.ones((2, 3), dtype)
    assert _check.floats("x", x, ndim=2, shape=(2, 3)) is x


def test_an_array_has_the_dimensions_and_the_shape_that_were_asked_for():
    refuses(ValueError, "x must be 2-dimensional; got shape (3,)",
            _check.floats, "x", np.ones(3), ndim=2)
    refuses(ValueError, "b must be of shape (4,); got shape (3,)",
            _check.floats, "b", np.ones(3), shape=(4,))


@pytest.mark.parametrize("check", [lambda rows: _check.floats("x", rows),
                                   lambda rows: _check.labels("x", rows, 3)])
def test_rows_of_different_lengths_are_no_array(check):
    refuses(ValueError, "x must be an array, its rows equally long; got [[1.0, 2.0], [3.0]]",
            check, [[1.0, 2.0], [3.0]])


@pytest.mark.parametrize("rng", [0, None, np.random, np.random.RandomState(0)],
                         ids=["seed", "none", "module", "legacy"])
def test_only_a_generator_is_a_generator_and_is_handed_back_as_it_is(rng):
    generator = np.random.default_rng(0)
    assert _check.generator(generator) is generator
    refuses(TypeError, "rng must be a numpy Generator, as np.random.default_rng(seed) makes; "
                       f"got {rng!r}", _check.generator, rng)


@pytest.mark.parametrize("y", [[0.0, 1.0], [True, False], ["0"], []], ids=repr)
def test_labels_are_integers(y):
    dtype = np.asarray(y).dtype
    refuses(TypeError, f"y must be an array of integer class labels; got dtype {dtype}",
            _check.labels, "y", y, 3)


def test_labels_are_one_to_a_sample_and_lie_within_the_classes():
    refuses(ValueError, "y must be 1-dimensional, one label a sample; got shape (1, 2)",
            _check.labels, "y", [[0, 1]], 3)
    for y in ([0, 3], [-1, 2]):
        refuses(ValueError, f"y must be between 0 and 2; got labels from {y[0]} to {y[1]}", _check.labels, "y", y, 3)
    for y in ([0, 2], np.array([], int), np.array([2], np.uint8)):
        assert np.array_equal(_check.labels("y", y, 3), y)


def test_a_known_name_gives_its_entry_and_an_unknown_one_is_told_the_known_ones_in_order():
    table = {"tanh": 1, "relu": 2}
    assert _check.choice("name", "relu", table) == 2
    for value in ("relu6", None, ["relu"]):
        refuses(ValueError, f"name must be one of relu, tanh; got {value!r}", _check.choice, "name", value, table)
