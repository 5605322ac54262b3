/* The one policy of trusted types: which addresses a page may run as a script by name. Rule: exactly the service
worker's; everything else comes in by the import map and the nonce. */

const WORKER = "/service-worker.js";

function admitted(path) {
  if (path !== WORKER) throw new TypeError(`no script of ours: ${path}`);
  return path;
}

const policy = globalThis.trustedTypes?.createPolicy("holdfast", { createScriptURL: admitted });

/** `path` as the browser wants it of a page that enforces trusted types. */
export function scriptUrl(path) {
  return policy ? policy.createScriptURL(path) : admitted(path);
}
