/* The map of the topology: drawn from what the server placed, never rearranged; states are asked for again. */
"use strict";
(() => {
  const POLL_MS = 30000;
  const MARGIN = 36;
  const NEAREST = 1.15;
  const STEP = 12;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const box = document.getElementById("map");
  if (!box || !window.cytoscape) return;
  const movable = "movable" in box.dataset;
  const form = document.getElementById("arrangement");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /* The same shapes as in every list. */
  const SIGNS = { crit: "■", warn: "▲", info: "◆", ok: "●", idle: "○", mark: "▽" };
  const SHAPES = { crit: "rectangle", warn: "triangle", info: "diamond", ok: "ellipse", idle: "ellipse", mark: "polygon" };
  const DOWNWARDS = "-1 -0.8 1 -0.8 0 1";
  const PLACES = ["site", "region", "nowhere"];
  const OTHERS = ["neighbour", "far_end"];

  const style = () => {
    const kinds = Object.keys(SHAPES).flatMap((kind) => [
      { selector: "node." + kind, style: { shape: SHAPES[kind], "background-color": colour("--" + kind + "-fill"), "border-color": colour("--" + kind + "-fill") } },
      { selector: "edge." + kind, style: { "line-color": colour("--" + kind + "-fill"), "z-index": 1 } },
    ]);
    const text = { color: colour("--text"), "font-family": getComputedStyle(document.body).fontFamily, "font-size": 13 };
    return [
      { selector: "node", style: { ...text, label: "data(label)", width: 24, height: 24, "border-width": 2, "text-valign": "bottom", "text-margin-y": 4, "text-wrap": "wrap", "line-height": 1.3, "text-max-width": 138, "text-overflow-wrap": "anywhere", "min-zoomed-font-size": 6, "text-background-color": colour("--surface"), "text-background-opacity": 0.85 } },
      { selector: "edge", style: { ...text, label: "data(label)", "font-size": 12, width: 1.5, "curve-style": "straight", "min-zoomed-font-size": 6, "text-background-color": colour("--surface"), "text-background-opacity": 0.9 } },
      { selector: "edge.lines", style: { width: 3 } },
      ...kinds,
      { selector: "node.mark", style: { "shape-polygon-points": DOWNWARDS } },
      { selector: "node.idle", style: { "background-color": colour("--surface") } },
      { selector: "node.other", style: { "border-style": "dashed", width: 18, height: 18 } },
      { selector: "node.place", style: { width: 34, height: 34 } },
      { selector: "edge.crit, edge.warn", style: { "line-style": "dashed", width: 4, "z-index": 2 } },
      { selector: "node:selected", style: { "overlay-color": colour("--link"), "overlay-opacity": 0.22, "overlay-padding": 7 } },
    ];
  };

  const classes = (node) => [node.state, PLACES.includes(node.kind) ? "place" : "", OTHERS.includes(node.kind) ? "other" : ""].join(" ");
  const label = (node) => node.name + (node.opens ? " · " + node.devices : "") + "\n" + SIGNS[node.state] + " " + node.word + (node.opens && node.failing ? " " + node.failing : "");
  const told = (edge) => (edge.state === "ok" || edge.state === "idle" ? "" : SIGNS[edge.state] + " " + edge.word);
  const drawnNode = (node) => ({ group: "nodes", data: { id: node.id, label: label(node), opens: node.opens, page: node.page }, position: { x: node.x, y: node.y }, classes: classes(node) });
  const drawnEdge = (edge) => ({ group: "edges", data: { id: edge.id, source: edge.source, target: edge.target, label: told(edge) }, classes: edge.state + (edge.lines ? " lines" : "") });

  const ask = async () => {
    const answer = await fetch(box.dataset.src, { headers: { "X-Guanjin-Live": "1" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  const row = (kind, id) => document.querySelector("tr[data-" + kind + "=\"" + CSS.escape(id) + "\"]");
  const tell = (kind, one) => {
    const tag = row(kind, one.id) && row(kind, one.id).querySelector(".tag");
    if (!tag) return;
    tag.className = "tag " + one.state;
    tag.lastChild.textContent = one.word;
    tag.firstChild.textContent = SIGNS[one.state];
  };

  let cy = null;
  /* States change, nodes come and go; what stands somewhere stays there. */
  const update = (found) => {
    const known = new Set([...found.nodes, ...found.edges].map((one) => one.id));
    cy.batch(() => {
      cy.elements().filter((one) => !known.has(one.id())).remove();
      for (const node of found.nodes) {
        const there = cy.getElementById(node.id);
        if (there.empty()) cy.add(drawnNode(node));
        else there.data("label", label(node)).classes(classes(node));
        tell("node", node);
      }
      for (const edge of found.edges) {
        const there = cy.getElementById(edge.id);
        if (there.empty()) cy.add(drawnEdge(edge));
        else there.data("label", told(edge)).classes(drawnEdge(edge).classes);
        tell("edge", edge);
      }
    });
  };

  const whole = () => {
    cy.fit(undefined, MARGIN);
    if (cy.zoom() > NEAREST) { cy.zoom(NEAREST); cy.center(); }
  };

  /* Node and row point at each other: the row has the links, and is reached by the keyboard. */
  const point = (id) => {
    for (const other of document.querySelectorAll("tr.at[data-node]")) other.classList.remove("at");
    const there = row("node", id);
    if (!there) return;
    there.classList.add("at");
    there.scrollIntoView({ block: "nearest" });
  };
  const select = (id) => {
    const node = cy.getElementById(id);
    if (node.empty()) return;
    cy.elements(":selected").unselect();
    node.select();
    const { x1, x2, y1, y2 } = cy.extent();
    const { x, y } = node.position();
    if (x < x1 || x > x2 || y < y1 || y > y2) cy.center(node);
  };

  /* By the keyboard: Shift and an arrow, while the node's row has the focus. */
  const moved = () => { if (form) form.hidden = false; };
  const nudge = (event) => {
    const by = event.shiftKey && ARROWS[event.key];
    const there = event.target.closest("tr[data-node]");
    if (!by || !there) return;
    event.preventDefault();
    cy.getElementById(there.dataset.node).shift({ x: by[0] * STEP, y: by[1] * STEP });
    select(there.dataset.node);
    moved();
  };

  const listen = () => {
    cy.on("tap", "node", (event) => point(event.target.id()));
    cy.on("dbltap", "node", (event) => {
      const address = event.target.data("opens") || event.target.data("page");
      if (address) location.assign(address);
    });
    cy.on("dragfree", "node", moved);
    if (movable) document.addEventListener("keydown", nudge);
    document.addEventListener("focusin", (event) => {
      const there = event.target.closest("tr[data-node]");
      if (there) select(there.dataset.node);
    });
    for (const button of document.querySelectorAll("[data-zoom]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        if (button.dataset.zoom === "fit") whole();
        else cy.zoom({ level: cy.zoom() * Number(button.dataset.zoom), renderedPosition: { x: box.clientWidth / 2, y: box.clientHeight / 2 } });
      });
    }
    if (form) form.addEventListener("submit", () => {
      const places = cy.nodes().map((node) => [node.id(), [Math.round(node.position("x")), Math.round(node.position("y"))]]);
      form.elements.places.value = JSON.stringify(Object.fromEntries(places));
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(style()));
  };

  const begin = async () => {
    const found = await ask();
    cy = window.cytoscape({
      container: box,
      elements: [...found.nodes.map(drawnNode), ...found.edges.map(drawnEdge)],
      style: style(),
      layout: { name: "preset" },
      autoungrabify: !movable,
      boxSelectionEnabled: false,
      minZoom: 0.04,
      maxZoom: 3,
    });
    whole();
    listen();
    box.dataset.drawn = String(found.nodes.length);
    box.map = cy;
    setInterval(async () => {
      if (document.visibilityState !== "visible") return;
      try { update(await ask()); } catch { /* The next refresh of the status strip says that the connection is lost. */ }
    }, POLL_MS);
  };
  begin().catch(() => {
    const paragraph = document.createElement("p");
    paragraph.className = "pad dim";
    paragraph.textContent = box.dataset.failed;
    box.prepend(paragraph);
  });
})();
