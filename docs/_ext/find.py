"""What the search reads: of each page its title, keywords and description, and its text as passages with addresses.

A passage is a section, or a box, a term, a name of the package within it that has an address of its own. Its prose goes
into the index as blocks (paragraphs, captions, rows of tables), from which the search shows what it found, also where
the book is opened as files; of its code only the words do. What stands beside the text, such as an exercise, says so.
Which words count how much is for docs/_static/find.js.

Sphinx's own index knows which page has a word, and neither where nor how often.
"""

import keyword
import re
import unicodedata

from docutils import nodes
from sphinx import addnodes
from sphinx.search import IndexBuilder
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node

from powers import THIN

CODE = (nodes.literal_block, nodes.doctest_block)
WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d]\w+")
ANY = set(keyword.kwlist)  # words of any code
BRACKETS = re.compile(r"^\((.*)\)$")  # the title of an exercise or a theorem stands in them
UNREAD = (nodes.comment, nodes.raw, nodes.math_block, nodes.substitution_definition, nodes.target, nodes.system_message,
          nodes.thead, nodes.label, addnodes.index, addnodes.toctree, addnodes.desc_signature)

# Formulas of the text as a line of plain letters
LETTERS = "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
GREEK = {name: unicodedata.lookup(f"GREEK SMALL LETTER {name.replace('bd', 'd')}") for name in LETTERS.split()}
GREEK |= {name.title(): sign.upper() for name, sign in GREEK.items()}
SIGNS = GREEK | {
    "times": "×", "cdot": "·", "odot": "⊙", "pm": "±", "approx": "≈", "sim": "~", "equiv": "≡", "propto": "∝",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "ll": "≪", "gg": "≫", "in": "∈", "to": "→",
    "infty": "∞", "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "ldots": "…", "dots": "…",
    "cdots": "…", "top": "T", "prime": "′", "lVert": "‖", "rVert": "‖", "Vert": "‖", "lvert": "|", "rvert": "|",
    "varepsilon": "ε", "varphi": "φ", "ell": "ℓ", "sqrt": "√",
}  # fmt: skip
SMALL = {"^": str.maketrans("0123456789+-−nliTkj", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿˡⁱᵀᵏʲ"),
         "_": str.maketrans("0123456789+-−nlikj", "₀₁₂₃₄₅₆₇₈₉₊₋₋ₙₗᵢₖⱼ")}  # fmt: skip
MARKS = {"^": "\ue000", "_": "\ue001"}  # letters of private use
SIGN_OF = {ord(mark): sign for sign, mark in MARKS.items()}
TEX = [  # each as long as it finds something, so braces within braces go from within
    (r"\\(?:left|right|[bB]igg?[lr]?|displaystyle|mathstrut)(?![a-zA-Z])", ""),
    (r"\\(?:[,;:! ]|q?quad(?![a-zA-Z]))|~|&|\\\\", " "),
    (r"\\(?:text|math\w+|operatorname|boldsymbol|hat|bar|tilde|dot|overline)\*?\s*(?:\{([^{}]*)\}|(\w))", r"{\1\2}"),
    (r"\\(?!sqrt|[td]?frac)([a-zA-Z]+)\s*", lambda found: SIGNS.get(found[1], f"{found[1]} ")),
    (r"([_^])(?:\{([^{}]*)\}|([^\s\\]))", lambda found: small(found[1], found[2] or found[3] or "")),
    (r"\\[td]?frac\s*(?:\{([^{}]*)\}|(\w))\s*(?:\{([^{}]*)\}|(\w))", lambda found: over(*filter(None, found.groups()))),
    (r"\\sqrt\s*(?:\{(\w)\}|(\w))", r"√\1\2"),
    (r"\\sqrt\s*\{([^{}]*)\}", r"√(\1)"),
    (r"[{}\\]| +(?=\))", ""),
]


def small(sign, text):
    """Above or below the line where there are such letters, else the text behind a mark that stands for the sign."""
    raised = text.translate(SMALL[sign])
    whole = not set(raised) & set(text) and sum(map(str.isalpha, text)) < 2
    return raised if whole else f"{MARKS[sign]}{text} "


def over(above, below):
    """A fraction on one line."""
    return "/".join(f"({part})" if re.search(r"[-+ ]", part.strip()) else part for part in (above, below)) + " "


def plain(tex):
    """A formula as one types it: W^l is Wˡ, \\tfrac53 is 5/3."""
    for pattern, put in TEX:
        found = 1
        while found:
            tex, found = re.subn(pattern, put, tex)
    return tex.translate(SIGN_OF).strip()


def text(node):
    """What a reader sees of a block."""
    if isinstance(node, nodes.math):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext().replace(THIN, "")  # 74196 is one word, however it is set
    inside = "".join(text(child) for child in node.children if not isinstance(child, UNREAD))
    return small("^", inside).translate(SIGN_OF) if isinstance(node, nodes.superscript) else inside


def line(node):
    return " ".join(text(node).split())


def row(node):
    return " · ".join(filter(None, map(line, node.children)))


def name_of(node):
    """What a passage is headed by: its title, the term that it explains, the name that it documents."""
    if isinstance(node, addnodes.desc):
        return node[0].get("fullname") or node[0].astext()
    if isinstance(node, nodes.definition_list_item):
        return line(node[0])
    title = node.next_node(nodes.title, descend=True)
    return BRACKETS.sub(r"\1", line(title)) if title is not None and title.parent is node else ""


def anchor_of(node):
    """The address of a passage; nothing, if it goes by that of what is around it."""
    if isinstance(node, (addnodes.desc, nodes.definition_list_item)):
        node = node[0]
    kinds = (nodes.section, nodes.Admonition, nodes.admonition, nodes.citation, nodes.term, nodes.figure,
             addnodes.desc_signature)
    inner = isinstance(node, nodes.section) and not isinstance(node.parent, nodes.document | nodes.section)  # of a box
    return node["ids"][0] if isinstance(node, kinds) and node["ids"] and not inner else ""


def beside(node):
    """Whether a passage is none of the text: an exercise, a solution, further reading, an entry of a list."""
    kinds = (exercise_node, exercise_enumerable_node, solution_node, nodes.citation)
    return isinstance(node, kinds) or "further-reading" in node["ids"] or "checked-equation" in node["classes"]


class Passages(list):
    """A page's passages, `[anchor, heading, blocks, words of code, whether beside]`, in the order of the page."""

    def __init__(self, doctree):
        super().__init__([["", "", [], [], 0]])
        self.anchors = set()
        self.read(doctree, self[0])

    def read(self, node, here, code=True):
        for child in node.children:
            if isinstance(child, UNREAD) or "moved" in child.get("classes", ()):
                continue
            if isinstance(child, CODE):
                here[3] += [word for word in WORD.findall(child.astext()) if code and len(word) > 1 and word not in ANY]
            elif isinstance(child, nodes.row):
                here[2].append(row(child))
            elif isinstance(child, nodes.TextElement):
                self.hear(child, here)
            else:
                # Nobody looks for the code that checks an equation.
                self.read(child, self.begun(child) or here, code and "checked-equation" not in child.get("classes", ()))

    def hear(self, block, here):
        said = line(block)
        if said and BRACKETS.sub(r"\1", said) != here[1]:
            here[2].append(said)

    def begun(self, node):
        anchor = anchor_of(node)
        if anchor and anchor not in self.anchors:  # a browser goes to the first of two
            self.anchors.add(anchor)
            self.append([anchor, name_of(node), [], [], int(beside(node))])
            return self[-1]


class Index(IndexBuilder):
    """Instead of Sphinx's: it is fed each page where that is written, and frozen when all are."""

    def __init__(self, env, lang, options, scoring):
        super().__init__(env, lang, options, scoring)
        self.env, self.passages = env, {}

    def feed(self, docname, filename, title, doctree):
        """A page that repeats others says `nosearch`: it comes without a title; only its front matter is searched."""
        self.passages[docname] = [[*passage[:3], " ".join(dict.fromkeys(passage[3])), passage[4]]
                                  for passage in (Passages(doctree) if title else ()) if any(passage)]

    def prune(self, docnames):
        self.passages = {name: found for name, found in self.passages.items() if name in docnames}

    def freeze(self):
        parts = parts_of(self.env)
        listed = [name for name in sorted(self.passages) if "orphan" not in self.env.metadata[name]]
        return {"pages": [self.page(name, parts.get(name, "")) for name in listed]}

    def page(self, name, part):
        about = self.env.metadata[name]
        chapter = "needs" in about or name in self.env.toctree_includes  # the page that opens a part is one, too
        return {"name": name, "title": self.env.titles[name].astext(), "part": part, "chapter": chapter,
                "description": about.get("description", ""), "passages": self.passages[name],
                "keywords": keywords(about)}


def keywords(about):
    """From a page's front matter: what its readers may call what it treats, with commas between."""
    return [word.strip() for word in about.get("keywords", "").split(",") if word.strip()]


def parts_of(env):
    """The part of the book, by name, in which each page stands: as its first page is called, or the contents say."""
    trees = env.get_doctree(env.config.root_doc).findall(addnodes.toctree)
    opened = {page: env.titles[first].astext() for first in sorted(env.toctree_includes)
              for page in env.toctree_includes[first]}
    return opened | {page: tree["caption"] or "" for tree in trees for _, page in tree["entries"]}


def setup(app):
    """The builder asks for the index by itself: docs/_ext/kept_pages.py."""
    return {"parallel_read_safe": True, "parallel_write_safe": True}
