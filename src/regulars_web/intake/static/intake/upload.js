// Files dragged onto the field, seen before they are sent, sent with a bar that moves. The form works without it.
(() => {
  "use strict";
  const form = document.getElementById("upload");
  if (!form) return;
  const field = form.querySelector("#files"), zone = form.querySelector(".drop"), list = form.querySelector("#chosen");
  const limit = form.querySelector("#limit"), sending = form.querySelector("#sending"), said = form.querySelector("#said");
  const bar = sending.querySelector("progress"), says = form.querySelector("#says").dataset, go = form.querySelector("button.go");
  const known = /\.(csv|tsv|txt|xlsx|xls|xlsm|xlsb|ods|parquet)$/i;
  const most = { files: Number(form.dataset.mostFiles), bytes: Number(form.dataset.mostBytes) };
  let request = null;
  zone.classList.add("listed"); // the files chosen are listed below: the browser's own words, in its own language, need not be shown

  const size = (bytes) => (bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} KB`);
  const say = (text) => { limit.textContent = text; limit.hidden = !text; };

  const show = () => {
    const files = [...field.files], total = files.reduce((sum, file) => sum + file.size, 0);
    list.replaceChildren(...files.map((file) => {
      const item = document.createElement("li"), name = document.createElement("span"), much = document.createElement("span");
      name.textContent = file.webkitRelativePath || file.name;
      much.textContent = size(file.size);
      much.className = "note";
      item.append(name, much);
      return item;
    }));
    const wrong = files.length > most.files ? says.many : total > most.bytes ? says.large : "";
    say(wrong);
    go.disabled = Boolean(wrong);
  };

  const within = async (entry) => {
    if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
    const reader = entry.createReader(), found = [];
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) break;
      for (const one of some) found.push(...await within(one));
    }
    return found;
  };

  const take = (files) => {
    const held = new DataTransfer(), passed = [];
    for (const file of files) (known.test(file.name) ? held.items.add(file) : passed.push(file.name));
    field.files = held.files;
    show();
    if (passed.length && limit.hidden) say(`${says.passed} ${passed.slice(0, 8).join(", ")}`);
  };

  for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const type of ["dragleave", "drop"]) zone.addEventListener(type, () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    const files = entries.length ? (await Promise.all(entries.map(within))).flat() : [...event.dataTransfer.files];
    take(files.sort((a, b) => a.name.localeCompare(b.name)));
  });
  field.addEventListener("change", show);

  const ended = (text) => {
    request = null;
    sending.hidden = true;
    go.disabled = false;
    if (text) say(text);
  };

  form.querySelector("#cancel").addEventListener("click", () => request && request.abort());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (request) return;
    go.disabled = true;
    say("");
    request = new XMLHttpRequest();
    try {
      // Signed out meanwhile? Better told before a large file is sent than after.
      const still = await fetch(form.action, { redirect: "manual", credentials: "same-origin" });
      if (still.type === "opaqueredirect") { location.reload(); return; }
      await still.text();
    } catch { ended(says.broke); return; }
    sending.hidden = false;
    said.textContent = says.sending;
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      const share = Math.round((100 * step.loaded) / step.total);
      bar.value = share;
      said.textContent = share < 100 ? `${says.sending} ${share}% (${size(step.loaded)} / ${size(step.total)})` : says.looking;
    });
    request.addEventListener("abort", () => ended(says.cancelled));
    request.addEventListener("error", () => ended(says.broke));
    request.addEventListener("load", () => {
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      if (request.status === 200 && request.responseURL !== form.action) { location.assign(request.responseURL); return; }
      const told = answer.querySelector("[role=alert] strong") || answer.querySelector("h1");
      ended(told ? told.textContent : says.broke);
    });
    request.send(new FormData(form));
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  show();
})();
