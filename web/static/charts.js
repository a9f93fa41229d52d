/* History as lines: times of the site, 24 hours, gaps where nothing was known. Over longer times a line is the mean of
   each step, and a faint line above it the highest minute: a mean hides a full line. */
"use strict";
(() => {
  const RELOAD_MS = 60000;
  const MINUTE = 60;
  const HALF_DAY = 43200;
  const two = (number) => String(number).padStart(2, "0");
  const clock = (date) => two(date.getHours()) + ":" + two(date.getMinutes());
  const day = (date) => two(date.getMonth() + 1) + "-" + two(date.getDate());
  const date = (moment) => moment.getFullYear() + "-" + day(moment);
  const month = (moment) => date(moment).slice(0, 7);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const KILO = ["", "k", "M", "G", "T"];

  const scaled = (value, unit) => {
    if (value === null || value === undefined) return "—";
    if (unit !== "b/s") return (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "")) + " " + unit;
    let step = 0;
    while (Math.abs(value) >= 1000 && step < KILO.length - 1) { value /= 1000; step += 1; }
    return (value >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "")) + " " + KILO[step] + unit;
  };

  /* A value that stands alone would be a line of no length. */
  const alone = (chart, series) => {
    const values = chart.data[series];
    const known = (place) => values[place] !== null && values[place] !== undefined;
    return values.map((_, place) => place).filter((place) => known(place) && !known(place - 1) && !known(place + 1));
  };

  const tick = (moment, step) => {
    if (step >= HALF_DAY) return moment.getDate() === 1 ? month(moment) : day(moment);
    return clock(moment) === "00:00" ? day(moment) : clock(moment);
  };

  const series = (node, lines) => {
    const { unit } = node.dataset;
    const strokes = [colour("--chart-1"), colour("--chart-2")];
    const shown = (line) => (_, value, __, place) => {
      const peak = line.peaks && place !== null ? line.peaks[place] : null;
      return scaled(value, unit) + (peak === null ? "" : " (" + node.dataset.peak + " " + scaled(peak, unit) + ")");
    };
    const points = { show: false, filter: alone, size: 4 };
    const means = lines.map((line, index) => ({
      label: line.label, stroke: strokes[index], width: 1.5, fill: index === 0 ? strokes[index] + "1c" : undefined,
      dash: index === 1 ? [5, 3] : undefined, spanGaps: false, points, value: shown(line),
    }));
    const peaks = lines.flatMap((line, index) => (line.peaks ? [{ class: "peak", stroke: strokes[index] + "70", width: 1, spanGaps: false, points }] : []));
    return [...means, ...peaks];
  };

  const options = (node, zone, lines, step) => {
    const at = (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone);
    const { unit, most } = node.dataset;
    const axis = { font: "12px sans-serif", stroke: colour("--text-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    return {
      width: node.clientWidth - 20,
      height: 160,
      tzDate: at,
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_, low, high) => [0, most ? Number(most) : Math.max(high || 0, unit === "ms" ? 1 : 0.5) * 1.1] } },
      axes: [
        { ...axis, size: 30, values: (_, ticks) => ticks.map((seconds) => tick(at(seconds), step)) },
        { ...axis, size: 74, values: (_, ticks) => ticks.map((value) => scaled(value, unit)) },
      ],
      series: [
        { value: (_, seconds) => (seconds ? (step >= HALF_DAY ? date : day)(at(seconds)) + " " + clock(at(seconds)) : "—"), label: node.dataset.time },
        ...series(node, lines),
      ],
    };
  };

  const draw = async (node, hours) => {
    const answer = await fetch(node.dataset.src + "?hours=" + hours, { headers: { "X-Guanjin-Live": "1" } });
    if (!answer.ok) return;
    const found = await answer.json();
    const names = JSON.parse(node.dataset.series);
    const lines = names.map(([name, label]) => ({ label, values: found.values[name], peaks: found.step > MINUTE ? found.peaks[name] : undefined }));
    if (node.chart) node.chart.destroy();
    node.textContent = "";
    node.chart = null;
    node.classList.remove("none");
    if (found.note) say(node, "note", found.note);
    const known = (at) => lines.some((line) => line.values[at] !== null);
    const first = found.times.findIndex((_, at) => known(at));
    if (first < 0) {
      say(node, "empty", node.dataset.empty);
      node.classList.add("none");
      return;
    }
    /* A young installation begins where its history does, not with hours of nothing. */
    const begin = Math.min(first, Math.max(0, found.times.length - 15));
    const shown = lines.map((line) => ({ ...line, values: line.values.slice(begin), peaks: line.peaks && line.peaks.slice(begin) }));
    const columns = [...shown.map((line) => line.values), ...shown.flatMap((line) => (line.peaks ? [line.peaks] : []))];
    node.chart = new uPlot(options(node, node.dataset.tz, shown, found.step), [found.times.slice(begin), ...columns], node);
  };

  const say = (node, kind, text) => {
    const paragraph = document.createElement("p");
    paragraph.className = kind;
    paragraph.textContent = text;
    node.append(paragraph);
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
