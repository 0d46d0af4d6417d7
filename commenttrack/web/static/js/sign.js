// Shows the fields that go with the choice, and says once that a person has the page before the eyes.
(() => {
  "use strict";

  for (const block of document.querySelectorAll("[data-shown-with]")) {
    const options = document.getElementsByName(block.dataset.shownWith);
    const fitting = block.dataset.shownFor.split(" ");
    const show = () => {
      const chosen = [...options].find((option) => option.checked);
      block.hidden = !chosen || !fitting.includes(chosen.value);
    };
    for (const option of options) option.addEventListener("change", show);
    show();
  }

  const form = document.querySelector("form[data-opened]");
  if (!form) return;
  const tell = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", tell);
    const data = new FormData();
    data.set("csrf_token", form.elements.csrf_token.value);
    fetch(form.dataset.opened, { method: "POST", body: data, credentials: "same-origin" }).catch(() => {});
  };
  document.addEventListener("visibilitychange", tell);
  tell();
})();
