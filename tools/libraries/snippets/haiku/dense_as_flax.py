import haiku as hk

fan_in, units = 512, 256
init = hk.initializers.VarianceScaling(1.0, "fan_in", "truncated_normal")
layer = hk.Linear(units, w_init=init)
