/* <notice-list>: what others did to this account, until it is put away here. Over a terminal (`data-toast`) it says only what
is new. */

import { api, connection } from "../page.js";
import { noticeWords } from "../helpers/notices.js";
import { moment } from "../helpers/format.js";
import { t } from "../helpers/words.js";
import { make } from "./dom.js";
import { toast } from "./toast-line.js";

// Longer than a toast: nobody asked for it.
const SHOWN_MS = 15_000;

class NoticeList extends HTMLElement {
  connectedCallback() {
    if ("live" in this.dataset) connection().addEventListener("notice", () => this.load());
    if (!("toast" in this.dataset)) this.load();
  }

  async load() {
    const found = await api.notices().catch(() => []);
    if ("toast" in this.dataset) return this.call(found);
    this.replaceChildren(...found.map((notice) => this.row(notice)));
    this.hidden = !found.length;
    if (!found.length) return;
    this.append(make("button", { type: "button", className: "button small", click: () => this.putAway(found[0]) }, t("I have read this")));
  }

  call([newest]) {
    if (newest) toast(noticeWords(newest), { shown: SHOWN_MS, action: { label: t("Account"), run: () => location.assign("/account") } });
  }

  row(notice) {
    const when = make("time", { className: "muted", dateTime: notice.at }, moment(notice.at));
    return make("p", {}, `${noticeWords(notice)} `, when);
  }

  async putAway({ number }) {
    try {
      await api.putAwayNotices(number);
      await this.load();
    } catch (error) {
      toast(error.message);
    }
  }
}

customElements.define("notice-list", NoticeList);
