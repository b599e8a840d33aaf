"""Means are right or refused; a length map settles where it leads to from its start; initializers say what they are."""

import ast
import contextlib
import inspect
import math
import pydoc
import re

import numpy as np
import pytest
from scipy.integrate import quad_vec

from initbook import correlations, initializers, theory
from initbook.activations import ALL, Activation, hard_sigmoid, hard_tanh, leaky_relu, relu, relu_squared, selu, tanh
from initbook.correlations import pair_mean
from initbook.theory import (
    backward_gain,
    chi,
    fixed_point,
    forward_gain,
    length_map,
    mean_df2,
    mean_f2,
    normal_mean,
)


def double_factorial(n):
    return math.prod(range(n, 0, -2))


def hinge_mean(k):
    """E max(z - k, 0)."""
    return math.exp(-k * k / 2) / math.sqrt(2 * math.pi) - k * math.erfc(k / math.sqrt(2)) / 2


RIGHT = {
    "1, kinks at ±12": (np.ones_like, (-12, 12), 1),
    "1, kinks at ±30": (np.ones_like, (-30, 30), 1),
    "1, a kink beyond the last panel": (np.ones_like, (-100,), 1),
    "sin²(30z)": (lambda z: np.sin(30 * z) ** 2, (), (1 - math.exp(-1800)) / 2),
    "exp(0.4z²)": (lambda z: np.exp(0.4 * z**2), (), math.sqrt(5)),
    "z⁶⁰": (lambda z: z**60, (), double_factorial(59)),
    "exp(9z)": (lambda z: np.exp(9 * z), (), math.exp(40.5)),
    "a jump without a name": (lambda z: z > 0.7, (), math.erfc(0.7 / math.sqrt(2)) / 2),
    "jumps at all whole numbers": (lambda z: np.floor(z) + 0.5, range(-9, 10), 0),
    "|z|^-½": (lambda z: abs(z) ** -0.5, (), 2**-0.25 * math.gamma(0.25) / math.sqrt(math.pi)),
    "ln|z|": (lambda z: np.log(abs(z)), (), -(np.euler_gamma + math.log(2)) / 2),
    "a constant that is no array": (lambda z: 2.5, (), 2.5),
    "whole numbers": (lambda z: np.sign(z).astype(int) + 2, (0,), 2),
    "yes and no": (lambda z: abs(z) < 1, (1, -1), math.erf(math.sqrt(0.5))),
    "kinks in no order, some twice": (lambda z: np.maximum(abs(z), 1), (1, -1, 1.0, -1), 1 + 2 * hinge_mean(1)),
    "kinks that all but meet": (lambda z: abs(z - 0.5), (0.5, 0.5 + 1e-16, 0.5 + 1e-14), 0.5 + 2 * hinge_mean(0.5)),
    "kinks from a generator": (abs, (k for k in (0, 3)), 2 * hinge_mean(0)),
    "a hill that is narrow but smooth": (lambda z: np.exp(-((z - 0.3) / 0.005) ** 2 / 2), (),
                                         0.005 / math.sqrt(1 + 0.005**2) * math.exp(-0.045 / (1 + 0.005**2))),
    "z¹⁵⁰": (lambda z: z**150, (), double_factorial(149)),
    "near the end of the numbers": (lambda z: 1e304 * z**2, (), 1e304),
    "near 0": (lambda z: 1e-290 * z**2, (), 1e-290),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_mean_that_exists_is_right(name):
    g, kinks, expected = RIGHT[name]
    assert normal_mean(g, kinks=kinks) == pytest.approx(expected, rel=1e-11, abs=0 if expected else 1e-13)


RNG = np.random.default_rng(0)
REFUSED = {
    "exp(z²)": (lambda z: np.exp(z**2), "is not finite at z = "),
    "exp(z²/2)": (lambda z: np.exp(z**2 / 2), "has not faded 37 standard deviations out"),
    "exists, but not for us": (lambda z: np.exp(0.49 * z**2), "has not faded 37 standard deviations out"),
    "exp(30z), beyond the largest number": (lambda z: np.exp(30 * z), "is not finite at z = "),
    "z⁴⁰⁰, likewise": (lambda z: z**400, "is not finite at z = "),
    "nowhere finite": (lambda z: np.nan, "is not finite at z = "),
    "not finite far out": (lambda z: np.where(z > 9, np.inf, z), "is not finite at z = 9"),
    "another answer each time": (lambda z: RNG.normal(size=z.shape), "grows too fast, or is too rough, near z = "),
    "ln z": (np.log, "is not finite at z = "),
    "1/z": (lambda z: 1 / z, "grows too fast, or is too rough, near z = 0"),
    "1/|z|": (lambda z: 1 / abs(z), "grows too fast, or is too rough, near z = 0"),
    "1/(z - 0.7), which is not named": (lambda z: 1 / (z - 0.7), "grows too fast, or is too rough, near z = 0.7"),
    "too rough": (lambda z: np.sin(1e9 * z), "grows too fast, or is too rough, near z = "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mean_that_does_not_exist_or_cannot_be_had_is_refused_and_the_sentence_says_why(name):
    g, why = REFUSED[name]
    with pytest.raises(ValueError, match="^g must be a function with a finite mean .*; got one that " + re.escape(why)):
        normal_mean(g)


@pytest.mark.parametrize("mean", [normal_mean, lambda g: pair_mean(g, c=0.5)], ids=["one", "a pair"])
@pytest.mark.parametrize(("g", "said"), [
    (lambda z: np.exp(1j * z), "complex128"), (lambda z: z[:1], "(1,"), (lambda z: z.sum(axis=0, keepdims=True), "(1,"),
    (lambda z: None, "object"), (lambda z: np.full(z.shape, "x"), "<U1")],
    ids=["complex", "cut", "sum", "None", "words"])
def test_what_has_not_one_real_number_an_entry_is_refused(mean, g, said):
    with pytest.raises(TypeError, match="^g must be a function that has one real number .*; got .*" + re.escape(said)):
        mean(g)


@pytest.mark.parametrize("kink", [0.3, 0.7, 1.9, 3.3, 6.1])
@pytest.mark.parametrize("q", [0.1, 1, 40])
def test_a_kink_costs_no_accuracy_whether_it_is_named_or_not(kink, q):
    def hinge(z):
        return np.maximum(z - kink, 0)

    k = kink / math.sqrt(q)
    density = math.exp(-k * k / 2) / math.sqrt(2 * math.pi)
    expected = math.sqrt(q) * hinge_mean(k)
    # The difference cancels where the kink lies far out.
    error = 1e-11 * expected + 4e-16 * math.sqrt(q) * density * (1 + k)
    assert normal_mean(hinge, q, kinks=[kink]) == pytest.approx(expected, abs=error)
    assert normal_mean(hinge, q) == pytest.approx(expected, abs=error)


# --- kinks of the registry


def bends(f, z):
    """Whether f or its slope jumps at z: values and slopes a hair to the left and to the right differ."""
    near = z + 1e-5 * np.array([[-2], [-1], [1], [2]])
    a, b, c, d = f(near)
    return (abs(c - b) > 0.01) | (abs((d - c) - (b - a)) > 1e-5 * 0.1)


WHOLE = np.arange(-6.0, 7.0)  # all kinks of the registry are whole numbers, and so is no place where a slope is steep


def test_a_tent_between_the_nodes_is_missed_without_an_error_unless_its_place_is_named():
    def tent(z):
        return np.maximum(1 - abs(z - 0.337) / 0.003, 0)

    assert normal_mean(tent) == 0  # what no rule with fixed nodes can see: the docstring and the page say so
    there = 0.003 * math.exp(-0.337**2 / 2) / math.sqrt(2 * math.pi)
    assert normal_mean(tent, kinks=(0.334, 0.337, 0.34)) == pytest.approx(there, rel=1e-5)


@pytest.mark.parametrize("name", [*ALL, "leaky_relu(0.2)"])
def test_an_activation_names_every_kink_of_its_own_and_of_its_slope(name):
    activation = ALL.get(name, leaky_relu(0.2))
    found = WHOLE[bends(activation.f, WHOLE) | bends(activation.df, WHOLE)]
    assert set(found) == set(activation.kinks)
    assert bends(abs, np.zeros(1)) and not bends(np.sin, np.ones(1))  # the twins


def test_hard_tanh_has_gain_1_where_it_is_straight_and_loses_a_third_of_the_gradient_at_1():
    assert forward_gain(hard_tanh, 1e-4) == pytest.approx(1, rel=1e-13)
    assert chi(hard_tanh, 1, q=1) == pytest.approx(math.erf(math.sqrt(0.5)), rel=1e-13)
    assert round(chi(hard_tanh, 1, q=1), 4) == 0.6827


def test_hard_sigmoid_is_a_half_and_a_sixth_of_a_wide_hard_tanh():
    for q in (0.1, 1, 30, 1000):
        assert mean_f2(hard_sigmoid, q) == pytest.approx(0.25 + mean_f2(hard_tanh, q / 9) / 4, rel=1e-12)
        assert mean_df2(hard_sigmoid, q) == pytest.approx(math.erf(3 / math.sqrt(2 * q)) / 36, rel=1e-12)


def test_relu_squared_maps_q_to_three_halves_of_its_square():
    for q in (0.01, 1, 30):
        assert mean_f2(relu_squared, q) == pytest.approx(1.5 * q**2, rel=1e-13)
        assert mean_df2(relu_squared, q) == pytest.approx(2 * q, rel=1e-13)


def test_a_jump_close_to_an_edge_of_the_panels_is_seen_where_scipys_rule_is_blind():
    """Between the edge of a panel and its first node nobody looks: a jump there keeps two panels from meeting."""
    unnamed = Activation("hard tanh", hard_tanh.f, hard_tanh.df)
    close = [(1 + gap) ** -2 for gap in (1e-3, 1e-6, -1e-5)]
    exact = [math.erf(1 / math.sqrt(2 * q)) for q in close]
    assert [mean_df2(unnamed, q) for q in close] == pytest.approx(exact, rel=1e-11)

    def density(x):
        return (abs(x) < 1.001) * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    blind, error = quad_vec(density, 0, 37, points=[1], epsabs=1e-12, epsrel=0)  # the twin
    assert error < 1e-12 and abs(2 * blind - math.erf(1.001 / math.sqrt(2))) > 1e-4


@pytest.mark.parametrize("name", ALL)
def test_every_activation_agrees_with_scipys_adaptive_rule_from_kink_to_kink(name):
    for q in (1e-3, 0.4, 1, 2.5, 60, 1e5):
        agrees_with_scipys_adaptive_rule(ALL[name], q)


def agrees_with_scipys_adaptive_rule(f, q):
    kinks, std = f.kinks, math.sqrt(q)

    def integrand(x):
        z = np.array([x * std])
        return np.array([f.f(z)[0] ** 2, f.df(z)[0] ** 2]) * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    cuts = [sign * size for sign in (-1, 1) for size in (0, 1e-3, 1e-2, 0.1, 0.5, 1, 2, 4, 8)]
    both, error = quad_vec(integrand, -37, 37, points=sorted({*cuts, *(k / std for k in kinks if abs(k) < 37 * std)}),
                           epsabs=0, epsrel=1e-11)
    assert error <= 1e-11 * np.linalg.norm(both)
    assert (mean_f2(f, q), mean_df2(f, q)) == pytest.approx(both, rel=1e-10, abs=1e-13)


def test_a_kink_is_heeded_by_whatever_takes_an_activation():
    unnamed = Activation("hard tanh", hard_tanh.f, hard_tanh.df)
    for q in (0.3, 1, 50):
        assert mean_df2(unnamed, q) == pytest.approx(mean_df2(hard_tanh, q), rel=1e-11)
    there = length_map(hard_tanh, 1.7, 0.1, q=3, layers=5)
    np.testing.assert_allclose(length_map(unnamed, 1.7, 0.1, q=3, layers=5), there, rtol=1e-10)


TAKERS = {  # every function of an activation that takes means, and what else it takes
    "mean_f2": {}, "mean_df2": {}, "forward_gain": {}, "backward_gain": {}, "chi": {"weight_var": 1},
    "length_map": {"weight_var": 1, "q": 1}, "fixed_point": {"weight_var": 1.9},
    "scatter": {"q": 1, "spread": 0, "width": 9},
    "gradient_map": {"weight_var": 1, "qs": [1, 1]}, "reach": {"weight_var": 1, "width": 99},
    "correlation_map": {"weight_var": 1, "q": 1, "c": 0.5}, "correlation_slope": {"weight_var": 1, "q": 1, "c": 0.5},
    "length_slope": {"weight_var": 1}, "fixed_correlation": {"weight_var": 4, "bias_var": 0.1},
    "correlation_depth": {"weight_var": 4, "bias_var": 0.1}, "critical": {"q": 0.5}, "critical_pair": {}}


def test_every_function_that_takes_an_activation_stands_above():
    found = {name for module in (theory, correlations) for name in module.__all__
             if "activation" in inspect.signature(getattr(module, name)).parameters}
    assert found == set(TAKERS), found ^ set(TAKERS)


@pytest.mark.parametrize("name", TAKERS)
def test_each_mean_is_told_the_kinks(name, monkeypatch):
    """Kinks at 0.3 and 2, so that no default could be meant."""
    told = []

    def spied(mean):
        def mean_and_kinks(g, q=1.0, kinks=(0.0,), **options):
            told.append(tuple(kinks))
            return mean(g, q, kinks=kinks, **options)
        return mean_and_kinks

    for module, mean in ((theory, "normal_mean"), (correlations, "normal_mean"), (correlations, "pair_mean")):
        monkeypatch.setattr(module, mean, spied(getattr(module, mean)))
    bent = Activation("bent", lambda z: np.clip(z, 0.3, 2), lambda z: ((z > 0.3) & (z < 2)).astype(float), (0.3, 2))
    call = getattr(theory if hasattr(theory, name) else correlations, name)
    with contextlib.suppress(ValueError):  # of a critical point that it does not have
        call(bent, **TAKERS[name])
    assert set(told) == {(0.3, 2)}


# --- where the length map settles from a start

LEFT_ALONE = ["gelu", "silu", "mish", "hard_swish"]  # with their forward gain and no biases: q = 1 repels
HUMP = Activation("tanh²", lambda z: np.tanh(z) ** 2, lambda z: 2 * np.tanh(z) * (1 - np.tanh(z) ** 2))


@pytest.mark.parametrize(("q", "way"), [(0.5, "fades"), (0.999, "fades"), (1.001, "grows"), (1.1, "grows")])
@pytest.mark.parametrize("name", LEFT_ALONE)
def test_a_fixed_point_that_repels_is_not_found_from_beside_it(name, q, way):
    weight_var = forward_gain(ALL[name]) ** 2
    assert fixed_point(ALL[name], weight_var, q=1.0) == pytest.approx(1, rel=1e-13)
    with pytest.raises(ValueError, match=f"from q = {q:g} it {way} past"):
        fixed_point(ALL[name], weight_var, q=q)
    honest = length_map(ALL[name], weight_var, q=q, layers=20)
    assert (np.diff(honest) > 0).all() == (way == "grows") and (np.diff(honest) < 0).all() == (way == "fades")


@pytest.mark.parametrize("activation", [tanh, selu, ALL["elu"], ALL["sigmoid"], ALL["softplus"], hard_tanh],
                         ids=str)
@pytest.mark.parametrize("q", [1e-3, 0.5, 1.1, 40])
def test_a_fixed_point_that_attracts_is_found_from_everywhere(activation, q):
    assert fixed_point(activation, forward_gain(activation) ** 2, q=q) == pytest.approx(1, rel=1e-9)


def test_every_length_of_a_relu_network_is_a_fixed_point():
    assert [fixed_point(relu, 2, q=q) for q in (1e-3, 1.0, 50.0)] == pytest.approx([1e-3, 1, 50], rel=1e-12)


@pytest.mark.parametrize("above", [0.3, 1e-2, 1e-3])
def test_no_leap_goes_over_a_pair_of_fixed_points_however_close_they_lie(above):
    """The factor of tanh² has its top at q = 0.468; just above its inverse a weight_var has two fixed points."""
    weight_var = (1 + above) * 0.4684547715559639 / mean_f2(HUMP, 0.4684547715559639)
    upper = fixed_point(HUMP, weight_var, q=1.0)
    lower = min(q for q in np.geomspace(0.05, 0.4685, 2000) if weight_var * mean_f2(HUMP, q) > q)
    for q in np.geomspace(lower * 1.001, 1e3, 12):
        assert fixed_point(HUMP, weight_var, q=q) == pytest.approx(upper, rel=1e-7)
    for q in np.geomspace(1e-3, lower / 1.01, 12):
        with pytest.raises(ValueError, match="it fades past"):
            fixed_point(HUMP, weight_var, q=q)


def test_relu_squared_fades_below_its_fixed_point_and_grows_above_it_and_settles_with_small_biases():
    for q, way in ((0.6, "fades"), (0.7, "grows")):
        with pytest.raises(ValueError, match=f"it {way} past"):
            fixed_point(relu_squared, 1, q=q)
    settled = (1 - math.sqrt(1 - 4 * 1.5 * 0.1)) / 3
    assert [fixed_point(relu_squared, 1, 0.1, q=q) for q in (0.01, 0.5)] == pytest.approx([settled] * 2, rel=1e-11)


def test_small_and_large_fixed_points_are_found_too():
    assert fixed_point(tanh, 0.5, 1e-14) == pytest.approx(2e-14, rel=1e-9)
    assert fixed_point(tanh, 1e13) == pytest.approx(1e13, rel=1e-5)
    assert fixed_point(tanh, 4, 0.05, q=1e20) == pytest.approx(fixed_point(tanh, 4, 0.05), rel=1e-10)


# --- initializers say what they are, and none is without a test

SOURCE = ast.parse(inspect.getsource(initializers)).body
WRITTEN = {target.id: text.value.value for node, text in zip(SOURCE, SOURCE[1:], strict=False)
           if isinstance(node, ast.Assign) and isinstance(text, ast.Expr) for target in node.targets}


@pytest.mark.parametrize("name", initializers.ALL)
def test_an_initializer_says_its_name_its_formula_and_its_source(name):
    init = initializers.ALL[name]
    first = re.sub("^kaiming", "he", re.sub("^glorot", "xavier", name))
    assert init is getattr(initializers, name) is getattr(initializers, first)
    said = init.__doc__.splitlines()[0].rstrip(".")
    assert repr(init) == f"<initializer {first}: {said.replace('`', '')}>"
    assert said in pydoc.render_doc(init, renderer=pydoc.plaintext)
    assert name == "zeros" or re.search(r"\([A-Z].*, \d{4}, (eq\. \d+|section [\d.]+)\)$", said)
    assert init.__doc__ == WRITTEN[name]  # what the page of the API shows


@pytest.mark.parametrize("name", [name for name in initializers.ALL if name != "zeros"])
def test_the_formula_that_an_initializer_says_is_the_variance_that_it_draws(name):
    fan_in, fan_out = shape = (150, 350)
    W = initializers.ALL[name](np.random.default_rng(3), shape)
    formula, law = re.search(r"Variance (.*?), (normal|uniform|truncated)", repr(initializers.ALL[name])).groups()
    claimed = eval(formula, {"fan_in": fan_in, "fan_out": fan_out})
    largest = {"normal": math.inf, "uniform": math.sqrt(3), "truncated": 2 / initializers.TRUNCATED_STD}[law]
    assert abs(W.mean()) < 5 * math.sqrt(claimed / W.size)
    assert abs(W.var() / claimed - 1) < 5 * math.sqrt(2 / W.size)  # of the normal law; the others vary less
    assert abs(W).max() <= largest * math.sqrt(claimed) * (1 + 1e-12)
    assert law != "normal" or abs(W).max() > 3 * math.sqrt(claimed)


DRAWS = {"constant": 0.5, "cosine": 1.0, "delta_orthogonal": 1.0, "normal": 0.5, "orthogonal": 1.0,
         "truncated_normal": 0.5, "uniform": 0.5}
OTHERS = {"ALL", "Initializer", "TRUNCATED_STD", "fans", "init_params", "variance_scaling"}


def test_every_initializer_that_the_package_offers_is_in_a_test():
    """The registry's own are held to its laws in ``test_initializers``; those with something to choose stand here."""
    assert set(initializers.__all__) == {*initializers.ALL, *DRAWS, *OTHERS}
    square = {"constant": 0.25, "cosine": 1 / 60, "delta_orthogonal": 1 / 60, "orthogonal": 1 / 60,
              "uniform": 1 / 12}
    for name, argument in DRAWS.items():
        W = getattr(initializers, name)(argument)(np.random.default_rng(0), (60, 40))
        assert (W**2).mean() == pytest.approx(square.get(name, 0.25), rel=5 * math.sqrt(2 / W.size)), name


@pytest.mark.parametrize("call", [mean_f2, mean_df2, forward_gain, backward_gain,
                                  lambda f: chi(f, 1), lambda f: length_map(f, 1, q=1), lambda f: fixed_point(f, 1)])
@pytest.mark.parametrize("wrong", ["relu", None, np.tanh], ids=repr)
def test_what_is_no_activation_meets_a_sentence(call, wrong):
    with pytest.raises(TypeError, match="^activation must be an Activation; got " + re.escape(repr(wrong))):
        call(wrong)


def test_what_is_nowhere_but_0_has_no_gain():
    flat = Activation("flat", np.zeros_like, np.zeros_like)
    for gain, part in ((forward_gain, "f"), (backward_gain, "f'")):
        says = f"^activation must be one whose {part} is not 0 .*; got <activation flat>"
        with pytest.raises(ValueError, match=says):
            gain(flat)
