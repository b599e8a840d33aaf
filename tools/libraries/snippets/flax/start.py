init = nnx.initializers
hidden = nnx.Linear(512, 768, kernel_init=init.he_normal(), rngs=rngs)
last = nnx.Linear(768, 10, kernel_init=init.xavier_normal(),
                  bias_init=init.zeros, rngs=rngs)
