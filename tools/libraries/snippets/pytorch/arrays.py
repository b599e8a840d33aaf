dense = [m for m in model.modules() if isinstance(m, nn.Linear)]
plain = lambda p: None if p is None else p.detach().cpu().float().numpy()
params = [(plain(m.weight).T, plain(m.bias)) for m in dense]
