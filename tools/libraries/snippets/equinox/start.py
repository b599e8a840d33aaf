init, keys = jax.nn.initializers, jax.random.split(key)
he = init.he_normal(in_axis=1, out_axis=0)  # weights are stored (out, in)
xavier = init.xavier_normal(in_axis=1, out_axis=0)
both = lambda m: (m.weight, m.bias)
hidden = eqx.tree_at(both, hidden,
                     (he(keys[0], (768, 512)), jnp.zeros(768)))
last = eqx.tree_at(both, last,
                   (xavier(keys[1], (10, 768)), jnp.zeros(10)))
