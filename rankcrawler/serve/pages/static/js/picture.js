// Saves a table as it is shown, as a PNG: drawn cell by cell, because a page may not be photographed.
const SCALE = 2;

export function save(button) {
  const table = document.querySelector(button.dataset.png);
  if (!table) return;
  const box = table.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [box.width * SCALE, box.height * SCALE];
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = getComputedStyle(table.closest(".scroll")).backgroundColor;
  pen.fillRect(0, 0, box.width, box.height);
  for (const cell of table.querySelectorAll("th, td")) drawn(pen, cell, box);
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${button.dataset.name}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}

function drawn(pen, cell, box) {
  const place = cell.getBoundingClientRect();
  if (!place.width) return;
  const style = getComputedStyle(cell);
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(place.x - box.x, place.y - box.y, place.width, place.height);
  pen.fillStyle = style.borderBottomColor;
  pen.fillRect(place.x - box.x, place.bottom - box.y - 1, place.width, 1);
  for (const bar of cell.querySelectorAll(".meter rect")) {
    const at = bar.getBoundingClientRect();
    pen.fillStyle = getComputedStyle(bar).fill;
    pen.fillRect(at.x - box.x, at.y - box.y, at.width, at.height);
  }
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) letters(pen, node, box, place);
}

function letters(pen, node, box, cell) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const at = range.getBoundingClientRect();
  const text = node.textContent.trim();
  if (!text || !at.width || node.parentElement.closest(".sr")) return;
  const style = getComputedStyle(node.parentElement);
  pen.save();
  pen.beginPath();
  pen.rect(cell.x - box.x, cell.y - box.y, cell.width, cell.height);
  pen.clip();
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  pen.fillStyle = style.color;
  pen.direction = style.direction;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillText(text, at.x - box.x, (at.top + at.bottom) / 2 - box.y);
  pen.restore();
}
