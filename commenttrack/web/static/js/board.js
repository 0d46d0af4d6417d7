// The live board: htmx asks every quarter of a minute what moved. Without this script the page is right when it is loaded.
(() => {
  "use strict";
  const said = document.getElementById("board-said");
  const live = () => document.getElementById("board-live");
  const ours = (event) => event.target === live() || event.detail.elt === live();
  const say = (words) => { if (said.textContent !== words) said.textContent = words; };

  const ticks = () => [...live().querySelectorAll('input[name="request"]')];
  const showTicks = () => {
    const place = live().querySelector("[data-ticked]");
    if (place) place.textContent = `(${ticks().filter((tick) => tick.checked).length})`;
    const all = live().querySelector("[data-tick-all]");
    if (all) {
      all.hidden = false;
      all.textContent = ticks().some((tick) => tick.checked) ? "Untick all" : "Tick all shown";
    }
  };

  // Nobody looks at a hidden tab; when it is looked at again, it asks at once.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (ours(event) && document.hidden) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) window.htmx?.trigger(live(), "board:look");
  });

  // What the reader has ticked, and where they have scrolled, outlives the exchange.
  let kept = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!ours(event)) return;
    if (event.detail.xhr.status === 204) return;
    if (!event.detail.serverResponse.includes('id="board-live"')) {
      event.detail.shouldSwap = false;
      say("This page is no longer live: sign in again, or load it anew.");
      return;
    }
    const box = live().querySelector("[data-keep-scroll]");
    kept = {
      ticked: new Set(ticks().filter((tick) => tick.checked).map((tick) => tick.value)),
      left: box?.scrollLeft ?? 0,
      top: box?.scrollTop ?? 0,
    };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!kept) return;
    for (const tick of ticks()) tick.checked = kept.ticked.has(tick.value);
    const box = live().querySelector("[data-keep-scroll]");
    box?.scrollTo({ left: kept.left, top: kept.top, behavior: "instant" });
    kept = null;
    showTicks();
  });
  const failed = (event) => { if (ours(event)) say("The server could not be reached; the figures may be old."); };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);

  document.addEventListener("change", (event) => {
    if (event.target.name === "request") showTicks();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-tick-all]")) return;
    const any = ticks().some((tick) => tick.checked);
    for (const tick of ticks()) tick.checked = !any;
    showTicks();
  });
  showTicks();

  // Whoever opened a group of parts goes on at its name, with the table in sight: its head sticks, so that the browser
  // takes it for seen wherever it is.
  const name = location.hash.startsWith("#group-") && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (name) addEventListener("load", () => {
    name.focus({ preventScroll: true });
    name.closest(".board").scrollIntoView({ behavior: "instant" });
    name.scrollIntoView({ behavior: "instant", block: "nearest", inline: "nearest" });
  });
})();
