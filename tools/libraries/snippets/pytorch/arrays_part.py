reads = {}
dense[0].register_forward_pre_hook(lambda m, args: reads.update(x=args[0]))
with torch.no_grad():
    model(x)
x = reads["x"].cpu().float().numpy()
