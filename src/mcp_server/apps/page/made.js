// How a field is made, in a few words.

const KINDS = {
  category: (g) => `one of ${shares(g.values, g.weights)}`,
  uniform: (g) => `evenly${span(g.minimum, g.maximum)}`,
  datetime: (g, field) => `${UNMADE[field.type] || "a moment"}${span(g.minimum, g.maximum)}`,
  normal: (g) => `around ${g.mean}, ± ${g.stddev}`,
  lognormal: (g) => `skewed, ${g.median === undefined ? `mean ${g.mean}` : `median ${g.median}`}`,
  poisson: (g) => `a count, about ${g.mean}`,
  bernoulli: (g) => `true in ${words.percent(g.p)}`,
  sequence: (g) => `numbered${g.template ? `, ${g.template}` : ""}`,
  pattern: (g) => `text like ${g.pattern}`,
  person: (g) => `a person’s ${{ name: "full name", email: "e-mail address" }[g.part] || plain(g.part)}`,
  expression: (g) => `= ${g.expr}`,
  aggregate: (g) => `= ${g.expr}`,
  subcategory: (g) => `one that fits ${g.of}`,
  lookup: (g) => `looked up by ${g.of}`,
  llm_text: (g) => `written by the model${g.prompt ? `: ${g.prompt}` : ""}`,
  llm_pool: (g) => `one of ${g.size} that the model writes`,
  constant: (g) => `always ${words.cell(g.value)}`,
};

const TYPES = [
  "string", "integer", "number", "boolean", "date", "time", "datetime", "duration", "array", "object",
];

const UNMADE = {
  string: "filler text", boolean: "true or false", integer: "evenly", number: "evenly",
  date: "a day", datetime: "a moment", time: "a time of day",
};

const plain = (name) => String(name || "").replaceAll("_", " ");

function madeAs(field, table) {
  const limits = field.constraints || {};
  const generator = field.generator;
  const key = keysOf(table).find((each) => (each.fields || []).includes(field.name));
  if (generator) return (KINDS[generator.kind] || ((g) => plain(g.kind)))(generator, field);
  if (key) return `a key of ${key.reference?.table || table.name || "this table"}`;
  if (limits.enum) return `one of ${shares(limits.enum)}`;
  if (limits.pattern) return `text like ${limits.pattern}`;
  if (field.format) return `a valid ${plain(field.format)}`;
  return (UNMADE[field.type] || field.type || "") + span(limits.minimum, limits.maximum);
}

/** What else is promised of a field's cells. */
function promises(field, table) {
  const keys = table.primary_key || table.primaryKey || [];
  const alone = [keys].flat();
  return [
    field.constraints?.unique || (alone.length === 1 && alone[0] === field.name) ? "unique" : null,
    field.null_when ? `empty when ${field.null_when}` : null,
    field.null_fraction ? `${words.percent(field.null_fraction)} empty` : null,
  ].filter(Boolean);
}

const keysOf = (table) => table.foreign_keys || table.foreignKeys || [];

function shares(values, weights) {
  const shown = (values || []).slice(0, 4);
  const all = (weights || []).reduce((sum, weight) => sum + weight, 0);
  const named = shown.map((value, n) => all ? `${value} ${words.percent(weights[n] / all)}` : value);
  return named.join(", ") + (values?.length > 4 ? ` and ${values.length - 4} more` : "");
}

function span(low, high) {
  const given = (value) => value !== undefined && value !== null;
  const [from, to] = [low, high].map((value) => words.moment(value));
  if (given(low) && given(high)) return `, ${from} to ${to}`;
  if (given(low)) return `, from ${from}`;
  return given(high) ? `, up to ${to}` : "";
}
