// The portal: who labels, which jobs there are, and one task after the other in a frame of its own.
const MEMORY = "labeling-portal-name";
const POLL_MILLISECONDS = 3000;
const at = (id) => document.getElementById(id);

const state = { name: localStorage.getItem(MEMORY) || "", job: null, task: null, done: 0, poll: 0 };

class Refused extends Error {}

async function call(path, body) {
  let answer;
  try {
    const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    answer = await fetch(path, body ? options : undefined);
  } catch {
    throw new Refused("The laptop's emulator does not answer. Start it with: make up");
  }
  const document = await answer.json();
  if (!answer.ok) throw Object.assign(new Refused(document.message), { gone: answer.status === 409 });
  return document;
}

// Shows what went wrong instead of failing in the console.
function safely(work) {
  return async (...args) => {
    try {
      at("alert").hidden = true;
      await work(...args);
    } catch (error) {
      if (error.gone) return pause(`${error.message} Your answer was not kept.`);
      at("alert").textContent = error.message;
      at("alert").hidden = false;
    }
  };
}

function show(name) {
  clearTimeout(state.poll);
  for (const main of document.querySelectorAll("main")) main.hidden = main.id !== name;
  at("who").replaceChildren(state.name);
  if (!state.name) return;
  const leave = Object.assign(document.createElement("button"), { className: "link", textContent: "Sign out" });
  leave.addEventListener("click", safely(signOut));
  at("who").append(leave);
}

async function signOut() {
  await giveBack("release");
  localStorage.removeItem(MEMORY);
  state.name = "";
  await signIn();
}

async function signIn() {
  show("sign-in");
  const { members } = await call("/api/members");
  at("members").replaceChildren(...members.map((value) => Object.assign(document.createElement("option"), { value })));
  document.querySelector("#sign-in input").focus();
}

async function listJobs() {
  show("jobs");
  const { jobs } = await call("/api/jobs", { worker: state.name });
  at("list").replaceChildren(...jobs.map(card));
  if (!jobs.length) at("list").textContent = "No job waits for you. This page looks again by itself.";
  state.poll = setTimeout(safely(listJobs), POLL_MILLISECONDS);
}

function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function card(job) {
  const start = make("button", { className: "primary", textContent: "Start", disabled: !job.offered });
  start.addEventListener("click", safely(() => begin(job)));
  const tags = job.keywords.map((textContent) => make("span", { className: "tag", textContent }));
  const text = make("div", {}, make("h2", { textContent: job.title }), make("p", { textContent: job.description }), ...tags);
  const share = make("progress", { max: job.total || 1, value: job.labeled });
  const count = make("p", { textContent: `${job.offered} for you, ${job.labeled} of ${job.total} labeled` });
  const made = make("section", { className: "card job" }, text, start, count, share);
  made.dataset.job = job.name;
  return made;
}

async function begin(job) {
  state.job = job;
  state.done = 0;
  show("work");
  at("title").textContent = job.title;
  await next();
}

async function next() {
  clearTimeout(state.poll);
  const { task, job } = await call("/api/claim", { worker: state.name, job: state.job.name });
  state.task = task;
  progress(job);
  if (!task) {
    pause(job.running ? "There is nothing for you to do just now." : "This job is over. Thank you.");
    state.poll = setTimeout(safely(job.running ? next : listJobs), POLL_MILLISECONDS);
    return;
  }
  at("pause").hidden = true;
  at("task").hidden = false;
  const query = new URLSearchParams({ worker: state.name, job: task.job, id: task.id });
  at("task").src = `/task?${query}`;
}

function progress(job) {
  at("progress").textContent = `${state.done} by you now, ${job.offered} more for you`;
  Object.assign(at("share"), { max: job.total || 1, value: job.labeled });
}

function pause(why) {
  state.task = null;
  at("task").hidden = true;
  at("task").src = "about:blank";
  at("why").textContent = why;
  at("pause").hidden = false;
  at("next").focus();
}

async function submit(content) {
  const task = state.task;
  if (!task) return;
  await call("/api/submit", { worker: state.name, job: task.job, id: task.id, content });
  state.done += 1;
  await next();
}

async function giveBack(how) {
  const task = state.task;
  state.task = null;
  if (task) await call(`/api/${how}`, { worker: state.name, job: task.job, id: task.id });
}

async function skip() {
  await giveBack("decline");
  await next();
}

async function stop() {
  at("task").src = "about:blank";
  await giveBack("release");
  await listJobs();
}

function tick() {
  const clock = at("clock");
  if (!state.task) return clock.replaceChildren();
  const left = Math.ceil(state.task.until - Date.now() / 1000);
  clock.textContent = `${Math.floor(Math.max(left, 0) / 60)}:${String(Math.max(left, 0) % 60).padStart(2, "0")}`;
  clock.classList.toggle("late", left <= 15);
  if (left <= 0) pause("The time for this task is up. It goes back to the team.");
}

// Keys that reach this page instead of the task go where they are meant to.
document.addEventListener("keydown", (event) => {
  if (!state.task || event.target.matches("input, button") || event.ctrlKey || event.metaKey || event.altKey) return;
  at("task").focus();
  // The frame has an origin of its own, which cannot be named.
  at("task").contentWindow.postMessage({ type: "key", key: event.key }, "*");
});

window.addEventListener("message", (event) => {
  if (event.source !== at("task").contentWindow || !state.task) return;
  // Keys are for the task as soon as it is there.
  if (event.data?.type === "ready") at("task").focus();
  if (event.data?.type === "submit") safely(submit)(event.data.content);
  if (event.data?.type === "skip") safely(skip)();
});

document.querySelector("#sign-in form").addEventListener("submit", (event) => {
  event.preventDefault();
  state.name = new FormData(event.target).get("name").trim();
  if (!state.name) return;
  localStorage.setItem(MEMORY, state.name);
  safely(listJobs)();
});
at("skip").addEventListener("click", safely(skip));
at("stop").addEventListener("click", safely(stop));
at("next").addEventListener("click", safely(next));
setInterval(tick, 500);
safely(state.name ? listJobs : signIn)();
