// The search: which passages of the book (searchindex.js, made by docs/_ext/find.py) answer to a reader's words, and where
// they stand. Every word counts, by how rare it is; small ones ("own", "how") a little, but for what a page names as its
// own: "He".

// Words

const WORDS = /\d+(?:[.,]\d+)*|[\p{Ll}\p{Lu}\p{Lo}_][\p{Ll}\p{Lu}\p{Lo}\d_]*/gu; // σ² is σ
const NUMBER = /^\d+(\.\d+)?$/;
const stemmer = new Stemmer();

// A function of a word or of a text, worked out once: with each letter that is typed it is asked again.
function once(f) {
  const known = new Map();
  return (word) => known.get(word) ?? known.set(word, f(word)).get(word);
}

// One spelling for initialise and initialize; conv1d, conv2d and conv have one stem.
const spelt = (word) => word.length > 5 ? word.replace(/is(e|ed|er|ers|es|ing|ations?)$/, "iz$1") : word;
const stem = (word) => stemmer.stemWord(spelt(word.replace(/(?<=\p{L}{3})[123]d$/u, "")));

// An identifier's parts: he_normal and HeNormal are "he normal".
function pieces(word) {
  return word.replace(/(\p{Ll})(?=\p{Lu}\p{Ll})/gu, "$1_").split("_").filter(Boolean).map((part) => part.toLowerCase());
}

const joined = (word) => /[_\p{Lu}]/u.test(word); // of the words that the search reads, only identifiers
const together = once((word) => word.replaceAll("_", "").toLowerCase());

// The words of a text, identifiers behind their parts; √n is "sqrt n", 10,000 is 10000.
function parts(text) {
  return (text.replace(/√/g, " sqrt ").match(WORDS) ?? []).flatMap((word) => {
    if (/^\d/.test(word)) return word.replace(/,(?=\d{3})/g, "").split(",");
    const all = pieces(word);
    return all.length > 1 ? [...all, word] : all;
  });
}

// How surely a decimal is another one in fewer digits: 2.30 is 2.3026 rounded, 1.46 may be 1.4669 cut off.
function sameNumber(one, other) {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const digits = short.split(".")[1]?.length ?? 0;
  return digits > 1 && ((Number(long).toFixed(digits) === short && 0.9) || (long.startsWith(short) && 0.5));
}

