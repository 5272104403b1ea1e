/**
 * What makes pages live where there is JavaScript: asks for the same page every few seconds, and puts what differs in
 * place of the regions that are marked so. Forms lie outside of them. Pages say everything without it.
 */
export const SCRIPT = `
(() => {
  "use strict";
  const EVERY = 3000;
  const FOCUSABLE = "a[href],button,summary,[tabindex]";
  const state = document.getElementById("live-state");
  const say = document.getElementById("say");
  let generation = document.body.dataset.generation;
  let failed = 0;

  const isSelectedIn = (region) => {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && region.contains(selection.anchorNode);
  };

  function replace(region, next) {
    if (region.innerHTML === next.innerHTML || isSelectedIn(region)) return;
    const held = [...region.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
    const open = new Set([...region.querySelectorAll("details[open]")].map((details) => details.dataset.key));
    const scrolled = [...region.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    region.replaceChildren(...next.childNodes);
    for (const details of region.querySelectorAll("details")) if (open.has(details.dataset.key)) details.open = true;
    [...region.querySelectorAll(".scroll")].forEach((box, at) => { box.scrollLeft = scrolled[at] ?? 0; });
    if (held >= 0) region.querySelectorAll(FOCUSABLE)[held]?.focus({ preventScroll: true });
  }

  async function refresh() {
    const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    if (response.status === 401 || response.status === 403) return location.reload();
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const region of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(region.id);
      if (next !== null) replace(region, next);
    }
    const newest = page.body.dataset.generation;
    if (newest !== undefined && newest !== generation) {
      generation = newest;
      document.body.dataset.generation = newest;
      say.textContent = "Generation " + newest + " is served now.";
    }
  }

  function show(text, name) {
    state.textContent = text;
    state.className = "live " + name;
  }

  async function tick() {
    if (!document.hidden) {
      try {
        await refresh();
        failed = 0;
        show("Live", "on");
      } catch {
        failed++;
        show("The edge does not answer", "off");
      }
    }
    setTimeout(tick, Math.min(EVERY * 2 ** failed, 30000));
  }

  if (document.querySelector("[data-live]") !== null) {
    show("Live", "on");
    setTimeout(tick, EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh().catch(() => undefined); });
  }

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches("input,select,textarea");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const field = document.querySelector("[data-search]");
    if (field === null) location.assign("/hosts");
    else { field.focus(); field.select(); }
  });
})();
`;
