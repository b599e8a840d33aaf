n = 512  # the fan-in; this law is cut, and not widened again
cut = nnx.initializers.truncated_normal(n**-0.5)
layer = nnx.Linear(n, 768, kernel_init=cut, rngs=rngs)
