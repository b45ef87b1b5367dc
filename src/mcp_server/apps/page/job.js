// The job as it runs: how far it is, what it costs, and what can be done with it.
const jobView = (() => {
  const WAIT_S = 10;
  const BREATH_MS = 700;
  const TRIES = 5;
  const OVER = new Set(["COMPLETED", "CANCELLED"]);
  const AT_REST = new Set(["PENDING", "PAUSED", "FAILED"]);
  const STATES = {
    PENDING: "Waiting to be started", SCHEMA_VALIDATION: "Starting", GENERATING: "Running",
    PAUSED: "Paused", COMPLETED: "Complete", FAILED: "Failed", CANCELLED: "Cancelled",
  };
  const ACTIONS = { start: "Start", pause: "Pause", resume: "Resume", cancel: "Cancel", retry: "Try again" };
  let state = {};
  let turn = 0;

  /** From create_job's answer, or from get_job_progress's. */
  function open(answer) {
    state = "plan" in answer
      ? { job: answer, estimate: answer.estimate, plan: answer.plan, now: null }
      : { job: answer, now: answer };
    turn += 1;
    say("");
    render();
    if (host.callsTools()) follow(turn);
  }

  const close = () => { turn += 1; };

  const seen = () => document.hidden
    ? new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }))
    : Promise.resolve();

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** Asks until the job is over or at rest, or something else is shown. The server waits for news. */
  async function follow(mine) {
    for (let failed = 0, first = true; mine === turn && failed < TRIES; first = false) {
      await seen();
      try {
        state.now = await host.call("get_job_progress", { job_id: state.job.job_id, wait_s: first ? 0 : WAIT_S });
        failed = 0;
      } catch (problem) {
        failed += 1;
        if (mine === turn) say(problem.message, "bad");
        await pause(BREATH_MS * 2 ** failed);
        continue;
      }
      if (mine !== turn) return;
      render();
      if (OVER.has(state.now.status) || AT_REST.has(state.now.status)) return;
      await pause(BREATH_MS);
    }
  }

  async function act(action) {
    say(`${ACTIONS[action]} …`);
    try {
      await host.call("control_job", { job_id: state.job.job_id, action });
      say("");
    } catch (problem) {
      say(problem.message, "bad");
    }
    turn += 1;
    follow(turn);
  }

  async function write() {
    const button = document.getElementById("write");
    button.disabled = true;
    say("Writing the file and checking it …");
    try {
      await datasetView.write({ job_id: state.job.job_id });
    } catch (problem) {
      say(problem.message, "bad");
      button.disabled = false;
    }
  }

  // ── what is seen ─────────────────────────────────────────────────────────────────────────

  function render() {
    const { job, now, estimate, plan } = state;
    headline("job", job.name);
    const status = now?.status || job.status;
    const stuck = ["SCHEMA_VALIDATION", "GENERATING"].includes(status) && now && !now.running;
    show(
      el("p", { class: "state" },
        el("span", { class: `dot ${status.toLowerCase()}` }), STATES[status] || status,
        stuck ? " (nobody works on it: resume it)" : null,
        el("span", { class: "quiet" }, job.job_id)),
      bar(now, plan),
      now?.last_problem ? alarm("Last problem", [now.last_problem], "bad") : null,
      facts(now, estimate, plan),
      spending(now),
      note("Rejected answers of the model", rejected(now)),
      buttons(status, now),
    );
  }

  function bar(now, plan) {
    const rows = now?.rows_total ?? plan?.rows ?? 0;
    const done = now?.rows_done ?? 0;
    const said = `${words.number(done)} of ${words.count(rows, "row")}`;
    const fill = el("div", { class: "fill" });
    fill.style.width = `${now?.percent ?? 0}%`;
    return el("div", { class: "progress" },
      el("div", {
        class: "bar", role: "progressbar", "aria-label": "Rows made", "aria-valuemin": "0",
        "aria-valuemax": String(rows), "aria-valuenow": String(done), "aria-valuetext": said,
      }, fill),
      el("p", {}, said, el("span", { class: "quiet" }, pace(now))));
  }

  function pace(now) {
    if (!now?.running) return "";
    const left = now.seconds_left === null ? null : `${words.duration(now.seconds_left)} left`;
    return [now.rows_per_s ? `${words.short(now.rows_per_s)} rows/s` : null, left].filter(Boolean).join(" · ");
  }

  const facts = (now, estimate, plan) => el("dl", { class: "facts" }, [
    ["Cost so far", now ? words.money(now.cost_usd) : "–"],
    ["Expected cost", words.money(expectedCost(now, estimate))],
    ["Model calls", now ? words.number(now.calls) : "–"],
    ["Tokens", now ? `${words.short(now.input_tokens)} in, ${words.short(now.output_tokens)} out` : "–"],
    ["Chunks", now ? `${words.number(now.chunks_done)} of ${words.number(now.chunks_total)}` : "–"],
    plan ? ["File", `${plan.output_format}, seed ${plan.seed}`] : null,
  ].filter(Boolean).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));

  const expectedCost = (now, estimate) =>
    now && OVER.has(now.status) ? now.cost_usd : now?.expected_cost_usd ?? estimate?.cost_usd ?? now?.cost_usd;

  function spending(now) {
    if (!now?.spending?.length) return null;
    return el("details", { class: "note" }, el("summary", {}, "What the model was asked for"),
      scrolling("Spending", el("table", { class: "rows" },
        el("thead", {}, el("tr", {}, ["Table", "Field", "Calls", "Tokens out", "Cost"].map((head, n) =>
          el("th", { scope: "col", class: n > 1 ? "number" : null }, head)))),
        el("tbody", {}, now.spending.map((part) => el("tr", {},
          el("td", {}, part.table), el("td", {}, part.fields || el("em", {}, "whole table")),
          el("td", { class: "number" }, words.number(part.calls)),
          el("td", { class: "number" }, words.number(part.output_tokens)),
          el("td", { class: "number" }, words.money(part.cost_usd))))))));
  }

  const rejected = (now) => Object.entries(now?.rejected_rows || {}).map(([why, count]) =>
    `${words.number(count)}: ${why}`);

  function buttons(status, now) {
    if (!host.callsTools()) return null;
    if (status === "COMPLETED") {
      return el("p", { class: "order" }, el("button", { id: "write", class: "primary", onclick: write }, "Write the file"));
    }
    const offered = (now?.allowed || []).filter((action) => action in ACTIONS);
    return el("p", { class: "order" }, offered.map((action) => el("button", {
      id: `act-${action}`, type: "button", onclick: () => act(action),
      class: ["start", "resume", "retry"].includes(action) ? "primary" : "plain",
    }, ACTIONS[action])));
  }

  return { open, close };
})();
