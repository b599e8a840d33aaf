kernel = lambda m: (np.asarray(m.kernel[...]), np.asarray(m.bias[...]))
params = [Layer(*kernel(m), stride=m.strides, padding=1)
          for m in model.layers if isinstance(m, nnx.Conv)]
params += [kernel(model.layers[-1])]
