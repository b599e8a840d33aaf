"""What a finished page still needs: a head that says what it is, and roles that screen readers of today understand."""

from html import escape

from published import CARD

UNHELPFUL = [
    ' role="doc-biblioentry"',  # deprecated, and
    ' role="list"',  # docutils puts things into its list of citations that are no items
    ' aria-label="Toggle hidden content"',  # on top of a text that says which
]


def tags(site, base, page, title, description):
    """What search engines show, and whoever previews a link; the picture needs a whole address, so a published site."""
    about = {"og:type": "article", "og:site_name": site, "og:title": title, "og:description": description}
    if base:
        about |= {"og:url": f"{base}{page}.html", "og:image": base + CARD, "og:image:width": 1200,
                  "og:image:height": 630, "twitter:card": "summary_large_image"}  # fmt: skip
    lines = [f'<meta property="{key}" content="{escape(str(value))}" />' for key, value in about.items()]
    return "\n".join([f'<meta name="description" content="{escape(description)}" />', *lines])


def describe(app, context, page):
    """The front matter's `description` goes into the head of its page."""
    description = app.env.metadata.get(page, {}).get("description", "")
    if description:
        site, base = app.config.html_title, app.config.html_baseurl
        head = tags(site, base, page, app.env.titles[page].astext(), description)
        context["metatags"] = context.get("metatags", "") + head


def polish(app, page, template, context, doctree):
    describe(app, context, page)
    for attribute in UNHELPFUL:
        context["body"] = context.get("body", "").replace(attribute, "")


def setup(app):
    app.connect("html-page-context", polish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
