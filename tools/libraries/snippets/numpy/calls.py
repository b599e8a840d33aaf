from initbook.initializers import he_normal, lecun_normal, normal, orthogonal, xavier_uniform, zeros

g, n = 1.5, 512
for init in [
    normal(g / n**0.5),
    he_normal,
    lecun_normal,
    xavier_uniform,
    orthogonal(g),
    zeros,
]:
    print(init(rng, (512, 256)).shape)
