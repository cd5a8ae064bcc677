"use strict";
// The list works without this script: it keeps the progress of series that go
// on up to date, and shows runs as they end.
(() => {
  const pause = 1000;
  const box = document.getElementById("series");

  function update(s) {
    const part = [...box.children].find(e => e.dataset.path === s.path);
    if (!part || part.classList.contains("stopped") !== s.stopped) return false;
    const bar = part.querySelector("progress");
    bar.max = s.total;
    bar.value = s.done;
    for (const name of ["done", "total", "failed"]) part.querySelector("." + name).textContent = s[name];
    const running = part.querySelector(".running");
    if (running) running.textContent = s.running.length ? "Running: " + s.running.join(", ") : "";
    return true;
  }

  async function look() {
    try {
      const answer = await fetch("/progress", { cache: "no-store" });
      if (!answer.ok) return;
      const now = await answer.json();
      const known = now.series.every(update) && now.series.length === box.children.length;
      const busy = document.querySelector("input:checked") || document.activeElement?.matches("input, select");
      if (!busy && (!known || now.runs !== Number(document.body.dataset.runs))) {
        location.reload();
        return;
      }
    } catch {
      // The server has ended, or starts again.
    }
    setTimeout(look, pause);
  }
  setTimeout(look, pause);
})();
