hidden.weight = Tensor.kaiming_normal(768, 512, a=0)  # default a=0.01
hidden.bias = Tensor.zeros(768)
last.weight = Tensor.glorot_uniform(10, 768)
last.bias = Tensor.zeros(10)
