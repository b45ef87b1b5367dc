// One field in full: its limits, its values, what may be empty, and everything else as JSON.

const MEASURED = new Set(["integer", "number", "date", "datetime", "time"]);
const INPUTS = { integer: "number", number: "number", date: "date", time: "time", datetime: "datetime-local" };

/** `editing`: the schema that is edited, and whom to tell. */
function fieldPanel(table, field, id, { schema, changed }) {
  const edit = (change) => (event) => {
    change(event.target);
    changed();
  };
  return el("div", { class: "edit" },
    el("label", { class: "check" }, el("input", {
      id: `${id}-unique`, type: "checkbox", checked: Boolean(field.constraints?.unique),
      onchange: edit(({ checked }) => edits.setFlag(schema, table, field, "unique", checked)),
    }), "No value twice"),
    el("label", {}, "Empty, in %", el("input", {
      id: `${id}-empty`, type: "number", min: "0", max: "99", step: "any",
      value: Math.round((field.null_fraction || 0) * 1e4) / 100,
      onchange: edit(({ valueAsNumber }) => edits.setEmpty(schema, table, field, (valueAsNumber || 0) / 100)),
    })),
    MEASURED.has(field.type) && field.generator?.kind !== "expression"
      ? [limit("minimum", "From"), limit("maximum", "To")] : null,
    field.generator?.kind === "category" ? valuesInput() : null,
    whole(),
    el("button", { type: "button", class: "plain danger", onclick: () => {
      edits.remove(schema, table, field);
      changed({ atOnce: true });
    } },
      "Remove this field"));

  function limit(bound, label) {
    const value = field.constraints?.[bound] ?? field.generator?.[bound] ?? "";
    return el("label", {}, label, el("input", {
      id: `${id}-${bound}`, type: INPUTS[field.type], step: "any", value,
      onchange: edit(({ value: text, valueAsNumber }) => edits.setLimit(
        schema, table, field, bound,
        text === "" ? undefined : INPUTS[field.type] === "number" ? valueAsNumber : text)),
    }));
  }

  function valuesInput() {
    const { values = [], weights } = field.generator;
    const lines = values.map((value, n) => (weights ? `${value}: ${weights[n]}` : String(value)));
    return el("label", { class: "wide" }, "Values, one a line, with their weights",
      el("textarea", {
        id: `${id}-values`, rows: String(Math.min(8, values.length + 1)), spellcheck: "false", value: lines.join("\n"),
        onchange: edit(({ value }) => {
          const [named, weighed] = valuesOf(value, values);
          if (named.length) edits.setValues(schema, table, field, named, weighed);
        }),
      }));
  }

  function whole() {
    const text = el("textarea", {
      id: `${id}-json`, rows: "6", spellcheck: "false", value: JSON.stringify(field, null, 2),
      onchange: ({ target }) => {
        try {
          const said = JSON.parse(target.value);
          if (said === null || typeof said !== "object" || Array.isArray(said)) throw new Error("a field is an object");
          edits.replace(schema, table, field, said);
        } catch (problem) {
          say(`This is not JSON yet: ${problem.message}`, "bad");
          return;
        }
        changed();
      },
    });
    return el("details", { class: "wide" }, el("summary", {}, "Everything, as JSON"),
      el("label", {}, el("span", { class: "hidden" }, `${field.name} as JSON`), text));
  }
}

/** Values with the types they had, and their weights where every line has one. */
function valuesOf(text, before) {
  const known = new Map(before.map((value) => [String(value), value]));
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const parts = lines.map((line) => /^(.*?)(?::\s*(\d+(?:\.\d+)?)\s*%?)?$/.exec(line));
  const values = parts.map(([, value]) => known.get(value) ?? value);
  const weights = parts.map(([, , weight]) => Number(weight));
  return [values, weights.every((weight) => weight >= 0) ? weights : undefined];
}
