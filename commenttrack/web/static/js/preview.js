// Renders the part again while it is being written. Without this script the button does the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-preview]");
  const place = form && document.getElementById(form.dataset.preview);
  if (!place) return;
  let timer, newest = 0;
  const render = async () => {
    const mine = ++newest;
    const data = new FormData(form);
    data.set("act", "preview");
    try {
      const answer = await fetch(location.href, { method: "POST", body: data, credentials: "same-origin" });
      if (!answer.ok || mine !== newest) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(form.dataset.preview);
      if (fresh) place.replaceChildren(...fresh.childNodes);
    } catch {
      // Offline for a moment: the last rendering stays.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(render, 600);
  });
  // What was typed before this script ran, or what the browser kept of an earlier visit, is not in the rendering yet.
  if ([...form.elements].some((field) => "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue)) render();
})();
