/* A popover that opens under the button it belongs to; on a phone it lies at the bottom of the window (presence.css). */

const EDGE_PX = 8;
const GAP_PX = 6;

/** `opening()` runs before it is shown. The browser closes it on Escape and on a press outside. */
export function tie(button, popover, opening = () => {}) {
  button.popoverTargetElement = popover;
  button.setAttribute("aria-haspopup", "dialog");
  const place = () => popover.matches(":popover-open") && under(button, popover);
  popover.addEventListener("beforetoggle", ({ newState }) => {
    if (newState === "open") opening();
  });
  popover.addEventListener("toggle", place);
  window.addEventListener("resize", place);
}

function under(button, popover) {
  const { left, bottom } = button.getBoundingClientRect();
  const most = document.documentElement.clientWidth - popover.offsetWidth - EDGE_PX;
  popover.style.setProperty("--left", `${Math.max(EDGE_PX, Math.min(left, most))}px`);
  popover.style.setProperty("--top", `${bottom + GAP_PX}px`);
}
