// Search: the spans whose task, operation, object or place has all the words asked for.

const search = { spans: null, times: null, at: -1, text: "" };

// Which of the names have the word: an array of 0 and 1.
function having(names, word) {
  return Uint8Array.from(names, (name) => (name.toLowerCase().includes(word) ? 1 : 0));
}

function placesHaving(word) {
  const [, file, line] = word.match(/^(.*):(\d+)$/) || [];
  if (file === undefined) return { files: having(data.fileNames, word), line: -1 };
  return { files: having(data.fileNames, file), line: Number(line) };
}

// A function of a span: whether it has the word.
function test(word) {
  const tasks = having(data.taskNames, word), objects = having(data.objectTitles, word);
  const operations = having(data.operationWords, word), { files, line } = placesHaving(word);
  return (i) => tasks[data.task[i]] || objects[data.object[i]] || operations[data.operation[i]] ||
    (data.file[i] > 0 && files[data.file[i]] && (line < 0 || data.line[i] === line));
}

function find(text) {
  const tests = text.toLowerCase().split(/\s+/).filter(Boolean).map(test), found = [];
  for (let i = 0; i < data.count; i++) if (tests.every((each) => each(i))) found.push(i);
  found.sort((a, b) => times.began[a] - times.began[b] || a - b);
  return found;
}

function tellFound() {
  const output = document.getElementById("found"), { spans, at } = search;
  if (!spans) output.textContent = "";
  else if (spans.length === 0) output.textContent = "nothing found";
  else output.textContent = at < 0 ? shownCount(spans.length, "match").replace("matchs", "matches")
    : `${(at + 1).toLocaleString("en")} of ${spans.length.toLocaleString("en")}`;
}

function searchFor(text) {
  search.text = text.trim();
  search.spans = search.text ? find(search.text) : null;
  search.times = search.spans && Float64Array.from(search.spans, (span) => times.began[span]);
  search.at = -1;
  tellFound();
  invalidate();
}

// Goes on to the next one found, or by -1 to the one before.
function goToMatch(by) {
  if (!search.spans || search.spans.length === 0) return;
  const count = search.spans.length;
  search.at = search.at < 0 ? (by > 0 ? 0 : count - 1) : (search.at + by + count) % count;
  tellFound();
  selectAndReveal(search.spans[search.at], false);
}

function openSearch() {
  const input = document.getElementById("search");
  let due = 0;
  const now = () => {
    clearTimeout(due);
    due = 0;
    if (input.value.trim() !== search.text) searchFor(input.value);
  };
  input.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(now, data.count > 100000 ? 180 : 40);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      now();
      goToMatch(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      input.value = "";
      searchFor("");
      chart.canvas.focus();
    }
  });
  listeners.logical.push(() => searchFor(search.text));
}
