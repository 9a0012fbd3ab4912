// Lets the browser keep the shell and the published data for use without a network; after the page
// itself is there, so that it does not wait.
if ("serviceWorker" in navigator && window.isSecureContext) {
  window.addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => undefined));
}
