drops = [m for m in model.layers if "Dropout" in type(m).__name__]
rates = [m.rate for m in drops]
for m in drops:
    m.rate = 0  # dropout makes equal samples differ
logits = model(x, training=True)  # batch normalization measures this batch
print(keras.ops.max(keras.ops.max(logits, 0) - keras.ops.min(logits, 0)))
for m, rate in zip(drops, rates):
    m.rate = rate
