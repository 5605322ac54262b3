/* <local-time><time datetime="...">: what the server wrote in UTC, in the reader's own time and words. */

import { moment } from "../helpers/format.js";

class LocalTime extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time");
    time.title = time.textContent;
    time.textContent = moment(time.dateTime);
  }
}

customElements.define("local-time", LocalTime);
