/* The on-screen keyboard covers the page on some phones: the page is then only as high as what is left. */

// Less of the window than this is left: that is an on-screen keyboard, not a toolbar.
const KEYBOARD_SHARE = 0.75;

/** Keeps `host` as high as what is seen; `changed(open)` whenever that is another part. Ends with `signal`. */
export function followViewport(host, changed, signal) {
  const viewport = window.visualViewport;
  if (!viewport) return;
  let tallest = 0;
  let width = 0;
  const follow = () => {
    tallest = Math.max(width === viewport.width ? tallest : 0, viewport.height);
    width = viewport.width;
    host.style.setProperty("--page-height", `${viewport.height}px`);
    host.style.setProperty("--page-top", `${viewport.offsetTop}px`);
    changed(matchMedia("(pointer: coarse)").matches && viewport.height < tallest * KEYBOARD_SHARE);
  };
  viewport.addEventListener("resize", follow, { signal });
  viewport.addEventListener("scroll", follow, { signal });
  follow();
}
