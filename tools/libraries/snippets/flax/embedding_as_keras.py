import jax
import jax.numpy as jnp
from flax import linen as nn

words, units = 1000, 256
def init(key, shape, dtype=jnp.float32):
    return jax.random.uniform(key, shape, dtype, -0.05, 0.05)


table = nn.Embed(words, units, embedding_init=init)
