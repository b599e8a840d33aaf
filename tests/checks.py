"""What several tests share: central differences, networks to try them on, read-only arrays.

``test_network`` tests the checker itself: a wrong gradient must be caught.
"""

import numpy as np

from initbook import activations, losses
from initbook.initializers import init_params, lecun_normal, normal
from initbook.network import forward
from initbook.training import loss_and_grads

ACTIVATIONS = [*activations.ALL.values(), activations.leaky_relu(0.2)]
STEEPEST = 1.76  # no slope of theirs exceeds it but ReLU²'s: SELU's, just below 0, is 1.758
LOSSES = [loss for loss in vars(losses).values() if isinstance(loss, losses.Loss)]  # each has its targets below

EPS = np.finfo(float).eps
# A central difference errs by h² f'''/6 in the series and by eps f/h in rounding. Both are of order
# eps^(2/3), 4e-11, at this step; our f and f''' are of order 1 to 100.
STEP = EPS ** (1 / 3)
TOLERANCE = 100 * EPS ** (2 / 3)


def central_difference(f, a):
    """The derivative of the number ``f(a)`` with respect to every entry of ``a``."""
    slope = np.empty_like(a)
    for i in np.ndindex(a.shape):
        up, down = a.copy(), a.copy()
        up[i] += STEP
        down[i] -= STEP
        slope[i] = (f(up) - f(down)) / (up[i] - down[i])
    return slope


def gradient_error(params, x, y, fs, loss, passes=loss_and_grads, normalize=False):
    """The largest error of the gradient that ``passes`` gives, over all parameters and inputs."""
    _, grads = passes(params, x, y, fs, loss, normalize)
    arrays, claimed = [x, *flat(params)], [grads.h[0], *flat(grads.params)]

    def value(i, a):
        changed = [*arrays[:i], a, *arrays[i + 1:]]
        return loss.value(forward(pairs(changed[1:]), changed[0], fs, normalize).h[-1], y)

    errors = [np.abs(central_difference(lambda a, i=i: value(i, a), arrays[i]) - claimed[i]).max()
              for i in range(len(arrays))]
    return max(errors)


def flat(params):
    return [array for pair in params for array in pair]


def pairs(arrays):
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def network_and_data(rng, sizes, activation, loss, samples=6):
    """Random parameters, inputs and targets, drawn again until no central difference can step over
    a kink."""
    while True:
        params = init_params(rng, sizes, lecun_normal, normal(0.5))
        x = rng.normal(size=(samples, sizes[0]))
        z = np.concatenate([z.ravel() for z in forward(params, x, activation).z[1:]])
        if min(np.abs(z - kink).min() for kink in (0, *activation.kinks)) > reach(params, x, activation):
            return params, x, targets(rng, loss, samples, sizes[-1])


def reach(params, x, activation):
    """A bound on how far one ``STEP`` of one parameter or input moves any pre-activation: in its own
    layer by ``STEP`` times what it multiplies, from layer to layer by the largest column sum of |W|
    times the steepest slope."""
    trace = forward(params, x, activation)
    largest = max(1.0, *(np.abs(h).max() for h in trace.h))
    steepest = max(STEEPEST, *(1.01 * np.abs(activation.df(z)).max() for z in trace.z[1:]))
    column_sums = [np.abs(W).sum(axis=0).max() for W, _ in params]
    return STEP * largest * np.prod(steepest * np.maximum(1.0, column_sums))


def targets(rng, loss, samples, columns):
    shape = (samples, columns)
    return {"softmax cross-entropy": rng.integers(columns, size=samples),
            "sigmoid cross-entropy": rng.random(shape),
            "squared error": rng.normal(size=shape)}[loss.name]


def read_only(*arrays):
    """Writing to any of these raises an error from now on."""
    for array in arrays:
        array.flags.writeable = False


def largest_difference(a, b):
    """Between the parameters of two networks of the same sizes."""
    return max(np.abs(p - q).max() for p, q in zip(flat(a), flat(b), strict=True))
