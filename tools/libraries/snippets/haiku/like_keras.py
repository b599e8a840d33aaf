init = hk.initializers.VarianceScaling(1.0, "fan_avg", "uniform")
layer = hk.Linear(768, w_init=init)
