dense = [m for m in model.modules() if isinstance(m, nn.Linear)]
params = [(m.weight.detach().numpy().T, m.bias.detach().numpy())
          for m in dense]
