init = hk.initializers
he = init.VarianceScaling(2.0, "fan_in", "truncated_normal")
xavier = init.VarianceScaling(1.0, "fan_avg", "truncated_normal")
hidden = hk.Linear(768, w_init=he)
last = hk.Linear(10, w_init=xavier, b_init=jnp.zeros)
