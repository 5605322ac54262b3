/* One request of the HTTP API, as a promise. Rule: a login that is over leads to the login page, everything else is an
error to show. */

import { t } from "../helpers/words.js";

/** `fields` maps a field's name to what is wrong with it; `status` 0 means the server was not reached. */
export class ApiError extends Error {
  constructor(status, problem = {}) {
    super(problem.detail || problem.title || wordless(status));
    this.status = status;
    this.reason = problem.reason ?? "";
    this.fields = Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));
  }
}

function contentOf(answer) {
  return answer.status === 204 ? null : answer.json();
}

function wordless(status) {
  return status ? t("The server answered {status}.", { status }) : t("The server cannot be reached.");
}

export class Caller {
  /** `loggedOut()` is called when the server no longer knows this login; `prove()` when it wants to know once more who
   * is there: where that resolves to true, what was asked goes on. */
  constructor({ csrf = "", fetch = (...words) => globalThis.fetch(...words), loggedOut = () => {}, prove = async () => false } = {}) {
    Object.assign(this, { csrf, fetch, loggedOut, prove });
  }

  async call(method, path, body, how = {}) {
    let answer = await this.reach(method, path, body, how);
    if (answer.ok) return contentOf(answer);
    const error = await this.refused(answer);
    if (error.reason !== "prove" || !await this.prove()) throw error;
    answer = await this.reach(method, path, body, how);
    if (answer.ok) return contentOf(answer);
    throw await this.refused(answer);
  }

  async refused(answer) {
    const problem = await answer.json().catch(() => ({}));
    if (answer.status === 401) this.loggedOut();
    return new ApiError(answer.status, problem);
  }

  async reach(method, path, body, how) {
    const headers = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = this.csrf;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    try {
      return await this.fetch(`/api/v1${path}`, {
        method, headers, credentials: "same-origin", redirect: "error", ...how,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      throw new ApiError(0);
    }
  }
}
