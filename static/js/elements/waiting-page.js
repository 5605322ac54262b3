/* <waiting-page>: whoever came by a link that asks first, until somebody answers. Rule: it knows nothing of the session; one
question is open at the server all the time, which answers when there is an answer. */

import { t } from "../helpers/words.js";
import { Parted } from "./dom.js";

// After a question that reached nobody.
const PAUSE_MS = 3000;

class WaitingPage extends Parted {
  connectedCallback() {
    if (this.dataset.state === "waiting") this.wait();
  }

  async wait() {
    while (this.isConnected && this.dataset.state === "waiting") this.put(await this.ask());
  }

  async ask() {
    try {
      const answer = await fetch(`/shared/${this.dataset.link}/waiting`, { headers: { Accept: "application/json" } });
      if (answer.ok) return (await answer.json()).state;
      if (answer.status === 404) return "over";
    } catch {
      // Not there just now.
    }
    await new Promise((done) => { setTimeout(done, PAUSE_MS); });
    return "waiting";
  }

  put(state) {
    this.dataset.state = state;
    if (state === "in") location.reload();
    const words = {
      refused: t("You were not let in."), over: t("This link has ended."),
      unanswered: t("Nobody answered. Open the link again to ask once more."),
    }[state];
    if (words) this.say("text", words);
  }
}

customElements.define("waiting-page", WaitingPage);
