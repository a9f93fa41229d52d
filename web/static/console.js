/* What the pages gain with JavaScript; none of them needs it to work. */
"use strict";
(() => {
  const REFRESH_MS = 5000;
  const FOLLOW_MS = 550;
  /* The server's words in the reader's language; 7 stands where the number goes. */
  const words = JSON.parse(document.body.dataset.words);
  const say = (word, number) => words[word].replace("7", String(Math.floor(number)));

  /* Ages grow on the page, so that a stopped refresh cannot look fresh. */
  const age = (seconds) => {
    if (seconds < 60) return say("s", Math.max(0, seconds));
    if (seconds < 3600) return say("m", seconds / 60);
    if (seconds < 172800) return say("h", seconds / 3600);
    return say("d", seconds / 86400);
  };
  /* The server's clock counts: office computers are often minutes off. */
  const skew = Date.now() - Date.parse(document.body.dataset.now);
  const grow = () => {
    for (const time of document.querySelectorAll("time[data-age]")) {
      const text = age((Date.now() - skew - Date.parse(time.dateTime)) / 1000);
      if (time.textContent !== text) time.textContent = text;
    }
  };

  /* Parts marked hx-trigger="refresh from:body" reload themselves, only while somebody can see them. */
  const refresh = () => {
    if (document.visibilityState === "visible") document.body.dispatchEvent(new Event("refresh"));
  };
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent && event.detail.triggeringEvent.type === "refresh") {
      event.detail.headers["X-Guanjin-Live"] = "1";
    }
  });
  document.addEventListener("visibilitychange", refresh);

  /* Between two refreshes a small question: did any device or line change its state? Then the page follows at once. */
  let asking = false;
  const follow = async () => {
    const strip = document.getElementById("status");
    if (asking || document.visibilityState !== "visible" || !strip || !("changes" in strip.dataset)) return;
    asking = true;
    try {
      const answer = await fetch("/changes", { headers: { "X-Guanjin-Live": "1" }, redirect: "error" });
      if (answer.ok && (await answer.text()) !== strip.dataset.changes) refresh();
    } catch {
      /* The next refresh says that the connection is lost. */
    }
    asking = false;
  };

  /* A part that is replaced under the reader's finger gives the focus back. */
  let focused = null;
  const plain = (html) => html.replace(/(<time[^>]*>)[^<]*/g, "$1");
  const served = new Map();
  /* What has not changed is not touched: a selection or an open menu stays as it is. */
  const unchanged = (target, html) => {
    if (!target.id) return false;
    const part = new DOMParser().parseFromString(html, "text/html").getElementById(target.id);
    const now = part ? plain(part.outerHTML) : "";
    const same = served.get(target.id) === now;
    served.set(target.id, now);
    return same;
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (xhr.status === 200 && requestConfig.headers["X-Guanjin-Live"] && unchanged(target, xhr.responseText)) {
      event.detail.shouldSwap = false;
      return;
    }
    const active = document.activeElement;
    focused = active && target.contains(active) ? active.getAttribute("href") : null;
  });
  /* The tab tells how much waits, also when it is buried. */
  const count = () => {
    const waiting = Number((document.getElementById("status") || { dataset: {} }).dataset.waiting || 0);
    document.title = document.title.replace(/^(\[[^\]]*\])( \(\d+\))?/, "$1" + (waiting ? " (" + waiting + ")" : ""));
    const icon = document.querySelector("link[rel=icon]");
    const address = icon.getAttribute("href").replace(/\d+\.svg$/, waiting + ".svg");
    if (icon.getAttribute("href") !== address) icon.setAttribute("href", address);
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    grow();
    count();
    if (!focused) return;
    const again = [...event.detail.elt.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === focused);
    if (again) again.focus({ preventScroll: true });
    focused = null;
  });

  /* An answer that does not come is said in red, as a stopped poller is. */
  const lost = (is) => {
    let bar = document.getElementById("lost");
    if (!is && bar) bar.remove();
    if (!is || bar) return;
    bar = document.createElement("p");
    bar.id = "lost";
    bar.className = "alarm";
    bar.setAttribute("role", "alert");
    bar.textContent = words.lost;
    document.getElementById("status").after(bar);
  };
  document.addEventListener("htmx:sendError", () => lost(true));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) lost(false); });

  /* Without a mouse: / searches, j and k walk the rows, Enter opens, ? explains. */
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]");
  const walk = (step) => {
    const rows = [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("a[href]"));
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.classList.contains("at"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
    if (now >= 0) rows[now].classList.remove("at");
    next.classList.add("at");
    next.querySelector("a[href]").focus();
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const search = document.querySelector(".search input");
    const help = document.getElementById("keys");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
    if (event.key === "j") walk(1);
    if (event.key === "k") walk(-1);
    if (event.key === "?" && help && !help.open) help.showModal();
  });

  /* Filters act as soon as something is chosen; the button stays for those without JavaScript. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("form[data-auto] select")) event.target.form.submit();
  });
  document.addEventListener("click", (event) => {
    const menu = document.querySelector(".person[open]");
    if (menu && !menu.contains(event.target)) menu.removeAttribute("open");
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) navigator.clipboard.writeText(copy.dataset.copy);
  });

  grow();
  setInterval(grow, 1000);
  setInterval(refresh, REFRESH_MS);
  setInterval(follow, FOLLOW_MS);
})();
