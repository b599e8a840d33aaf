init = linen.initializers
hidden = linen.Dense(768, kernel_init=init.he_normal())
last = linen.Dense(10, kernel_init=init.xavier_normal(),
                   bias_init=init.zeros)
