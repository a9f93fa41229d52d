/* History as lines: times of the site, 24 hours, gaps where nothing was known. */
"use strict";
(() => {
  const RELOAD_MS = 60000;
  const two = (number) => String(number).padStart(2, "0");
  const clock = (date) => two(date.getHours()) + ":" + two(date.getMinutes());
  const day = (date) => two(date.getMonth() + 1) + "-" + two(date.getDate());
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const KILO = ["", "k", "M", "G", "T"];

  const scaled = (value, unit) => {
    if (value === null || value === undefined) return "—";
    if (unit !== "b/s") return (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "")) + " " + unit;
    let step = 0;
    while (Math.abs(value) >= 1000 && step < KILO.length - 1) { value /= 1000; step += 1; }
    return (value >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "")) + " " + KILO[step] + unit;
  };

  const options = (node, zone) => {
    const at = (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone);
    const { unit, most } = node.dataset;
    const strokes = [colour("--chart-1"), colour("--chart-2")];
    const axis = { font: "12px sans-serif", stroke: colour("--text-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    return {
      width: node.clientWidth - 20,
      height: 160,
      tzDate: at,
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_, low, high) => [0, most ? Number(most) : Math.max(high || 0, unit === "ms" ? 1 : 0.5) * 1.1] } },
      axes: [
        { ...axis, size: 30, values: (_, ticks) => ticks.map((tick) => (clock(at(tick)) === "00:00" ? day(at(tick)) : clock(at(tick)))) },
        { ...axis, size: 74, values: (_, ticks) => ticks.map((tick) => scaled(tick, unit)) },
      ],
      series: [
        { value: (_, seconds) => (seconds ? day(at(seconds)) + " " + clock(at(seconds)) : "—"), label: node.dataset.time },
        ...JSON.parse(node.dataset.series).map(([, label], index) => ({
          label, stroke: strokes[index], width: 1.5, fill: index === 0 ? strokes[index] + "1c" : undefined,
          dash: index === 1 ? [5, 3] : undefined, spanGaps: false, points: { show: false }, value: (_, value) => scaled(value, unit),
        })),
      ],
    };
  };

  const draw = async (node, hours) => {
    const answer = await fetch(node.dataset.src + "?hours=" + hours, { headers: { "X-Guanjin-Live": "1" } });
    if (!answer.ok) return;
    const found = await answer.json();
    const columns = JSON.parse(node.dataset.series).map(([name]) => found.values[name]);
    if (node.chart) node.chart.destroy();
    node.textContent = "";
    node.chart = null;
    node.classList.remove("none");
    if (!columns.some((values) => values.some((value) => value !== null))) {
      const empty = document.createElement("p");
      empty.className = "empty";
      empty.textContent = node.dataset.empty;
      node.append(empty);
      node.classList.add("none");
      return;
    }
    /* A young installation begins where its history does, not with hours of nothing. */
    const first = found.times.findIndex((_, at) => columns.some((values) => values[at] !== null));
    const begin = Math.min(first, Math.max(0, found.times.length - 15));
    node.chart = new uPlot(options(node, node.dataset.tz), [found.times, ...columns].map((one) => one.slice(begin)), node);
  };

  const all = () => document.querySelectorAll(".chart[data-src]");
  let hours = 6;
  const drawAll = () => { for (const node of all()) draw(node, hours); };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-hours]");
    if (!button) return;
    hours = Number(button.dataset.hours);
    for (const other of document.querySelectorAll("[data-hours]")) other.setAttribute("aria-pressed", String(other === button));
    drawAll();
  });
  window.addEventListener("resize", () => {
    for (const node of all()) if (node.chart) node.chart.setSize({ width: node.clientWidth - 20, height: 160 });
  });
  drawAll();
  setInterval(() => { if (document.visibilityState === "visible") drawAll(); }, RELOAD_MS);
})();
