from flax import linen as nn

fan_in, units = 512, 256
init = nn.initializers.xavier_uniform()
layer = nn.Dense(units, kernel_init=init)
