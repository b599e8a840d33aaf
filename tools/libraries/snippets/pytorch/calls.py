init, w, g, n = nn.init, nn.Linear(512, 256).weight, 1.5, 512
init.normal_(w, 0, g / n**0.5)
init.kaiming_normal_(w, nonlinearity="relu")
init.kaiming_normal_(w, nonlinearity="linear")
init.xavier_uniform_(w)
init.orthogonal_(w, g)
init.zeros_(w)
print(w.shape)
