def plain(p):
    return None if p is None else p.detach().cpu().float().numpy()


def layer(m):
    pad = m.padding if isinstance(m.padding, tuple) else [
        (k - 1) / 2 * (m.padding == "same") for k in m.kernel_size]
    if (len({*pad}) > 1 or pad[0] % 1 or len({*m.stride}) > 1
            or {*m.dilation} != {1} or m.padding_mode != "zeros"):
        raise ValueError(f"Layer has no such padding or dilation: {m}")
    return Layer(plain(m.weight.permute(2, 3, 1, 0)), plain(m.bias),
                 stride=m.stride[0], groups=m.groups, padding=int(pad[0]))


params = [layer(m) for m in model.modules() if isinstance(m, nn.Conv2d)]
# The last layer reads the map channel by channel, ours place by place.
W = model[-1].weight.unflatten(1, (32, 4, 4)).permute(2, 3, 1, 0)
params += [(plain(W.flatten(0, 2)), plain(model[-1].bias))]
x = x.permute(0, 2, 3, 1).numpy()
