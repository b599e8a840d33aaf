def plain(p):
    return None if p is None else np.asarray(p[...], "float32")


def layer(m):
    moves = {*np.ravel(m.strides or 1)}
    apart = {*np.ravel(m.kernel_dilation), *np.ravel(m.input_dilation)}
    pads = {"SAME": [(k - 1) / 2 for k in m.kernel_size], "VALID": 0}
    pads = {*np.ravel(pads.get(str(m.padding), m.padding))}
    if (len(pads) > 1 or len(moves) > 1 or apart != {1}
            or not float(*pads).is_integer()
            or m.padding == "SAME" and moves != {1}):
        raise ValueError(f"Layer has no such padding or dilation: {m}")
    return Layer(plain(m.kernel), plain(m.bias), stride=int(*moves),
                 groups=m.feature_group_count, padding=int(*pads))


params = [layer(m) for m in model.layers if isinstance(m, nnx.Conv)]
params += [(plain(model.layers[-1].kernel), plain(model.layers[-1].bias))]
