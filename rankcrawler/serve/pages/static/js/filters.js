// Forms with data-auto apply at once, and the address of the page follows them.
const PAUSE = 250;

export function address(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return location.pathname + (query && `?${query}`);
}

export function listen(refresh) {
  let waiting;
  document.addEventListener("input", ({ target }) => {
    const form = target.closest("form[data-auto]");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => go(form), PAUSE);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-auto]")) return;
    event.preventDefault();
    clearTimeout(waiting);
    go(event.target);
  });
  function go(form) {
    history.replaceState(null, "", address(form));
    refresh({ isAsked: true });
  }
}
