/* The product as an installed app: the service worker, and an action that offers to install. */

import { actions } from "./page.js";
import { scriptUrl } from "./helpers/trusted.js";
import { t } from "./helpers/words.js";

/** Once the page is loaded: whoever waits for it must not wait for this. */
export async function install() {
  offer();
  if (!("serviceWorker" in navigator)) return; // not over plain HTTP, but on this machine
  try {
    // Never from the HTTP cache: an old worker must not outlive the server's new one.
    await navigator.serviceWorker.register(scriptUrl("/service-worker.js"), { scope: "/", updateViaCache: "none" });
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ language: document.documentElement.lang });
  } catch {
    // A private window, or storage is full: the pages work without it.
  }
}

function offer() {
  let remove = null;
  window.addEventListener("beforeinstallprompt", (event) => {
    remove ??= actions.add({ id: "app.install", title: t("Install as an app"), group: t("View"), run: () => event.prompt() });
  });
  window.addEventListener("appinstalled", () => remove?.());
}
