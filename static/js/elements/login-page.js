/* <login-page>: the passkey beside the form; the form itself works without a script. */

import { api } from "../page.js";
import { ask, passkeysPossible } from "../helpers/passkeys.js";
import { Parted, setHidden, setText, stamp } from "./dom.js";

class LoginPage extends Parted {
  connectedCallback() {
    if (!passkeysPossible()) return;
    this.append(stamp("passkey-button"));
    this.part("passkey").addEventListener("click", () => this.signIn());
  }

  async signIn() {
    setHidden(this.part("wrong"), true);
    this.part("passkey").disabled = true;
    try {
      const credential = await ask(await api.signInOptions());
      await api.signInByPasskey(credential);
      location.assign(this.querySelector("form").elements.next.value || "/");
    } catch (error) {
      setText(this.part("wrong"), error.message);
      setHidden(this.part("wrong"), false);
    } finally {
      this.part("passkey").disabled = false;
    }
  }
}

customElements.define("login-page", LoginPage);
