layers = [m for m in model.layers if m.weights]
pad = {"same": 1, "valid": 0}  # of a 3 × 3 kernel, stride 1
params = [Layer(*map(np.asarray, m.get_weights()), stride=m.strides[0],
                groups=m.groups, padding=pad[m.padding])
          if m.kernel.ndim == 4 else tuple(m.get_weights())
          for m in layers]
