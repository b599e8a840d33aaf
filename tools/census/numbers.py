"""A result in prose is glued from the cell that computed it; any other number says where it is from.

Looked for: decimals, percentages and powers of ten, in text, captions, tables, titles and alternative texts. A number
alone between dollars is prose. Passed over: code, formulas, quotations, and numbers of sections, figures or versions.

    {given}`0.01`    a parameter of the experiment: a cell or a snippet of the page has this constant
    {cited}`33.82`   a figure from a source: the same paragraph has the `{cite}`, or a link to its card in sources.md,
                     or is what such a card says of the source
"""

import ast
import re

from census.page import pieces, tree

NUMBER = re.compile(
    r"""(?<![\w.])(?:
        \d+(?:\.\d+)?[eE][+\u2212-]?\d+         # a power of ten: 1e-5,
      | 10\s?(?:\^|\*\*)\s?\{?[+\u2212-]?\d+\}? # 10^5,
      | 10[⁺⁻]?[⁰¹²³⁴-⁹]+                       # 10⁵
      | \d[\d\s\u202f]*(?:%|per\s?cent\b)       # a percentage
      | \d*\.\d+                                # a decimal
    )""",
    re.VERBOSE,
)
ALONE = re.compile(r"(?:[\s\d.,+\u2212×~<>-]|\\(?:times|cdot|approx|pm|sim|[lg]e(?:q|qslant)?|[lg]t|[%,;])"
                   r"|10\^(?:\d|\{[+-]?\d+\}))*")
# "Table 2 and 98 %": only behind a plural can a second number be a name.
NAMED = re.compile(
    r"\b(?:[Ss]ections|[Cc]hapters|[Ff]igures|[Ff]igs\.|[Tt]ables|[Ee]quations|[Ee]qs?\.|[Vv]ersions)"
    r"\s*\d+(?:\.\d+)*(?:(?:, | and |, and | to |–|-)\d+(?:\.\d+)*(?!\s?%))*"
    r"|(?:§+|\b(?:[Ss]ection|[Cc]hapter|[Ff]igure|[Ff]ig\.|[Tt]able|[Ee]quation|[Ee]q\.|[Vv]ersion"
    r"|Python|numpy|PyTorch|TensorFlow|Keras|JAX|CC BY))\s*\d+(?:\.\d+)*"
)
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
ROLE = re.compile(r"\{([\w:-]+)\}$")
RAISED = "⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
DIGITS = str.maketrans(RAISED, "+-0123456789")
ASK = "glue it from the cell that computed it, or mark it {{given}}`{0}` (a parameter), {{cited}}`{0}` (from a source)"


def problems(page):
    known = constants(page)
    found = [said for piece in page.prose if not piece.quoted for said in in_prose(page, piece, known)]
    found += [said for cell in page.cells for check in (in_alternative_text, glued_as_typed)
              for said in check(page, cell)]
    return found + in_options(page) + in_description(page)


def roles(tokens):
    """`(role, content, index of its token)` for each role in a line of prose."""
    for index, (before, token) in enumerate(zip(tokens, tokens[1:], strict=False), 1):
        role = ROLE.search(before.content) if before.type == "text" and token.type == "code_inline" else None
        if role:
            yield role[1], token.content, index


def in_prose(page, piece, known):
    marks = list(roles(piece.inline))
    cited = (any(role.startswith("cite:") for role, _, _ in marks) or piece.text.startswith("*Says:*")
             or any("sources.md#claim-" in str(token.attrs.get("href")) for token in piece.inline))
    for number, line in typed(piece):
        yield page.says(line, f"{number} is typed: " + ASK.format(number))
    for role, content, index in marks:
        line = line_of(piece, index)
        if role == "cited" and not cited:
            yield page.says(line, f"{{cited}}`{content}`: no {{cite}} in this paragraph says from where: add it")
        if role == "given" and not given(content, known):
            yield page.says(line, f"{{given}}`{content}`: no cell or snippet of this page has this constant: name it "
                                  "in the code (an assertion does not count), or glue it")
        if not role.startswith(("glue", "given", "cite")) and NUMBER.search(content):
            yield page.says(line, f"{{{role}}}`{content}` has a number: " + ASK.format(NUMBER.search(content)[0]))


def line_of(piece, index):
    return piece.line + sum(token.type in ("softbreak", "hardbreak") for token in piece.inline[:index])


def typed(piece):
    """`(number, line)` for what is typed in a piece of prose."""
    text = "".join(map(as_read, piece.inline))
    for passed_over in (NAMED, QUOTED):
        text = passed_over.sub(lambda found: "·" + "\n" * found[0].count("\n"), text)
    for number in NUMBER.finditer(text):
        yield number[0].strip(), piece.line + text[: number.start()].count("\n")


