from initbook import activations, check, losses

dense = [d for d in model.layers if isinstance(d, keras.layers.Dense)]
params = [tuple(d.get_weights()) for d in dense]
print(check(params, activations.relu, x, y,
            losses.softmax_cross_entropy))
