"""Search that finds a number: Sphinx splits 11.35 into 11 and 35, and then leaves out both."""

import re

from sphinx.search.en import SearchEnglish


class WithNumbers(SearchEnglish):
    """English, with decimals as words; the browser splits what a reader types in the same way."""

    # To go when Sphinx's own splitters, there and in searchtools.js, keep a decimal whole.
    _word_re = re.compile(r"\d+\.\d+|\w+")
    js_splitter_code = r"var splitQuery = (query) => query.match(/\d+\.\d+|[\p{L}\p{N}_]+/gu) ?? [];"


def setup(app):
    app.add_search_language(WithNumbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
