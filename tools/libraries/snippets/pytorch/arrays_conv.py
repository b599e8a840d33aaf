conv = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
params = [Layer(m.weight.detach().permute(2, 3, 1, 0).numpy(),
                m.bias.detach().numpy(), stride=m.stride[0],
                groups=m.groups, padding=m.padding[0]) for m in conv]
# The last layer reads the map channel by channel, ours place by place.
W = model[-1].weight.detach().unflatten(1, (32, 4, 4))
W = W.permute(2, 3, 1, 0).flatten(0, 2).numpy()
params += [(W, model[-1].bias.detach().numpy())]
x = x.permute(0, 2, 3, 1).numpy()
