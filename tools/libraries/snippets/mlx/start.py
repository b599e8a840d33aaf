he, xavier = nn.init.he_normal(), nn.init.glorot_normal()
hidden.weight = he(hidden.weight, gain=2**0.5)  # the default gain is 1
hidden.bias = mx.zeros_like(hidden.bias)
last.weight = xavier(last.weight)
last.bias = mx.zeros_like(last.bias)
