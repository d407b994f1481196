// Runs before the first paint, so that whoever chose a theme does not see the system's for a moment. The key
// is that of panel/theme; the page's policy allows no script inside of the page itself.
try {
  const choice = localStorage.getItem("python-server-panel:theme");
  if (choice === "light" || choice === "dark") document.documentElement.style.colorScheme = choice;
} catch {
  // Nothing may be stored here: then nothing was chosen.
}
