"""Attention: what it computes, its derivatives, its heads and its mask, and that wrong ones are caught."""

import numpy as np
import pytest

from checks import EPS, TOLERANCE, central_difference, read_only
from initbook.attention import Grads, Trace, Weights, backward, forward
from initbook.losses import softmax

N, D, HEADS, TOKENS = 6, 2, 2, 4


def drawn(seed=0, lead=(), dtype=float):
    """Weights, inputs and a gradient, none of them to be written to."""
    rng = np.random.default_rng(seed)
    shapes = [(N, HEADS * D)] * 3 + [(HEADS * D, N)]
    weights = Weights(*[rng.normal(size=shape).astype(dtype) for shape in shapes])
    x, dz = (rng.normal(size=(*lead, TOKENS, N)).astype(dtype) for _ in range(2))
    read_only(*weights, x, dz)
    return weights, x, dz


# --- forward


def one_head_by_hand(weights, x, head, hidden):
    own = slice(head * D, (head + 1) * D)
    q, k, v = x @ weights.q[:, own], x @ weights.k[:, own], x @ weights.v[:, own]
    rows = []
    for i in range(TOKENS):
        seen = range(i + 1) if hidden else range(TOKENS)
        shares = softmax(np.array([[q[i] @ k[j] / D**0.5 for j in seen]]))[0]
        rows.append(sum(share * v[j] for share, j in zip(shares, seen, strict=True)))
    return np.array(rows) @ weights.out[own]


@pytest.mark.parametrize("causal", [False, True])
def test_it_is_the_sum_over_heads_of_what_each_token_takes(causal):
    weights, x, _ = drawn()
    expected = sum(one_head_by_hand(weights, x, head, causal) for head in range(HEADS))
    np.testing.assert_allclose(forward(weights, x, HEADS, causal).z, expected, atol=100 * EPS)
    assert np.abs(forward(weights, x, 1, causal).z - expected).max() > 0.1  # the twin: one head is another layer


def test_shares_sum_to_one_and_none_goes_to_a_later_token():
    weights, x, _ = drawn(lead=(3,))
    for causal in (False, True):
        shares = forward(weights, 30 * x, HEADS, causal).shares
        np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=10 * EPS)
        later = shares[..., ~np.tri(TOKENS, dtype=bool)]
        assert (later == 0).all() if causal else (later > 0).any()


def test_a_causal_output_does_not_know_what_follows():
    weights, x, _ = drawn()
    changed = x.copy()
    changed[-1] += 1
    before, after = (forward(weights, a, HEADS, causal=True).z for a in (x, changed))
    np.testing.assert_array_equal(before[:-1], after[:-1])
    assert np.abs(before[-1] - after[-1]).max() > 0.1


def test_tokens_in_another_order_give_their_outputs_in_that_order():
    weights, x, _ = drawn()
    order = [2, 0, 3, 1]
    np.testing.assert_allclose(forward(weights, x[order], HEADS).z, forward(weights, x, HEADS).z[order], atol=100 * EPS)


def test_a_batch_is_its_sequences_one_by_one():
    weights, x, dz = drawn(lead=(3, 2))
    trace = forward(weights, x, HEADS, causal=True)
    grads = backward(weights, trace, dz)
    single = [(forward(weights, a, HEADS, causal=True), g)
              for a, g in zip(x.reshape(-1, TOKENS, N), dz.reshape(-1, TOKENS, N), strict=True)]
    np.testing.assert_allclose(trace.z.reshape(-1, TOKENS, N), [t.z for t, _ in single], atol=100 * EPS)
    apart = [backward(weights, t, g) for t, g in single]
    np.testing.assert_allclose(grads.dx.reshape(-1, TOKENS, N), [g.dx for g in apart], atol=1000 * EPS)
    for i, dW in enumerate(grads.weights):
        np.testing.assert_allclose(dW, sum(g.weights[i] for g in apart), atol=1000 * EPS)


# --- backward


def error(passes, causal, lead=()):
    """The largest error of the derivatives that ``passes`` gives, over weights and input."""
    weights, x, dz = drawn(seed=1, lead=lead)
    claimed = passes(weights, forward(weights, x, HEADS, causal), dz)

    def value(i, a):
        arrays = [*weights, x]
        arrays[i] = a
        return (forward(Weights(*arrays[:4]), arrays[4], HEADS, causal).z * dz).sum()

    arrays, slopes = [*weights, x], [*claimed.weights, claimed.dx]
    return max(np.abs(central_difference(lambda a, i=i: value(i, a), arrays[i]) - slopes[i]).max() for i in range(5))


@pytest.mark.parametrize("lead", [(), (2,)], ids=["one sequence", "two"])
@pytest.mark.parametrize("causal", [False, True])
def test_backward_agrees_with_central_differences(causal, lead):
    assert error(backward, causal, lead) < 100 * TOLERANCE


