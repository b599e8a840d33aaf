"""What libraries start from, measured on the libraries themselves: `make libraries`.

    measure     what arrays say of their law
    pytorch, keras, flax, equinox, haiku, mlx, tinygrad
                a library's layers with their defaults, and the names that its snippets use
    snippets/   lines for these libraries that pages show (literalinclude): nothing of the book runs them, this does
    lines       runs the snippets, and holds against theory what they make
    __main__    runs all, and says what differs from docs/practice/libraries.json
"""

LIBRARIES = ("pytorch", "keras", "flax", "equinox", "haiku", "mlx", "tinygrad")
