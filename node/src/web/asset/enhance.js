// What the pages gain where scripts run. Without it every page works the same.

// A problem on the page takes the focus, so that a screen reader and a keyboard begin there.
document.getElementById("problem")?.focus();

// A form is sent once: a second press of the button does nothing, and says that work goes on.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    document.body.classList.add("busy");
  });
}
// Coming back by the back button, the form may be used again: its own key keeps it from counting twice.
window.addEventListener("pageshow", () => {
  document.body.classList.remove("busy");
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Printing is one press.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Keys for what is done all day: a button or link marked data-key="F2" is pressed by that key.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (target) {
    event.preventDefault();
    target.click();
  }
});

// A page that waits for the other side asks quietly whether there is news; the reader chooses to take it.
const watch = document.querySelector("[data-news]");
if (watch) {
  const ask = async () => {
    try {
      const answer = await fetch(watch.dataset.news, { headers: { accept: "text/plain" } });
      if (answer.ok && (await answer.text()) !== watch.dataset.stamp) {
        watch.hidden = false;
        document.getElementById("live").textContent = watch.textContent;
        return;
      }
    } catch {
      // Offline for a moment: ask again later.
    }
    setTimeout(ask, 5000);
  };
  setTimeout(ask, 3000);
}
