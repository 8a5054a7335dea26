// The scrubber of a room shows the list at any of its polls.
const PAUSE = 120;

export function scrub(refresh) {
  let waiting;
  document.addEventListener("input", ({ target }) => {
    const form = target.closest("#scrubber");
    if (!form || target.type !== "range") return;
    const moments = JSON.parse(form.dataset.moments);
    const place = Number(target.value);
    const query = new URLSearchParams(location.search);
    if (place === moments.length - 1) query.delete("at");
    else query.set("at", new Date(moments[place]).toISOString());
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      history.replaceState(null, "", `${location.pathname}${query.size ? "?" : ""}${query}`);
      refresh({ isAsked: true });
    }, PAUSE);
  });
}
