--- Html: a course's pages: an index of the labs, and for each its story, the verdict, and the timeline of the schedule
--- that failed.
local check = require "judge.check"
local files = require "labs.files"
local text_file = require "labs.text_file"
local words = require "labs.words"

local html = {}

local STYLE = [[
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
pre { font: 13px/1.4 ui-monospace, monospace; overflow-x: auto; padding: 1rem; border: 1px solid #8886; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .8rem .3rem 0; }
.passed { color: #17803d; } .rejected, .unread { color: #c0262d; } .open, .unfinished { color: #9a6700; }
iframe { width: 100%; height: 42rem; border: 1px solid #8886; }]]

local PAGE = [[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
%s
</style>
</head>
<body>
%s
</body>
</html>
]]

local NAMED = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escaped(text) return (tostring(text):gsub('[&<>"]', NAMED)) end

local function page(title, body) return PAGE:format(escaped(title), STYLE, body) end

local function paragraphs(text)
  local list = {}
  for part in (text .. "\n\n"):gmatch "(.-)\n%s*\n" do
    if part:find "%S" then list[#list + 1] = ("<p>%s</p>"):format(escaped(part)) end
  end
  return table.concat(list, "\n")
end

local function write(path, text)
  local well, why = text_file.write(path, text)
  if not well then error({ wrong = "the page cannot be written: " .. why, status = 1 }, 0) end
end

-- ---- a lab ----

-- The page of the schedule that failed, in the words of the verdict.
local function write_timeline(path, trace, verdict)
  trace.sentence, trace.explanation, trace.remedy = verdict.sentence, verdict.why, nil
  for _, mark in ipairs(trace.marks) do mark.text = verdict.sentence end
  write(path, require "timeline.export.html".text(trace))
end

local WORDS = { passed = "passed", rejected = "rejected", unread = "does not load", unfinished = "passed so far",
  open = "open", played = "to be played" }

-- What came of the lab: { state, sentence, text, timeline = name of a file, or nil }.
local function look_at(here, lab, folder)
  local path = here:path(lab)
  if lab.kind == "break" then
    local done = here.progress:of(lab.name).state == "done"
    return { state = done and "passed" or "played", sentence = "tidelock lab step " .. lab.name }
  end
  if not files.stat(path) then return { state = "open", sentence = "there is no file yet" } end
  local trace
  local verdict = check(lab, path, { width = 100, color = false, found = function(whole, run)
    trace = require "explore.report.counterexample".of(whole, path, run, require "judge.words".of)
  end })
  if verdict.state == "interrupted" then error({ wrong = "interrupted", status = 130 }, 0) end
  local timeline = trace and lab.name .. "-timeline.html"
  if trace then write_timeline(folder .. "/" .. timeline, trace, verdict) end
  return { state = verdict.state, sentence = verdict.sentence, text = verdict.text, timeline = timeline }
end

local function lab_page(here, lab, found)
  local parts = {
    ("<p><a href=\"index.html\">%s</a></p>\n<h1>%s</h1>"):format(escaped(here.pack.title), escaped(lab.title)),
    ("<p><em>%s</em></p>"):format(escaped(lab.learn)), paragraphs(lab.story),
    ("<h2 class=\"%s\">%s</h2>"):format(found.state, WORDS[found.state]),
  }
  if found.text then parts[#parts + 1] = ("<pre>%s</pre>"):format(escaped(found.text)) end
  if found.timeline then
    parts[#parts + 1] = ("<h2>The schedule that failed</h2>\n<iframe src=\"%s\" title=\"timeline\"></iframe>\n"
      .. "<p><a href=\"%s\">on a page of its own</a></p>"):format(found.timeline, found.timeline)
  end
  local text = lab.kind ~= "break" and text_file.read(here:path(lab))
  if text then
    parts[#parts + 1] = ("<h2>%s</h2>\n<pre>%s</pre>"):format(escaped(here:path(lab)), escaped(text))
  end
  return page(lab.title, table.concat(parts, "\n"))
end

-- ---- all ----

local function index_page(here, rows)
  local lines, passed = {}, 0
  for i, row in ipairs(rows) do
    if row.found.state == "passed" then passed = passed + 1 end
    lines[i] = ('<tr><td>%d</td><td><a href="%s.html">%s</a></td><td class="%s">%s</td><td>%s</td></tr>'):format(
      row.lab.number, row.lab.name, escaped(row.lab.title), row.found.state, WORDS[row.found.state],
      escaped(row.lab.learn))
  end
  return page(here.pack.title, ("<h1>%s</h1>\n<p>%d of %s passed</p>\n<table>\n<tr><th></th><th>lab</th>"
    .. "<th>state</th><th>what is learnt</th></tr>\n%s\n</table>"):format(escaped(here.pack.title), passed,
    words.count(#rows, "lab"), table.concat(lines, "\n")))
end

--- `tidelock lab --html DIR`.
function html.run(here, folder)
  local well, why = files.make(folder)
  if not well then error({ wrong = "the pages cannot be written: " .. why, status = 1 }, 0) end
  local rows = {}
  for i, lab in ipairs(here.pack.labs) do
    rows[i] = { lab = lab, found = look_at(here, lab, folder) }
    write(("%s/%s.html"):format(folder, lab.name), lab_page(here, lab, rows[i].found))
  end
  write(folder .. "/index.html", index_page(here, rows))
  here:say("%s/index.html: %s", folder, words.count(#rows, "lab"))
  return 0
end

return html
