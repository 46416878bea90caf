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
  /* JupyterLite's worker takes the next thing that a page says for the answer to any question: two notebooks that read
   * files at the same time would get each other's. So a page gets one question about files at a time, what somebody
   * types is told apart from it, and where no answer comes, as for a file that is gone, nobody waits for ever. */
  const PATIENCE = 20_000; // ms
  const last = new Map(); // the answer to the last question to each page

  const isTyped = (response) => response?.header?.msg_type === "input_reply";

  function asked(question, pathname, typed) {
    return new Promise((done) => {
      const end = (response) => {
        broadcast.removeEventListener("message", listen);
        done(response);
      };
      const listen = ({ data: { browsingContextId, response } }) => {
        if (browsingContextId !== question.browsingContextId || isTyped(response) !== typed) return;
        end(new Response(JSON.stringify(response)));
      };
      broadcast.addEventListener("message", listen);
      broadcast.postMessage({ ...question, pathname });
      if (!typed) setTimeout(end, PATIENCE, new Response(null, { status: 504 }));
    });
  }

  broadcastOne = async (request, { pathname }) => {
    const question = await request.json();
    if (pathname.includes("/api/stdin/")) return asked(question, pathname, true);
    const page = question.browsingContextId;
    const answer = (last.get(page) ?? Promise.resolve()).then(() => asked(question, pathname, false));
    last.set(page, answer);
    return answer;
  };
}
