def mend(model, gain=2**0.5):  # ReLU's gain
    kinds = nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d
    layers = [m for m in model.modules() if isinstance(m, kinds)]
    for m in layers:
        n = m.weight[0].numel()  # what a unit sums
        g = 1 if m is layers[0] or m is layers[-1] else gain
        nn.init.normal_(m.weight, 0, g / n**0.5)
        if m.bias is not None:
            nn.init.zeros_(m.bias)


mend(model)