def as_read(token):
    """What a reader sees of a token; for code and formulas a dot. **98** % is 98 %."""
    if token.type == "math_inline":
        return alone(token.content) if ALONE.fullmatch(token.content) else "·"
    marks = {"softbreak": "\n", "hardbreak": "\n", "code_inline": "·", "html_inline": "·"}
    return marks.get(token.type, token.content)


def alone(formula):
    """A formula that is nothing but a number, as prose would say it."""
    return re.sub(r"\\[a-z]+", " ", formula.replace(r"\,", "").replace(r"\%", "%"))


def constants(page):
    """Every number in the code of a page, without its sign; not those of assertions, which may be results."""
    found = set()
    for code in [*page.cells, *page.doctests]:
        source = re.sub(r"(?m)^(>>> |\.\.\. |(?!>>>|\.\.\.).*$)", "", code.text) if code in page.doctests else code.text
        found |= {float(node.value) for node in outside_assertions(tree(source))
                  if isinstance(node, ast.Constant) and type(node.value) in (int, float)}
    return found


def outside_assertions(node):
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Assert):
            yield from outside_assertions(child)


def given(content, known):
    """Whether the numbers of a mark are constants of the page's code; a percentage may stand there as a share."""
    content = re.sub(f"10([{RAISED}]+)", lambda power: "1e" + power[1].translate(DIGITS), content)
    if re.search(rf"[{RAISED}^]|[·×*]", content):
        return False  # 3 · 10⁻⁵ is one number, and neither 3 nor 1e-5: {given}`3e-5`
    numbers = re.findall(r"(?:\d[\d\s\u202f]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?", content.replace("\u2212", "-"))
    values = [float(re.sub(r"\s", "", number)) for number in numbers]
    return bool(values) and all(v in known or ("%" in content and v / 100 in known) for v in values)


def in_alternative_text(page, cell):
    """Alternative texts are strings of the code: a number in one is written {value:.2f} in an f-string."""
    for node in ast.walk(tree(cell.text)):
        if isinstance(node, ast.keyword) and node.arg == "alt":
            if not written_out(node.value):
                yield page.says(cell.line + node.value.lineno - 1, 'alt is made elsewhere: write it here, alt=f"…"')
            for part in typed_strings(node.value):
                for number in NUMBER.findall(NAMED.sub(" ", part.value)):
                    line = cell.line + part.lineno - 1
                    yield page.says(line, f'{number.strip()} is typed in alt: write alt=f"… {{value:.2f}} …"')


def written_out(node):
    """Whether a text has words of its own, and no number as a constant in the braces of an f-string."""
    values = [part.value for part in ast.walk(node) if isinstance(part, ast.FormattedValue)]
    return any(part.value.strip() for part in typed_strings(node)) and all(map(variables, values))


def variables(node):
    """What an expression takes from elsewhere; float(0.98) takes nothing."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {"float", "int", "round", "str"}


def glued_as_typed(page, cell):
    """`numbers(share=0.98)`: a result that no cell computed. `2**-30` is computed."""
    calls = [node for node in ast.walk(tree(cell.text)) if isinstance(node, ast.Call)]
    for call in calls:
        for word in call.keywords if ast.unparse(call.func).endswith("numbers") else ():
            if not variables(word.value) and not any(isinstance(part, ast.BinOp) for part in ast.walk(word.value)):
                yield page.says(cell.line + word.value.lineno - 1, f"{word.arg} is handed over as it is typed: hand "
                                                                   "over what a cell computed")


def typed_strings(node):
    """The strings of an expression that are shown as they are written, so not those in the braces of an f-string."""
    if isinstance(node, ast.FormattedValue):
        return
    if isinstance(node, ast.Constant) and type(node.value) is str:
        yield node
    for child in ast.iter_child_nodes(node):
        yield from typed_strings(child)


def in_options(page):
    """The options of a box can hold no mark, so they hold no number."""
    return [page.says(piece.line - 1, f"the option {name} has the number {number}: say it without")
            for piece in page.pieces if piece.kind == "fence" and piece not in page.cells
            for name, value in piece.options.items() for number in NUMBER.findall(str(value))]


def in_description(page):
    """A description can hold no mark, so it holds no number."""
    numbers = NUMBER.findall(str((page.front or {}).get("description", "")))
    return [page.says(2, f"the description has the number {number}: say it without") for number in numbers]


def in_checks(checks):
    """What a check says of itself stands on the page "Every equation, checked"."""
    for check in checks:
        for piece in pieces(f"{check.what}\n\n{check.mistake}"):
            for number, _ in typed(piece):
                yield f"{check.where}: {number} is typed in the words of this check: say it without"


def count(page):
    """How many numbers of each kind a page's prose has: glued, given, cited."""
    tally = {"glued": 0, "given": 0, "cited": 0}
    for piece in page.prose:
        for role, _, _ in roles(piece.inline):
            kind = "glued" if role.startswith("glue") else role
            tally[kind] = tally.get(kind, 0) + 1 if kind in tally else tally.get(kind, 0)
    return {kind: tally[kind] for kind in ("glued", "given", "cited")}
