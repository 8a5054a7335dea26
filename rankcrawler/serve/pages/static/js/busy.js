// While the server is asked for what someone has chosen: a bar moves, and what is shown is marked as not yet that.
const PAUSE = 200; // an answer that comes sooner needs no bar
const root = document.documentElement;
let asked = 0;
let waiting = null;

export async function during(work) {
  begin();
  try {
    return await work;
  } finally {
    end();
  }
}

function begin() {
  asked += 1;
  waiting ??= setTimeout(() => mark(true), PAUSE);
}

function end() {
  asked = Math.max(asked - 1, 0);
  if (asked) return;
  clearTimeout(waiting);
  waiting = null;
  mark(false);
}

function mark(is) {
  const bar = document.getElementById("busy");
  bar.firstElementChild.textContent = is ? bar.dataset.text : "";
  root.classList.toggle("busy", is);
  document.getElementById("main").setAttribute("aria-busy", String(is));
}

// Another page is on its way. One that comes back from the browser's memory is there at once, and a file leaves no page.
export function watch() {
  let isFile = false;
  document.addEventListener("click", ({ target }) => (isFile = Boolean(target.closest("a[download]"))), true);
  addEventListener("beforeunload", () => isFile || begin());
  addEventListener("pageshow", end);
}
