"""What a finished page still needs: a head that says what it is, and roles that screen readers of today understand."""

import re
from html import escape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from published import CARD_SHOWS, card

NAME = re.compile(r'<span class="pre">[\w.]{12,}</span>')
HAN = re.compile("([\u4e00-\u9fff\uff0c]+)")

UNHELPFUL = [
    ' role="doc-biblioentry"',  # to go when docutils leaves out this deprecated role, and
    ' role="list"',  # a list whose children are no items
    ' aria-label="Toggle hidden content"',  # to go when MyST-NB lets the text that it hides behind speak for itself
]
# Pages that Sphinx makes have no front matter: title and description.
MADE = {
    "genindex": ("Index", "Every name of the package initbook, in alphabetical order, and where it is explained."),
    "search": ("Search", "Search the book for a word, a name of its package or a number."),
    "_modules/index": ("Source code", "The source code of the package initbook, module by module."),
}


def tag(key, value):
    """Open Graph's keys are properties; all others are names."""
    kind = "property" if key.startswith("og:") else "name"
    return f'<meta {kind}="{key}" content="{escape(str(value))}" />'


def tags(site, base, page, title, description):
    """What search engines show, and whoever previews a link; the picture needs a whole address, so a published site."""
    about = {"description": description, "og:type": "article", "og:site_name": site, "og:title": title,
             "og:description": description}  # fmt: skip
    if base:
        about["og:url"] = f"{base}{page}.html"
    if base and card(page):
        about |= {"og:image": base + card(page), "og:image:width": 1200, "og:image:height": 630,
                  "og:image:alt": CARD_SHOWS, "twitter:card": "summary_large_image"}  # fmt: skip
    return "\n".join(tag(key, value) for key, value in about.items())


def title_and_description(app, page):
    """From the page's front matter, if it has one."""
    if page in app.env.titles:
        return app.env.titles[page].astext(), app.env.metadata[page].get("description", "")
    module = page.removeprefix("_modules/").replace("/", ".")
    return MADE.get(page, (module, f"The source code of {module}, with links to what explains it."))


def describe(app, context, page):
    """The description goes into the head of its page."""
    title, description = title_and_description(app, page)
    if description:
        head = tags(app.config.html_title, app.config.html_baseurl, page, title, description)
        context["metatags"] = context.get("metatags", "") + head


def breakable(html):
    """A long name in code may be broken behind a dot, rather than anywhere."""
    return NAME.sub(lambda name: re.sub(r"\.(?=[a-zA-Z_])", ".<wbr>", name[0]), html)


def polish(app, page, template, context, doctree):
    describe(app, context, page)
    if page == app.config.root_doc:
        context["theme_show_prev_next"] = False  # three roads lead on from there: a button would choose one
    for attribute in UNHELPFUL:
        context["body"] = context.get("body", "").replace(attribute, "")
    context["body"] = breakable(context.get("body", ""))


class Languages(SphinxPostTransform):
    """Chinese words are said to be Chinese, so a browser takes a font that has them, and a screen reader its voice."""

    default_priority = 30

    def run(self, **kwargs):
        for text in [text for text in self.document.findall(nodes.Text) if HAN.search(text)]:
            pieces = [nodes.inline("", piece, classes=["language-zh"]) if HAN.fullmatch(piece) else nodes.Text(piece)
                      for piece in HAN.split(text) if piece]
            text.parent.replace(text, pieces)


def only_ours(app, env):
    """Sphinx would publish every module in which it has looked for a name, also those of Python's own library.

    To go when sphinx.ext.viewcode can be told which packages it shows.
    """
    modules = getattr(env, "_viewcode_modules", {})
    for name in [name for name in modules if name.partition(".")[0] != app.config.project]:
        del modules[name]


def setup(app):
    app.add_post_transform(Languages)
    app.connect("env-updated", only_ours)
    app.connect("html-page-context", polish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
