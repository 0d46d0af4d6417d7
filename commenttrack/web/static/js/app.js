// Small comforts. Every page works without them.
(() => {
  "use strict";

  // Copy buttons appear only where they can work.
  for (const button of document.querySelectorAll("[data-copy], [data-copy-from]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
      await navigator.clipboard.writeText(source ? source.value ?? source.textContent : button.dataset.copy);
      const label = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = label; }, 1500);
    });
  }

  // “/” goes to the search, as the placeholder's neighbours in other tools do.
  document.addEventListener("keydown", (event) => {
    const search = document.querySelector("[data-search-key]");
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (search && event.key === search.dataset.searchKey && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });

  // A page may give one of its buttons a key: “R” on the workbench says “reviewed, no comment”.
  const keyed = document.querySelector("[data-press-key]");
  const button = keyed?.querySelector("button");
  if (button) {
    for (const hint of keyed.querySelectorAll("[data-press-hint]")) hint.hidden = false;
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.toLowerCase() === keyed.dataset.pressKey) button.click();
    });
  }

  // An error summary is where the reader must look first.
  document.querySelector("[data-focus]")?.focus();

  // Counters beside fields with a limit.
  const bytes = new TextEncoder();
  for (const counter of document.querySelectorAll("[data-count-of]")) {
    const field = document.getElementById(counter.dataset.countOf);
    const limit = Number(counter.dataset.limit);
    const show = () => {
      // regulations.gov counts a line break twice.
      const text = field.value.replace(/\r?\n/g, "\r\n");
      const most = Math.max([...text].length, bytes.encode(text).length);
      counter.textContent = `${most.toLocaleString("en-US")} of ${limit.toLocaleString("en-US")}`;
      counter.classList.toggle("counter--over", most > limit);
    };
    field.addEventListener("input", show);
    show();
  }

  // A menu closes when something else is clicked or Escape is pressed.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // On a narrow screen the rail scrolls sideways; the stage one is in must be in sight.
  const rail = document.querySelector(".rail__stages");
  const here = rail?.querySelector("[aria-current]");
  const bringHereIntoSight = () => {
    rail.scrollLeft += here.getBoundingClientRect().left - rail.getBoundingClientRect().left - 16;
  };
  if (here) {
    bringHereIntoSight();
    document.fonts.ready.then(bringHereIntoSight); // the stages before it get other widths with the typefaces
  }

  // A page that waits for a job looks again by itself.
  const waiting = document.querySelector("[data-refresh-seconds]");
  if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.refreshSeconds) * 1000);
})();
