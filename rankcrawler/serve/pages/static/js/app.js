// What every page does: ages that grow, filters that apply by themselves, and updates as the server announces them.
import { tick } from "./ages.js";
import { watch } from "./busy.js";
import { follow, refresh } from "./live.js";
import { listen } from "./filters.js";
import { scrub } from "./scrubber.js";

document.documentElement.classList.add("script");
tick();
watch();
listen(refresh);
scrub(refresh);
follow(document.body.dataset.events);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-png]");
  if (button) (await import("./picture.js")).save(button);
});

async function draw() {
  if (document.querySelector("[data-chart]")) (await import("./charts.js")).draw();
}
document.addEventListener("patched", draw);
draw();
