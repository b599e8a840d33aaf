dense = [m for m in model.layers if isinstance(m, nnx.Linear)]
params = [(np.asarray(m.kernel[...]), np.asarray(m.bias[...]))
          for m in dense]
