lecun = hk.initializers.VarianceScaling(1.0, "fan_in", "truncated_normal")
layer = hk.Linear(768, w_init=lecun)
