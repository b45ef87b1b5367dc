// Changes to a schema document. What was promised of the old schema changes with it, or goes.
const edits = (() => {
  const EXPRESSIONS = new Set([
    "expr", "when", "then", "null_when", "low", "high", "of", "per", "time", "after", "start", "end", "total",
  ]);
  const NAMES = new Set(["field", "fields", "primary_key", "primaryKey"]);

  const tablesOf = (schema) => schema.tables || [schema];

  /** The expectations that are about this table. */
  const promised = (schema, table) =>
    (schema.expectations || []).filter((each) => tablesOf(schema).length === 1 || each.table === table.name);

  const about = (check, name) => [check.field, ...(check.fields || [])].some((named) => named === name);

  function drop(schema, table, unwanted) {
    const gone = new Set(promised(schema, table).filter(unwanted));
    if (gone.size) schema.expectations = schema.expectations.filter((each) => !gone.has(each));
  }

  /** Every text in a part of a schema, respelled. A `reference` names another table's fields. */
  function respell(part, spelled, key = "") {
    if (Array.isArray(part)) return part.map((each) => respell(each, spelled, key));
    if (typeof part === "string") return spelled(part, key);
    if (part === null || typeof part !== "object") return part;
    for (const [name, value] of Object.entries(part)) {
      if (name !== "reference") part[name] = respell(value, spelled, name);
    }
    return part;
  }

  /** A field's new name, wherever the schema speaks of it: in lists, in expressions, in keys. */
  function rename(schema, table, field, name) {
    const old = field.name;
    field.name = name;
    if (!/^\w+$/.test(old)) return;
    const word = new RegExp(`(?<![\\w.'])${old}(?![\\w'])`, "g");
    const spelled = (text, key) => {
      if (NAMES.has(key)) return text === old ? name : text;
      return EXPRESSIONS.has(key) ? text.replace(word, () => name) : text;
    };
    for (const key of ["rules", "primary_key", "primaryKey", "foreign_keys", "foreignKeys"]) {
      if (table[key]) table[key] = respell(table[key], spelled, key);
    }
    for (const each of table.fields) {
      if (each.null_when) each.null_when = spelled(each.null_when, "null_when");
      if (each.generator) respell(each.generator, spelled);
    }
    promised(schema, table).forEach((each) => respell(each, spelled));
    respellElsewhere(schema, table.name, old, name);
  }

  function respellElsewhere(schema, table, old, name) {
    if (!/^\w+$/.test(table || "")) return;
    const dotted = new RegExp(`(?<![\\w.'])${table}\\.${old}(?![\\w'])`, "g");
    respell(schema, (text, key) =>
      EXPRESSIONS.has(key) || NAMES.has(key) ? text.replace(dotted, () => `${table}.${name}`) : text);
    for (const other of tablesOf(schema)) {
      for (const { reference = {} } of keysOf(other)) {
        if ((reference.table || other.name) !== table) continue;
        reference.fields = [reference.fields || []].flat().map((each) => (each === old ? name : each));
      }
    }
  }

  function retype(schema, table, field, type) {
    field.type = type;
    for (const key of ["format", "generator", "constraints", "items", "fields"]) delete field[key];
    drop(schema, table, (check) => about(check, field.name));
  }

  function setRows(schema, table, rows) {
    table.rows = rows;
    for (const check of promised(schema, table)) {
      if (check.check === "row_count") check.equals = rows;
    }
  }

  function setFlag(schema, table, field, flag, on) {
    field.constraints = { ...field.constraints, [flag]: on || undefined };
    if (!on && flag === "unique") drop(schema, table, (check) => check.check === "unique" && about(check, field.name));
  }

  function setEmpty(schema, table, field, share) {
    field.null_fraction = share || undefined;
    if (share) delete field.constraints?.required;
    drop(schema, table, (check) =>
      ["not_null", "null_share"].includes(check.check) && about(check, field.name));
  }

  /** `bound`: minimum or maximum. A maker with limits of its own follows. */
  function setLimit(schema, table, field, bound, value) {
    const generator = field.generator || {};
    field.constraints = { ...field.constraints, [bound]: value };
    if (bound in generator) generator[bound] = value;
    if (Array.isArray(generator.truncate) && value !== undefined) {
      generator.truncate[bound === "minimum" ? 0 : 1] = value;
    }
    for (const check of promised(schema, table)) {
      if (check.check === "range" && check.field === field.name) check[bound] = value;
    }
  }

  function setValues(schema, table, field, values, weights) {
    const { quota } = field.generator || {};
    field.generator = { kind: "category", values, weights, quota };
    if (field.constraints?.enum) field.constraints.enum = values;
    const all = (weights || values.map(() => 1)).reduce((sum, weight) => sum + weight, 0);
    drop(schema, table, (check) => about(check, field.name)
      && (check.check === "one_of" || (check.check === "share" && !values.includes(check.value))));
    for (const check of promised(schema, table)) {
      if (check.check !== "share" || check.field !== field.name) continue;
      check.equals = (weights ? weights[values.indexOf(check.value)] : 1) / all;
    }
  }

  function replace(schema, table, field, whole) {
    drop(schema, table, (check) => about(check, field.name));
    for (const key of Object.keys(field)) delete field[key];
    Object.assign(field, whole);
  }

  function remove(schema, table, field) {
    table.fields = table.fields.filter((each) => each !== field);
    drop(schema, table, (check) => about(check, field.name));
  }

  function add(table) {
    const taken = new Set(table.fields.map((field) => field.name));
    let number = table.fields.length + 1;
    while (taken.has(`field_${number}`)) number += 1;
    table.fields.push({ name: `field_${number}`, type: "string" });
  }

  return { tablesOf, rename, retype, setRows, setFlag, setEmpty, setLimit, setValues, replace, remove, add };
})();
