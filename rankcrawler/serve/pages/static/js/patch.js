// Brings an element up to date with another, and leaves alone what is the same: focus, scrolling, open details.
// With `isAsked`, someone has asked for what comes, so that rows take their new order at once.
export function patch(old, fresh, isAsked = false) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return old.replaceWith(fresh.cloneNode(true));
  if (old.nodeType !== Node.ELEMENT_NODE) return void (old.nodeValue = fresh.nodeValue);
  if (old.matches(".canvas")) return; // a chart draws there
  attributes(old, fresh);
  if (old.matches("input, textarea, select")) return value(old, fresh);
  if (old.matches("[data-rows]")) return rows(old, fresh, isAsked);
  children(old, fresh, isAsked);
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !(name === "open" && old.matches("details"))) old.removeAttribute(name);
  }
  for (const { name, value: text } of fresh.attributes) {
    if (old.getAttribute(name) !== text) old.setAttribute(name, text);
  }
}

function value(old, fresh) {
  if (document.activeElement === old) return; // someone types there
  if (old.value !== fresh.value) old.value = fresh.value;
  old.checked = fresh.checked;
}

function children(old, fresh, isAsked) {
  const wanted = [...fresh.childNodes];
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
  wanted.forEach((node, place) => {
    const there = old.childNodes[place];
    if (!there) old.append(node.cloneNode(true));
    else patch(there, node, isAsked);
  });
}

// Rows are known by their ids. While someone reads them they keep their order, and a button brings the new one.
function rows(old, fresh, isAsked) {
  const wanted = [...fresh.rows];
  const known = new Map([...old.rows].map((row) => [row.id, row]));
  const ids = new Set(wanted.map((row) => row.id));
  for (const row of wanted) {
    if (known.has(row.id)) patch(known.get(row.id), row);
  }
  if (wanted.map((row) => row.id).join() === [...known.keys()].join()) return void offer(old, null);
  if (!isAsked && isRead(old)) return void offer(old, () => order(old, wanted, known, ids));
  order(old, wanted, known, ids);
}

function order(old, wanted, known, ids) {
  for (const [id, row] of known) if (!ids.has(id)) row.remove();
  wanted.forEach((row, place) => {
    let there = known.get(row.id);
    if (!there) {
      there = row.cloneNode(true);
      there.classList.add("fresh");
    }
    if (old.rows[place] !== there) old.insertBefore(there, old.rows[place] ?? null);
  });
  offer(old, null);
}

function isRead(body) {
  const chosen = document.getSelection();
  return (
    body.matches(":hover") ||
    body.contains(document.activeElement) ||
    (chosen && !chosen.isCollapsed && body.contains(chosen.anchorNode))
  );
}

function offer(body, apply) {
  const place = body.closest("[data-live]");
  place.querySelector(":scope > .order")?.remove();
  if (!apply) return;
  const button = document.createElement("button");
  button.className = "order";
  button.type = "button";
  button.textContent = document.body.dataset.order;
  button.addEventListener("click", apply);
  place.append(button);
}
