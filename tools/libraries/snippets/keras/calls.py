from keras.initializers import GlorotUniform, HeNormal, LecunNormal, Orthogonal, RandomNormal, Zeros

g, n = 1.5, 512
for init in [
    RandomNormal(0, g / n**0.5),
    HeNormal(),
    LecunNormal(),
    GlorotUniform(),
    Orthogonal(g),
    Zeros(),
]:
    print(init((512, 256)).shape)
