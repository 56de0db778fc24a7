// "/" goes to the search for customers from everywhere, but not while somebody types; Escape leaves it. It can be
// turned off on the page of the search, for those whose keys are pressed by voice. Everything works without this.
(() => {
  "use strict";
  const KEY = "regulars-seek-off";
  const field = document.querySelector(".seek input, .search input[type=search]");
  if (!field) return;
  const stored = () => { try { return localStorage.getItem(KEY) === "1"; } catch { return false; } };
  let off = stored();

  const typing = (at) => at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));

  document.addEventListener("keydown", (event) => {
    if (off || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.defaultPrevented || typing(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") field.blur();
  });

  const choice = document.getElementById("seek-key");
  if (!choice) return;
  choice.checked = !off;
  choice.closest("[hidden]")?.removeAttribute("hidden");
  choice.addEventListener("change", () => {
    off = !choice.checked;
    try { localStorage.setItem(KEY, off ? "1" : "0"); } catch { /* kept for this page alone */ }
  });
})();
