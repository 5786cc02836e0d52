--- Options: the command line of `tidelock timeline`.  Options may stand behind the FILE, too.
local read = require "help.options"
local rows = require "timeline.chart.rows"

local whole, any, refuse = read.whole, read.any, read.refuse

local options = {}

local ORDERS = table.concat(rows.ORDERS, ", ", 1, #rows.ORDERS - 1) .. " or " .. rows.ORDERS[#rows.ORDERS]

local function time(text)
  if text:find "^[%d.]+%s*%a*$" then return text end
  return nil, "a time, such as 12ms, 1.5s or 300us (of a schedule: a step, such as 12)"
end

local function order(text)
  for _, known in ipairs(rows.ORDERS) do
    if known == text then return text end
  end
  return nil, ORDERS
end

local TIMELINE = {
  name = "timeline",
  brief = "shows a recorded run as a chart, a page or for other tools",
  text = "Shows a run that tidelock --trace has recorded: a row a task, who ran, waited or held a lock, and below it "
    .. "where the time went. Without FILE it takes the newest *.tltrace of this directory. With --html, --perfetto, "
    .. "--chrome or --mermaid it writes that instead of the chart; OUT - is standard output.",
  synopsis = { "[options] [FILE]" },
  anywhere = true,
  arguments = { "file" },
  options = {
    { "--from", value = "T", to = "from", read = time, text = "begin at that time: 12ms, 1.5s, 300us, 2h (0)" },
    { "--to", value = "T", to = "to", read = time, text = "end at that time (the run's end)" },
    { "--tasks", value = "NAMES", to = "tasks", read = any,
      text = "only these tasks, each in a row of its own: ann,worker-*; * stands for anything" },
    { "--sort", value = "HOW", to = "sort", read = order, text = "tasks by " .. ORDERS .. " (began)" },
    { "--waits", value = "N", to = "waits", read = whole(0, "how many of the longest waits are listed"),
      text = "list the N longest waits (5)" },
    { "--compare", value = "OTHER", to = "compare", read = any, completes = "file",
      text = "tell what has changed since that run: a trace of the same script, recorded before" },
    { "--width", value = "N", to = "width", read = whole(40, "columns of the chart", 10000),
      text = "so many columns (those of the terminal, or 80)" },
    { "--ascii", to = "ascii", text = "without signs that are not ASCII (so where LANG has no UTF-8)" },
    { "--html", value = "OUT", to = "html", read = any, completes = "file",
      text = "write a page for a browser, all in one file" },
    { "--perfetto", value = "OUT", to = "perfetto", read = any, completes = "file",
      text = "write a trace for ui.perfetto.dev" },
    { "--chrome", value = "OUT", to = "chrome", read = any, completes = "file",
      text = "write trace-event JSON: chrome://tracing, speedscope, the Firefox profiler" },
    { "--mermaid", value = "OUT", may = true, to = "mermaid", read = any, completes = "file",
      text = "write a sequence diagram for a README, of 200 messages at most (to standard output)" },
    { "-h", "--help", to = "help", text = "this text" },
  },
  after = "--from, --to and --tasks choose what the chart and --mermaid show; the other outputs have all, and "
    .. "--compare is of whole runs, in the chart and in the page. "
    .. "NO_COLOR in the environment, or an output that is no terminal: without colours.",
  status = "0; 1 where the file cannot be read or is no trace; 2 wrong use, or an output cannot be written.",
}

local function finish(found)
  if #found.words > 1 then
    refuse("one FILE at a time: '%s' is too many%s", found.words[2],
      found.mermaid == true and "; an output of --mermaid stands behind '=': --mermaid=OUT" or "")
  end
  found.file = found.words[1]
  if found.mermaid == true then found.mermaid = "-" end
  local outputs = 0
  for _, name in ipairs{ "html", "perfetto", "chrome", "mermaid" } do
    if found[name] == "-" then outputs = outputs + 1 end
  end
  if outputs > 1 then refuse "only one of the outputs can go to standard output: give the others a file" end
end

--- Reads the words behind `timeline`: a table of options; or nil and the text for the user.
options.timeline = read.reader(TIMELINE, finish)

--- Its row in the table of commands (program/commands.lua).
options.commands = { timeline = TIMELINE }

return options
