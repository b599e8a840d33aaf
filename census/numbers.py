"""A result in prose is glued from the cell that computed it; any other number says where it is from.

Looked for: decimals, percentages and powers of ten, in text, captions, tables, titles and alternative texts. A number
alone between dollars is prose. Passed over: code, formulas, quotations, and numbers of sections, figures or versions.

    {given}`0.01`    a parameter of the experiment: a cell or a snippet of the page has this constant
    {cited}`33.82`   a figure from a source that is cited in the same paragraph
"""

import ast
import re

from census.page import tree

NUMBER = re.compile(
    r"""(?<![\w.])(?:
        \d+\.\d+                            # a decimal
      | \d[\d\s\u202f]*\s?(?:%|per\ cent\b) # a percentage
      | \d+(?:\.\d+)?e[+\u2212-]?\d+        # a power of ten: 1e-5,
      | 10\s?(?:\^|\*\*)\s?\{?[+\u2212-]?\d # 10^5,
      | 10[⁺⁻]?[⁰¹²³⁴-⁹]+                   # 10⁵
    )""",
    re.VERBOSE,
)
ALONE = re.compile(r"(?:[\s\d.,+\u2212×~-]|\\(?:times|cdot|approx|pm|[%,;])|10\^(?:\d|\{[+-]?\d+\}))*")
NAMED = re.compile(
    r"(?:§+|\b(?:[Ss]ections?|[Cc]hapters?|[Ff]igures?|[Ff]igs?\.|[Tt]ables?|[Ee]quations?|[Ee]qs?\.|[Vv]ersions?"
    r"|Python|numpy|PyTorch|TensorFlow|Keras|JAX))\s*(?:\d+(?:\.\d+)*(?:\s*(?:,|and|to|–|-)\s*)?)+"
)
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
ROLE = re.compile(r"\{([\w:]+)\}$")
ASK = "glue it from the cell that computed it, or mark it {{given}}`{0}` (a parameter), {{cited}}`{0}` (from a source)"


def problems(page):
    known = constants(page)
    found = [said for piece in page.prose if not piece.quoted for said in in_prose(page, piece, known)]
    return found + [said for cell in page.cells for said in in_alternative_text(page, cell)] + in_description(page)


def roles(tokens):
    """`(role, content, index of its token)` for each role in a line of prose."""
    for index, (before, token) in enumerate(zip(tokens, tokens[1:], strict=False), 1):
        role = ROLE.search(before.content) if before.type == "text" and token.type == "code_inline" else None
        if role:
            yield role[1], token.content, index


def in_prose(page, piece, known):
    marks = list(roles(piece.inline))
    cited = any(role.startswith("cite") and role != "cited" for role, _, _ in marks)
    for number, line in typed(piece):
        yield page.says(line, f"{number} is typed: " + ASK.format(number))
    for role, content, index in marks:
        line = line_of(piece, index)
        if role == "cited" and not cited:
            yield page.says(line, f"{{cited}}`{content}`: no {{cite}} in this paragraph says from where")
        if role == "given" and not given(content, known):
            yield page.says(line, f"{{given}}`{content}`: no cell or snippet of this page has this constant")


def line_of(piece, index):
    return piece.line + sum(token.type in ("softbreak", "hardbreak") for token in piece.inline[:index])


def typed(piece):
    """`(number, line)` for what is typed in a piece of prose."""
    for index, token in enumerate(piece.inline):
        text = token.content if token.type == "text" else alone(token)
        text = QUOTED.sub(" ", NAMED.sub(" ", text))
        for number in NUMBER.finditer(text):
            yield number[0].strip(), line_of(piece, index)


def alone(token):
    """A formula that is nothing but a number: it says what prose would say."""
    is_number = token.type == "math_inline" and ALONE.fullmatch(token.content)
    return token.content.replace(r"\,", "").replace(r"\%", "%") if is_number else ""


def constants(page):
    """Every number in the code of a page, without its sign."""
    found = set()
    for code in [*page.cells, *page.doctests]:
        source = re.sub(r"(?m)^(>>> |\.\.\. |(?!>>>|\.\.\.).*$)", "", code.text) if code in page.doctests else code.text
        found |= {float(node.value) for node in ast.walk(tree(source))
                  if isinstance(node, ast.Constant) and type(node.value) in (int, float)}
    return found


def given(content, known):
    """Whether the numbers of a mark are constants of the page's code; a percentage may stand there as a share."""
    numbers = re.findall(r"\d[\d\s\u202f]*(?:\.\d+)?(?:e[-+\u2212]?\d+)?", content.replace("\u2212", "-"))
    values = [float(re.sub(r"\s", "", number)) for number in numbers]
    return bool(values) and all(v in known or ("%" in content and v / 100 in known) for v in values)


def in_alternative_text(page, cell):
    """Alternative texts are strings of the code: a number in one is written {value:.2f} in an f-string."""
    for node in ast.walk(tree(cell.text)):
        if isinstance(node, ast.keyword) and node.arg == "alt":
            for part in typed_strings(node.value):
                for number in NUMBER.findall(NAMED.sub(" ", part.value)):
                    line = cell.line + part.lineno - 1
                    yield page.says(line, f'{number.strip()} is typed in alt: write alt=f"… {{value:.2f}} …"')


def typed_strings(node):
    """The strings of an expression that are shown as they are written, so not those in the braces of an f-string."""
    if isinstance(node, ast.FormattedValue):
        return
    if isinstance(node, ast.Constant) and type(node.value) is str:
        yield node
    for child in ast.iter_child_nodes(node):
        yield from typed_strings(child)


def in_description(page):
    """A description can hold no mark, so it holds no number."""
    numbers = NUMBER.findall(str((page.front or {}).get("description", "")))
    return [page.says(2, f"the description has the number {number}: say it without") for number in numbers]


def count(page):
    """How many numbers of each kind a page's prose has: glued, given, cited."""
    tally = {"glued": 0, "given": 0, "cited": 0}
    for piece in page.prose:
        for role, _, _ in roles(piece.inline):
            kind = "glued" if role.startswith("glue") else role
            tally[kind] = tally.get(kind, 0) + 1 if kind in tally else tally.get(kind, 0)
    return {kind: tally[kind] for kind in ("glued", "given", "cited")}

