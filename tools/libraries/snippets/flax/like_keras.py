init = nnx.initializers.xavier_uniform()
layer = nnx.Linear(512, 768, kernel_init=init, rngs=rngs)
