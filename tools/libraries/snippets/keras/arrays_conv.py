def layer(m):
    weights = [np.asarray(w, "float32") for w in m.get_weights()]
    if isinstance(m, keras.layers.Dense):
        return Layer(*weights)
    if (not isinstance(m, keras.layers.Conv2D)
            or m.data_format != "channels_last"):
        raise ValueError(f"neither Dense nor a Conv2D, channels last: {m}")
    pad = [(k - 1) / 2 * (m.padding == "same") for k in m.kernel_size]
    moves = {*m.strides} if m.padding == "valid" else {1, *m.strides}
    if (len({*pad}) > 1 or pad[0] % 1 or len(moves) > 1
            or {*m.dilation_rate} != {1}):
        raise ValueError(f"Layer has no such padding or dilation: {m}")
    return Layer(*weights, stride=m.strides[0], groups=m.groups,
                 padding=int(pad[0]))


params = [layer(m) for m in model.layers if m.weights]
