// What the host says, and what is shown for it.
(() => {
  let called = {};
  let input = {};

  // Which view an answer belongs to, where the host does not say which tool was called.
  const SHAPES = [
    ["plan", "create_job"], ["rows_total", "get_job_progress"], ["problem_count", "validate_schema"],
    ["engine", "extract_schema"], ["verdict", "merge_and_download"],
  ];
  const VIEWS = {
    extract_schema: (answer) => schemaView.open(answer, input),
    validate_schema: (answer) => schemaView.open(answer, input),
    create_job: (answer) => jobView.open(answer),
    get_job_progress: (answer) => jobView.open(answer),
    merge_and_download: (answer) => datasetView.open(answer),
  };

  const toolOf = (answer) => called.name
    || (SHAPES.find(([key]) => key in answer) || [])[1]
    || ("job_id" in input ? "merge_and_download" : "extract_schema");

  async function answered(result) {
    try {
      if (result.isError) throw new Error(told(result));
      let answer = dataOf(result);
      const tool = toolOf(answer);
      while (answer.state === "working" && host.callsTools()) {
        say("Working …");
        answer = await host.call(tool, input);
      }
      say("");
      if (VIEWS[tool] && answer.state !== "working") VIEWS[tool](answer);
    } catch (problem) {
      show();
      say(problem.message, "bad");
    }
  }

  // ── how it looks ─────────────────────────────────────────────────────────────────────────

  function dress({ theme, locale, styles, toolInfo, safeAreaInsets: inset }) {
    const root = document.documentElement;
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (locale) words.speak(locale);
    if (toolInfo?.tool) called = toolInfo.tool;
    for (const [name, value] of Object.entries(styles?.variables || {})) {
      if (/^--(color|font|border)-[a-z0-9-]+$/.test(name) && value) root.style.setProperty(name, value);
    }
    if (inset) document.body.style.padding = ["top", "right", "bottom", "left"].map((side) => `${inset[side] || 0}px`).join(" ");
  }

  function reportSize() {
    const page = document.getElementById("page");
    let last = 0;
    new ResizeObserver(() => {
      const height = Math.ceil(page.getBoundingClientRect().height);
      if (height === last) return;
      last = height;
      host.notify("ui/notifications/size-changed", { width: document.documentElement.clientWidth, height });
    }).observe(page);
  }

  function rest() {
    jobView.close();
    datasetView.close();
    return {};
  }

  host.on("ui/notifications/tool-input", (params) => { input = params.arguments || {}; });
  host.on("ui/notifications/tool-result", answered);
  host.on("ui/notifications/tool-cancelled", ({ reason }) => say(`Cancelled${reason ? `: ${reason}` : ""}`));
  host.on("ui/notifications/host-context-changed", dress);
  host.onRequest("ui/resource-teardown", rest);
  host.connect(document.body.dataset.version).then((context) => {
    dress(context);
    reportSize();
  }, (problem) => say(problem.message, "bad"));
})();
