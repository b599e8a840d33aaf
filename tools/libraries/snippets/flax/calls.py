from flax.linen.initializers import he_normal, lecun_normal, normal, orthogonal, xavier_uniform, zeros_init

g, n = 1.5, 512
for init in [
    normal(g / n**0.5),
    he_normal(),
    lecun_normal(),
    xavier_uniform(),
    orthogonal(g),
    zeros_init(),
]:
    print(init(jax.random.key(0), (512, 256)).shape)
