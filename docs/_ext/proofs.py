"""Proofs are set apart: their first word stands out, and a sign says where they end.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_proof.nodes import proof_node

END = "□"


def set_apart(proof):
    first = proof.next_node(nodes.Text)
    word, _, rest = first.partition(" ")  # sphinx-proof begins the text with "Proof. "
    first.parent.replace(first, [nodes.strong("", word), nodes.Text(f" {rest}")])
    last = proof[-1]
    if not isinstance(last, nodes.paragraph):
        last = nodes.paragraph(classes=["ends"])
        proof += last
    last += nodes.inline("", END, classes=["end-of-proof"])


class Proofs(SphinxPostTransform):
    default_priority = 10
    formats = ("html",)

    def run(self, **kwargs):
        for node in self.document.findall(proof_node):
            set_apart(node[0])


def setup(app):
    app.setup_extension("sphinx_proof")
    app.add_post_transform(Proofs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