// Whether one letter was missed, put in, mistaken, or two were exchanged.
function slip(one, other) {
  if (Math.abs(one.length - other.length) > 1 || one === other) return false;
  let start = 0, end = 0;
  while (one[start] === other[start]) start++;
  while (end < Math.min(one.length, other.length) - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  const [here, there] = [one, other].map((word) => word.slice(start, word.length - end));
  return Math.max(here.length, there.length) < 2 || (here.length === 2 && here === [...there].reverse().join(""));
}

// The index

let pages = [], passages = [], usual; // words of a passage
let lexicon = []; // of each word of the book: itself, its spelling and its stem
const vocabulary = new Map(); // word -> Map(passage -> how often, by where)
const WEIGHT = { title: 1.5, keyword: 1.5, description: 0.5, heading: 3, row: 1, text: 1, code: 0.3 };
const named = new Set(); // small words that are the whole of a keyword
const identifiers = new Map(); // henormal -> HeNormal

function enter(passage, words, weight) {
  for (const word of words) {
    if (!vocabulary.has(word)) vocabulary.set(word, new Map());
    if (joined(word)) identifiers.set(together(word), word);
    const where = vocabulary.get(word);
    where.set(passage, (where.get(passage) ?? 0) + weight);
  }
}

function take(page) {
  const keywords = page.keywords.map((keyword) => [keyword, WEIGHT.keyword]);
  page.fields = [[page.title, WEIGHT.title], ...keywords, [page.description, WEIGHT.description]]
    .map(([text, weight]) => ({ words: parts(text), weight }));
  for (const [anchor, heading, blocks, code, beside] of page.passages) {
    const passage = { page, anchor, heading, blocks, beside, words: parts([heading, ...blocks].join(" ")), code: parts(code) };
    enter(passage, parts(heading), WEIGHT.heading);
    for (const block of blocks) if (block.includes(" · ")) enter(passage, parts(block.split(" · ")[0]), WEIGHT.row);
    enter(passage, passage.words, WEIGHT.text);
    enter(passage, passage.code, WEIGHT.code);
    passages.push(passage);
  }
  for (const { words } of page.fields) {
    enter(page, words, 0); // or a keyword that no passage has would be unknown
    if (words.length === 1) named.add(words[0]);
  }
}

var Search = {
  setIndex(index) {
    pages = index.pages;
    pages.forEach(take);
    usual = sum(passages, ({ words }) => words.length) / passages.length;
    lexicon = [...vocabulary.keys()].map((word) => ({ word, spelling: spelt(word), root: stem(word) }));
  },
};

// A reader's words

// Words of the book that a reader may mean by hers, and how surely. Where the book has her word, she does not mean one that
// only begins with it.
function meant(word) {
  const found = new Map(), say = (other, sure) => found.set(other, Math.max(sure, found.get(other) ?? 0));
  const hers = spelt(word), root = stem(word), mayBegin = word.length > 2 && !vocabulary.has(word);
  const begins = (other) => mayBegin && other.startsWith(word) && !joined(other);
  const alike = NUMBER.test(word) ? (other) => NUMBER.test(other) && sameNumber(word, other)
    : joined(word) ? (other) => joined(other) && together(other) === together(word) && 0.3
    : (other, its) => (its === root && 0.9) || (begins(other) && 0.4);
  for (const other of lexicon) {
    const sure = other.spelling === hers ? 1 : alike(other.word, other.root);
    if (sure) say(other.word, sure);
  }
  if (!found.size && word.length > 4 && !/\d/.test(word))
    for (const other of vocabulary.keys()) if (slip(word, other)) say(other, 0.5);
  return found;
}

const small = (word) => stopwords.has(word) && !named.has(word);

// A reader's word as words that the book has: of batchnorm2d its BatchNorm, of groupnorm "group norm".
function read(word) {
  if (joined(word)) return identifiers.has(together(word)) ? [word] : []; // its parts are words of their own
  const bare = word.replace(/[123]d$/, ""), has = (part) => (part.length > 3 && vocabulary.has(part)) || named.has(part);
  if (vocabulary.has(word)) return [word];
  if (identifiers.has(bare)) return parts(identifiers.get(bare));
  if (!meant(word).size)
    for (let at = bare.length - 1; at > 1; at--)
      if (has(bare.slice(0, at)) && has(bare.slice(at))) return [bare.slice(0, at), bare.slice(at)];
  return [word];
}

// A word with what is meant by it, where that stands, and how much it counts: by how rare it is.
function term(word, counts) {
  const words = meant(word), where = new Map();
  for (const [other, sure] of words)
    for (const [passage, weight] of vocabulary.get(other)) where.set(passage, (where.get(passage) ?? 0) + sure * weight);
  const count = [...where.keys()].filter((each) => each.words).length;
  return { word, words, where, rare: counts * Math.log(1 + (passages.length - count + 0.5) / (count + 0.5)) };
}

const LITTLE = 0.15; // as small words do, the parts of an identifier that the book has, and what stands before a dot (nn.)

function asked(query) {
  const hers = [...new Set(parts(query).flatMap(read))], before = query.match(/[\p{L}_]+(?=\.\p{L})/gu) ?? [];
  const less = new Set([...before, ...hers.filter(joined)].flatMap(pieces));
  return hers.map((word) => term(word, less.has(word) || small(word) ? LITTLE : 1));
}

// Scores

const BESIDE = 0.5; // what a passage counts that is beside the text: an exercise, its solution, further reading
const SURELY = 0.8; // above it, a word is hers and not one that begins as hers
const sum = (list, value) => list.reduce((total, each) => total + value(each), 0);

// Pairs of her words that stand side by side in a passage.
function pairs(terms, passage) {
  return sum(terms.slice(1).map((second, i) => [terms[i], second]), ([first, second]) => {
    if (!first.where.has(passage) || !second.where.has(passage)) return 0;
    const side = passage.words.some((word, i) => first.words.has(word) && second.words.has(passage.words[i + 1]));
    return side ? Math.min(first.rare, second.rare) : 0;
  });
}

function ofPassage(passage, terms) {
  const long = 0.4 + (0.6 * passage.words.length) / usual;
  const score = sum(terms, ({ where, rare }) => {
    const often = (where.get(passage) ?? 0) / long;
    return (rare * often) / (often + 1);
  });
  return (score + 0.5 * pairs(terms, passage)) * (passage.beside ? BESIDE : 1);
}

const sure = (term, words) => Math.max(0, ...words.map((word) => term.words.get(word) ?? 0));

// What the page says of itself: its title, its keywords, its description; and once more a title or a keyword that she has
// written out, by how much of it.
function ofPage(page, terms) {
  const said = sum(terms, (term) => term.rare * Math.max(...page.fields.map(({ words, weight }) => weight * sure(term, words))));
  const whole = page.fields.slice(0, -1).map(({ words }) => {
    const hers = words.filter((word) => terms.some((term) => term.words.get(word) > SURELY));
    return (hers.length / words.length) * sum(terms, (term) => term.rare * (sure(term, words) > SURELY));
  });
  return said + 1.5 * Math.max(...whole);
}

// Whether she has written the page's title, whatever she did with its small words.
function isTitle(page, terms) {
  const title = page.fields[0].words.filter((word) => !small(word)), hers = terms.filter(({ word }) => !small(word));
  return title.every((word) => hers.some(({ words }) => words.get(word) > SURELY)) && hers.every((term) => sure(term, title) > SURELY);
}

// A page's score: of what it says of itself and of its best passages; less where it lacks some of her words, and for a page
// to look things up in.
function scored(page, hits, terms) {
  const has = ({ where }) => where.has(page) || hits.some(({ passage }) => where.has(passage));
  const share = sum(terms, (term) => term.rare * has(term)) / sum(terms, ({ rare }) => rare);
  const best = sum(hits.slice(0, 3), ({ score }) => score) / 2 + (hits[0]?.score ?? 0) / 2;
  const weight = isTitle(page, terms) ? 3 : page.chapter ? 1 : 0.6;
  return { page, hits, score: (ofPage(page, terms) + best) * share ** 2 * weight };
}

const bestFirst = (list) => list.sort((one, other) => other.score - one.score);

// The pages that answer, best first, each with its passages, best first.
function find(terms) {
  const known = terms.filter(({ words }) => words.size), hits = new Map(pages.map((page) => [page, []]));
  for (const passage of new Set(known.flatMap(({ where }) => [...where.keys()])))
    if (passage.words) hits.get(passage.page).push({ passage, score: ofPassage(passage, known) });
  return bestFirst(pages.map((page) => scored(page, bestFirst(hits.get(page)), known)).filter(({ score }) => score > 0));
}

// What is shown

// Words of a passage by which it was found, of its code the identifiers; of a question's many words those that are rare.
function counting({ words, code }, terms) {
  const all = [...words, ...code.filter(joined)], there = terms.filter((term) => sure(term, all));
  const rarest = Math.max(...there.map(({ rare }) => rare));
  const count = there.filter(({ rare }) => rare > 0.3 * rarest).flatMap((term) => [...term.words.keys()]);
  return [...new Set(all)].filter((word) => count.includes(word));
}

const SENTENCE = 40; // letters: a title says less
const inWords = once(parts);

// The block of a passage that says most of what was asked.
function block(passage, terms) {
  return passage.blocks.reduce((best, text) => {
    const words = inWords(text), worth = sum(terms, (term) => term.rare * sure(term, words)) * (text.length < SENTENCE ? 0.8 : 1);
    return worth > best.worth ? { text, worth } : best;
  }, { text: passage.blocks.find((text) => text.length >= SENTENCE) ?? passage.blocks[0], worth: 0 }).text;
}
