/* The terminal's palettes, from well-known public schemes. Pure values; the page's own colours are in css/colours.css.

Each: id, name, dark or not, then background, foreground, cursor, selection, and the sixteen colours of programs. */

const NAMES = [
  "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
  "brightBlack", "brightRed", "brightGreen", "brightYellow", "brightBlue", "brightMagenta", "brightCyan", "brightWhite",
];

function palette(id, name, dark, ground, colours) {
  const [background, foreground, cursor, selection] = ground.split(" ");
  const shade = dark ? "#ffffff" : "#000000";
  return {
    id, name, dark,
    theme: {
      background, foreground, cursor, cursorAccent: background,
      selectionBackground: selection, selectionInactiveBackground: selection,
      ...Object.fromEntries(colours.split(" ").map((colour, n) => [NAMES[n], colour])),
      scrollbarSliderBackground: `${shade}22`, scrollbarSliderHoverBackground: `${shade}3a`,
      scrollbarSliderActiveBackground: `${shade}4d`, overviewRulerBorder: "#00000000",
    },
  };
}

export const PALETTES = [
  palette("holdfast-light", "Holdfast Light", false, "#ffffff #24292e #0b6e63 #9fd6cc88",
    "#24292e #b3261e #1d6f37 #845400 #1257b8 #7c3aa8 #0b6b77 #6a737b "
    + "#59636b #c93a30 #267f43 #8f6000 #2069cf #9150bd #137b88 #3a4249"),
  palette("github-light", "GitHub Light", false, "#ffffff #1f2328 #0969da #0969da33",
    "#24292f #cf222e #116329 #4d2d00 #0969da #8250df #1b7c83 #6e7781 "
    + "#57606a #a40e26 #1a7f37 #633c01 #218bff #a475f9 #3192aa #8c959f"),
  palette("solarized-light", "Solarized Light", false, "#fdf6e3 #657b83 #586e75 #93a1a155",
    "#073642 #dc322f #859900 #b58900 #268bd2 #d33682 #2aa198 #eee8d5 "
    + "#002b36 #cb4b16 #586e75 #657b83 #839496 #6c71c4 #93a1a1 #fdf6e3"),
  palette("gruvbox-light", "Gruvbox Light", false, "#fbf1c7 #3c3836 #3c3836 #d5c4a1aa",
    "#fbf1c7 #cc241d #98971a #d79921 #458588 #b16286 #689d6a #7c6f64 "
    + "#928374 #9d0006 #79740e #b57614 #076678 #8f3f71 #427b58 #3c3836"),
  palette("one-light", "One Light", false, "#fafafa #383a42 #526fff #bfceff88",
    "#383a42 #e45649 #50a14f #c18401 #4078f2 #a626a4 #0184bc #a0a1a7 "
    + "#4f525e #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #ffffff"),
  palette("catppuccin-latte", "Catppuccin Latte", false, "#eff1f5 #4c4f69 #dc8a78 #acb0be88",
    "#5c5f77 #d20f39 #40a02b #df8e1d #1e66f5 #ea76cb #179299 #acb0be "
    + "#6c6f85 #de293e #49af3d #eea02d #456eff #fe85d8 #2d9fa8 #bcc0cc"),
  palette("tokyo-night-day", "Tokyo Night Day", false, "#e1e2e7 #3760bf #3760bf #b7c1e3aa",
    "#b4b5b9 #f52a65 #587539 #8c6c3e #2e7de9 #9854f1 #007197 #6172b0 "
    + "#a1a6c5 #ff4774 #5c8524 #a27629 #358aff #a463ff #007ea8 #3760bf"),
  palette("high-contrast-light", "High Contrast Light", false, "#ffffff #000000 #000000 #0000ff33",
    "#000000 #a00000 #005000 #5c4000 #0000b0 #800080 #005a5a #505050 "
    + "#303030 #b80000 #006000 #664800 #0000d0 #900090 #006464 #000000"),
  palette("holdfast-dark", "Holdfast Dark", true, "#101214 #dfe3e6 #5fd3bf #2f5a63aa",
    "#2a2f34 #f0727a #83c77b #e2b866 #6fa8ee #c792ea #62c7c9 #c9ced3 "
    + "#7c868f #ff8f96 #a3de9b #f3d08a #93c0f8 #dbb0f5 #8be0e0 #f4f6f7"),
  palette("github-dark", "GitHub Dark", true, "#0d1117 #e6edf3 #2f81f7 #2f81f755",
    "#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4 "
    + "#6e7681 #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #ffffff"),
  palette("solarized-dark", "Solarized Dark", true, "#002b36 #839496 #93a1a1 #586e7588",
    "#073642 #dc322f #859900 #b58900 #268bd2 #d33682 #2aa198 #eee8d5 "
    + "#586e75 #cb4b16 #586e75 #657b83 #839496 #6c71c4 #93a1a1 #fdf6e3"),
  palette("gruvbox-dark", "Gruvbox Dark", true, "#282828 #ebdbb2 #ebdbb2 #665c54aa",
    "#282828 #cc241d #98971a #d79921 #458588 #b16286 #689d6a #a89984 "
    + "#928374 #fb4934 #b8bb26 #fabd2f #83a598 #d3869b #8ec07c #ebdbb2"),
  palette("dracula", "Dracula", true, "#282a36 #f8f8f2 #f8f8f2 #44475acc",
    "#21222c #ff5555 #50fa7b #f1fa8c #bd93f9 #ff79c6 #8be9fd #f8f8f2 "
    + "#6272a4 #ff6e6e #69ff94 #ffffa5 #d6acff #ff92df #a4ffff #ffffff"),
  palette("nord", "Nord", true, "#2e3440 #d8dee9 #d8dee9 #434c5ecc",
    "#3b4252 #bf616a #a3be8c #ebcb8b #81a1c1 #b48ead #88c0d0 #e5e9f0 "
    + "#4c566a #bf616a #a3be8c #ebcb8b #81a1c1 #b48ead #8fbcbb #eceff4"),
  palette("one-dark", "One Dark", true, "#282c34 #abb2bf #528bff #3e4451cc",
    "#3f4451 #e05561 #8cc265 #d18f52 #4aa5f0 #c162de #42b3c2 #d7dae0 "
    + "#4f5666 #ff616e #a5e075 #f0a45d #4dc4ff #de73ff #4cd1e0 #e6e6e6"),
  palette("tokyo-night", "Tokyo Night", true, "#1a1b26 #c0caf5 #c0caf5 #33467ccc",
    "#15161e #f7768e #9ece6a #e0af68 #7aa2f7 #bb9af7 #7dcfff #a9b1d6 "
    + "#414868 #ff899d #9fe044 #faba4a #8db0ff #c7a9ff #a4daff #c0caf5"),
  palette("catppuccin-mocha", "Catppuccin Mocha", true, "#1e1e2e #cdd6f4 #f5e0dc #585b7088",
    "#45475a #f38ba8 #a6e3a1 #f9e2af #89b4fa #f5c2e7 #94e2d5 #bac2de "
    + "#585b70 #f37799 #89d88b #ebd391 #74a8fc #f2aede #6bd7ca #a6adc8"),
  palette("monokai", "Monokai", true, "#272822 #f8f8f2 #f8f8f0 #49483ecc",
    "#272822 #f92672 #a6e22e #f4bf75 #66d9ef #ae81ff #a1efe4 #f8f8f2 "
    + "#75715e #f92672 #a6e22e #f4bf75 #66d9ef #ae81ff #a1efe4 #f9f8f5"),
  palette("high-contrast-dark", "High Contrast Dark", true, "#000000 #ffffff #ffff00 #ffffff55",
    "#404040 #ff6b6b #5cff5c #ffff54 #7db4ff #ff8cff #54ffff #e0e0e0 "
    + "#a0a0a0 #ff9c9c #8cff8c #ffff8c #a8ccff #ffb0ff #8cffff #ffffff"),
];

const BY_ID = new Map(PALETTES.map((one) => [one.id, one]));

/** Unknown ids, perhaps of a newer version, are drawn as `otherwise`. */
export function paletteOf(id, otherwise) {
  return BY_ID.get(id) ?? BY_ID.get(otherwise);
}

/** Most programs choose their colours for a dark ground; on the light one they are darkened until readable. */
export function usualContrast(dark) {
  return dark ? 1 : 4.5;
}
