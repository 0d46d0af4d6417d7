// Dragging parts into order, and finding the words a warning speaks of. The buttons and pages do the same without it.
(() => {
  "use strict";

  if (matchMedia("(max-width: 40rem)").matches) {
    for (const box of document.querySelectorAll(".draft__warnings details")) box.open = false;
  }

  // ------------------------------------------------------------------------------------------------------- the parts
  const list = document.querySelector("[data-sortable]");
  if (list && window.Sortable) {
    const said = document.querySelector("[data-said]");
    for (const handle of list.querySelectorAll("[data-drag]")) handle.hidden = false;
    const renew = (page) => {
      const fresh = page.querySelector("[data-sortable]");
      if (!fresh) return false;
      list.replaceChildren(...fresh.childNodes);
      for (const handle of list.querySelectorAll("[data-drag]")) handle.hidden = false;
      return true;
    };
    Sortable.create(list, {
      handle: "[data-drag]",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      onEnd: async (event) => {
        if (event.oldIndex === event.newIndex) return;
        const row = event.item;
        const data = new FormData(row.querySelector("form"));
        data.set("act", "to");
        data.set("to", String(event.newIndex));
        const name = row.querySelector(".part-row__heading").textContent.trim();
        try {
          const answer = await fetch(row.dataset.place, { method: "POST", body: data, credentials: "same-origin" });
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          if (answer.ok && renew(page)) said.textContent = `“${name}” moved.`;
          else location.reload();
        } catch {
          location.reload(); // nothing was saved: the page shows the order that holds
        }
      },
    });
  }

  // On a narrow page the parts are folded away above the editor.
  const beside = document.querySelector(".drafting__parts");
  if (beside && matchMedia("(max-width: 75rem)").matches) beside.open = false;

  if (matchMedia("(max-width: 40rem)").matches) {
    for (const box of document.querySelectorAll(".draft__warnings details")) box.open = false;
  }

  // --------------------------------------------------------------------------------------------- the words of a warning
  const field = document.querySelector("textarea[data-find]");
  const words = field?.dataset.find.trim();
  if (words) {
    const plain = (text) => text.toLowerCase().replace(/[“”]/g, '"').replace(/[‘’]/g, "'").replace(/\s/g, " ");
    const text = plain(field.value);
    const wanted = plain(words);
    const at = [wanted, wanted.slice(0, 60), wanted.split(" ").slice(0, 4).join(" ")].map((each) => text.indexOf(each)).find((place) => place >= 0);
    if (at !== undefined) {
      field.focus();
      field.setSelectionRange(at, at + words.length);
      // Chromium scrolls to the caret only when something is typed: the share of the text before it is close enough.
      field.scrollTop = (at / field.value.length) * field.scrollHeight - field.clientHeight / 3;
    }
  }
})();
