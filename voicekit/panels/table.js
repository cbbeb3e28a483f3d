/** Shows rows as a table: text as text, parts that were not changed stay in place. */

import { make } from "./dom.js";

/** What a cell of each kind holds besides its text. */
const KINDS = {
  text: () => [],
  number: () => [],
  state: () => [],
  share(share, label) {
    if (share === null) return [];
    return [make("progress", { max: 1, value: share, ariaLabel: label })];
  },
};

function drawCell(cell, column, { text, share = null }) {
  const said = JSON.stringify([text, share]);
  if (cell.said === said) return undefined;
  cell.said = said;
  if (text === "") return cell.replaceChildren();
  const drawn = KINDS[column.kind](share, `${column.label}: ${text}`);
  return cell.replaceChildren(...drawn, make("span", {}, text));
}

function newRow(columns, choose) {
  const row = make("tr");
  if (choose) {
    row.box = make("input", { type: "checkbox", onchange: choose });
    row.insertCell().append(row.box);
  }
  row.values = columns.map((column) => {
    const cell = row.insertCell();
    cell.className = `voicekit-${column.kind}`;
    cell.dataset.label = column.label;
    return cell;
  });
  return row;
}

function render({ model, el }) {
  el.classList.add("voicekit-table");
  const table = make("table");
  const caption = table.createCaption();
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  const drawn = new Map();
  el.classList.toggle("voicekit-selectable", model.get("selectable"));
  el.append(table);
  body.addEventListener("click", chooseByRow);

  function drawHead() {
    const labels = model.get("columns").map(({ label, kind }) =>
      make("th", { scope: "col", className: `voicekit-${kind}` }, label));
    const mark = make("td"); // above the boxes; has no name to read
    head.replaceChildren(...(model.get("selectable") ? [mark] : []), ...labels);
  }

  function choose() {
    const keys = [...drawn].filter(([, row]) => row.box.checked).map(([key]) => key);
    model.set("chosen", keys);
    model.save_changes();
  }

  /** The whole row is its box; who marks a text in it means the text. */
  function chooseByRow({ target }) {
    const box = target.closest("tr")?.box;
    if (!box || target === box || !getSelection().isCollapsed) return;
    box.click();
  }

  function drawRow({ key, mark, cells }) {
    const columns = model.get("columns");
    const row = drawn.get(key) ?? newRow(columns, model.get("selectable") && choose);
    drawn.set(key, row);
    row.className = mark ? `voicekit-mark-${mark}` : "";
    cells.forEach((cell, place) => drawCell(row.values[place], columns[place], cell));
    row.box?.setAttribute("aria-label", `Choose ${key}`);
    return row;
  }

  function drawRows() {
    caption.textContent = model.get("caption");
    const listed = model.get("rows");
    const keys = new Set(listed.map(({ key }) => key));
    for (const key of [...drawn.keys()].filter((one) => !keys.has(one))) {
      drawn.get(key).remove();
      drawn.delete(key);
    }
    // What stands in its place is not moved: it may have the focus.
    listed.map(drawRow).forEach((row, place) => {
      if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null);
    });
    hideEmptyColumns(listed);
    el.hidden = listed.length === 0 && caption.textContent === "";
    head.hidden = listed.length === 0;
    drawChoice();
  }

  function hideEmptyColumns(listed) {
    const filled = model.get("columns").map((_, place) =>
      listed.some(({ cells }) => cells[place].text !== ""));
    const first = model.get("selectable") ? 1 : 0;
    for (const row of table.rows) {
      filled.forEach((isFilled, place) => { row.cells[first + place].hidden = !isFilled; });
    }
  }

  function drawChoice() {
    const chosen = model.get("chosen");
    for (const [key, row] of drawn) if (row.box) row.box.checked = chosen.includes(key);
  }

  model.on("change:rows change:caption", drawRows);
  model.on("change:chosen", drawChoice);
  drawHead();
  drawRows();
  return () => {
    model.off("change:rows change:caption", drawRows);
    model.off("change:chosen", drawChoice);
  };
}

export default { render };
