import haiku as hk

fan_in, units = 512, 256
a = fan_in**-0.5
init = hk.initializers.RandomUniform(-a, a)
layer = hk.Linear(units, w_init=init, b_init=init)
