params = [(np.asarray(p["kernel"]), np.asarray(p["bias"]))
          for p in variables["params"].values()]
