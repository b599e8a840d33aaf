"""Proofs are set apart: their first word stands out, and a sign says where they end.

Also takes away ids that sphinx-proof and sphinx-exercise give to every box of a page alike.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_proof.nodes import proof_node

END = "□"
SHARED_IDS = {"proof", "proof-content", "exercise-content", "solution-content"}


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
        for node in self.document.findall(nodes.Element):
            node["ids"] = [name for name in node.get("ids", ()) if name not in SHARED_IDS]


def setup(app):
    app.setup_extension("sphinx_proof")
    app.add_post_transform(Proofs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
