init = nnx.initializers.variance_scaling
attention = nnx.MultiHeadAttention(
    8, 512, decode=False, rngs=rngs,
    kernel_init=init(1 / 2, "fan_in", "uniform"),  # q, k and v
    out_kernel_init=init(1 / 3, "fan_in", "uniform"))
