"use strict";
(() => {
  const grid = document.getElementById("grid");
  const body = grid.tBodies[0];
  const headings = [...grid.tHead.rows[0].cells];
  const compare = new Intl.Collator(undefined, { numeric: true });

  headings.forEach((heading, column) => {
    heading.querySelector("button").addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[column].dataset.sort || "";
      const name = (row) => row.cells[0].dataset.sort;
      const rows = [...body.rows].sort((a, b) => {
        const order = compare.compare(key(a), key(b));
        return (down ? -order : order) || compare.compare(name(a), name(b));
      });
      body.append(...rows);
    });
  });

  const keys = [...document.querySelectorAll("button.key")];
  keys.forEach((button) => button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    keys.forEach((other) => other.setAttribute("aria-pressed", String(on && other === button)));
    body.classList.toggle("chosen", on);
    for (const cell of body.querySelectorAll("td.cell")) {
      cell.classList.toggle("match", cell.dataset.verdict === button.dataset.verdict);
    }
  }));

  const find = document.getElementById("find");
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    for (const row of body.rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
  });

  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  body.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    const move = moves[event.key];
    if (!cell || !move || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...body.rows].filter((row) => !row.hidden);
    const next = rows[rows.indexOf(cell.parentElement) + move[0]]?.cells[cell.cellIndex + move[1]];
    const link = next?.querySelector("a");
    if (link) {
      event.preventDefault();
      link.focus();
    }
  });
})();
