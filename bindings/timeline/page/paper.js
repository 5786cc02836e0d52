// Paper: a print is light, and has all rows of the chart, as long as those are on a page or two.

const paper = { isOn: false, theme: undefined };

function toPaper() {
  const root = document.documentElement;
  paper.theme = root.dataset.theme;
  root.dataset.theme = "light";
  document.body.classList.add("printing");
  tell("theme");
  if (data.meta.steps) return;
  resize();
  draw();
  paper.isOn = true;
}

function fromPaper() {
  const root = document.documentElement;
  paper.isOn = false;
  if (paper.theme === undefined) delete root.dataset.theme;
  else root.dataset.theme = paper.theme;
  document.body.classList.remove("printing");
  tell("theme");
  if (!data.meta.steps) resize();
}

function openPaper() {
  addEventListener("beforeprint", toPaper);
  addEventListener("afterprint", fromPaper);
}
