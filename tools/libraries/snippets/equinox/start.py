init = jax.nn.initializers
he = init.he_normal(in_axis=1, out_axis=0)  # weights are stored (out, in)
xavier = init.xavier_normal(in_axis=1, out_axis=0)
hidden = eqx.tree_at(lambda m: m.weight, hidden, he(key, (768, 512)))
last = eqx.tree_at(lambda m: (m.weight, m.bias), last,
                   (xavier(key, (10, 768)), jnp.zeros(10)))
