// The schema as an editable table with example rows, and the job that can be made of it.
const schemaView = (() => {
  const PAUSE_MS = 400;
  const LULL_MS = 100;
  const FORMATS = ["csv", "json", "jsonl", "parquet"];
  // What is shown: the document (null where only its id is known), and what the server said of it.
  let state;
  let opened = new Set();
  let timer = 0;
  let asked = 0;

  /** From a tool's answer. `input` holds the arguments it was called with. */
  function open(answer, input = {}) {
    const schema = answer.schema || input.schema;
    state = {
      schema: editable(schema) ? structuredClone(schema) : null,
      summary: editable(schema) ? null : schema,
      rows: input.row_count,
      format: FORMATS.includes(answer.output_format) ? answer.output_format : "csv",
      read: "engine" in answer,
      said: { valid: !answer.problems?.length, ...answer },
    };
    opened = new Set();
    const tables = state.schema ? edits.tablesOf(state.schema) : [];
    if (tables.length === 1 && input.row_count) edits.setRows(state.schema, tables[0], input.row_count);
    render();
    if (state.read && state.schema && host.callsTools()) check();
  }

  const editable = (schema) =>
    Boolean(schema) && !schema.summary
    && edits.tablesOf(schema).every((table) => Array.isArray(table.fields)
      && table.fields.every((field) => field && typeof field === "object"));

  // ── what was changed ─────────────────────────────────────────────────────────────────────

  /**
   * After an edit: the server says what it thinks of it, once the person pauses. The page is drawn anew
   * then, or at once where the edit made or removed a field: the key or click that ended an edit goes on
   * to the next box, which must still be there.
   */
  function changed({ atOnce = false } = {}) {
    asked += 1; // an answer to what was asked before says nothing of this
    if (atOnce) render();
    say("Checking …");
    state.edited = true;
    state.said = { ...state.said, valid: null };
    showVerdict();
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  }

  async function check() {
    const turn = ++asked;
    try {
      const said = await host.call("validate_schema", { schema: state.schema });
      if (turn !== asked) return; // a later edit is being checked
      state.said = { ...state.said, mended: null, ...said };
      say(said.valid ? "" : words.count(said.problem_count, "problem"), said.valid ? "" : "bad");
      if (state.edited && said.valid) {
        host.tellModel(`The user edited the schema in rowmill's page. It is now ${said.schema_id}.`);
      }
    } catch (problem) {
      if (turn !== asked) return;
      say(problem.message, "bad");
    }
    showVerdict();
    redraw(turn);
  }

  function redraw(turn) {
    if (turn !== asked) return;
    if (busy()) setTimeout(redraw, LULL_MS, turn);
    else render();
  }

  async function create() {
    say("Creating the job …");
    document.getElementById("create").disabled = true;
    const { said, format, rows, schema } = state;
    const rowCount = schema ? {} : { row_count: rows };
    try {
      const job = await host.call("create_job", {
        schema_id: said.schema_id, output_format: format, start: true, ...rowCount,
      });
      host.tellModel(`The user created and started ${job.job_id} (${job.plan.rows} rows) in rowmill's `
        + "page. Follow it with get_job_progress; merge_and_download writes the file.");
      jobView.open(job);
    } catch (problem) {
      say(problem.message, "bad");
      document.getElementById("create").disabled = false;
    }
  }

  // ── what is seen ─────────────────────────────────────────────────────────────────────────

  function render() {
    const { schema, summary, said } = state;
    headline("schema", (schema || summary)?.name || "A schema");
    show(
      (schema || summary)?.description && el("p", { class: "quiet" }, (schema || summary).description),
      alarm("Please answer", said.questions, "ask"),
      alarm("Not understood", said.not_understood, "warn"),
      alarm("To be mended", loose(), "bad"),
      said.mended && editable(said.mended) && mending(said.mended),
      schema ? edits.tablesOf(schema).map((table, n) => tableOf(table, n)) : unread(),
      note("Answered just now", said.answered),
      note("Assumed", said.assumptions),
      note("Worth knowing", said.warnings),
      note("Will be proved", expectations(schema)),
      orderForm(),
    );
    showVerdict();
  }

  const expectations = (schema) => (schema?.expectations || []).map((each) => {
    const about = each.field || (each.fields || []).join(", ") || each.expr || "";
    const named = [each.table, about].filter(Boolean).join(": ");
    return [`${plain(each.check)} ${named}`, each.because && `“${each.because}”`].filter(Boolean).join(" – ");
  });

  const mending = (mended) => el("p", { class: "alarm ask" },
    "A schema with every problem fixed is at hand. ",
    el("button", { type: "button", onclick: () => {
      state.schema = structuredClone(mended);
      changed({ atOnce: true });
    } }, "Use it"));

  /** Where only the schema's id, or a summary of it, is known. */
  function unread() {
    const tables = Object.entries(state.said.preview || {});
    const names = (state.summary?.tables || []).map((table) =>
      `${table.name}: ${words.count(table.fields.length + (table.more_fields || 0), "field")}`);
    return [
      el("p", { class: "quiet" }, "This schema is known here by its id, so it cannot be edited on this page."),
      names.length ? list(names) : null,
      tables.map(([name, rows]) => [tables.length > 1 ? el("h2", {}, name) : null, rowsTable(name, rows)]),
    ];
  }

  function tableOf(table, n) {
    const several = edits.tablesOf(state.schema).length > 1;
    const rows = state.said.preview?.[table.name] || state.said.preview?.[state.schema.name] || [];
    return el("section", { "aria-label": `Table ${table.name || n + 1}` },
      several ? el("h2", {}, table.name) : null,
      el("table", { class: "fields" },
        el("thead", {}, el("tr", {}, ["Field", "Type", "How it is made", "Examples", ""].map((head) =>
          el("th", { scope: "col" }, head || el("span", { class: "hidden" }, "Edit"))))),
        table.fields.map((field, m) => fieldRows(table, field, rows, `f${n}-${m}`, problemsAt(n, m, several)))),
      el("p", { class: "below" },
        el("button", { type: "button", class: "plain", onclick: () => {
          edits.add(table);
          changed({ atOnce: true });
        } }, "+ Add a field"),
        several ? rowsInput(table, `rows-${n}`) : null));
  }

  function fieldRows(table, field, rows, id, problems) {
    const open = opened.has(id);
    const turn = () => {
      if (open) opened.delete(id);
      else opened.add(id);
      render();
    };
    return el("tbody", { class: problems.length ? "wrong" : null },
      el("tr", {},
        el("td", { class: "name" }, el("input", {
          id: `${id}-name`, value: field.name || "", "aria-label": "Name", maxlength: "200", spellcheck: "false",
          onchange: ({ target }) => {
            edits.rename(state.schema, table, field, target.value.trim());
            changed();
          },
        })),
        el("td", { class: "type" }, choice(field.type, TYPES, {
          id: `${id}-type`, "aria-label": `Type of ${field.name}`,
          onchange: ({ target }) => {
            edits.retype(state.schema, table, field, target.value);
            changed({ atOnce: true });
          },
        })),
        el("td", { class: "made" }, madeAs(field, table),
          promises(field, table).map((each) => el("span", { class: "chip" }, each))),
        el("td", { class: "examples" }, examples(rows, field.name)),
        el("td", { class: "act" }, el("button", {
          id: `${id}-edit`, type: "button", class: "plain", "aria-expanded": String(open),
          "aria-label": `Edit ${field.name}`, onclick: turn,
        }, open ? "Close" : "Edit"))),
      problems.length ? el("tr", {}, el("td", { colspan: "5", class: "problem" }, list(problems))) : null,
      open ? el("tr", { class: "panel" }, el("td", { colspan: "5" },
        fieldPanel(table, field, id, { schema: state.schema, changed }))) : null);
  }

  function examples(rows, name) {
    const seen = rows.filter((row) => name in row).map((row) => row[name]);
    return seen.map((value) => value === null
      ? el("span", { class: "empty" }, "empty") : el("span", { class: "cell" }, words.cell(value)));
  }

  // ── problems beside what they are about ──────────────────────────────────────────────────

  const PLACE = /^(?:tables\[(\d+)\]\.)?fields\[(\d+)\]/;

  const worded = ({ path, message, hint }) => `${path ? `${path}: ` : ""}${message}${hint ? ` (${hint})` : ""}`;

  const problemsAt = (n, m, several) => (state.said.problems || []).filter(({ path }) => {
    const place = PLACE.exec(path || "");
    return place && Number(place[2]) === m && (!several || Number(place[1]) === n);
  }).map(({ message, hint }) => `${message} (${hint})`);

  const loose = () => (state.said.problems || [])
    .filter(({ path }) => !state.schema || !PLACE.test(path || "")).map(worded);

  // ── the order ────────────────────────────────────────────────────────────────────────────

  const rowsInput = (table, id) => el("label", { class: "rows" }, "Rows",
    el("input", {
      id, type: "number", min: "1", step: "1", inputmode: "numeric", value: table.rows ?? "",
      placeholder: "follows", onchange: ({ target }) => {
        edits.setRows(state.schema, table, target.valueAsNumber || undefined);
        changed();
      },
    }));

  const rowsAsked = () => el("label", { class: "rows" }, "Rows",
    el("input", {
      id: "rows", type: "number", min: "1", step: "1", inputmode: "numeric", value: state.rows ?? "",
      placeholder: "as it says", onchange: ({ target }) => { state.rows = target.valueAsNumber || undefined; },
    }));

  function orderForm() {
    if (!host.callsTools()) return null;
    const tables = state.schema ? edits.tablesOf(state.schema) : [];
    const rows = !state.schema ? rowsAsked() : tables.length === 1 ? rowsInput(tables[0], "rows-0") : null;
    // No form: a sandboxed frame may not submit one, not even to itself.
    return el("div", { class: "order" },
      rows,
      el("label", {}, "File", choice(state.format, FORMATS, {
        id: "format", onchange: ({ target }) => { state.format = target.value; },
      })),
      el("span", { id: "estimate", class: "quiet" }),
      el("button", { id: "create", type: "button", class: "primary", onclick: create }, "Create the dataset"));
  }

  function showVerdict() {
    const button = document.getElementById("create");
    if (!button) return;
    const { valid, estimate, schema_id: id } = state.said;
    button.disabled = !valid || !id;
    document.getElementById("estimate").textContent = valid && estimate ? estimated(estimate) : "";
  }

  const estimated = (estimate) => [
    words.count(estimate.rows, "row"), `about ${words.bytes(estimate.bytes)}`,
    estimate.calls ? words.count(estimate.calls, "model call") : "no model call",
    words.money(estimate.cost_usd), words.duration(estimate.seconds),
  ].join(" · ");

  return { open };
})();

/** First rows as a table: what is text stays text. */
function rowsTable(name, rows) {
  if (!rows.length) return el("p", { class: "quiet" }, "no rows");
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const measured = (column) => rows.some((row) => typeof row[column] === "number");
  const cellOf = (value) => value === null || value === undefined
    ? el("td", { class: "empty" }, "empty")
    : el("td", { class: typeof value === "number" ? "number" : null }, words.cell(value));
  return scrolling(`First rows of ${name}`, el("table", { class: "rows" },
    el("thead", {}, el("tr", {}, columns.map((column) =>
      el("th", { scope: "col", class: measured(column) ? "number" : null }, column)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, columns.map((column) => cellOf(row[column])))))));
}
