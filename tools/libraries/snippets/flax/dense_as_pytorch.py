import jax
import jax.numpy as jnp
from flax import linen as nn

fan_in, units = 512, 256
a = fan_in**-0.5


def init(key, shape, dtype=jnp.float32):
    return jax.random.uniform(key, shape, dtype, -a, a)


layer = nn.Dense(units, kernel_init=init, bias_init=init)
