/* Warnings come first: what else lies at the top of a stage, or over it, begins below the banner while one is shown. */

const GAP_PX = 8;

/** `--warned` on the .work around `banner` is the room that it takes. */
export function keepRoom(banner) {
  const place = banner.closest(".work");
  new ResizeObserver(() => {
    place.style.setProperty("--warned", banner.hidden ? "0px" : `${banner.offsetHeight + GAP_PX}px`);
  }).observe(banner);
}
