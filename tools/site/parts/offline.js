/* Loads the files of the course into the browser, where the service worker keeps them. */
const ROOT = new URL("./", import.meta.url);
const WORKER = new URL("service-worker.js?enableCache=false", ROOT).href; // as JupyterLite registers it
const CACHE = "course";
const AT_ONCE = 4; // downloads

/** Start the service worker and wait until it answers for this page; false where there is none (http:, file:). */
export async function start(version) {
  if (!navigator.serviceWorker) return false;
  localStorage.setItem(`${WORKER}-version`, version); // else JupyterLite takes it for one of an older version
  await navigator.serviceWorker.register(WORKER);
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  return true;
}

/** Load the wanted files that are not kept yet; `report(bytes that are kept, bytes of all)`; return the addresses of all. */
export async function keep(report, wanted = () => true) {
  const files = Object.entries(await (await fetch(new URL("files.json", ROOT))).json()).map(
    ([path, [sha256, bytes, needed]]) => ({ path, bytes, needed, key: `${path}?v=${sha256.slice(0, 16)}` }),
  );
  const ahead = files.filter(wanted);
  const all = ahead.reduce((sum, file) => sum + file.bytes, 0);
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  let bytes = 0;
  const work = async () => {
    for (let file = ahead.shift(); file; file = ahead.shift()) {
      if (!kept.has(new URL(file.key, ROOT).href)) await (await fetch(new URL(file.path, ROOT))).arrayBuffer();
      report((bytes += file.bytes), all);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return new Set(files.map((file) => new URL(file.key, ROOT).href));
}

/** Keep everything for a start without a network, and nothing of older versions; return whether all of it is there. */
export async function keepAll(report) {
  const keys = await keep(report);
  const cache = await caches.open(CACHE);
  const kept = await cache.keys();
  await Promise.all(kept.filter(({ url }) => !keys.has(url)).map((request) => cache.delete(request)));
  return (await cache.keys()).length === keys.size;
}
