// A network through time: the slider shows another period at once. On a page all periods come with the first move; without
// scripts the choice and the links ask for one period at a time. In a file of its own they are all in it.
for (const slider of document.querySelectorAll("[data-slider]")) {
  const shown = document.getElementById(slider.dataset.slider);
  const choice = slider.querySelector("select");
  const range = slider.querySelector("input[type=range]");
  const told = slider.querySelector("output");
  const play = slider.querySelector("[data-play]");
  const steps = [...slider.querySelectorAll("[data-step]")];
  const last = choice.options.length - 1;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const source = slider.dataset.frames;
  let now = choice.selectedIndex;
  let frames;
  let timer;

  // Frames by the period that they show.
  const load = () => {
    const found = (root) => new Map([...root.querySelectorAll("template[data-at]")].map((one) => [one.dataset.at, one]));
    if (!source) return Promise.resolve(found(document));
    return fetch(source).then(async (answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return found(new DOMParser().parseFromString(await answer.text(), "text/html"));
    });
  };

  const address = (number) => {
    const at = new URL(location.href);
    at.searchParams.delete("at");
    if (choice.options[number].value) at.searchParams.set("at", choice.options[number].value);
    return at.href;
  };

  // Where a button leads: to the whole time, which is the first, or one period back or on. None: there is none.
  const target = (step) => {
    const isWhole = step.dataset.step === "whole";
    const to = isWhole ? 0 : now + Number(step.dataset.step);
    return to <= last && (isWhole ? now > 0 : to > 0) ? to : undefined;
  };

  // Controls say where the slider stands; what lies beyond an end cannot be pressed.
  const say = () => {
    const option = choice.options[now];
    range.value = now;
    range.setAttribute("aria-valuetext", option.text);
    told.textContent = option.dataset.told;
    for (const step of steps) {
      const to = target(step);
      step.setAttribute("aria-disabled", String(to === undefined));
      if (step.matches("a")) step.href = address(to ?? now);
    }
  };

  const show = async (number) => {
    now = Math.min(Math.max(number, 0), last);
    choice.selectedIndex = now;
    say();
    const wanted = now;
    const option = choice.options[wanted];
    let frame;
    try {
      frames ??= load();
      frame = (await frames).get(option.value);
    } catch {
      frames = undefined;
    }
    // Meanwhile the slider may have gone on.
    if (wanted !== now) return;
    if (!frame) {
      // The node is asked for this period alone.
      if (source) location.assign(address(wanted));
      return;
    }
    const aside = shown.querySelector(".scroll")?.scrollLeft ?? 0;
    const isOpen = shown.querySelector("details")?.open ?? false;
    shown.replaceChildren(document.importNode(frame.content, true));
    const scroll = shown.querySelector(".scroll");
    if (scroll) scroll.scrollLeft = aside;
    const details = shown.querySelector("details");
    if (details) details.open = isOpen;
    if (source) history.replaceState(null, "", address(wanted));
  };

  // While it plays, nothing is read out; where it stops is.
  const stop = () => {
    if (!timer) return;
    clearInterval(timer);
    timer = undefined;
    play.textContent = play.dataset.play;
    told.textContent = "";
    told.setAttribute("aria-live", "polite");
    requestAnimationFrame(say);
  };
  const start = () => {
    play.textContent = play.dataset.pause;
    told.setAttribute("aria-live", "off");
    const next = async () => {
      await show(now === last ? 1 : now + 1);
      if (now === last) stop();
    };
    timer = setInterval(next, 1500);
    next();
  };
  // Whoever wants no motion steps by hand.
  const settle = () => {
    stop();
    play.hidden = still.matches || last < 2;
  };

  range.addEventListener("input", () => {
    stop();
    show(Number(range.value));
  });
  choice.addEventListener("change", () => show(choice.selectedIndex));
  for (const step of steps) {
    step.addEventListener("click", (event) => {
      event.preventDefault();
      stop();
      const to = target(step);
      if (to !== undefined) show(to);
    });
  }
  play.addEventListener("click", () => (timer ? stop() : start()));
  still.addEventListener("change", settle);

  for (const plain of slider.querySelectorAll("[data-plain]")) plain.hidden = true;
  for (const scripted of slider.querySelectorAll("[data-scripted]")) scripted.hidden = false;
  slider.hidden = false;
  settle();
  say();
}
