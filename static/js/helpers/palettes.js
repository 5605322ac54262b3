/* The terminal's colours, light and dark. Pure values; the page's own colours are in css/colours.css. */

export const DARK = {
  background: "#101214", foreground: "#dfe3e6", cursor: "#5fd3bf", cursorAccent: "#101214",
  selectionBackground: "#2f5a63aa", selectionInactiveBackground: "#4d6a7099",
  black: "#2a2f34", red: "#f0727a", green: "#83c77b", yellow: "#e2b866",
  blue: "#6fa8ee", magenta: "#c792ea", cyan: "#62c7c9", white: "#c9ced3",
  brightBlack: "#7c868f", brightRed: "#ff8f96", brightGreen: "#a3de9b", brightYellow: "#f3d08a",
  brightBlue: "#93c0f8", brightMagenta: "#dbb0f5", brightCyan: "#8be0e0", brightWhite: "#f4f6f7",
  scrollbarSliderBackground: "#ffffff22", scrollbarSliderHoverBackground: "#ffffff3a",
  scrollbarSliderActiveBackground: "#ffffff4d", overviewRulerBorder: "#00000000",
};

export const LIGHT = {
  background: "#ffffff", foreground: "#24292e", cursor: "#0b6e63", cursorAccent: "#ffffff",
  selectionBackground: "#9fd6cc88", selectionInactiveBackground: "#8cc0b899",
  black: "#24292e", red: "#b3261e", green: "#1d6f37", yellow: "#845400",
  blue: "#1257b8", magenta: "#7c3aa8", cyan: "#0b6b77", white: "#6a737b",
  brightBlack: "#59636b", brightRed: "#c93a30", brightGreen: "#267f43", brightYellow: "#8f6000",
  brightBlue: "#2069cf", brightMagenta: "#9150bd", brightCyan: "#137b88", brightWhite: "#3a4249",
  scrollbarSliderBackground: "#00000022", scrollbarSliderHoverBackground: "#0000003a",
  scrollbarSliderActiveBackground: "#0000004d", overviewRulerBorder: "#00000000",
};
