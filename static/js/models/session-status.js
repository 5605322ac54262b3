/* What the session page knows about its session besides the screen: pushed by events, polled while there is no
connection, and while the details are open (processor and memory are not pushed to the room). */

const POLL_MS = 5000;
const CLOSE_LOOK_MS = 3000;

/** Event: `change`. `facts` is the contract's status JSON. */
export class SessionStatus extends EventTarget {
  constructor({ connection, stream, api, facts, now = () => Date.now(), signal }) {
    super();
    Object.assign(this, { connection, api, facts, now });
    this.closeLook = false;
    this.lastPoll = now();
    connection.addEventListener("tick", () => this.look(), { signal });
    stream.addEventListener("status", ({ detail }) => this.put(detail));
    stream.addEventListener("viewers", ({ detail }) => this.put(
      {
        connected_clients: detail.connected_clients, viewers: detail.viewers,
        size_holder: detail.size_holder ?? null, size_holder_viewer: detail.size_holder_viewer ?? null,
      }));
    stream.addEventListener("sized", ({ detail }) => this.put({ rows: detail.rows, cols: detail.cols }));
    stream.addEventListener("ended", ({ detail }) => this.ended(detail));
  }

  get id() {
    return this.facts.id;
  }

  get running() {
    return this.facts.state === "running";
  }

  /** Seconds since the start; goes on between two statuses, stands still when the program is over. */
  get uptime() {
    const end = this.facts.ended_at ? Date.parse(this.facts.ended_at) : this.now();
    if (!this.running && !this.facts.ended_at) return this.facts.uptime_seconds ?? 0;
    return (end - Date.parse(this.facts.created_at)) / 1000;
  }

  look() {
    const pause = this.closeLook ? CLOSE_LOOK_MS : POLL_MS;
    if ((this.connection.open && !this.closeLook) || this.now() - this.lastPoll < pause) return;
    this.poll();
  }

  async poll() {
    this.lastPoll = this.now();
    try {
      this.put(await this.api.status(this.id));
    } catch {
      // Not reached: the banner already says so. A login that is over has been handled by the Api.
    }
  }

  ended({ exit_code, exit_signal, end_reason, memory_limit }) {
    this.put({
      state: "ended", alive: false, running_in_background: false, exit_code, exit_signal, end_reason, memory_limit,
      ended_at: this.facts.ended_at ?? new Date(this.now()).toISOString(),
    });
    this.poll();
  }

  put(facts) {
    this.facts = { ...this.facts, ...facts };
    this.dispatchEvent(new Event("change"));
  }
}
