"""A result in prose is glued from the cell that computed it; any other number says where it is from.

Looked for: decimals, percentages and powers of ten, in text, captions, tables, titles and alternative texts. A number
alone between dollars is prose. Passed over: code, formulas, quotations, and numbers of sections, figures or versions.

    {given}`0.01`    a parameter of the experiment: a cell or a snippet of the page has this constant
    {cited}`33.82`   a figure from a source: the same paragraph has the `{cite}`, or a link to its card in sources.md,
                     or is what such a card says of the source
"""

import ast
import re

from census.page import pieces
from census.proof import constants

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
ALONE = re.compile(r"(?:[\s\d.,+\u2212×~<>-]|10\^(?:\d|\{[+-]?\d+\})|\\(?:times|cdot|approx|pm|sim|[lg]eq?|[%,;]))*")
NAMED = re.compile(r"(?:§|\b(?:[Ss]ections?|[Cc]hapters?|[Ff]igures?|[Ff]ig\.|[Tt]ables?|[Ee]quations?|[Ee]qs?\."
                   r"|[Vv]ersions?|Python|numpy|PyTorch|TensorFlow|Keras|JAX|CC BY))\s*\d+(?:\.\d+)*"
                   r"(?:(?:, | and | to |–)\d+(?:\.\d+)*(?!\d|\s?%))*")
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
MARKS = ("glue", "given", "cite")
ASK = "glue it from the cell that computed it, or mark it {{given}}`{0}` (a parameter), {{cited}}`{0}` (from a source)"


def problems(page):
    known = constants(page)
    found = [said for piece in page.prose if piece.place != "a quotation" for said in in_prose(page, piece, known)]
    found += [said for cell in page.cells for said in in_call(page, cell)]
    return found + [page.says(2, f"the description has the number {number}: say it without")
                    for number in NUMBER.findall(str(page.front.get("description", "")))]


def roles(piece):
    """`(role, content, line)` for each role in a piece of prose."""
    line = piece.line
    for token in piece.inline:
        line += token.type in ("softbreak", "hardbreak")
        if token.type == "myst_role":
            yield token.meta["name"], token.content, line


def in_prose(page, piece, known):
    marks = list(roles(piece))
    cited = (any(role.startswith("cite:") for role, _, _ in marks) or piece.text.startswith("*Says:*")
             or any("sources.md#claim-" in str(token.attrs.get("href")) for token in piece.inline))
    for number, line in typed(piece):
        yield page.says(line, f"{number} is typed: " + ASK.format(number))
    for role, content, line in marks:
        if role == "cited" and not cited:
            yield page.says(line, f"{{cited}}`{content}`: no {{cite}} in this paragraph says from where: add it")
        if role == "given" and not given(content, known):
            yield page.says(line, f"{{given}}`{content}`: no cell or snippet of this page has this constant: name it "
                                  "in the code (an assertion does not count), or glue it")


def typed(piece):
    """`(number, line)` for what is typed in a piece of prose."""
    text = "".join(map(as_read, piece.inline))
    for passed_over in (NAMED, QUOTED):
        text = passed_over.sub(lambda found: "·" + "\n" * found[0].count("\n"), text)
    for number in NUMBER.finditer(text):
        yield number[0].strip(), piece.line + text[: number.start()].count("\n")


def as_read(token):
    """What a reader sees of a token; for code, formulas and marked numbers a dot. **98** % is 98 %."""
    if token.type == "math_inline" and ALONE.fullmatch(token.content):
        return re.sub(r"\\[a-z]+", " ", token.content.replace(r"\,", "").replace(r"\%", "%"))
    if token.type == "myst_role" and not token.meta["name"].startswith(MARKS):
        return token.content
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    return breaks.get(token.type, token.content if token.type in ("text", "image") else "·" * bool(token.content))


def given(content, known):
    """Whether the number of a mark is a constant of the page's code; a percentage may stand there as a share."""
    try:
        value = float(re.sub(r"[\s%]", "", content.replace("\u2212", "-")))
    except ValueError:
        return False
    return abs(value) in known or ("%" in content and value / 100 in known)


def in_call(page, cell):
    """Alternative texts and numbers that are handed over are arguments of calls, and no result is typed there."""
    for node in ast.walk(cell.tree):
        words = node.keywords if isinstance(node, ast.Call) else ()
        line, handed = cell.line + getattr(node, "lineno", 1) - 1, words and ast.unparse(node.func) == "numbers"
        for word in words:
            if handed and isinstance(word.value, ast.Constant):
                yield page.says(line, f"{word.arg} is handed over as it is typed: hand over what a cell computed")
            text = re.sub(r"\{[^{}]*\}", "", ast.unparse(word.value)) if word.arg == "alt" else ""
            for number in NUMBER.findall(NAMED.sub("", text)):
                yield page.says(line, f'{number.strip()} is typed in alt: write alt=f"… {{value:.2f}} …"')


def in_checks(checks):
    """What a check says of itself stands on the page "Every equation, checked"."""
    for check in checks:
        for piece in pieces(f"{check.what}\n\n{check.mistake}"):
            for number, _ in typed(piece):
                yield f"{check.where}: {number} is typed in the words of this check: say it without"


def count(page):
    """How many numbers of each kind a page's prose has."""
    found = [role for piece in page.prose for role, _, _ in roles(piece)]
    return {"glued": found.count("glue:text"), "given": found.count("given"), "cited": found.count("cited")}
