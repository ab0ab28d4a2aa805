// The theme that was chosen, before anything is drawn. What was never chosen is the system's.
try {
  const theme = localStorage.getItem("assent-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be forbidden; then there is the system's theme.
}
