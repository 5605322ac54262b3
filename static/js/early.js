/* Runs before the page is drawn, as a plain script: the chosen theme, and what a strict policy needs of the document.

xterm.js makes <style> elements and colours cells with setAttribute("style"); the policy allows the first only with
this page's nonce and the second not at all, so both are turned into what it allows. */

(() => {
  const { nonce } = document.currentScript;
  const createElement = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = createElement(name, options);
    if (String(name).toLowerCase() === "style") element.nonce = nonce;
    return element;
  };

  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function set(name, value) {
    if (name === "style") this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };

  try {
    const theme = localStorage.getItem("holdfast.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system's theme it is.
  }
})();

/* Logging out ends the login before the browser has left the page. What asks the server meanwhile, perhaps a
   module that is still loading, must not lead it astray: page.js looks here. */
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) document.documentElement.dataset.leaving = "";
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) delete document.documentElement.dataset.leaving;
});
