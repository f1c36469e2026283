// Tables: a click on a heading sorts, a button unfolds what a long table keeps back.

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function cellKey(row, column) {
  const cell = row.cells[column];
  return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
}

// Numbers go before words: what has no number ("–") stays at the end whichever way we sort.
function comparison(column, isNumber, direction) {
  return (first, second) => {
    const a = cellKey(first, column);
    const b = cellKey(second, column);
    if (!isNumber) return direction * collator.compare(a, b);
    const bothNumbers = typeof a === "number" && typeof b === "number";
    return bothNumbers ? direction * (a - b) : (typeof a === "string") - (typeof b === "string");
  };
}

function fold(table) {
  const shown = table.dataset.unfolded ? Infinity : Number(table.dataset.rowsShown);
  [...table.tBodies[0].rows].forEach((row, at) => row.classList.toggle("folded", at >= shown));
}

// A first click shows what people look for: the largest numbers, the alphabet's beginning.
function nextOrder(heading) {
  const isNumber = heading.classList.contains("number");
  const now = heading.getAttribute("aria-sort");
  if (!now) return isNumber ? "descending" : "ascending";
  return now === "ascending" ? "descending" : "ascending";
}

function sortBy(table, heading) {
  const order = nextOrder(heading);
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
  const isNumber = heading.classList.contains("number");
  const direction = order === "ascending" ? 1 : -1;
  const rows = [...table.tBodies[0].rows];
  rows.sort(comparison(heading.cellIndex, isNumber, direction));
  table.tBodies[0].append(...rows);
  fold(table);
}

function makeSortable(table) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, heading));
    heading.append(button);
  }
}

function makeUnfoldable(table) {
  const count = table.tBodies[0].rows.length;
  // Folding two rows away would cost more attention than it saves.
  if (count <= Number(table.dataset.rowsShown) + 2) return (table.dataset.unfolded = "yes");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  const relabel = () => {
    button.textContent = table.dataset.unfolded ? "Show fewer rows" : `Show all ${count} rows`;
  };
  button.addEventListener("click", () => {
    if (table.dataset.unfolded) delete table.dataset.unfolded;
    else table.dataset.unfolded = "yes";
    relabel();
    fold(table);
  });
  relabel();
  table.parentElement.after(button);
  fold(table);
}

for (const table of document.querySelectorAll("table")) {
  makeSortable(table);
  makeUnfoldable(table);
}
