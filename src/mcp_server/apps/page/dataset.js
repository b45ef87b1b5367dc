// The finished dataset: its files, whether it is what was asked for, its columns and first rows.
const datasetView = (() => {
  let turn = 0;

  /** Writes the dataset, as often as the server says that it is still at it. */
  async function write(wanted) {
    const mine = ++turn;
    for (;;) {
      const answer = await host.call("merge_and_download", wanted);
      if (mine !== turn) return;
      if (answer.state === "done") {
        host.tellModel(`The dataset of ${answer.job_id} was written to ${answer.path}: ${answer.verdict}.`);
        open(answer);
        return;
      }
    }
  }

  async function open(dataset) {
    const mine = ++turn;
    jobView.close();
    say("");
    render(dataset, null);
    let columns = null;
    try {
      columns = await host.read(`rowmill://jobs/${dataset.job_id}/columns`);
    } catch { /* charts are an ornament: the dataset is there without them */ }
    if (columns && mine === turn) render(dataset, columns);
  }

  const tableNames = (dataset, columns) =>
    [...new Set([...Object.keys(dataset.preview || {}), ...Object.keys(columns?.tables || {})])];

  function render(dataset, columns) {
    const names = tableNames(dataset, columns);
    headline("dataset", names.length === 1 ? names[0] : "The dataset");
    show(
      proof(dataset),
      files(dataset),
      names.map((name) => [
        names.length > 1 ? el("h2", {}, name) : null,
        columns?.tables?.[name] ? charts.grid(columns.tables[name]) : null,
        dataset.preview?.[name] ? rowsTable(name, dataset.preview[name]) : null,
      ]),
      columns?.sampled ? el("p", { class: "quiet" },
        `Charts show about ${words.number(columns.sampled)} rows of each table, from all over it.`) : null,
    );
  }

  // ── the proof ────────────────────────────────────────────────────────────────────────────

  function proof(dataset) {
    const verdicts = dataset.verdicts || [];
    const broken = verdicts.filter((verdict) => !verdict.held);
    const kind = broken.length ? "bad" : "good";
    return el("section", { class: `proof ${kind}`, "aria-label": "Verdicts" },
      el("p", { class: "verdict" }, el("span", { class: "mark", "aria-hidden": "true" }, broken.length ? "!" : "✓"),
        sentence(dataset, broken.length)),
      broken.length ? verdictTable(broken) : null,
      verdicts.length > broken.length
        ? el("details", {}, el("summary", {}, broken.length ? "What holds" : "See each check"),
          verdictTable(verdicts.filter((verdict) => verdict.held))) : null);
  }

  const sentence = (dataset, broken) =>
    broken ? `Not all that was asked for holds: ${dataset.verdict}`
      : dataset.verdicts?.length ? `It is what was asked for: ${dataset.verdict}` : dataset.verdict || "";

  const verdictTable = (verdicts) => scrolling("Checks", el("table", { class: "rows checks" },
    el("thead", {}, el("tr", {}, ["", "Check", "Asked for", "Measured"].map((head) =>
      el("th", { scope: "col" }, head || el("span", { class: "hidden" }, "Holds"))))),
    el("tbody", {}, verdicts.map((verdict) => el("tr", { class: verdict.held ? null : "broken" },
      el("td", { class: verdict.held ? "yes" : "no" }, el("span", { class: "hidden" }, verdict.held ? "holds" : "broken"),
        el("span", { "aria-hidden": "true" }, verdict.held ? "✓" : "✗")),
      el("td", {}, plain(verdict.check), el("span", { class: "about" }, verdict.about === verdict.target ? "" : verdict.about)),
      el("td", {}, verdict.target),
      el("td", {}, verdict.measured, el("span", { class: "about" }, scored(verdict))))))));

  /** How near it came, by the name that SDMetrics has for what was measured. */
  const scored = ({ metric, score }) =>
    metric ? [plainMetric(metric), score === undefined ? null : words.percent(score)].filter(Boolean).join(" ") : "";

  const plainMetric = (metric) => metric.replace(/([a-z])([A-Z])/g, "$1 $2");

  // ── the files ────────────────────────────────────────────────────────────────────────────

  function files(dataset) {
    const all = dataset.files || [];
    const alone = all.length === 1;
    return el("section", { class: "files", "aria-label": "Files" },
      el("p", {},
        el("strong", {}, words.count(dataset.rows, "row")), ` · ${words.bytes(dataset.bytes)} · ${dataset.format}`,
        dataset.neutralised_cells
          ? ` · ${words.count(dataset.neutralised_cells, "formula cell")} made harmless` : ""),
      el("p", {}, el("code", { class: "path", tabindex: "0" }, dataset.path)),
      dataset.sha256 ? el("p", { class: "quiet" }, "sha256 ", el("code", { class: "path" }, dataset.sha256)) : null,
      alone ? null : note("Files", all.map((file) =>
        `${file.table}: ${words.count(file.rows, "row")}, ${words.bytes(file.bytes)}`)));
  }

  const close = () => { turn += 1; };

  return { open, write, close };
})();