def without_softmax(weights, trace, dz):
    """As if shares were scores."""
    flat = trace._replace(shares=np.ones_like(trace.shares))
    return backward(weights, flat, dz)


def unscaled(weights, trace, dz):
    grads, root = backward(weights, trace, dz), D**0.5
    through = grads.through_q * root, grads.through_k * root, grads.through_v
    return Grads(grads.weights, *through)


def queries_alone(weights, trace, dz):
    return backward(weights, trace, dz)._replace(through_k=np.zeros(trace.x.shape))


@pytest.mark.parametrize("broken", [without_softmax, unscaled, queries_alone])
def test_a_broken_backward_is_caught(broken):
    assert error(broken, causal=False) > 1e-2


def test_a_gradient_that_shifts_all_values_alike_does_not_reach_the_scores():
    weights, x, dz = drawn()
    alike = np.broadcast_to(x[:1], x.shape)  # then all values of a head are one
    grads = backward(weights, forward(weights, alike, HEADS), dz)
    assert np.abs(grads.through_q).max() < 100 * EPS < 0.1 < np.abs(grads.through_v).max()


# --- float types, and input that is refused


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("causal", [False, True])
def test_everything_stays_in_the_type_of_the_weights(dtype, causal):
    weights, _, _ = drawn(dtype=dtype)
    _, x, dz = drawn()
    trace = forward(weights, x, HEADS, causal)
    grads = backward(weights, trace, dz)
    assert {a.dtype for a in (*trace, *grads.weights, *grads[1:], grads.dx)} == {np.dtype(dtype)}


WEIGHTS, X, DZ = drawn()


@pytest.mark.parametrize(("call", "message"), [
    (lambda: forward(WEIGHTS, X, 3), "heads must be a divisor of the 4 columns; got 3"),
    (lambda: forward(WEIGHTS, X, 0), "heads must be a whole number of at least 1; got 0"),
    (lambda: forward(WEIGHTS, X[:, :5], 2), r"x must be of shape \(…, tokens, 6\); got shape \(4, 5\)"),
    (lambda: forward(WEIGHTS, X[0], 2), r"x must be of shape \(…, tokens, 6\); got shape \(6,\)"),
    (lambda: forward(WEIGHTS._replace(k=X), X), r"weights.k must be of shape \(6, 4\); got shape \(4, 6\)"),
    (lambda: forward(WEIGHTS._replace(out=X.T), X), r"weights.out must be of shape \(4, 6\); got shape \(6, 4\)"),
    (lambda: backward(WEIGHTS, forward(WEIGHTS, X), DZ[:2]), r"dz must be of shape \(4, 6\); got shape \(2, 6\)"),
    (lambda: backward(Weights(*np.zeros((4, 6, 6))), forward(WEIGHTS, X), DZ),
     "trace must be of 6 columns in all heads, as in weights; got 1 of 4")])
def test_what_does_not_fit_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


@pytest.mark.parametrize(("call", "message"), [
    (lambda: forward(list(WEIGHTS), X), "weights must be Weights of attention; got list"),
    (lambda: forward(WEIGHTS, X.astype(int)), "x must be an array of floats"),
    (lambda: backward(WEIGHTS, X, DZ), "trace must be a Trace, as forward returns; got ndarray")])
def test_an_object_of_a_wrong_kind_meets_a_sentence(call, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        call()


def test_a_trace_has_the_shapes_that_it_says():
    trace = forward(*drawn(lead=(3,))[:2], HEADS)
    assert isinstance(trace, Trace) and trace.x.shape == trace.z.shape == (3, TOKENS, N)
    assert trace.q.shape == trace.k.shape == trace.v.shape == trace.mixed.shape == (3, HEADS, TOKENS, D)
    assert trace.scores.shape == trace.shares.shape == (3, HEADS, TOKENS, TOKENS)


def attended(s, d, tokens=5_000, queries=1_600):
    """Tokens that a token looks at, over T exp(-s²): of unmasked scores of standard deviation s, with d columns."""
    rng = np.random.default_rng(0)
    scores = s * rng.normal(size=(queries, d)) @ rng.normal(size=(d, tokens)) / d**0.5
    return 1 / (softmax(scores) ** 2).sum(axis=1).mean() / tokens * np.exp(s**2)


def test_what_a_token_looks_at_wants_more_columns_than_s_to_the_fourth():
    few, many = attended(1.5, 16), attended(1.5, 200)  # 7 times s², 27 times s² + s⁴; T is 55 times exp(2 s²)
    law = np.exp(1.5**2) * (1 - 2 * 1.5**2 / 16) ** 8  # of scores given a query, whose squared length is chi-squared
    assert few == pytest.approx(law, rel=0.25)  # 1600 queries tell it to 4 %; 5000 tokens do not reach the far tail
    assert few < 0.87 < 0.95 < many < 1.08
