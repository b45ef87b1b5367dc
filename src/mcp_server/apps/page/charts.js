// One small chart for each column, drawn from its summary.
const charts = (() => {
  const WIDTH = 160;
  const HEIGHT = 44;

  function histogram(column) {
    const most = Math.max(1, ...column.counts);
    const step = WIDTH / column.counts.length;
    return svg("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", preserveAspectRatio: "none",
      "aria-label": `${column.name}: from ${column.low} to ${column.high}`,
    }, column.counts.map((count, n) => {
      const height = count ? Math.max(1, (count / most) * HEIGHT) : 0;
      return svg("rect", { x: n * step + 0.5, y: HEIGHT - height, width: Math.max(step - 1, 0.5), height });
    }));
  }

  function bars(column) {
    const most = Math.max(1, ...column.values.map(([, count]) => count));
    const rows = column.rows - column.nulls;
    return el("dl", { class: "bars" }, column.values.map(([value, count]) => {
      const fill = el("span", { class: "fill" });
      fill.style.width = `${(100 * count) / most}%`;
      return el("div", {}, el("dt", { title: value }, value),
        el("dd", {}, el("span", { class: "track" }, fill), words.percent(count / rows)));
    }));
  }

  /** Limits, or how many different values there are. */
  function range(column) {
    if (column.shape === "histogram") return limits(column);
    if (column.distinct === null || column.distinct <= column.values?.length) return "";
    const all = column.distinct === column.rows - column.nulls;
    return all ? "all different" : `${words.short(column.distinct)} different`;
  }

  function limits({ low, high }) {
    if (typeof low === "number") return `${words.number(low, 2)} – ${words.number(high, 2)}`;
    // Of moments the day is enough, unless all are of one.
    const days = low.slice(0, 10) !== high.slice(0, 10) && low.includes("T");
    return [low, high].map((value) => (days ? value.slice(0, 10) : words.moment(value))).join(" – ");
  }

  const picture = { histogram, values: bars };

  function card(column) {
    const empty = column.nulls ? `${words.percent(column.nulls / column.rows)} empty` : null;
    const drawn = column.rows > column.nulls ? picture[column.shape]?.(column) : null;
    const said = [range(column), empty].filter(Boolean).join(" · ");
    return el("figure", {},
      el("figcaption", {}, el("strong", { title: column.name }, column.name), el("span", { class: "quiet" }, said)),
      drawn || el("p", { class: "quiet sample" }, (column.examples || []).join(", ")));
  }

  const grid = (columns) => el("div", { class: "charts" }, columns.map(card));

  return { grid };
})();
