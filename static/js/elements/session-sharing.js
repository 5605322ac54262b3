/* The role that this page has in its session, and, for the owner, the way to the share dialog. Rule: what a role does not
allow is not offered; the server refuses it anyway. */

import { actions } from "../page.js";
import { may, watchingWords } from "../helpers/sharing.js";
import { t } from "../helpers/words.js";

export class SessionSharing {
  /** `page` is the <session-page>. */
  constructor(page) {
    this.page = page;
    const when = () => this.may("share") && Boolean(document.querySelector("share-dialog"));
    const share = { id: "session.share", title: t("Share…"), group: t("Session"), when, run: () => this.open() };
    this.known = new Map([[share.id, share]]);
    const { stream } = page;
    for (const name of ["joined", "role"]) stream.addEventListener(name, () => page.draw());
    page.part("share").addEventListener("click", () => this.open());
  }

  get role() {
    return this.page.stream.role ?? this.page.status.facts.role ?? "viewer";
  }

  may(need) {
    return may(this.role, need);
  }

  register() {
    this.unregister();
    this.remove = actions.add(this.known.get("session.share"));
  }

  unregister() {
    this.remove?.();
  }

  draw() {
    const { page, role } = this;
    page.dataset.role = role;
    page.show("share", this.may("share"));
    page.show("role", role !== "owner" && !page.problem);
    if (role !== "owner") page.say("role", watchingWords(role));
  }

  async open() {
    const { openSharing } = await import("./share-dialog.js");
    const { status, stream } = this.page;
    await openSharing({ session: status.id, name: status.facts.name, stream });
  }
}
