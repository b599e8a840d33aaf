from flax import linen as nn

fan_in, units = 512, 256
init = nn.initializers.truncated_normal(fan_in**-0.5)
layer = nn.Dense(units, kernel_init=init)
