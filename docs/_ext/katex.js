// Draws formulas for katex.py: one JSON request a line in, one JSON answer a line out, until the input closes.
const katex = require(process.argv[2]);

// A formula that KaTeX would draw doubtfully is an error, but for letters like σ or é inside \text.
const strict = (code) => (code === "unicodeTextInMathMode" ? "ignore" : "error");

const draw = ({ tex, display, macros }) => {
  try {
    return { html: katex.renderToString(tex, { displayMode: display, macros, strict, throwOnError: true }) };
  } catch (error) {
    return { error: error.message };
  }
};

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => process.stdout.write(JSON.stringify(draw(JSON.parse(line))) + "\n"));
