// Updates arrive by themselves: the server announces that something changed, and the page fetches itself again.
import { during } from "./busy.js";
import { patch } from "./patch.js";

const KINDS = ["list", "live", "ended", "fleet", "alerts", "reset"];
const PAUSE = 3000; // between two fetches that no one asked for, at least
const REST = 20; // times as long as the last one took: a server that is busy is asked less often
const LONGEST = 60000;
const PATIENCE = 15000; // without an event stream the page asks every so often
const RETRY = 5000;
let running = null;
let asking = false;
let last = 0;
let pause = PAUSE;
let waiting = null;

export async function refresh({ isAsked = false } = {}) {
  if (!isAsked && asking) return changed(); // someone waits for what they have chosen
  running?.abort();
  running = new AbortController();
  asking = isAsked;
  const { signal } = running;
  last = Date.now();
  try {
    const asked = fetch(location.href, { signal, headers: { Accept: "text/html" } });
    const answer = await (isAsked ? during(asked) : asked);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (new URL(answer.url).pathname === "/login") return location.reload();
    trouble(answer.status >= 500);
    if (answer.ok) update(page, isAsked);
    pause = Math.max(PAUSE, Math.min(REST * (Date.now() - last), LONGEST));
  } catch (error) {
    if (error.name !== "AbortError") trouble(true);
  } finally {
    if (running.signal === signal) asking = false;
  }
}

function update(page, isAsked) {
  const kept = isAsked ? null : used();
  const top = kept?.getBoundingClientRect().top;
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (fresh) patch(old, fresh, isAsked);
  }
  document.body.dataset.now = page.body.dataset.now;
  document.dispatchEvent(new Event("patched"));
  if (kept?.isConnected) scrollBy(0, kept.getBoundingClientRect().top - top);
}

// What someone types in or points at: it stays where it is, whatever grows above it.
function used() {
  const { activeElement } = document;
  return activeElement.closest("main *") ?? [...document.querySelectorAll("main :hover")].at(-1);
}

function trouble(is) {
  document.getElementById("trouble").hidden = !is;
}

function isInTrouble() {
  return !document.getElementById("trouble").hidden;
}

function changed() {
  if (waiting || document.hidden) return;
  waiting = setTimeout(
    () => {
      waiting = null;
      refresh();
    },
    Math.max(pause - (Date.now() - last), 0),
  );
}

export function follow(address) {
  if (document.querySelector("[data-retry]")) setInterval(retry, RETRY);
  if (!document.querySelector("[data-live]")) return;
  let stream = listening(address);
  setInterval(() => {
    if (isInTrouble()) changed();
  }, RETRY);
  setInterval(() => {
    if (stream.readyState === EventSource.OPEN) return;
    changed();
    if (stream.readyState === EventSource.CLOSED) stream = listening(address);
  }, PATIENCE);
  document.addEventListener("visibilitychange", changed);
}

function listening(address) {
  const stream = new EventSource(address);
  for (const kind of KINDS) stream.addEventListener(kind, changed);
  stream.addEventListener("open", () => {
    if (isInTrouble()) changed();
  });
  return stream;
}

// A page that could not show anything yet loads again once there is something, unless someone fills in a form.
async function retry() {
  if (document.hidden || document.querySelector("textarea")?.value) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok && !(await answer.text()).includes("data-retry")) location.reload();
  } catch {
    // the server is away: the next time, perhaps
  }
}
