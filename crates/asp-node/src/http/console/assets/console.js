// What pages do beyond being read: the theme, copying, times in words, and news as they come.
// Every page works without it. What comes is the server's own page again; nothing is made into HTML here.
import { check } from "./check.mjs";

const root = document.documentElement;
const main = document.getElementById("main");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy !== undefined) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1500);
      say("Copied");
    } catch {
      say("Could not copy");
    }
  } else if (button.dataset.act === "theme") {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem("assent-theme", root.dataset.theme);
    } catch {
      // Then it lasts as long as the page.
    }
  } else if (button.dataset.act === "check") {
    button.disabled = true;
    await show(button.closest("[data-statement]"));
    button.disabled = false;
  }
});

/** Says something to who does not look. */
function say(text) {
  const voice = document.getElementById("voice");
  if (voice) voice.textContent = text;
}

/** Checks a statement and writes what was found beside it. */
async function show(place) {
  const list = place.querySelector(".checks");
  const found = await check({
    bytes: place.querySelector("[data-bytes]").textContent,
    hash: place.dataset.hash,
    previous: place.dataset.previous,
    index: Number(place.dataset.index),
    time: Number(place.dataset.time),
    signatures: JSON.parse(place.dataset.signatures),
    base: main.dataset.root,
  });
  list.replaceChildren(...found.map(({ verdict, text }) => {
    const item = document.createElement("li");
    item.className = verdict;
    item.textContent = text;
    return item;
  }));
  const wrong = found.filter((one) => one.verdict === "wrong").length;
  say(wrong ? `${wrong} checks failed` : "All checks that could be made hold");
}

// A statement that is opened is written over several lines beside its bytes, which stay what is checked.
document.addEventListener("toggle", (event) => {
  const bytes = event.target.open && event.target.querySelector?.("[data-bytes]:not([hidden])");
  if (!bytes) return;
  const lines = bytes.cloneNode();
  lines.removeAttribute("data-bytes");
  lines.textContent = JSON.stringify(JSON.parse(bytes.textContent), null, 2);
  bytes.hidden = true;
  bytes.after(lines);
}, true);

const units = [["year", 31536e6], ["month", 2592e6], ["day", 864e5], ["hour", 36e5], ["minute", 6e4], ["second", 1e3]];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** Writes instants as how far away they are; the whole instant stays as the title. */
function tell(within) {
  for (const time of within.querySelectorAll("time[data-near]")) {
    const away = Date.parse(time.dateTime) - Date.now();
    const [unit, size] = units.find(([, size]) => Math.abs(away) >= size) ?? units.at(-1);
    const text = words.format(Math.trunc(away / size), unit);
    if (time.textContent !== text) time.textContent = text;
  }
}

/** Takes what has changed out of the page as it is now. */
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of page.querySelectorAll("[data-live]")) {
    const here = document.getElementById(part.id);
    if (!here || here.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) continue;
    const open = [...here.querySelectorAll("details[open][id]")].map((one) => one.id);
    const known = new Set([...here.querySelectorAll("[data-key]")].map((one) => one.dataset.key));
    tell(part);
    if (here.isEqualNode(part)) continue;
    for (const id of open) part.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    for (const one of part.querySelectorAll("[data-key]")) {
      if (!known.has(one.dataset.key)) one.classList.add("fresh");
    }
    if (here.dataset.keep !== undefined) {
      // What was said stays as it was said, and as it was opened and checked here.
      const said = new Map([...here.children].map((one) => [one.dataset.key, one]));
      here.replaceChildren(...[...document.adoptNode(part).children].map((one) => said.get(one.dataset.key) ?? one));
      continue;
    }
    here.replaceChildren(...document.adoptNode(part).childNodes);
  }
}

const dot = document.querySelector(".live-dot");
const live = (is) => {
  if (!dot) return;
  dot.hidden = false;
  dot.classList.toggle("on", is);
  dot.textContent = is ? "Live" : "Reconnecting";
};
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Follows what happens while somebody looks: a browser has few connections to a node, and a page that is hidden needs none. */
function follow(address, from) {
  let events;
  let waiting = false;
  const news = async () => {
    if (waiting) return;
    waiting = true;
    await pause(250);
    waiting = false;
    await refresh();
  };
  const open = () => {
    events = new EventSource(address + from);
    events.addEventListener("open", () => live(true));
    events.addEventListener("error", () => live(false));
    events.addEventListener("message", (event) => {
      from = event.lastEventId;
      news();
    });
  };
  document.addEventListener("visibilitychange", () => {
    events.close();
    if (document.hidden) return;
    open();
    news();
  });
  open();
}

tell(document);
setInterval(() => tell(document), 10000);
if (main?.dataset.follow) follow(main.dataset.follow, main.dataset.from);
for (const form of document.querySelectorAll("form[data-once]")) {
  // A disabled button is not among what is sent: it is disabled once that has been put together.
  form.addEventListener("submit", () => setTimeout(() => {
    for (const button of form.querySelectorAll("button")) button.setAttribute("disabled", "");
  }));
}
