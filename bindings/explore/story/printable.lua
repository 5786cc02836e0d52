--- Printable: what a script has named and said, as a terminal may be shown it: without what moves its cursor.
local terminal = require "terminal.text"

local printable = {}

--- A `?` for each such character; a blank for what parts words.
function printable.text(text)
  return terminal.printable((text:gsub("[\t\n\r]", " ")))
end

local function clean(row, ...)
  for _, field in ipairs{ ... } do
    if type(row[field]) == "string" then row[field] = printable.text(row[field]) end
  end
end

--- Copies of the rows, by key, with these fields as they may be shown.
function printable.rows(rows, ...)
  local shown = {}
  for key, row in pairs(rows) do
    local copy = {}
    for name, value in pairs(row) do copy[name] = value end
    clean(copy, ...)
    shown[key] = copy
  end
  return shown
end

--- What the steps of a story (explore/story/story) have from the script: what was given and returned.
function printable.steps(steps)
  for _, step in ipairs(steps) do clean(step, "call", "result", "state", "said", "part") end
end

return printable
