// The matrix by keyboard: arrows move, Enter opens the cell's own page in a dialog, Space ticks, R reviews, U undoes.
// Everything done here is a form or a link of the page; without this script they work by themselves.
(() => {
  "use strict";
  const live = document.getElementById("matrix-live");
  const dialog = document.getElementById("cell-editor");
  const said = document.getElementById("matrix-said");
  const body = dialog.querySelector("[data-body]");
  const title = document.getElementById("cell-editor-title");
  const here = location.pathname + location.search;
  let at = null; // {row, column}: ids of where the keyboard is, which outlive the table's replacement

  const grid = () => live.querySelector("[data-grid]");
  const lines = () => [...(grid()?.querySelectorAll("tr[data-row]") ?? [])];
  const placeOf = (cell) => ({ row: cell.parentElement.dataset.row, column: cell.cellIndex });
  const cellAt = (place) => lines().find((line) => line.dataset.row === place?.row)?.cells[place.column];

  // One cell of the table is in the order of tabbing, and what stands inside cells is not.
  const stand = (cell, focus) => {
    for (const other of grid().querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
    at = placeOf(cell);
    if (focus) {
      cell.focus({ preventScroll: true });
      cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  };

  const ticks = () => [...live.querySelectorAll('input[name="provision"]')];
  const showTicks = () => {
    const chosen = ticks().filter((tick) => tick.checked).length;
    for (const tick of ticks()) tick.closest("tr").toggleAttribute("data-ticked-row", tick.checked);
    const place = live.querySelector("[data-ticked]");
    if (place) place.textContent = `(${chosen})`;
    const all = live.querySelector("[data-tick-all]");
    if (all) {
      all.hidden = false;
      all.textContent = chosen ? "Untick all" : "Tick all on this page";
    }
  };

  const prepare = () => {
    const table = grid();
    for (const hidden of live.querySelectorAll("[data-keys]")) hidden.hidden = false;
    if (!table) return;
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", table.parentElement.getAttribute("aria-label"));
    table.parentElement.removeAttribute("tabindex");
    for (const inner of table.querySelectorAll("tbody a, tbody input")) inner.tabIndex = -1;
    stand(cellAt(at) ?? lines()[0].cells[0], false);
    showTicks();
  };

  // The answer to a form is the page as it is now: its table takes the old one's place, and nothing else moves.
  const show = (page) => {
    const fresh = page.getElementById("matrix-live");
    if (!fresh) return false;
    const box = live.querySelector(".matrix");
    const scrolled = box && [box.scrollTop, box.scrollLeft];
    const ticked = new Set(ticks().filter((tick) => tick.checked).map((tick) => tick.value));
    const focused = live.contains(document.activeElement) || document.activeElement === document.body;
    live.replaceChildren(...fresh.childNodes);
    for (const tick of ticks()) tick.checked = ticked.has(tick.value);
    prepare();
    const after = live.querySelector(".matrix");
    if (after && scrolled) after.scrollTo({ top: scrolled[0], left: scrolled[1], behavior: "instant" });
    if (focused && at && cellAt(at)) stand(cellAt(at), true);
    return true;
  };
  const tell = (page) => {
    const words = [...page.querySelectorAll(".flash")].map((each) => each.textContent.trim());
    said.textContent = words.join(" ");
    return words;
  };

  const ask = async (address, data) => {
    const answer = await fetch(address, data ? { method: "POST", body: data, credentials: "same-origin" } : { credentials: "same-origin" });
    return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
  };
  const failed = () => { said.textContent = "The server could not be reached. Nothing was saved; try again."; notice(said.textContent, true); };
  const notice = (words, attention) => {
    live.querySelector("[data-notice]")?.remove();
    if (!words) return;
    const line = document.createElement("p");
    line.className = attention ? "flash flash--attention" : "flash flash--done";
    line.dataset.notice = "";
    line.textContent = words;
    live.prepend(line);
  };

  const post = async (address, data) => {
    data.set("back", here);
    try {
      const { answer, page } = await ask(address, data);
      if (answer.ok && show(page)) notice(tell(page).join(" "), false);
      else notice(refusal(page), true);
    } catch { failed(); }
  };
  const refusal = (page) => {
    const words = page.querySelector(".error-summary li, main .lead")?.textContent.trim() ?? "This could not be done.";
    said.textContent = words;
    return words;
  };

  // -------------------------------------------------------------------------------------------------- the cell's editor
  const fill = (page) => {
    const editor = page.getElementById("link-editor");
    if (!editor) return false;
    title.textContent = page.querySelector("h1").textContent;
    body.replaceChildren(...editor.childNodes);
    const first = body.querySelector(".error-summary") ?? body.querySelector("input[type=radio]:checked, input[type=radio]");
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    (first ?? title).focus();
    return true;
  };
  const open = async (cell) => {
    const column = grid().tHead.rows[0].cells[cell.cellIndex].dataset.column;
    const link = cell.querySelector("a");
    if (!column || (!link && !grid().dataset.map)) {
      if (link) location.assign(link.href);
      else if (column && grid().dataset.members) location.assign(grid().dataset.members + column);
      else if (cell.cellIndex === 2) document.getElementById("owner").focus();
      return;
    }
    const address = link ? link.href : `${grid().dataset.map}/${cell.parentElement.dataset.row}/${column}`;
    try {
      const { page } = await ask(address);
      if (!fill(page)) location.assign(address);
    } catch { failed(); }
  };
  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const data = new FormData(form, event.submitter);
    data.set("back", here);
    try {
      const { answer, page } = await ask(form.action, data);
      if (answer.ok && page.getElementById("matrix-live")) {
        dialog.close();
        show(page);
        notice(tell(page).join(" "), false);
      } else if (!fill(page)) {
        const box = document.createElement("p");
        box.className = "error-summary";
        box.textContent = refusal(page);
        body.prepend(box);
      }
    } catch {
      failed();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) dialog.close();
    if (event.target.closest("[data-keep]")) {
      event.preventDefault();
      dialog.close();
      ask(here).then(({ page }) => show(page)).catch(failed);
    }
  });
  dialog.addEventListener("close", () => {
    body.replaceChildren();
    const cell = cellAt(at);
    if (cell) stand(cell, true);
  });

  // ------------------------------------------------------------------------------------------------------------ the keys
  const moves = {
    ArrowLeft: (line, column) => [line, column - 1],
    ArrowRight: (line, column) => [line, column + 1],
    ArrowUp: (line, column) => [line - 1, column],
    ArrowDown: (line, column) => [line + 1, column],
    PageUp: (line, column) => [line - 10, column],
    PageDown: (line, column) => [line + 10, column],
    Home: (line, column, all) => [all ? 0 : line, 0],
    End: (line, column, all) => [all ? Infinity : line, Infinity],
  };
  const within = (number, count) => Math.min(Math.max(number, 0), count - 1);
  live.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("[data-grid] [data-row] > th, [data-grid] [data-row] > td");
    if (!cell || event.target !== cell || event.altKey || event.metaKey) return;
    const line = cell.parentElement;
    const move = moves[event.key];
    const key = event.key.toLowerCase();
    if (move) {
      const all = lines();
      const [to, column] = move(all.indexOf(line), cell.cellIndex, event.ctrlKey);
      const target = all[within(to, all.length)];
      stand(target.cells[within(column, target.cells.length)], true);
    } else if (event.ctrlKey) {
      return;
    } else if (event.key === "Enter") {
      open(cell);
    } else if (event.key === " ") {
      const tick = line.querySelector('input[name="provision"]');
      tick.checked = !tick.checked;
      showTicks();
    } else if (key === "r") {
      const form = document.getElementById("bulk");
      const data = new FormData();
      const reviewed = line.querySelector(".state--reviewed");
      data.set("csrf_token", form.elements.csrf_token.value);
      data.set("provision", line.dataset.row);
      data.set("act", reviewed ? "unreviewed" : "reviewed");
      post(form.action, data);
    } else if (key === "u") {
      const form = live.querySelector("form[data-undo-last]");
      if (form) post(form.action, new FormData(form));
      else notice("There is nothing of yours to undo here.", true);
    } else {
      return;
    }
    event.preventDefault();
  });
  live.addEventListener("click", (event) => {
    if (event.target.closest("[data-tick-all]")) {
      const any = ticks().some((tick) => tick.checked);
      for (const tick of ticks()) tick.checked = !any;
      showTicks();
      return;
    }
    const cell = event.target.closest("[data-grid] [data-row] > th, [data-grid] [data-row] > td");
    if (!cell) return;
    stand(cell, false);
    if (event.target.closest("a, input")) {
      // A mapped position opens in place; a provision's link leads to its own page, as links do.
      const link = event.target.closest("td.cell a");
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        open(cell);
      }
      return;
    }
    cell.focus({ preventScroll: true });
  });
  live.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("[data-grid] tbody td.cell");
    if (cell) open(cell);
  });
  live.addEventListener("change", (event) => {
    if (event.target.name === "provision") showTicks();
  });
  live.addEventListener("submit", (event) => {
    event.preventDefault();
    post(event.target.action, new FormData(event.target, event.submitter));
  });
  prepare();
})();
