n, init = 512, hk.initializers
uniform = init.VarianceScaling(1 / 3, "fan_in", "uniform")
bias = init.RandomUniform(-(n**-0.5), n**-0.5)
layer = hk.Linear(768, w_init=uniform, b_init=bias)
