// Runs the search of the built book (docs/_static/find.js on its searchindex.js) in node: queries in, a line each; out,
// as JSON, for each the pages found, best first, with the address and the excerpt of what is shown of the page.
const { readFileSync } = require("node:fs"), { runInThisContext } = require("node:vm");
const site = process.argv[2], run = (name) => runInThisContext(readFileSync(`${site}/${name}`, "utf8"), name);

globalThis.window = globalThis;
["_static/language_data.js", "_static/find.js", "searchindex.js"].forEach(run);
const answer = (query) => {
  const terms = asked(query);
  return find(terms).map(({ page, hits: [best] }) =>
    ({ page: page.name, anchor: best?.passage.anchor, shown: best && block(best.passage, terms) }));
};
console.log(JSON.stringify(readFileSync(0, "utf8").split("\n").map(answer)));
