"use strict";
// Everything on the page can be read without this script: it adds zoom, a
// filter and unfolding.
(() => {
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue("--" + name).trim();

  function plot(box) {
    const p = JSON.parse(box.querySelector("script").textContent);
    const digits = v => v == null ? "–" : String(Number(v.toPrecision(5)));
    const values = (u, all) => all.map(v => v == null ? "" : digits(v));
    const scales = { x: { time: false, distr: p.x_log ? 3 : 1 }, y: { distr: p.y_log ? 3 : 1, range: p.y_share ? [0, 100] : undefined } };
    const axis = { stroke: colour("soft"), grid: { stroke: colour("hair"), width: 1 }, ticks: { stroke: colour("hair"), width: 1 } };
    const shade = u => {
      for (const f of p.faults || []) {
        const left = u.valToPos(f.from, "x", true), right = u.valToPos(f.to, "x", true);
        u.ctx.save();
        u.ctx.beginPath();
        u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
        u.ctx.clip();
        u.ctx.fillStyle = colour("fault");
        u.ctx.fillRect(left, u.bbox.top, Math.max(right - left, 1), u.bbox.height);
        u.ctx.restore();
      }
    };
    const series = [{ label: p.x_name, value: (u, v) => digits(v) }].concat(p.series.map(s => ({
      label: s.name, stroke: colour(s.class), width: 1.6, dash: s.dash ? [6, 4] : undefined, spanGaps: false,
      value: (u, v) => digits(v), points: { show: s.points, size: 5 },
      paths: s.points ? () => null : s.step ? uPlot.paths.stepped({ align: 1 }) : undefined,
    })));
    const data = [p.x].concat(p.series.map(s => s.values));
    const size = () => ({ width: Math.max(box.clientWidth, 320), height: 280 });
    const u = new uPlot({
      ...size(), scales, series, axes: [{ ...axis, values, label: p.x_name }, { ...axis, values, label: p.y_name, size: 70 }],
      cursor: { drag: { x: true, y: false } }, hooks: { drawClear: [shade] },
    }, data, box);
    addEventListener("resize", () => u.setSize(size()));
  }
  document.querySelectorAll(".plot").forEach(plot);

  const filter = document.getElementById("filter");
  if (filter) {
    const rows = [...document.querySelectorAll(".events tbody tr, .runs > .run")], found = document.getElementById("found");
    filter.closest("p").hidden = false;
    filter.addEventListener("input", () => {
      const word = filter.value.toLowerCase();
      let n = 0;
      for (const row of rows) {
        row.hidden = !(row.querySelector("summary") || row).textContent.toLowerCase().includes(word);
        n += row.hidden ? 0 : 1;
      }
      found.textContent = word ? n + " of " + rows.length : "";
    });
  }

  const folded = new Set();
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach(d => { folded.add(d); d.open = true; }));
  addEventListener("afterprint", () => { folded.forEach(d => { d.open = false; }); folded.clear(); });
})();
