// Light or dark: as the system has it, until somebody chooses.
const KEY = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Shows the theme, and lets `button` change it. */
export function themed(button) {
  const show = () => {
    const dark = (stored() ?? (system.matches ? "dark" : "light")) === "dark";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", dark);
    button.textContent = dark ? "Light" : "Dark";
  };
  button.addEventListener("click", () => {
    store(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    show();
  });
  system.addEventListener("change", show);
  show();
}

let chosen = null;

function stored() {
  try {
    return chosen ?? localStorage.getItem(KEY);
  } catch {
    return chosen;
  }
}

function store(theme) {
  chosen = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Where nothing may be stored, it holds until the page is closed.
  }
}
