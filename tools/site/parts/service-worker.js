/* Keeps every file of the course in the browser, so that it starts without a network.
 *
 * The build puts into FILES what the site holds: {path: [sha256, bytes, needed by each notebook]}. When the site changes, so does this file;
 * the browser then takes the new one, and only what has changed is loaded again. JupyterLite's own worker gets what is
 * not in FILES: it answers the kernel, which reads the files of the student.
 */
"use strict";

{ // a block: JupyterLite's worker shares the names outside
  const CACHE = "course";
  const LIST = "files.json"; // the pages ask for FILES under this name
  const FILES = {} /* FILES */;
  const ROOT = new URL("./", self.location);
  const coming = new Map();

  function pathOf(request) {
    const url = new URL(request.url);
    if (request.method !== "GET" || !url.href.startsWith(ROOT.href)) return null;
    const path = decodeURIComponent(url.pathname.slice(ROOT.pathname.length));
    return path === "" || path.endsWith("/") ? `${path}index.html` : path;
  }

  async function hex(body) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function load(key, sha256, cache) {
    const answer = await fetch(key, { cache: "no-cache" });
    const body = await answer.arrayBuffer();
    const [status, type] = [answer.status, answer.headers.get("Content-Type")];
    const make = () => new Response(body, { status, headers: { "Content-Type": type } });
    if (answer.ok && (await hex(body)) === sha256) await cache.put(key, make()); // else: the host is being changed
    return make;
  }

  async function answer(path) {
    const [sha256] = FILES[path];
    const key = new URL(`${path}?v=${sha256.slice(0, 16)}`, ROOT).href;
    const cache = await caches.open(CACHE);
    const kept = await cache.match(key);
    if (kept) return kept;
    if (!coming.has(key)) coming.set(key, load(key, sha256, cache).finally(() => coming.delete(key)));
    return (await coming.get(key))();
  }

  self.addEventListener("fetch", (event) => {
    const path = pathOf(event.request);
    if (path !== LIST && !Object.hasOwn(FILES, path)) return;
    event.stopImmediatePropagation();
    event.respondWith(path === LIST ? Response.json(FILES) : answer(path));
  });
}

importScripts("service-worker-jupyterlite.js"); // after ours: listeners are asked in this order

{
  /* JupyterLite's worker cannot tell apart what a page answers to two notebooks that read files at the same time:
   * one would get the file of the other. So each page gets one question at a time. */
  const ask = broadcastOne;
  const last = new Map(); // the answer to the last question to each page

  broadcastOne = async (request, url) => {
    if (!url.pathname.includes("/api/drive")) return ask(request, url);
    const { browsingContextId: page } = await request.clone().json();
    const answer = (last.get(page) ?? Promise.resolve()).then(() => ask(request, url));
    last.set(page, answer.catch(() => {}));
    return answer;
  };
}
