// Runs the search of the built book (docs/_static/find.js on its searchindex.js) in node: queries in, a line each; out, a
// line each, as JSON, the first twenty pages found, best first, with the address and the excerpt of what is shown of each.
const { readFileSync } = require("node:fs"), { runInThisContext } = require("node:vm");
const site = process.argv[2], run = (name) => runInThisContext(readFileSync(`${site}/${name}`, "utf8"), name);

globalThis.window = globalThis;
["_static/language_data.js", "_static/find.js", "searchindex.js"].forEach(run);
const answer = (query) => {
  const terms = asked(query);
  return find(terms).slice(0, 20).map(({ page, hits: [best] }) =>
    ({ page: page.name, anchor: best?.passage.anchor, shown: best && block(best.passage, terms) }));
};
const queries = require("node:readline").createInterface({ input: process.stdin });
queries.on("line", (query) => console.log(JSON.stringify(answer(query))));
