"use strict";

// Sorting: a heading sorts its column, best first, and back; the ceiling stays on top, and what is
// not ranked below.

function sortBy(heading) {
  const table = heading.closest("table");
  const headings = [...heading.parentElement.children];
  const place = headings.indexOf(heading);
  const first = heading.dataset.better === "higher" ? "descending" : "ascending";
  const second = first === "ascending" ? "descending" : "ascending";
  const order = heading.getAttribute("aria-sort") === first ? second : first;
  for (const other of headings) other.setAttribute("aria-sort", "none");
  heading.setAttribute("aria-sort", order);
  const body = table.tBodies[0];
  const rows = [...body.rows].filter((row) => !row.className);
  rows.sort((one, other) => compare(one.cells[place], other.cells[place], order));
  body.append(...rows, ...body.querySelectorAll(".unranked"));
}

// Cells without a number come last either way; numbers of other signatures never mix.
function compare(one, other, order) {
  const [left, right] = [one.dataset.value, other.dataset.value];
  if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
  const [mine, theirs] = [one.dataset.group ?? "", other.dataset.group ?? ""];
  if (mine !== theirs) return mine < theirs ? -1 : 1;
  const numeric = Number(left) - Number(right);
  const difference = Number.isNaN(numeric) ? left.localeCompare(right) : numeric;
  return order === "ascending" ? difference : -difference;
}

for (const heading of document.querySelectorAll(".systems thead th")) {
  heading.querySelector("button").addEventListener("click", () => sortBy(heading));
}

// Filters.

for (const input of document.querySelectorAll("[data-filters]")) {
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const item of document.querySelectorAll(input.dataset.filters)) {
      const text = (item.querySelector("th") ?? item).textContent.toLowerCase();
      item.hidden = !text.includes(wanted);
    }
  });
}

for (const select of document.querySelectorAll(".choice select")) {
  const grids = [...select.closest(".choice").querySelectorAll(".chosen-by")];
  select.addEventListener("change", () => {
    grids.forEach((grid, index) => { grid.hidden = index !== Number(select.value); });
  });
}

// The player of one clip. All sounds run together and all but one are muted, so that a switch is
// instant and keeps the position. Media exist only while their clip is open: browsers allow few.

class Player {
  constructor(panel) {
    this.panel = panel;
    this.seconds = Number(panel.dataset.seconds);
    this.video = panel.querySelector("video");
    this.lanes = [...panel.querySelectorAll(".lane")];
    const media = JSON.parse(document.getElementById(panel.dataset.media).textContent);
    if (this.video) this.video.src = media.video;
    this.sounds = media.sounds.map((source) => (source ? newSound(source) : null));
    this.lanes.forEach((lane, index) => {
      const picture = lane.querySelector(".spectrogram");
      if (picture) picture.src = media.pictures[index];
    });
    this.running = false;
    this.listening = new AbortController();
    this.listen();
    this.choose(this.sounds.findIndex(Boolean));
    this.draw();
  }

  // The video leads when it can be played; without it the chosen sound does.
  get clock() {
    const usable = this.video && !this.video.error;
    return usable ? this.video : this.sounds[this.chosen];
  }

  get position() {
    return this.clock?.currentTime ?? 0;
  }

  listen() {
    const { signal } = this.listening;
    const on = (element, event, action) => element?.addEventListener(event, action, { signal });
    on(this.panel.querySelector(".play"), "click", () => this.toggle());
    on(this.panel.querySelector(".seek"), "input", (event) => this.seek(Number(event.target.value)));
    on(document, "keydown", (event) => this.key(event));
    this.lanes.forEach((lane, index) => {
      on(lane.querySelector(".pick"), "click", () => this.choose(index));
      on(lane.querySelector(".spectrogram"), "click", (event) => {
        this.choose(index);
        this.seek((event.offsetX / event.target.clientWidth) * this.seconds);
      });
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=search], select")) return;
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    if (event.key === " ") this.toggle();
    else if (event.key in steps) this.seek(this.position + steps[event.key]);
    else if (/^[1-9]$/.test(event.key)) this.choose(Number(event.key) - 1);
    else return;
    event.preventDefault();
  }

  choose(index) {
    if (!this.sounds[index]) return;
    const position = this.chosen === undefined ? 0 : this.position;
    this.chosen = index;
    this.sounds.forEach((sound, other) => { if (sound) sound.muted = other !== index; });
    this.lanes.forEach((lane, other) => {
      lane.classList.toggle("chosen", other === index);
      lane.querySelector(".pick").setAttribute("aria-pressed", String(other === index));
    });
    this.panel.querySelector(".playing").textContent = this.lanes[index].dataset.name;
    this.align(position);
  }

  toggle() {
    if (this.running) this.pause();
    else this.play();
  }

  play() {
    if (!this.clock) return;
    if (this.position >= this.seconds - 0.05) this.seek(0);
    this.setRunning(true);
    this.align(this.position);
    for (const medium of this.media()) start(medium);
  }

  pause() {
    this.setRunning(false);
    for (const medium of this.media()) medium.pause();
  }

  setRunning(running) {
    this.running = running;
    this.panel.classList.toggle("running", running);
    this.panel.querySelector(".play")?.setAttribute("aria-label", running ? "Pause" : "Play");
  }

  media() {
    return [this.video, ...this.sounds].filter(Boolean);
  }

  seek(seconds) {
    const position = Math.min(Math.max(seconds, 0), this.seconds);
    for (const medium of this.media()) medium.currentTime = position;
  }

  // A sound that is more than 60 ms off would be heard as late.
  align(position) {
    for (const sound of this.sounds) {
      if (sound && !sound.seeking && !sound.ended && Math.abs(sound.currentTime - position) > 0.06) {
        sound.currentTime = position;
      }
    }
  }

  draw() {
    if (this.listening.signal.aborted) return;
    const position = this.position;
    if (this.running) {
      if (this.clock.ended) this.pause();
      else if (!this.clock.seeking) this.align(position);
    }
    const share = `${Math.min(100, (100 * position) / this.seconds)}%`;
    for (const lane of this.lanes) lane.querySelector(".cursor").style.left = share;
    const [seek, time] = [".seek", ".time"].map((name) => this.panel.querySelector(name));
    if (seek) seek.value = String(position);
    if (time) time.textContent = position.toFixed(1);
    requestAnimationFrame(() => this.draw());
  }

  close() {
    this.pause();
    this.listening.abort();
    for (const medium of this.media()) {
      medium.removeAttribute("src");
      medium.load();
    }
  }
}

function newSound(source) {
  const sound = new Audio(source);
  sound.preload = "auto";
  return sound;
}

function start(medium) {
  medium.play().catch((error) => {
    // A pause that comes before the first sound ends the promise; that is no fault.
    if (error.name !== "AbortError") console.error(error);
  });
}

// Addresses: #clip-… opens a clip, everything else is the overview.

let player = null;

function route() {
  const panel = document.getElementById(location.hash.slice(1))?.closest(".panel") ?? null;
  player?.close();
  for (const other of document.querySelectorAll(".panel")) other.hidden = other !== panel;
  document.getElementById("player").hidden = !panel;
  document.getElementById("overview").hidden = Boolean(panel);
  player = panel ? new Player(panel) : null;
  if (panel) {
    window.scrollTo(0, 0);
    panel.querySelector("h2").focus({ preventScroll: true });
  } else {
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }
}

window.addEventListener("hashchange", route);
route();
