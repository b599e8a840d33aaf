"""What a finished page still needs: a description in its head, and roles that screen readers of today understand."""

from html import escape

UNHELPFUL = [
    ' role="doc-biblioentry"',  # deprecated, and
    ' role="list"',  # docutils puts things into its list of citations that are no items
    ' aria-label="Toggle hidden content"',  # on top of a text that says which
]


def describe(app, context, page):
    """The front matter's `description`, for search engines and for whoever shows a preview of a link."""
    description = escape(app.env.metadata.get(page, {}).get("description", ""))
    if description:
        title = escape(context["title"])
        tags = [
            f'<meta name="description" content="{description}" />',
            f'<meta property="og:description" content="{description}" />',
            f'<meta property="og:title" content="{title}" />',
            '<meta property="og:type" content="article" />',
        ]
        context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def polish(app, page, template, context, doctree):
    describe(app, context, page)
    for attribute in UNHELPFUL:
        context["body"] = context.get("body", "").replace(attribute, "")


def setup(app):
    app.connect("html-page-context", polish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
