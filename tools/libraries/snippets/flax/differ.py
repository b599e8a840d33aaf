model.set_attributes(  # dropout makes equal samples differ
    deterministic=True, raise_if_not_found=False)
model.set_attributes(  # batch normalization measures this batch
    use_running_average=False, raise_if_not_found=False)
print(jnp.ptp(model(x), axis=0).max())
model.train()
